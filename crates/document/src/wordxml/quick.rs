//! A look at a part's fields without parsing it: nearly every document has page numbers and a table of contents, and
//! nothing that contacts or loads. When in doubt the answer is yes and the part is parsed.

use memchr::{memchr, memmem, memrchr};

/// What an instruction without nested fields must begin with to matter.
const WORDS: [&str; 5] = ["dde", "link", "include", "import", "database"];
/// Bytes in which a declaration and a first processing instruction stand.
const HEAD: usize = 300;
/// Open fields that are followed.
const DEPTH: usize = 64;
/// How long an instruction may be here, bytes.
const LENGTH: usize = 16 << 10;

/// True where a part may hold an instruction that matters: one that begins with one of the words, a nested field inside an instruction (it
/// could spell anything), or XML that is written in an unusual way.
pub(crate) fn may_matter(bytes: &[u8]) -> bool {
    if memchr(0, bytes).is_some() || memmem::find(bytes, b"<!").is_some() || !is_utf8(bytes) {
        return true;
    }
    if bytes.get(HEAD..).is_some_and(|rest| memmem::find(rest, b"<?").is_some()) {
        return true;
    }
    let fields = memmem::find_iter(bytes, b"fld");
    // `nstrText` is in `instrText` and in `delInstrText`.
    let mut texts = memmem::find_iter(bytes, b"nstrText").peekable();
    let mut look = Look { bytes, open: Vec::new(), text: String::new(), from: 0 };
    for field in fields {
        while let Some(text) = texts.next_if(|text| *text < field) {
            if look.instruction(text) == Verdict::Doubt {
                return true;
            }
        }
        if look.field(field) == Verdict::Doubt {
            return true;
        }
    }
    texts.any(|text| look.instruction(text) == Verdict::Doubt) || look.check(bytes.len()) == Verdict::Doubt
}

/// True where the declaration names no other encoding. What follows is checked where it matters.
fn is_utf8(bytes: &[u8]) -> bool {
    let head = bytes.get(..200).unwrap_or(bytes);
    let Some(at) = memmem::find(head, b"encoding") else { return true };
    let rest = head.get(at..).unwrap_or_default();
    let end = memchr(b'>', rest).unwrap_or(rest.len());
    rest.get(..end).unwrap_or_default().windows(5).any(|word| word.eq_ignore_ascii_case(b"utf-8"))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Harmless,
    Doubt,
}

struct Look<'b> {
    bytes: &'b [u8],
    /// For each open field whether its result has begun.
    open: Vec<bool>,
    /// The innermost field's instruction so far, without references resolved.
    text: String,
    /// Where it begins.
    from: usize,
}

impl<'b> Look<'b> {
    /// The tag around an offset, from behind its `<` to before the next `<`, and where that is.
    fn tag(&self, at: usize) -> Option<(&'b [u8], usize)> {
        let from = at.saturating_sub(64);
        let start = from.saturating_add(memrchr(b'<', self.bytes.get(from..at)?)?).saturating_add(1);
        let rest = self.bytes.get(start..)?;
        let length = memchr(b'<', rest).unwrap_or(rest.len());
        Some((rest.get(..length)?, start.saturating_add(length)))
    }

    fn instruction(&mut self, at: usize) -> Verdict {
        let Some((tag, next)) = self.tag(at) else { return Verdict::Doubt };
        if tag.starts_with(b"/") {
            return Verdict::Harmless;
        }
        let Some(end) = memchr(b'>', tag) else { return Verdict::Doubt };
        let (start, text) = tag.split_at_checked(end.saturating_add(1)).unwrap_or((tag, &[]));
        // A `>` inside a quoted value does not end the tag, and an element inside the text does not end the text.
        let odd = |quote: u8| start.iter().filter(|b| **b == quote).count() % 2 == 1;
        if odd(b'"') || odd(b'\'') || !self.bytes.get(next..).is_some_and(|rest| rest.starts_with(b"</")) {
            return Verdict::Doubt;
        }
        self.add(text)
    }

