//! Mails and saved web pages (RFC 5322, 2045 to 2049, 2231, 2557), read as leniently as the most lenient mail program.
//!
//! Own parser: contradictory headers, missing boundaries and unclosed parts hide attachments from readers that settle
//! for one interpretation, and every level has to be booked on the budget.

mod entity;
mod header;
pub(crate) mod signed;
mod uu;
mod words;

use crate::{Claim, Format, Part, Probe, Reader, Sink};
use entity::Message;
use header::Headers;

/// Mails.
pub(crate) static READER: Reader = Reader {
    format: Format { id: "eml", title: "mail message", extensions: &["eml", "mbox", "mbx", "nws", "mai"] },
    sniff,
    read,
};

/// Saved web pages: a format of its own for the report, read by the same reader.
pub static WEB_PAGE: Format = Format { id: "mht", title: "saved web page (MHTML)", extensions: &["mht", "mhtml"] };

/// Header names that only mails and saved pages have at their start.
const KNOWN: [&str; 24] = [
    "from",
    "to",
    "cc",
    "bcc",
    "subject",
    "date",
    "received",
    "return-path",
    "delivered-to",
    "message-id",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "content-disposition",
    "reply-to",
    "sender",
    "in-reply-to",
    "references",
    "x-mailer",
    "x-mimeole",
    "x-sender",
    "dkim-signature",
    "authentication-results",
    "snapshot-content-location",
];

fn sniff(probe: &Probe<'_>) -> Claim {
    let bytes = probe.bytes();
    let head = bytes.get(..Probe::HEAD).unwrap_or(bytes);
    let start = head.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let head = head.get(start..).unwrap_or_default();
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    if !head.first().is_some_and(|byte| byte.is_ascii_alphabetic()) {
        return Claim::No;
    }
    let (headers, _) = Headers::parse(head);
    let known = headers.names().filter(|name| KNOWN.contains(name)).count();
    let typed = headers.get("mime-version").is_some() || headers.content_type().is_some_and(|kind| kind.contains('/'));
    match known {
        0 => Claim::No,
        1 if typed => Claim::Structure,
        1 => Claim::Likely,
        _ => Claim::Structure,
    }
}

/// Text of a header field with its encoded words (RFC 2047) decoded.
#[must_use]
pub fn header_text(text: &str) -> String {
    words::decode(text)
}

fn read(part: &Part<'_>, sink: &mut dyn Sink) {
    if part.bytes.starts_with(b"From ") && read_box(part.bytes, sink) {
        return;
    }
    Message::default().read(part.bytes, 0, true, sink);
}

/// A mailbox of several mails (RFC 4155), each a part of its own; false where there is but one.
fn read_box(bytes: &[u8], sink: &mut dyn Sink) -> bool {
    let finder = memchr::memmem::Finder::new(b"\nFrom ");
    let is_start = |at: &usize| {
        let before = bytes.get(..*at).unwrap_or_default();
        before.ends_with(b"\n") || before.ends_with(b"\n\r")
    };
    let mut starts = vec![0];
    starts.extend(finder.find_iter(bytes).filter(is_start).map(|at| at.saturating_add(1)));
    if starts.len() < 2 {
        return false;
    }
    let ends = starts.iter().copied().skip(1).chain([bytes.len()]).collect::<Vec<_>>();
    for (index, (start, end)) in starts.iter().zip(ends).enumerate() {
        let step = format!("message[{}]", index.saturating_add(1));
        let mut child = Part::below(sink.path(), &step, bytes.get(*start..end).unwrap_or_default());
        child.name = None;
        sink.child(child);
    }
    true
}
