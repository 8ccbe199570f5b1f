//! Outlook items (MS-OXMSG): the headers that they were delivered with, and what stands for those where there are none.

use super::{mailboxes, read_without_body};
use crate::Settings;
use ddefend_container::cfb::{Storage, Stream};
use ddefend_container::{Sink, text};
use ddefend_event::Time;
use ddefend_guard::Cursor;
use ddefend_model::provenance::{Mail, Mailbox};

/// Property tags (MS-OXPROPS), the identifier half.
mod tag {
    pub(super) const SUBJECT: u16 = 0x0037;
    pub(super) const CLIENT_SUBMIT_TIME: u16 = 0x0039;
    pub(super) const REPRESENTING_NAME: u16 = 0x0042;
    pub(super) const REPRESENTING_ADDRESS: u16 = 0x0065;
    pub(super) const TRANSPORT_HEADERS: u16 = 0x007d;
    pub(super) const SENDER_NAME: u16 = 0x0c1a;
    pub(super) const SENDER_ADDRESS: u16 = 0x0c1f;
    pub(super) const DISPLAY_TO: u16 = 0x0e04;
    pub(super) const MESSAGE_ID: u16 = 0x1035;
    pub(super) const SMTP_ADDRESS: u16 = 0x39fe;
    pub(super) const DISPLAY_NAME: u16 = 0x3001;
    pub(super) const EMAIL_ADDRESS: u16 = 0x3003;
    pub(super) const SENDER_SMTP: u16 = 0x5d01;
    pub(super) const REPRESENTING_SMTP: u16 = 0x5d02;
}

const TEXT_8_BIT: u16 = 0x001e;
const TEXT_UTF16: u16 = 0x001f;
/// Fixed-size properties, MS-OXMSG 2.4.
const PROPERTIES: &str = "__properties_version1.0";
/// Recipients that are read.
const RECIPIENTS: usize = 500;

/// True for the root of an Outlook item.
pub(crate) fn is_outlook_item(root: &Storage<'_>) -> bool {
    root.stream(PROPERTIES).is_some()
        || find(root, tag::TRANSPORT_HEADERS).is_some()
        || find(root, tag::SUBJECT).is_some()
}

/// Reads the headers of an Outlook item. Where it was never delivered, or its headers were taken out, properties stand
/// for them, and `odd` says so.
pub(crate) fn read_outlook(root: &Storage<'_>, settings: &Settings, sink: &mut dyn Sink) -> Mail {
    let mut text = |id: u16| value(root, id, sink);
    let headers = text(tag::TRANSPORT_HEADERS);
    let subject = text(tag::SUBJECT);
    let sender =
        Mailbox { name: text(tag::SENDER_NAME), address: smtp(text(tag::SENDER_SMTP), text(tag::SENDER_ADDRESS)) };
    let from = Mailbox {
        name: text(tag::REPRESENTING_NAME),
        address: smtp(text(tag::REPRESENTING_SMTP), text(tag::REPRESENTING_ADDRESS)),
    };
    let message_id = text(tag::MESSAGE_ID);
    let display_to = text(tag::DISPLAY_TO);
    let mut mail = read_without_body(strip_first_line(&headers).as_bytes(), settings);
    let delivered = !mail.received.is_empty() || !mail.from.is_empty();
    if !delivered {
        mail.odd = vec!["it holds no headers: never delivered over the internet, or they were taken out".to_owned()];
    }
    let is_someone = |mailbox: &Mailbox| !mailbox.address.is_empty() || !mailbox.name.is_empty();
    if mail.from.is_empty() {
        mail.from = [from.clone(), sender.clone()].into_iter().filter(is_someone).take(1).collect();
    } else if let Some(shown) = mail.from.first()
        && is_other(&from.address, &shown.address)
    {
        let message = format!("Outlook shows {} as sender, the headers say {}", from.address, shown.address);
        mail.odd.push(message);
    }
    if mail.sender.is_empty() && is_other(&sender.address, mail.from.first().map_or("", |from| &from.address)) {
        mail.sender.push(sender);
    }
    if mail.subject.is_empty() {
        mail.subject = subject;
    }
    if mail.message_id.is_empty() {
        message_id.trim_matches(['<', '>', ' ']).clone_into(&mut mail.message_id);
    }
    if mail.date.is_empty() {
        mail.date = submitted(root, sink).map(|time| time.to_string()).unwrap_or_default();
    }
    if mail.recipients.is_empty() {
        mail.recipients = recipients(root, sink);
    }
    if mail.recipients.is_empty() {
        mail.recipients = mailboxes(&display_to);
    }
    mail
}

/// Some headers begin with a line of Outlook's own (`Microsoft Mail Internet Headers Version 2.0`).
fn strip_first_line(headers: &str) -> &str {
    match headers.split_once('\n') {
        Some((first, rest)) if !first.contains(':') => rest,
        _ => headers,
    }
}

fn is_other(address: &str, than: &str) -> bool {
    address.contains('@') && than.contains('@') && !address.eq_ignore_ascii_case(than)
}

/// The address of the internet; `/O=ORG/CN=...` is none.
fn smtp(smtp: String, other: String) -> String {
    if smtp.contains('@') || !other.contains('@') { smtp } else { other }
}

fn find<'c>(storage: &Storage<'c>, id: u16) -> Option<(Stream<'c>, u16)> {
    [TEXT_UTF16, TEXT_8_BIT].into_iter().find_map(|kind| {
        let stream = storage.stream(&format!("__substg1.0_{id:04X}{kind:04X}"))?;
        Some((stream, kind))
    })
}

fn value(storage: &Storage<'_>, id: u16, sink: &mut dyn Sink) -> String {
    let Some((stream, kind)) = find(storage, id) else { return String::new() };
    let bytes = stream.read(sink);
    let decoded = if kind == TEXT_UTF16 {
        encoding_rs::UTF_16LE.decode_without_bom_handling(&bytes).0.into_owned()
    } else {
        match std::str::from_utf8(&bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => text::ansi(&bytes).into_owned(),
        }
    };
    decoded.trim_end_matches('\0').trim().to_owned()
}

fn recipients(root: &Storage<'_>, sink: &mut dyn Sink) -> Vec<Mailbox> {
    let storages = root.storages().into_iter();
    let recipients = storages.filter(|storage| storage.name().to_ascii_lowercase().starts_with("__recip"));
    let mut found = Vec::new();
    for recipient in recipients.take(RECIPIENTS) {
        let name = value(&recipient, tag::DISPLAY_NAME, sink);
        let address = smtp(value(&recipient, tag::SMTP_ADDRESS, sink), value(&recipient, tag::EMAIL_ADDRESS, sink));
        if !name.is_empty() || !address.is_empty() {
            let name = if name == address { String::new() } else { name };
            found.push(Mailbox { name, address });
        }
    }
    found
}

/// When the sender's program handed it over: a fixed-size property, sixteen bytes each behind a header of 32 (MS-OXMSG
/// 2.4.1.1).
fn submitted(root: &Storage<'_>, sink: &mut dyn Sink) -> Option<Time> {
    let bytes = root.stream(PROPERTIES)?.read(sink);
    let mut cursor = Cursor::at(&bytes, 32);
    while let Ok(tag) = cursor.u32("property tag") {
        cursor.skip(4, "flags").ok()?;
        let value = cursor.u64("value").ok()?;
        if tag >> 16 == u32::from(tag::CLIENT_SUBMIT_TIME) && value > 0 {
            return Some(Time::from_filetime(value));
        }
    }
    None
}
