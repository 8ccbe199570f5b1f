/// A line of the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record<'t> {
    /// Its type: what stands before the first semicolon.
    pub(super) kind: &'t str,
    /// All of it.
    pub(super) text: &'t str,
    /// Byte offset in the decoded text.
    pub(super) offset: usize,
}

/// A field: a letter and its value, escapes resolved.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) letter: char,
    pub(super) value: String,
}

impl<'t> Record<'t> {
    /// Its fields in their order.
    pub(super) fn fields(&self) -> impl Iterator<Item = Field> + 't {
        let rest = self.text.get(self.kind.len()..).and_then(|rest| rest.strip_prefix(';'));
        Pieces { rest }.filter_map(|piece| {
            let mut letters = piece.trim_start_matches('\0').chars();
            let letter = letters.next()?.to_ascii_uppercase();
            Some(Field { letter, value: resolve(letters.as_str()) })
        })
    }

    /// The value of the first field with that letter.
    pub(super) fn value(&self, letter: char) -> Option<String> {
        self.fields().find(|field| field.letter == letter).map(|field| field.value)
    }

    /// True where an escape sequence stands for a letter or sign that needs none.
    pub(super) fn has_escapes(&self) -> bool {
        self.text.split('\x1b').skip(1).any(|behind| escape(behind).is_some_and(|(c, _)| c.is_ascii_graphic()))
    }
}

/// Pieces between single semicolons; a doubled one belongs to its piece.
struct Pieces<'t> {
    rest: Option<&'t str>,
}

impl<'t> Iterator for Pieces<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        let rest = self.rest?;
        let mut from = 0_usize;
        while let Some(found) = rest.as_bytes().get(from..).and_then(|bytes| memchr::memchr(b';', bytes)) {
            let at = from.saturating_add(found);
            let behind = at.saturating_add(1);
            if rest.as_bytes().get(behind) == Some(&b';') {
                from = behind.saturating_add(1);
                continue;
            }
            self.rest = rest.get(behind..);
            return rest.get(..at);
        }
        self.rest = None;
        Some(rest)
    }
}

/// Undoes `;;` and escape sequences: ESC, a character from space to `/`, one from `0` to `?`, four bits each.
fn resolve(value: &str) -> String {
    let doubled = value.replace(";;", ";");
    if !doubled.contains('\x1b') {
        return doubled;
    }
    let mut pieces = doubled.split('\x1b');
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for behind in pieces {
        match escape(behind) {
            Some((c, rest)) => {
                out.push(c);
                out.push_str(rest);
            }
            None => out.push_str(behind),
        }
    }
    out
}

fn escape(behind: &str) -> Option<(char, &str)> {
    let (high, low) = (*behind.as_bytes().first()?, *behind.as_bytes().get(1)?);
    let hexadecimal = matches!(high, 0x20..=0x2f) && matches!(low, 0x30..=0x3f);
    let value = ((high & 0x0f) << 4) | (low & 0x0f);
    hexadecimal.then_some((char::from(value), behind.get(2..)?))
}

/// The lines of the file.
pub(super) struct Records<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Records<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }
}

impl<'t> Iterator for Records<'t> {
    type Item = Record<'t>;

    fn next(&mut self) -> Option<Record<'t>> {
        loop {
            let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
            let length = memchr::memchr2(b'\n', b'\r', rest.as_bytes()).unwrap_or(rest.len());
            let line = rest.get(..length).unwrap_or_default();
            let offset = self.at;
            self.at = self.at.saturating_add(length).saturating_add(1);
            let padding = line.len().saturating_sub(line.trim_start_matches(['\u{feff}', '\0', ' ', '\t']).len());
            let text = line.get(padding..).unwrap_or_default();
            if text.is_empty() {
                continue;
            }
            let kind = text.split(';').next().unwrap_or_default();
            return Some(Record { kind, text, offset: offset.saturating_add(padding) });
        }
    }
}
