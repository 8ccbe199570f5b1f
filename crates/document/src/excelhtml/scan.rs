//! A small HTML tokenizer: tags, their attributes, and the text between them.

/// A tag.
#[derive(Clone, Debug)]
pub(super) struct Tag<'t> {
    /// Its name in lower case.
    pub(super) name: String,
    /// True for `</x>`.
    pub(super) closing: bool,
    /// Byte offset of its `<`.
    pub(super) offset: usize,
    inner: &'t str,
}

/// An attribute, its value with references resolved.
#[derive(Clone, Debug)]
pub(super) struct Attribute {
    /// Its name in lower case.
    pub(super) name: String,
    pub(super) value: String,
    /// True where a reference stood for a letter or sign that needs none.
    pub(super) encoded: bool,
}

/// What stands in HTML.
#[derive(Clone, Debug)]
pub(super) enum Piece<'t> {
    Text { text: &'t str },
    Tag(Tag<'t>),
}

/// Cuts HTML into pieces; comments, scripts and styles are passed over.
pub(super) struct Pieces<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Pieces<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Goes behind the first `end` from here on; to the end where there is none.
    fn skip_past(&mut self, end: &str) {
        let found = memchr::memmem::find(self.rest().as_bytes(), end.as_bytes());
        self.at = match found {
            Some(found) => self.at.saturating_add(found).saturating_add(end.len()),
            None => self.text.len(),
        };
    }

    fn tag(&mut self) -> Option<Tag<'t>> {
        let offset = self.at;
        let behind = self.rest().get(1..)?;
        let (closing, behind) = match behind.strip_prefix('/') {
            Some(behind) => (true, behind),
            None => (false, behind),
        };
        if !behind.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        let length = tag_length(behind);
        let inner = behind.get(..length).unwrap_or_default();
        let start = offset.saturating_add(if closing { 2 } else { 1 });
        self.at = start.saturating_add(length).saturating_add(1).min(self.text.len());
        let name_length = inner.find(|c: char| c.is_whitespace() || c == '/').unwrap_or(inner.len());
        let (name, inner) = inner.split_at_checked(name_length)?;
        let name = name.to_ascii_lowercase();
        if !closing && matches!(name.as_str(), "script" | "style") {
            self.skip_past(if name == "script" { "</script" } else { "</style" });
        }
        Some(Tag { name, closing, offset, inner })
    }
}

/// How long a tag is up to its `>`, past quotes. A quote that is never closed does not swallow the rest.
fn tag_length(tag: &str) -> usize {
    let bytes = tag.as_bytes();
    let mut at = 0_usize;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr3(b'>', b'"', b'\'', rest)) {
        at = at.saturating_add(found);
        let Some(quote @ (b'"' | b'\'')) = bytes.get(at) else { return at };
        let behind = at.saturating_add(1);
        // Only a value's opening quote counts.
        let value = bytes.get(..at).is_some_and(|before| before.trim_ascii_end().ends_with(b"="));
        let close = bytes.get(behind..).filter(|_| value).and_then(|rest| memchr::memchr(*quote, rest));
        at = match close {
            Some(close) => behind.saturating_add(close).saturating_add(1),
            None => behind,
        };
    }
    bytes.len()
}

impl<'t> Iterator for Pieces<'t> {
    type Item = Piece<'t>;

    fn next(&mut self) -> Option<Piece<'t>> {
        loop {
            let rest = self.rest();
            if rest.is_empty() {
                return None;
            }
            if rest.starts_with("<!--") {
                self.skip_past("-->");
                continue;
            }
            if rest.starts_with("<!") || rest.starts_with("<?") {
                self.skip_past(">");
                continue;
            }
            if let Some(tag) = rest.starts_with('<').then(|| self.tag()).flatten() {
                return Some(Piece::Tag(tag));
            }
            let from = usize::from(rest.starts_with('<'));
            let end = rest.as_bytes().get(from..).and_then(|rest| memchr::memchr(b'<', rest));
            let end = end.map_or(rest.len(), |end| end.saturating_add(from));
            self.at = self.at.saturating_add(end);
            return Some(Piece::Text { text: rest.get(..end).unwrap_or_default() });
        }
    }
}

impl Tag<'_> {
    /// Its attributes in their order.
    pub(super) fn attributes(&self) -> impl Iterator<Item = Attribute> {
        let mut rest = self.inner;
        std::iter::from_fn(move || {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
            if rest.is_empty() {
                return None;
            }
            let length = rest.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(rest.len());
            let (name, behind) = rest.split_at_checked(length.max(1)).unwrap_or((rest, ""));
            let name = name.to_ascii_lowercase();
            let Some(value) = behind.trim_start().strip_prefix('=') else {
                rest = behind;
                return Some(Attribute { name, value: String::new(), encoded: false });
            };
            let (value, behind) = cut_value(value.trim_start());
            rest = behind;
            let (value, encoded) = unescape(value);
            Some(Attribute { name, value, encoded })
        })
    }
}

fn cut_value(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(behind) = text.strip_prefix(quote) {
            return behind.split_once(quote).unwrap_or((behind, ""));
        }
    }
    let length = text.find(char::is_whitespace).unwrap_or(text.len());
    text.split_at_checked(length).unwrap_or((text, ""))
}

/// Text with references resolved, and whether one stood for a letter or sign that needs none.
pub(super) fn unescape(text: &str) -> (String, bool) {
    let mut out = String::with_capacity(text.len());
    let mut encoded = false;
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        match reference(after) {
            Some((c, length)) => {
                encoded |= c.is_ascii_alphanumeric() || matches!(c, '|' | '!' | '=' | '(');
                out.push(c);
                rest = after.get(length..).unwrap_or_default();
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    (out, encoded)
}

/// A reference behind its `&`: the character and its length with the semicolon, which may be missing.
fn reference(after: &str) -> Option<(char, usize)> {
    let semicolon = |length: usize| {
        let closed = after.as_bytes().get(length) == Some(&b';');
        length.saturating_add(usize::from(closed))
    };
    if let Some(number) = after.strip_prefix('#') {
        let (radix, digits, skipped) = match number.strip_prefix(['x', 'X']) {
            Some(digits) => (16, digits, 2_usize),
            None => (10, number, 1),
        };
        let length = digits.bytes().take_while(|b| char::from(*b).is_digit(radix)).count();
        let code = u32::from_str_radix(digits.get(..length)?, radix).ok()?;
        return Some((char::from_u32(code)?, semicolon(skipped.saturating_add(length))));
    }
    const NAMES: [(&str, char); 16] = [
        ("amp", '&'),
        ("lt", '<'),
        ("gt", '>'),
        ("quot", '"'),
        ("apos", '\''),
        ("nbsp", '\u{a0}'),
        ("vert", '|'),
        ("verbar", '|'),
        ("VerticalLine", '|'),
        ("excl", '!'),
        ("equals", '='),
        ("plus", '+'),
        ("commat", '@'),
        ("lpar", '('),
        ("rpar", ')'),
        ("sol", '/'),
    ];
    let length = after.bytes().take_while(u8::is_ascii_alphanumeric).take(16).count();
    let name = after.get(..length)?;
    let (_, c) = NAMES.iter().find(|(known, _)| *known == name)?;
    Some((*c, semicolon(length)))
}
