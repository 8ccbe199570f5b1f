//! Observables in commands and targets: one pass over the words, no expressions.

use crate::place::host_of;
use core::net::{Ipv4Addr, Ipv6Addr};
use ddefend_model::{Indicator, IndicatorKind};
use serde::Deserialize;
use std::collections::BTreeSet;

/// File name extensions by sort, lower case, without dot.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extensions {
    /// Windows starts these as programs.
    pub program: Vec<String>,
    /// Script hosts run these.
    pub script: Vec<String>,
    /// Documents that may carry links or macros.
    pub document: Vec<String>,
    /// Other names worth an indicator (archives, images, libraries, data).
    pub other: Vec<String>,
}

impl Extensions {
    /// True for a program's extension, lower case, without dot.
    #[must_use]
    pub fn is_program(&self, extension: &str) -> bool {
        !extension.is_empty() && self.program.iter().any(|known| known.eq_ignore_ascii_case(extension))
    }

    /// The tag for a target's extension: `file:program`, `file:script`, `file:document`, `file:other`, `file:none`.
    #[must_use]
    pub fn tag(&self, target: &str) -> &'static str {
        let path = target.split(['?', '#']).next().unwrap_or(target);
        let name = path.rsplit(['\\', '/']).next().unwrap_or(path);
        let Some((_, extension)) = name.rsplit_once('.') else { return "file:none" };
        let extension = extension.trim_matches(['"', '\'', ' ', ')', ']', '}']).to_ascii_lowercase();
        let holds = |list: &[String]| list.contains(&extension);
        match () {
            () if holds(&self.program) => "file:program",
            () if holds(&self.script) => "file:script",
            () if holds(&self.document) => "file:document",
            () => "file:other",
        }
    }

    fn knows(&self, extension: &str) -> bool {
        let lists = [&self.program, &self.script, &self.document, &self.other];
        lists.iter().any(|list| list.iter().any(|known| known == extension))
    }
}

/// Indicators in texts, in order, each once, at most `most`.
#[must_use]
pub fn indicators<'t>(
    texts: impl IntoIterator<Item = &'t str>,
    extensions: &Extensions,
    most: usize,
) -> Vec<Indicator> {
    let mut found = Found { list: Vec::new(), seen: BTreeSet::new(), most, extensions };
    for text in texts {
        scan(text, &mut found);
    }
    found.list
}

struct Found<'e> {
    list: Vec<Indicator>,
    seen: BTreeSet<(IndicatorKind, String)>,
    most: usize,
    extensions: &'e Extensions,
}

impl Found<'_> {
    fn add(&mut self, kind: IndicatorKind, value: &str) {
        if self.list.len() < self.most && !value.is_empty() && self.seen.insert((kind, value.to_owned())) {
            self.list.push(Indicator { kind, value: value.to_owned() });
        }
    }

    fn host(&mut self, host: &str) {
        if let Some(ip) = address(host) {
            self.add(IndicatorKind::Ip, &ip);
        } else {
            self.add(IndicatorKind::Host, &host.to_ascii_lowercase());
        }
    }
}

fn is_cut(c: char) -> bool {
    c.is_whitespace() || c.is_control() || "\"'`<>|".contains(c)
}

fn scan(text: &str, found: &mut Found<'_>) {
    for word in text.split(is_cut).filter(|word| !word.is_empty()) {
        if word.contains("://") {
            urls(word, found);
        } else {
            plain(word, found);
        }
    }
    // Paths with blanks stand between quotes.
    for quoted in text.split('"').skip(1).step_by(2).filter(|quoted| quoted.contains(' ')) {
        if quoted.get(1..3) == Some(":\\") && !quoted.contains("://") {
            file(quoted, found);
        }
    }
}

/// URLs inside a word such as `('http://a/b.exe')` or `script:http://host/x`.
fn urls(word: &str, found: &mut Found<'_>) {
    let mut rest = word;
    while let Some(at) = rest.find("://") {
        let head = rest.get(..at).unwrap_or("");
        let scheme_len =
            head.chars().rev().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.')).count();
        let start = at.saturating_sub(scheme_len);
        let body = rest.get(start..).unwrap_or("");
        let end = body.find(['(', ')', '{', '}', '[', ',', ';', '^']).filter(|end| *end > 0);
        let bracket = body.get(scheme_len + 3..).is_some_and(|host| host.starts_with('['));
        let url = match end {
            Some(end) if !bracket => body.get(..end).unwrap_or(body),
            _ => body,
        };
        let url = url.trim_end_matches(['.', ',', ';', ')', '}', '!']);
        if scheme_len > 0 && url.len() > scheme_len + 3 {
            url_indicator(url, scheme_len, found);
        }
        rest = body.get(url.len().max(scheme_len + 3)..).unwrap_or("");
    }
}

