//! HTML as Word writes and reads it: tags, text, and the content of conditional comments, which Word takes for real.

use std::borrow::Cow;

/// A piece of HTML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token<'h> {
    /// Text as written; [`resolve`] resolves its references.
    Text(&'h str),
    /// A start tag.
    Open(Tag<'h>),
    /// An end tag: its name as written.
    Close(&'h str),
}

/// A start tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tag<'h> {
    /// Its name as written.
    pub(super) name: &'h str,
    /// Offset of its `<`.
    pub(super) offset: usize,
    rest: &'h str,
}

/// A reader of tokens; linear in the text.
pub(super) struct Tokens<'h> {
    html: &'h str,
    at: usize,
    /// Offsets up to which no `"` and no `'` was found by earlier searches, so that unclosed quotes cost nothing twice.
    barren: [usize; 2],
}

/// How far behind its opening a quoted attribute value may end, bytes.
const VALUE_CAP: usize = 256 << 10;

impl<'h> Tokens<'h> {
    pub(super) fn new(html: &'h str) -> Self {
        Self { html, at: 0, barren: [0; 2] }
    }

    fn rest(&self) -> &'h str {
        self.html.get(self.at..).unwrap_or_default()
    }

    /// Moves behind the next `mark`, or to the end.
    fn skip_past(&mut self, mark: &str) {
        let found = memchr::memmem::find(self.rest().as_bytes(), mark.as_bytes());
        self.at = found.map_or(self.html.len(), |found| self.at.saturating_add(found).saturating_add(mark.len()));
    }

    /// At `<!`: comments are skipped, marks of conditional comments are passed so that what is in them is read.
    fn declaration(&mut self) {
        let rest = self.rest();
        let conditional =
            rest.strip_prefix("<!--").map_or(rest.starts_with("<!["), |inner| inner.trim_start().starts_with("[if"));
        if conditional {
            self.skip_past(">");
        } else if rest.starts_with("<!--") {
            self.at = self.at.saturating_add(4);
            self.skip_past("-->");
        } else {
            self.skip_past(">");
        }
    }

    fn tag(&mut self) -> Option<Token<'h>> {
        let offset = self.at;
        let inner = self.rest().get(1..)?;
        let (close, body) = inner.strip_prefix('/').map_or((false, inner), |body| (true, body));
        if !body.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        let from = self.html.len().saturating_sub(body.len());
        let end = self.tag_end(from);
        let body = self.html.get(from..end)?;
        self.at = end.saturating_add(1);
        let end = body.find(|c: char| c.is_ascii_whitespace() || c == '/').unwrap_or(body.len());
        let (name, rest) = body.split_at_checked(end)?;
        if close {
            return Some(Token::Close(name));
        }
        if name.eq_ignore_ascii_case("script") || name.eq_ignore_ascii_case("style") {
            self.skip_raw(name);
        }
        Some(Token::Open(Tag { name, offset, rest }))
    }

    /// Offset of the `>` that ends a tag's body at `from`, quoted values respected. A quote that is never closed is none.
    fn tag_end(&mut self, from: usize) -> usize {
        let bytes = self.html.as_bytes();
        let mut at = from;
        while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr3(b'>', b'"', b'\'', rest)) {
            at = at.saturating_add(found);
            match bytes.get(at) {
                Some(quote @ (b'"' | b'\'')) if bytes.get(from..at).is_some_and(ends_in_equals) => {
                    at = self.closing_quote(*quote, at).unwrap_or(at);
                }
                Some(b'>') => return at,
                _ => {}
            }
            at = at.saturating_add(1);
        }
        bytes.len()
    }

    fn closing_quote(&mut self, quote: u8, open: usize) -> Option<usize> {
        let barren = self.barren.get_mut(usize::from(quote == b'"'))?;
        let from = open.saturating_add(1).max(*barren);
        let end = open.saturating_add(VALUE_CAP).min(self.html.len());
        let found = self.html.as_bytes().get(from..end).and_then(|rest| memchr::memchr(quote, rest));
        if found.is_none() {
            *barren = end.max(*barren);
        }
        found.map(|found| from.saturating_add(found))
    }

    /// Skips the content of `script` and `style`.
    fn skip_raw(&mut self, name: &str) {
        let mut from = self.at;
        while let Some(found) = self.html.get(from..).and_then(|rest| memchr::memmem::find(rest.as_bytes(), b"</")) {
            from = from.saturating_add(found).saturating_add(2);
            let end = from.saturating_add(name.len());
            if self.html.get(from..end).is_some_and(|found| found.eq_ignore_ascii_case(name)) {
                self.at = from.saturating_sub(2);
                return;
            }
        }
    }
}

