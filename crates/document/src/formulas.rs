//! What a formula asks for as links, the same for every carrier that holds formulas.

use ddefend_container::Sink;
use ddefend_grammar::formula::{Dialect, Found, Request, bytes_could_call, bytes_could_request, requests};
use ddefend_model::{Link, LinkKind, Location, PartPath, Trigger};
use std::collections::HashMap;

/// Where formulas come from.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// Reader id.
    pub(crate) carrier: &'static str,
    /// The part that holds them.
    pub(crate) part: PartPath,
    /// True for macro sheets, where `EXEC`, `CALL`, `INITIATE` and the like are commands.
    pub(crate) macros: bool,
    /// When a conversation fires; function calls fire on calculation.
    pub(crate) trigger: Trigger,
}

impl Source {
    /// Cell formulas that are evaluated when the file is loaded.
    pub(crate) fn cells(carrier: &'static str, part: PartPath) -> Self {
        Self { carrier, part, macros: false, trigger: Trigger::Calculation }
    }

    /// Formulas of a macro sheet.
    #[allow(dead_code, reason = "SYLK and the workbook readers call it")]
    pub(crate) fn macro_sheet(carrier: &'static str, part: PartPath) -> Self {
        Self { macros: true, ..Self::cells(carrier, part) }
    }
}

/// All links of one formula. `shown` is the cached value of its cell.
pub(crate) fn links(
    text: &str,
    dialect: Dialect,
    source: &Source,
    location: &Location,
    shown: Option<&str>,
) -> Vec<Link> {
    let mut written = Written { text, long: text.len() > WHOLE, byte: 0, count: 0 };
    requests(text, dialect)
        .into_iter()
        .filter_map(|found| {
            let raw = written.of(&found);
            link(found, raw, source, location, shown)
        })
        .collect()
}

/// Formulas up to this many bytes are quoted whole; no application evaluates much longer ones.
const WHOLE: usize = 32 << 10;
/// How much of a longer one is quoted, characters.
const QUOTED: usize = 4096;

/// The text that a link quotes, found in one pass: requests come in the order in which they begin.
struct Written<'t> {
    text: &'t str,
    long: bool,
    byte: usize,
    count: usize,
}

impl<'t> Written<'t> {
    fn of(&mut self, found: &Found) -> &'t str {
        if !self.long {
            return self.text;
        }
        let rest = self.text.get(self.byte..).unwrap_or_default();
        let steps = found.start.saturating_sub(self.count);
        let forward = rest.char_indices().nth(steps).map_or(rest.len(), |(at, _)| at);
        self.byte = self.byte.saturating_add(forward);
        self.count = found.start;
        let rest = rest.get(forward..).unwrap_or_default();
        let length = found.end.saturating_sub(found.start).min(QUOTED);
        let end = rest.char_indices().nth(length).map_or(rest.len(), |(at, _)| at);
        rest.get(..end).unwrap_or_default()
    }
}

/// One request as a link; none for calls that are harmless where they stand.
fn link(found: Found, text: &str, source: &Source, location: &Location, shown: Option<&str>) -> Option<Link> {
    let (kind, words) = match found.request {
        Request::Dde { service, topic, item } => (LinkKind::Dde, [Some(service), Some(topic), Some(item)]),
        Request::Call { name, arguments } => {
            let kind = call_kind(&name, &arguments, source.macros)?;
            let target = arguments.first().cloned();
            return Some(call(kind, name, arguments, target, source, location, text, shown, &found.tricks));
        }
    };
    let mut link = base(kind, source, location, text, shown, &found.tricks);
    let [service, topic, item] = words;
    link.service = service;
    link.topic = topic;
    link.item = item;
    link.trigger = source.trigger;
    Some(link)
}