fn url_indicator(url: &str, scheme_len: usize, found: &mut Found<'_>) {
    let Some(rest) = url.get(scheme_len + 3..) else { return };
    if url.get(..scheme_len).is_some_and(|scheme| scheme.eq_ignore_ascii_case("file")) {
        let path = rest.trim_start_matches('/');
        match crate::place::place_of(url) {
            (crate::place::Place::Unc, Some(host)) => {
                found.add(IndicatorKind::Unc, &format!(r"\\{}", path.replace('/', r"\")));
                found.host(host);
            }
            _ => found.add(IndicatorKind::File, path),
        }
        return;
    }
    found.add(IndicatorKind::Url, url);
    if let Some(host) = host_of(rest) {
        found.host(host);
    }
}

fn plain(word: &str, found: &mut Found<'_>) {
    if let Some(at) = word
        .find(r"\\")
        .filter(|at| *at == 0 || word.get(..*at).is_some_and(|head| head.ends_with(['=', '(', ',', ':'])))
    {
        let path = word.get(at..).unwrap_or("").trim_end_matches([')', ',', ';', '.']);
        if let (crate::place::Place::Unc, Some(host)) = crate::place::place_of(path) {
            found.add(IndicatorKind::Unc, path);
            found.host(host);
            return;
        }
    }
    for piece in word.split(['(', ')', ',', ';', '=', '&', '{', '}', '[', ']', '!']).filter(|piece| piece.len() > 3) {
        let piece = piece.trim_matches(['.', ':']);
        let lower = piece.to_ascii_lowercase();
        if is_hash(piece) {
            found.add(IndicatorKind::Hash, &lower);
        } else if let Some(ip) = dotted(piece) {
            found.add(IndicatorKind::Ip, &ip);
        } else if lower.starts_with("www.") {
            found.host(host_of(&lower).unwrap_or(&lower));
        } else {
            file(piece, found);
        }
    }
}

fn is_hash(word: &str) -> bool {
    let hex = matches!(word.len(), 32 | 40 | 64) && word.bytes().all(|b| b.is_ascii_hexdigit());
    hex && word.bytes().any(|b| b.is_ascii_digit()) && word.bytes().any(|b| b.is_ascii_alphabetic())
}

fn dotted(word: &str) -> Option<String> {
    let host = word.split([':', '/']).next()?;
    let ip: Ipv4Addr = host.parse().ok()?;
    Some(ip.to_string())
}

fn file(piece: &str, found: &mut Found<'_>) {
    let rooted = piece.get(1..3) == Some(":\\") && piece.starts_with(|c: char| c.is_ascii_alphabetic());
    let name = piece.rsplit(['\\', '/']).next().unwrap_or(piece);
    let extension = name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).map(|(_, end)| end.to_ascii_lowercase());
    let known = extension.is_some_and(|extension| found.extensions.knows(&extension));
    if known || (rooted && piece.len() > 3) {
        found.add(IndicatorKind::File, piece);
    }
}

/// An address in any notation a browser takes: dotted, IPv6, or one decimal, hexadecimal or octal number.
fn address(host: &str) -> Option<String> {
    if let Ok(six) = host.parse::<Ipv6Addr>() {
        return Some(six.to_string());
    }
    if host.contains('.') {
        let parts: Option<Vec<u32>> = host.split('.').map(number).collect();
        let parts = parts?;
        let [a, b, c, d] = parts.as_slice() else { return None };
        let byte = |value: &u32| u8::try_from(*value).ok();
        return Some(Ipv4Addr::new(byte(a)?, byte(b)?, byte(c)?, byte(d)?).to_string());
    }
    let whole = number(host)?;
    (whole > 0xFF_FFFF).then(|| Ipv4Addr::from(whole).to_string())
}

fn number(text: &str) -> Option<u32> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None if text.len() > 1 && text.starts_with('0') => u32::from_str_radix(text, 8).ok(),
        None if text.starts_with(|c: char| c.is_ascii_digit()) => text.parse().ok(),
        None => None,
    }
}