fn ends_in_equals(before: &[u8]) -> bool {
    before.iter().rev().find(|b| !b.is_ascii_whitespace()) == Some(&b'=')
}

impl<'h> Iterator for Tokens<'h> {
    type Item = Token<'h>;

    fn next(&mut self) -> Option<Token<'h>> {
        while self.at < self.html.len() {
            let rest = self.rest();
            let skipped = match rest.as_bytes() {
                [b'<', b'!', ..] => {
                    self.declaration();
                    continue;
                }
                [b'<', b'?', ..] => {
                    self.skip_past(">");
                    continue;
                }
                [b'<', ..] => {
                    if let Some(token) = self.tag() {
                        return Some(token);
                    }
                    1
                }
                _ => 0,
            };
            let tail = rest.as_bytes().get(skipped..).unwrap_or_default();
            let end = memchr::memchr(b'<', tail).map_or(rest.len(), |found| found.saturating_add(skipped));
            self.at = self.at.saturating_add(end.max(1));
            return Some(Token::Text(rest.get(..end).unwrap_or_default()));
        }
        None
    }
}

impl Tag<'_> {
    /// False is certain: no style of this tag has a property that begins with `mso`, spelt with escapes or not.
    pub(super) fn may_be_styled(&self) -> bool {
        let bytes = self.rest.as_bytes();
        memchr::memchr2(b'\\', b'&', bytes).is_some()
            || memchr::memchr_iter(b'-', bytes).any(|at| {
                let word = at.checked_sub(3).and_then(|from| bytes.get(from..at));
                word.is_some_and(|word| word.eq_ignore_ascii_case(b"mso"))
            })
    }

    /// The value of an attribute, references resolved.
    pub(super) fn attribute(&self, wanted: &str) -> Option<String> {
        let mut rest = self.rest;
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
            if rest.is_empty() {
                return None;
            }
            let end = rest.find(|c: char| c.is_ascii_whitespace() || c == '=').unwrap_or(rest.len()).max(1);
            let (name, after) = rest.split_at_checked(end)?;
            let after = after.trim_start();
            let Some(value) = after.strip_prefix('=') else {
                rest = after;
                continue;
            };
            let (value, tail) = value_of(value.trim_start());
            if name.eq_ignore_ascii_case(wanted) {
                return Some(resolve(value).into_owned());
            }
            rest = tail;
        }
    }
}

fn value_of(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote) {
            return inner.split_once(quote).unwrap_or((inner, ""));
        }
    }
    let end = text.find(|c: char| c.is_ascii_whitespace()).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// Resolves character references; those that are not known stay as written.
pub(super) fn resolve(text: &str) -> Cow<'_, str> {
    if memchr::memchr(b'&', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let end = name_length(after.as_bytes());
        let (name, tail) = after.split_at_checked(end).unwrap_or((after, ""));
        match reference(name) {
            Some(c) => {
                out.push(c);
                rest = tail.strip_prefix(';').unwrap_or(tail);
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Length of a reference's name behind its `&`: letters and digits, or `#` and as many digits as there are, since the
/// closing semicolon may be missing.
pub(super) fn name_length(text: &[u8]) -> usize {
    let (mark, digit): (usize, fn(&u8) -> bool) = match text {
        [b'#', b'x' | b'X', ..] => (2, u8::is_ascii_hexdigit),
        [b'#', ..] => (1, u8::is_ascii_digit),
        _ => (0, u8::is_ascii_alphanumeric),
    };
    let digits = text.iter().skip(mark).take_while(|byte| digit(byte)).count();
    digits.saturating_add(mark)
}

pub(super) fn reference(name: &str) -> Option<char> {
    let named = [
        ("amp", '&'),
        ("lt", '<'),
        ("gt", '>'),
        ("quot", '"'),
        ("apos", '\''),
        ("nbsp", '\u{a0}'),
        ("ldquo", '\u{201c}'),
        ("rdquo", '\u{201d}'),
        ("bdquo", '\u{201e}'),
        ("bsol", '\\'),
        ("sol", '/'),
        ("colon", ':'),
        ("period", '.'),
        ("lpar", '('),
        ("rpar", ')'),
        ("vert", '|'),
        ("excl", '!'),
        ("Tab", '\t'),
        ("NewLine", '\n'),
        ("ensp", '\u{2002}'),
        ("emsp", '\u{2003}'),
        ("thinsp", '\u{2009}'),
    ];
    if let Some((_, c)) = named.iter().find(|(known, _)| *known == name) {
        return Some(*c);
    }
    let digits = name.strip_prefix('#')?;
    let code = match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => digits.parse().ok()?,
    };
    char::from_u32(code)
}