#[allow(clippy::too_many_arguments, reason = "one call's facts, handed on once")]
fn call(
    kind: LinkKind,
    name: String,
    arguments: Vec<String>,
    target: Option<String>,
    source: &Source,
    location: &Location,
    text: &str,
    shown: Option<&str>,
    tricks: &[&'static str],
) -> Link {
    let mut link = base(kind, source, location, text, shown, tricks);
    link.trigger = if name == "HYPERLINK" { Trigger::Click } else { Trigger::Calculation };
    match kind {
        LinkKind::MacroDde if name == "INITIATE" => {
            let mut words = arguments.into_iter();
            link.service = words.next();
            link.topic = words.next();
        }
        _ => {
            link.target = target.filter(|_| kind == LinkKind::Exfiltration);
            link.topic = Some(arguments.join(", "));
            link.service = Some(name);
        }
    }
    link
}

fn base(
    kind: LinkKind,
    source: &Source,
    location: &Location,
    text: &str,
    shown: Option<&str>,
    tricks: &[&'static str],
) -> Link {
    let mut link = Link::new(kind, source.carrier, source.part.clone(), location.clone());
    text.clone_into(&mut link.raw);
    link.shown = shown.filter(|shown| !shown.is_empty()).map(str::to_owned);
    for trick in tricks {
        link.saw(trick);
    }
    link
}

/// What a call is where it stands.
fn call_kind(name: &str, arguments: &[String], macros: bool) -> Option<LinkKind> {
    match name {
        "WEBSERVICE" | "IMPORTXML" | "IMPORTDATA" | "IMPORTRANGE" | "IMPORTHTML" | "IMPORTFEED" => {
            Some(LinkKind::Exfiltration)
        }
        "HYPERLINK" | "IMAGE" => carries_cells(arguments.first()?).then_some(LinkKind::Exfiltration),
        "EXEC" | "CALL" | "REGISTER" | "REGISTER.ID" => macros.then_some(LinkKind::MacroExec),
        "INITIATE" | "EXECUTE" | "POKE" | "REQUEST" | "TERMINATE" => macros.then_some(LinkKind::MacroDde),
        _ => None,
    }
}

/// True where an address on another machine has cell contents joined to it. Literals come unquoted, so an address that
/// is still written with quotes and `&` has something else than literals in it.
fn carries_cells(address: &str) -> bool {
    let lower = address.to_ascii_lowercase();
    let remote = ["\"http://", "\"https://", "\"ftp://", "\"\\\\"].iter().any(|scheme| lower.contains(scheme));
    // `http://host/` & A1 sends A1 to the host; without a host part or query the cell itself is the address.
    let sends = lower.contains("?") || lower.contains("=\"") || lower.contains("/\"");
    remote && sends && lower.contains('&')
}

/// False is certain: XML or HTML without anything that a request needs, written plainly or as a reference.
pub(crate) fn markup_could_request(bytes: &[u8]) -> bool {
    // The rare ones in one pass: without a bar or a full-width letter there is less to look for.
    let rare = memchr::memchr3(0, b'|', 0xef, bytes);
    if rare.is_some_and(|at| bytes.get(at) == Some(&0)) || rare.is_some() && memchr::memchr(0, bytes).is_some() {
        return true;
    }
    let could = if rare.is_some() { bytes_could_request } else { bytes_could_call };
    if could(bytes) {
        return true;
    }
    let bar = |at: usize| {
        let behind = bytes.get(at.saturating_add(1)..).unwrap_or_default();
        let next = behind.iter().find(|byte| !byte.is_ascii_whitespace());
        // `&apos;`, a comment or an element in the middle of a text.
        matches!(next, Some(b'&' | b'<'))
    };
    rare.is_some() && memchr::memchr_iter(b'|', bytes).any(bar)
        || memchr::memchr_iter(b'&', bytes).any(|at| bytes.get(at..).is_some_and(hides_a_letter))
        || memchr::memmem::find_iter(bytes, b"<!").any(|at| {
            bytes.get(at..).is_some_and(|rest| rest.starts_with(b"<!ENTITY") || rest.starts_with(b"<![CDATA["))
        })
}

/// True for a reference that stands for a letter or a sign that formulas need.
fn hides_a_letter(reference: &[u8]) -> bool {
    let body = reference.get(1..12).unwrap_or_else(|| reference.get(1..).unwrap_or_default());
    match body {
        [b'#', rest @ ..] => {
            let (radix, digits) = match rest {
                [b'x' | b'X', digits @ ..] => (16, digits),
                digits => (10, digits),
            };
            let length = digits.iter().take_while(|b| b.is_ascii_hexdigit()).count();
            let digits = digits.get(..length).and_then(|digits| std::str::from_utf8(digits).ok()).unwrap_or_default();
            // Many digits: leading zeros, which hide something.
            let Ok(code) = u32::from_str_radix(digits, radix) else { return length > 6 };
            let hides = |c: char| c.is_ascii_alphanumeric() || matches!(c, '|' | '(' | '!' | '_' | '.');
            length > 6 || char::from_u32(code).is_some_and(|c| hides(c) || ('\u{ff01}'..='\u{ff5e}').contains(&c))
        }
        _ => [&b"vert"[..], b"verbar", b"VerticalLine", b"lpar", b"excl"].iter().any(|name| body.starts_with(name)),
    }
}

/// Links of one part, equal ones (same kind, service, topic, trigger, part) folded into the first.
#[derive(Debug, Default)]
pub(crate) struct Folded {
    links: Vec<Link>,
    known: HashMap<Key, usize>,
}

type Key = (LinkKind, Option<String>, Option<String>, Option<String>, Trigger, PartPath);

impl Folded {
    /// Adds a link, or counts it on the first equal one and leaves its tricks there.
    pub(crate) fn add(&mut self, link: Link) {
        let target = link.target.clone();
        let key = (link.kind, link.service.clone(), link.topic.clone(), target, link.trigger, link.part.clone());
        match self.known.get(&key).and_then(|at| self.links.get_mut(*at)) {
            Some(first) => {
                first.count = first.count.saturating_add(link.count);
                for trick in link.tricks {
                    if !first.tricks.contains(&trick) {
                        first.tricks.push(trick);
                    }
                }
            }
            None => {
                self.known.insert(key, self.links.len());
                self.links.push(link);
            }
        }
    }

    /// Adds all links of a formula.
    pub(crate) fn formula(
        &mut self,
        text: &str,
        dialect: Dialect,
        source: &Source,
        location: &Location,
        shown: Option<&str>,
    ) {
        for link in links(text, dialect, source, location, shown) {
            self.add(link);
        }
    }

    /// The links so far, to complete them before they are reported.
    #[allow(dead_code, reason = "carriers that learn of triggers late use it")]
    pub(crate) fn links_mut(&mut self) -> &mut [Link] {
        &mut self.links
    }

    /// Drops links; to be called once all are added.
    pub(crate) fn retain(&mut self, keep: impl Fn(&Link) -> bool) {
        self.known.clear();
        self.links.retain(keep);
    }

    /// True where nothing was found.
    pub(crate) fn is_empty(&self) -> bool {
        self.links.is_empty()
    }

    /// Reports them in the order in which they were first met; `everywhere` are tricks of the whole part.
    pub(crate) fn report(self, everywhere: &[&'static str], sink: &mut dyn Sink) {
        for mut link in self.links {
            for trick in everywhere {
                link.saw(trick);
            }
            sink.link(link);
        }
    }
}

/// `A1` for column and row counted from 1.
pub(crate) fn cell_name(column: u32, row: u32) -> String {
    let mut letters = Vec::new();
    let mut left = column;
    while left > 0 {
        left = left.saturating_sub(1);
        letters.push(char::from(b'A'.saturating_add(u8::try_from(left % 26).unwrap_or_default())));
        left /= 26;
    }
    letters.iter().rev().collect::<String>() + &row.to_string()
}

#[cfg(test)]
mod tests;
