//! Calendars and address cards (RFC 5545, RFC 6350, vCalendar 1.0): HTML descriptions and attachments in their lines.

use crate::transfer::{base64, percent_decode, quoted_printable};
use crate::{Claim, Format, Part, Probe, Reader, Sink, text};
use ddefend_model::{Location, code};
use std::borrow::Cow;

/// Calendars and address cards.
pub(crate) static READER: Reader = Reader {
    format: Format { id: "ics", title: "calendar or address card", extensions: &["ics", "vcs", "ical", "vcf", "ifb"] },
    sniff,
    read,
};

fn sniff(probe: &Probe<'_>) -> Claim {
    const STARTS: [&str; 4] = ["BEGIN:VCALENDAR", "BEGIN:VCARD", "BEGIN:VEVENT", "BEGIN:VNOTE"];
    let Some(head) = probe.head() else { return Claim::No };
    let head = head.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let is_ours = STARTS.iter().any(|start| head.get(..start.len()).is_some_and(|h| h.eq_ignore_ascii_case(start)));
    if is_ours { Claim::Structure } else { Claim::No }
}

fn read(part: &Part<'_>, sink: &mut dyn Sink) {
    let decoded = text::decode(part.bytes);
    let mut reading = Reading { htmls: 0, attachments: 0 };
    let mut line = String::new();
    for physical in decoded.text.lines() {
        if let Err(exceeded) = sink.budget().check_time() {
            sink.report(exceeded.code, Location::default(), format!("{exceeded}; the rest was not read"));
            return;
        }
        // A line that begins with a blank continues the one before (RFC 5545 3.1); quoted-printable ones of
        // vCalendar 1.0 end in `=`.
        if let Some(more) = physical.strip_prefix([' ', '\t']) {
            line.push_str(more);
            continue;
        }
        if line.ends_with('=') && contains_ignoring_case(&line, "QUOTED-PRINTABLE") {
            line.push_str("\r\n");
            line.push_str(physical);
            continue;
        }
        reading.property(&line, sink);
        line.clear();
        line.push_str(physical);
    }
    reading.property(&line, sink);
}

fn contains_ignoring_case(text: &str, word: &str) -> bool {
    text.as_bytes().windows(word.len()).take(256).any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
}

struct Reading {
    htmls: u32,
    attachments: u32,
}

/// A content line: `NAME;PARAM=value:value`.
struct Property<'l> {
    name: &'l str,
    parameters: Vec<(&'l str, &'l str)>,
    value: &'l str,
}

impl<'l> Property<'l> {
    fn parse(line: &'l str) -> Option<Self> {
        let (mut quoted, mut start, mut colon) = (false, 0, None);
        let mut fields = Vec::new();
        for (at, c) in line.char_indices() {
            match c {
                '"' => quoted = !quoted,
                ';' if !quoted => {
                    fields.push(line.get(start..at)?);
                    start = at.saturating_add(1);
                }
                ':' if !quoted => {
                    colon = Some(at);
                    break;
                }
                _ => {}
            }
        }
        // A quote that is never closed must not hide the value.
        let colon = colon.or_else(|| line.find(':'))?;
        fields.push(line.get(start.min(colon)..colon)?);
        let mut fields = fields.into_iter();
        let name = fields.next()?;
        let parameters = fields.map(|field| field.split_once('=').unwrap_or(("", field))).collect();
        Some(Self { name, parameters, value: line.get(colon.saturating_add(1)..)? })
    }

    fn parameter(&self, name: &str) -> Option<&'l str> {
        self.parameters.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim_matches('"'))
    }

    /// True where a parameter or a bare word (vCalendar 1.0 writes `;BASE64:`) says so.
    fn encoded_as(&self, words: &[&str]) -> bool {
        let is_word = |value: &str| words.iter().any(|word| value.trim_matches('"').eq_ignore_ascii_case(word));
        self.parameters
            .iter()
            .any(|(key, value)| (key.is_empty() || key.eq_ignore_ascii_case("ENCODING")) && is_word(value))
    }
}

impl Reading {
    fn property(&mut self, line: &str, sink: &mut dyn Sink) {
        let Some(property) = Property::parse(line) else { return };
        let file_name = ["FILENAME", "X-FILENAME", "X-ORACLE-FILENAME", "X-APPLE-FILENAME"]
            .iter()
            .find_map(|key| property.parameter(key));
        let media_type = property.parameter("FMTTYPE");
        for (_, value) in &property.parameters {
            if let Some(data) = value.trim_matches('"').strip_prefix("data:") {
                self.data_uri(data, sink);
            }
        }
        if let Some(data) = property.value.strip_prefix("data:") {
            self.data_uri(data, sink);
        } else if property.encoded_as(&["BASE64", "B"]) {
            let bytes = base64(property.value.as_bytes());
            if bytes.is_empty() && !property.value.trim().is_empty() {
                let message = format!("the {} value is no base64", property.name);
                sink.report(code::BROKEN_STRUCTURE, Location::default().held_by(property.name.to_owned()), message);
            }
            self.attachment(&bytes, file_name, media_type, sink);
        } else {
            self.description(&property, media_type, sink);
        }
    }

    fn description(&mut self, property: &Property<'_>, media_type: Option<&str>, sink: &mut dyn Sink) {
        let decoded = if property.encoded_as(&["QUOTED-PRINTABLE"]) {
            let bytes = quoted_printable(property.value.as_bytes());
            Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
        } else {
            Cow::Borrowed(property.value)
        };
        let is_html = property.name.eq_ignore_ascii_case("X-ALT-DESC")
            || media_type.is_some_and(|kind| kind.eq_ignore_ascii_case("text/html"))
            || decoded.trim_start().starts_with('<');
        if !is_html {
            return;
        }
        self.htmls = self.htmls.saturating_add(1);
        let html = unescape(&decoded);
        let step = format!("{}[{}]", property.name, self.htmls);
        let mut part = Part::below(sink.path(), &step, html.as_bytes());
        part.name = None;
        part.declared = Some(Cow::Borrowed("text/html"));
        sink.child(part);
    }

    /// `data:[type][;base64],...` (RFC 2397), the scheme already cut off.
    fn data_uri(&mut self, data: &str, sink: &mut dyn Sink) {
        let Some((head, body)) = data.split_once(',') else { return };
        let body = percent_decode(body.as_bytes());
        let is_base64 = head.to_ascii_lowercase().ends_with(";base64");
        let bytes = if is_base64 { base64(&body) } else { body };
        self.attachment(&bytes, None, head.split(';').next(), sink);
    }

    fn attachment(&mut self, bytes: &[u8], name: Option<&str>, media_type: Option<&str>, sink: &mut dyn Sink) {
        self.attachments = self.attachments.saturating_add(1);
        let path = sink.path().join(&format!("attachment[{}]", self.attachments));
        let path = name.map_or_else(|| path.clone(), |name| path.join(name));
        let declared = media_type.map(Cow::Borrowed);
        sink.child(Part { path, bytes, name: name.map(Cow::Borrowed), declared, tricks: Vec::new() });
    }
}

/// Text escapes of RFC 5545 3.3.11: `\n`, `\,`, `\;`, `\\`.
fn unescape(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, true) => match chars.next() {
                Some('n' | 'N') => out.push('\n'),
                Some(escaped @ ('\\' | ',' | ';')) => out.push(escaped),
                Some(other) => {
                    out.push('\\');
                    out.push(other);
                }
                None => out.push('\\'),
            },
            (c, false) => out.push(c),
        }
    }
    out
}
