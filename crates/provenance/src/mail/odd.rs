//! What is odd in the headers of a mail.

use super::chain::Chain;
use super::mailbox::mailboxes;
use crate::Settings;
use crate::address::{domain_of, same_organisation};
use crate::header::Headers;
use ddefend_event::Time;
use ddefend_model::provenance::{Mail, Mailbox};

/// Fields that a mail has at most once (RFC 5322 3.6).
const SINGLE: [&str; 8] = ["from", "sender", "reply-to", "to", "cc", "subject", "date", "message-id"];
/// How far `Date` may be from the first hop before it is told: a day.
const FAR: i64 = 24 * 3_600 * Time::SECOND;
/// Oddities that are told.
const MOST: usize = 50;

/// Tells what is odd.
pub(super) fn tell(
    mail: &Mail,
    headers: &Headers<'_>,
    chain: &Chain,
    date: Option<Time>,
    settings: &Settings,
) -> Vec<String> {
    let mut odd = Vec::new();
    for name in SINGLE {
        let lines: Vec<String> = headers.all(name).map(|field| field.line.to_string()).take(20).collect();
        if lines.len() > 1 {
            odd.push(format!("{} fields {name} (lines {}), where one is allowed", lines.len(), lines.join(", ")));
        }
    }
    senders(mail, headers, &mut odd);
    if mail.message_id.is_empty() {
        odd.push("it has no Message-ID".to_owned());
    }
    if mail.date.is_empty() {
        let what = if headers.get("date").is_some() { "its Date cannot be read" } else { "it has no Date" };
        odd.push(what.to_owned());
    }
    if let (Some(written), Some(first)) = (date, chain.first_time)
        && written.ticks.abs_diff(first.ticks) > FAR.unsigned_abs()
    {
        odd.push(format!("it says that it was written {written}, its first hop is of {first}"));
    }
    if mail.received.is_empty() {
        odd.push("it has no Received: no server has seen it, or somebody took them out".to_owned());
    }
    if chain.cut || headers.cut {
        odd.push("it has more headers than are read".to_owned());
    }
    for results in
        mail.results.iter().filter(|results| !results.trusted && settings.is_own_authserv_id(&results.authserv_id))
    {
        odd.push(format!(
            "Authentication-Results at line {} use our own authserv-id {} and stand below where mail comes in: likely forged",
            results.line, results.authserv_id
        ));
    }
    odd.truncate(MOST);
    odd
}

fn senders(mail: &Mail, headers: &Headers<'_>, odd: &mut Vec<String>) {
    let Some(from) = mail.from.first() else {
        odd.push("it has no From".to_owned());
        return;
    };
    let domain = domain_of(&from.address);
    if mail.from.len() > 1 && mail.sender.is_empty() {
        odd.push(format!("{} addresses in From and no Sender", mail.from.len()));
    }
    if domain.is_empty() {
        odd.push("From holds no address".to_owned());
    }
    for (field, list) in [("Reply-To", &mail.reply_to), ("Sender", &mail.sender)] {
        if let Some(other) = list.iter().find(|other| elsewhere(domain, &other.address)) {
            odd.push(format!("{field} is elsewhere: {} while From is {}", other.address, from.address));
        }
    }
    for mailbox in mail.from.iter().chain(&mail.sender).chain(&mail.reply_to) {
        if let Some(other) = hidden_address(mailbox) {
            odd.push(format!("the name '{}' holds another address ({other}) than {}", mailbox.name, mailbox.address));
        }
        if mailbox.name.chars().chain(mailbox.address.chars()).any(is_deceiving) {
            odd.push(format!("control or direction characters in the name or address {}", mailbox.address));
        }
    }
    let raw = headers.get("from").map(|field| field.text()).unwrap_or_default();
    if raw.matches('<').count() > 1 && mail.from.len() == 1 {
        odd.push("From holds several addresses in brackets; programs differ in which they show".to_owned());
    }
}

fn elsewhere(domain: &str, address: &str) -> bool {
    let other = domain_of(address);
    !other.is_empty() && !domain.is_empty() && !same_organisation(domain, other)
}

/// An address inside a display name that is of another organisation than the address behind it.
fn hidden_address(mailbox: &Mailbox) -> Option<String> {
    let words = mailbox.name.split(|c: char| c.is_whitespace() || "()<>[]\"',;:".contains(c));
    let inside = words
        .filter(|word| word.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.')));
    let mut inside = inside.flat_map(mailboxes).map(|inner| inner.address);
    inside.find(|address| elsewhere(domain_of(&mailbox.address), address))
}

/// Controls, and characters that change the direction or have no width.
fn is_deceiving(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
