//! Mails: headers in the order in which servers write them, a text, attachments; as RFC 5322 or Outlook's items.

use crate::make::msg::{Attached, Message};
use crate::moment::{after, moment};
use crate::scenario::{DkimState, HopSpec, MailFormat, MailSpec};
use crate::world::{Mailed, World, leaf};
use crate::{LabError, digest, dkim};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ddefend_event::Time;

/// What every mail says besides.
const BODY: &str = "Please see the attached file.\r\nThis message was made by ddefend lab. It is synthetic.\r\n";

/// Makes a mail.
///
/// # Errors
/// Where it names a file that there is not, or a text is no moment.
pub(crate) fn make(spec: &MailSpec, world: &World) -> Result<Mailed, LabError> {
    let fill = world.fill(0);
    let line = |text: &str| fill.text(text).map(|text| text.replace(['\r', '\n'], " "));
    let at = moment(&spec.at, world.start())?;
    let (name, address) = mailbox(&line(&spec.from)?);
    let domain = address.rsplit('@').next().unwrap_or("sender.example").to_owned();
    let message_id = if spec.message_id.is_empty() {
        let unique: String = digest::sha256(spec.path.as_bytes()).chars().take(20).collect();
        format!("{unique}@{domain}")
    } else {
        line(&spec.message_id)?
    };
    let subject = line(&spec.subject)?;
    let to = spec.to.iter().map(|to| line(to)).collect::<Result<Vec<_>, _>>()?;
    let mut own = vec![("From", address_field(&name, &address))];
    for (field, text) in [("Sender", &spec.sender), ("Reply-To", &spec.reply_to)] {
        if !text.is_empty() {
            let (name, address) = mailbox(&line(text)?);
            own.push((field, address_field(&name, &address)));
        }
    }
    let recipients: Vec<(String, String)> = to.iter().map(|to| mailbox(to)).collect();
    own.push((
        "To",
        recipients.iter().map(|(name, address)| address_field(name, address)).collect::<Vec<_>>().join(", "),
    ));
    own.push(("Subject", encoded(&subject)));
    own.push(("Date", date(at)));
    own.push(("Message-ID", format!("<{message_id}>")));
    let mut attachments = Vec::new();
    for path in &spec.attachments {
        let file = world.files.get(path).ok_or_else(|| LabError(format!("there is no file '{path}' before it")))?;
        attachments.push((leaf(path).to_owned(), file.made.bytes.clone()));
    }
    let content = content(&attachments);
    let return_path = if spec.return_path.is_empty() { address.clone() } else { mailbox(&line(&spec.return_path)?).1 };
    let mut text = String::new();
    for (field, value) in &own {
        text += &format!("{field}: {value}\r\n");
    }
    text += "X-Ddefend-Lab: synthetic\r\nMIME-Version: 1.0\r\n";
    text += &format!("Content-Type: multipart/mixed; boundary=\"{BOUNDARY}\"\r\n\r\n{content}");
    if spec.dkim != DkimState::None {
        let by = if spec.dkim_domain.is_empty() { &domain } else { &spec.dkim_domain };
        text = dkim::sign(&text, by, spec.dkim == DkimState::Broken);
    }
    let trace = trace(spec, world, at, &domain)?;
    let text = format!("Return-Path: <{return_path}>\r\n{trace}{text}");
    let bytes = match spec.format {
        MailFormat::Eml => text.into_bytes(),
        MailFormat::Msg => {
            let attached = |(name, data): (String, Vec<u8>)| Attached { name, data, object: spec.embedded };
            let delivered = u64::try_from(at.ticks.saturating_sub(Time::from_filetime(0).ticks)).unwrap_or_default();
            Message {
                subject: subject.clone(),
                sender: (name, address.clone()),
                to: recipients.clone(),
                headers: text.split("\r\n\r\n").next().unwrap_or_default().to_owned(),
                body: BODY.to_owned(),
                message_id: format!("<{message_id}>"),
                delivered,
                attachments: attachments.into_iter().map(attached).collect(),
            }
            .bytes()
        }
    };
    let to = recipients.into_iter().map(|(_, address)| address).collect();
    Ok(Mailed { bytes, at: Some(at), message_id, from: address, to, subject, attachments: spec.attachments.clone() })
}

const BOUNDARY: &str = "=_ddefend-lab_1";