    fn add(&mut self, text: &[u8]) -> Verdict {
        if self.open.last() != Some(&false) {
            return Verdict::Harmless;
        }
        let Ok(text) = std::str::from_utf8(text) else { return Verdict::Doubt };
        // Numeric references could spell a word.
        if text.contains("&#") || self.text.len().saturating_add(text.len()) > LENGTH {
            return Verdict::Doubt;
        }
        self.text.push_str(text);
        Verdict::Harmless
    }

    fn field(&mut self, at: usize) -> Verdict {
        let Some((tag, _)) = self.tag(at) else { return Verdict::Doubt };
        let name_end =
            tag.iter().position(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'/')).unwrap_or(tag.len());
        let name = tag.get(..name_end).unwrap_or_default();
        if name.ends_with(b"fldSimple") {
            if self.open.last() == Some(&false) || memmem::find(tag, b"&#").is_some() {
                return Verdict::Doubt;
            }
            let Ok(tag) = std::str::from_utf8(tag) else { return Verdict::Doubt };
            // Every `instr` is looked at, since one may stand in the value of another attribute.
            let doubt = tag.match_indices("instr").any(|(at, word)| {
                let value = tag.get(at.saturating_add(word.len())..).unwrap_or_default();
                let value = value.trim_start().trim_start_matches('=').trim_start();
                let inner = value.strip_prefix('"').or_else(|| value.strip_prefix('\''));
                inner.is_none_or(|inner| judge(inner) == Verdict::Doubt)
            });
            return if doubt { Verdict::Doubt } else { Verdict::Harmless };
        }
        if !name.ends_with(b"fldChar") {
            return Verdict::Harmless;
        }
        // The tag of `fldCharType` is met twice, by its name and by its attribute; only the first counts.
        let own = self.bytes.get(at..).unwrap_or_default();
        if !own.starts_with(b"fldChar") || own.starts_with(b"fldCharType") {
            return Verdict::Harmless;
        }
        let has = |word: &[u8]| memmem::find(tag, word).is_some();
        match (has(b"\"begin\""), has(b"\"separate\""), has(b"\"end\"")) {
            (true, false, false) => self.begin(at),
            (false, true, false) => {
                let verdict = self.check(at);
                if let Some(open) = self.open.last_mut() {
                    *open = true;
                }
                verdict
            }
            (false, false, true) => {
                let verdict = self.check(at);
                self.open.pop();
                verdict
            }
            _ => Verdict::Doubt,
        }
    }

    fn begin(&mut self, at: usize) -> Verdict {
        if self.open.last() == Some(&false) || self.open.len() >= DEPTH {
            return Verdict::Doubt;
        }
        self.open.push(false);
        self.text.clear();
        self.from = at;
        Verdict::Harmless
    }

    /// Judges the innermost field's instruction where that is what was being read.
    fn check(&mut self, at: usize) -> Verdict {
        if self.open.last() != Some(&false) {
            return Verdict::Harmless;
        }
        // Text in there may belong to one reading and not to another, or to a text box; without any, ordinary text counts.
        let inside = self.bytes.get(self.from..at).unwrap_or_default();
        let words: [&[u8]; 4] = [b"AlternateContent", b"txbxContent", b"del", b"moveFrom"];
        if self.text.trim().is_empty() || words.iter().any(|word| memmem::find(inside, word).is_some()) {
            return Verdict::Doubt;
        }
        let text = std::mem::take(&mut self.text);
        judge(&text)
    }
}

/// Whether an instruction may matter by its first word.
fn judge(text: &str) -> Verdict {
    let text = text.trim_start();
    let end =
        text.find(|c: char| c.is_ascii_whitespace() || matches!(c, '"' | '\'' | '&' | '\\')).unwrap_or(text.len());
    let word = text.get(..end).unwrap_or_default();
    // Quoted words may spell a keyword together; unusual blanks may part it from what follows.
    let odd = !word.is_ascii() || (word.is_empty() && !text.is_empty());
    let known = WORDS.iter().any(|known| word.get(..known.len()).is_some_and(|head| head.eq_ignore_ascii_case(known)));
    if odd || known { Verdict::Doubt } else { Verdict::Harmless }
}
