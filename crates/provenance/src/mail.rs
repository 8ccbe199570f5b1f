//! What mail headers say: who claims to have sent it, which way it took, who vouched for it.

mod chain;
mod mailbox;
mod odd;
mod outlook;
mod received;
mod results;
mod verdict;

use crate::Settings;
use crate::clock::mail_time;
use crate::dkim;
use crate::header::{Field, Headers};
use ddefend_container::header_text;
use ddefend_model::provenance::{AuthenticationResults, Mail, Mailbox};

pub use mailbox::mailboxes;
pub(crate) use outlook::{is_outlook_item, read_outlook};
pub use received::received;
pub use results::authentication_results;

/// `Authentication-Results` of one mail that are kept.
const MOST_RESULTS: usize = 50;
/// Characters of a subject or an identifier that are kept.
const LONGEST: usize = 4_096;

/// Fields that only a mail has that was written to somebody or sent.
const SENT: [&str; 8] = ["received", "return-path", "message-id", "delivered-to", "to", "cc", "bcc", "dkim-signature"];

/// True for what was written to somebody or sent; saved web pages and loose parts (`Content-Type` alone) are neither.
#[must_use]
pub fn is_mail(bytes: &[u8]) -> bool {
    let headers = Headers::parse(bytes);
    if SENT.iter().any(|name| headers.get(name).is_some()) {
        return true;
    }
    let kind = headers.get("content-type").map(Field::text).unwrap_or_default().to_ascii_lowercase();
    let is_page = headers.get("snapshot-content-location").is_some() || kind.starts_with("multipart/related");
    headers.get("from").is_some() && !is_page
}

/// Reads the headers of a mail (and, for its signatures, its body). `bytes` is the whole message.
#[must_use]
pub fn read(bytes: &[u8], settings: &Settings) -> Mail {
    let headers = Headers::parse(bytes);
    let mut mail = read_headers(&headers, settings);
    let checked = dkim::check(&headers, &settings.dkim_keys);
    mail.dkim = checked.iter().map(|checked| checked.dkim.clone()).collect();
    verdict::judge(&mut mail);
    mail.odd.extend(checked.into_iter().flat_map(|checked| checked.odd));
    contradiction(&mut mail);
    mail
}

/// Reads headers that were kept without the body that they had (Outlook items): signatures cannot be checked.
#[must_use]
pub fn read_without_body(bytes: &[u8], settings: &Settings) -> Mail {
    let headers = Headers::parse(bytes);
    let mut mail = read_headers(&headers, settings);
    let signatures = headers.all(dkim::FIELD).count();
    verdict::judge(&mut mail);
    if signatures > 0 {
        mail.reasons
            .push(format!("{signatures} DKIM signatures cannot be checked: the message is not kept as it was sent"));
    }
    mail
}

fn read_headers(headers: &Headers<'_>, settings: &Settings) -> Mail {
    let chain = chain::chain(headers, settings);
    let text = |name: &str| headers.get(name).map(Field::text).unwrap_or_default();
    let clip = |text: String| -> String { text.chars().take(LONGEST).collect() };
    let list =
        |name: &str| -> Vec<Mailbox> { headers.all(name).take(8).flat_map(|field| mailboxes(&field.text())).collect() };
    let date = mail_time(&text("date"));
    let mut mail = Mail {
        message_id: clip(text("message-id").trim_matches(['<', '>', ' ']).to_owned()),
        date: date.map(|date| date.to_string()).unwrap_or_default(),
        from: list("from"),
        sender: list("sender"),
        reply_to: list("reply-to"),
        return_path: clip(text("return-path").trim_matches(['<', '>', ' ']).to_owned()),
        recipients: list("to").into_iter().chain(list("cc")).collect(),
        subject: clip(header_text(&text("subject"))),
        received: chain.hops.clone(),
        external_ip: chain.external_ip.clone(),
        results: results(headers, &chain, settings),
        ..Mail::default()
    };
    mail.odd = odd::tell(&mail, headers, &chain, date, settings);
    mail
}

/// Every field of results, in header order; those of ARC too, whose authserv-id is kept as it is.
fn results(headers: &Headers<'_>, chain: &chain::Chain, settings: &Settings) -> Vec<AuthenticationResults> {
    let is_results = |field: &&Field<'_>| field.is("authentication-results") || field.is("arc-authentication-results");
    let read = |field: &Field<'_>| {
        let mut results = authentication_results(&field.text(), field.line);
        results.trusted = settings.is_own_authserv_id(&results.authserv_id) && field.line < chain.border;
        results
    };
    headers.fields.iter().filter(is_results).take(MOST_RESULTS).map(read).collect()
}

/// Tells where a server of ours and our own check disagree about a signature.
fn contradiction(mail: &mut Mail) {
    let mut told = Vec::new();
    for method in mail.results.iter().filter(|results| results.trusted).flat_map(|results| &results.methods) {
        let own = mail.dkim.iter().find(|dkim| method.method == "dkim" && dkim.domain == method.domain);
        if let Some(own) = own
            && method.result == "pass"
            && own.result == "fail"
        {
            told.push(format!("the signature of {} held when it came in and does not now: {}", own.domain, own.why));
        }
    }
    mail.odd.extend(told);
}