/// `Received` and `Authentication-Results`, newest first.
fn trace(spec: &MailSpec, world: &World, at: Time, domain: &str) -> Result<String, LabError> {
    let fill = world.fill(0);
    let usual = || {
        vec![HopSpec {
            from: format!("mail.{domain}"),
            ip: "203.0.113.25".to_owned(),
            by: "mx.corp.example".to_owned(),
            ..HopSpec::default()
        }]
    };
    let hops = spec.received.clone().unwrap_or_else(usual);
    let mut out = String::new();
    let results = |position: usize, last: bool| -> Result<String, LabError> {
        let mut out = String::new();
        for result in &spec.authentication_results {
            if result.position == position || (last && result.position > position) {
                out += &format!(
                    "Authentication-Results: {}; {}\r\n",
                    fill.text(&result.authserv_id)?,
                    fill.text(&result.results)?
                );
            }
        }
        Ok(out)
    };
    for (position, hop) in hops.iter().enumerate() {
        out += &results(position, false)?;
        let when = if hop.at.is_empty() { after(at, 5 * Time::SECOND) } else { moment(&hop.at, world.start())? };
        let with = if hop.with.is_empty() { "ESMTPS" } else { &hop.with };
        let address = if hop.ip.is_empty() { String::new() } else { format!(" ({} [{}])", hop.from, hop.ip) };
        let unique: String = digest::sha256(format!("{}{position}", spec.path).as_bytes()).chars().take(12).collect();
        out += &format!(
            "Received: from {}{address}\r\n\tby {} with {with} id {unique};\r\n\t{}\r\n",
            hop.from,
            hop.by,
            date(when)
        );
    }
    Ok(out + &results(hops.len(), true)?)
}

/// Text and attachments.
fn content(attachments: &[(String, Vec<u8>)]) -> String {
    let mut out = format!("--{BOUNDARY}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{BODY}\r\n");
    for (name, data) in attachments {
        let plain = name.chars().all(|letter| letter.is_ascii_alphanumeric() || " ._-".contains(letter));
        let parameter = if plain {
            format!("filename=\"{name}\"")
        } else {
            let escape = |byte: u8| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'_' | b'-' => char::from(byte).to_string(),
                byte => format!("%{byte:02X}"),
            };
            format!("filename*=utf-8''{}", name.bytes().map(escape).collect::<String>())
        };
        out += &format!(
            "--{BOUNDARY}\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; {parameter}\r\n\
             Content-Transfer-Encoding: base64\r\n\r\n"
        );
        let text = STANDARD.encode(data);
        for line in text.as_bytes().chunks(76) {
            out += &String::from_utf8_lossy(line);
            out += "\r\n";
        }
    }
    format!("{out}--{BOUNDARY}--\r\n")
}

/// Name and address of `Name <local@domain>` or `local@domain`.
fn mailbox(text: &str) -> (String, String) {
    match text.split_once('<') {
        Some((name, rest)) => {
            let address = rest.split('>').next().unwrap_or(rest).trim().to_owned();
            (name.trim().trim_matches('"').to_owned(), address)
        }
        None => (String::new(), text.trim().to_owned()),
    }
}

fn address_field(name: &str, address: &str) -> String {
    match name {
        "" => address.to_owned(),
        name if name.chars().all(|letter| letter.is_ascii_alphanumeric() || " -".contains(letter)) => {
            format!("{name} <{address}>")
        }
        name if name.is_ascii() && !name.contains(['"', '\\', '\u{1b}']) => format!("\"{name}\" <{address}>"),
        name => format!("{} <{address}>", encoded(name)),
    }
}

/// An encoded word (RFC 2047) where a text is not plain.
fn encoded(text: &str) -> String {
    if text.chars().all(|letter| (' '..='~').contains(&letter)) {
        return text.to_owned();
    }
    format!("=?utf-8?B?{}?=", STANDARD.encode(text))
}

/// A date (RFC 5322 3.3).
pub(crate) fn date(time: Time) -> String {
    let (year, month, day) = time.date();
    let seconds = time.ticks.div_euclid(Time::SECOND);
    let of_day = seconds.rem_euclid(86_400);
    let weekday = seconds.div_euclid(86_400).saturating_add(4).rem_euclid(7);
    let pick = |names: &'static str, number: i64| {
        let number = usize::try_from(number).unwrap_or_default();
        names.split(' ').nth(number).unwrap_or_default()
    };
    let weekday = pick("Sun Mon Tue Wed Thu Fri Sat", weekday);
    let month = pick("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec", month.saturating_sub(1));
    let (hour, minute, second) =
        (of_day.div_euclid(3600), of_day.rem_euclid(3600).div_euclid(60), of_day.rem_euclid(60));
    format!("{weekday}, {day:02} {month} {year} {hour:02}:{minute:02}:{second:02} +0000")
}
