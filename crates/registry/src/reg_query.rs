//! What `reg query` prints, with or without `/s`, in any language of Windows.
//!
//! Silence: a key with `/s` is listed with all below it. Without `/s` only the names of the keys one step below follow,
//! without values; such a list says nothing of what those hold, and neither does one that was searched (`/f`, `/v`).

use crate::lines::{Line, Lines};
use crate::out::{Out, about, quote};
use crate::shape::Shape;
use crate::{About, Coverage, Data, Fact, Format, Intent, Place, Root, path, typed};
use ddefend_model::code;

/// Letters of one value over several lines, at most.
const LONGEST: usize = 1 << 20;

/// Whether text begins as such output does.
pub(crate) fn is(head: &str) -> bool {
    let mut lines = head.lines().filter(|line| !line.trim().is_empty() && !line.starts_with("! REG.EXE"));
    let key = lines.next().is_some_and(|line| key_of(line).is_some());
    key && lines.next().is_none_or(|line| key_of(line).is_some() || value_of(line).is_some())
}

/// A key stands at the start of its line, with its root written out.
fn key_of(line: &str) -> Option<(Root, String)> {
    if !line.starts_with("HKEY_") || line.contains(['"', ',', '\t']) {
        return None;
    }
    path::split(line)
}

/// Name, type and data with four blanks (a tab in Windows XP) before each.
fn value_of(line: &str) -> Option<(&str, u32, &str)> {
    let mark = if line.starts_with('\t') { "\t" } else { "    " };
    let rest = line.strip_prefix(mark)?;
    let mut from = 0_usize;
    while let Some(found) = rest.get(from..).and_then(|rest| rest.find(&format!("{mark}REG_"))) {
        let at = from.saturating_add(found);
        let behind = rest.get(at.saturating_add(mark.len())..).unwrap_or_default();
        let (word, data) = behind.split_once(mark).unwrap_or((behind.trim_end(), ""));
        // `/z` prints the type's number behind its name.
        let word = word.split_once(" (").map_or(word, |(word, _)| word);
        if let Some(kind) = typed::kind(word) {
            return Some((rest.get(..at)?, kind, data));
        }
        from = at.saturating_add(mark.len());
    }
    None
}

/// The default value's name is in the language of Windows, in parentheses.
fn is_default(name: &str) -> bool {
    (name.starts_with('(') && name.ends_with(')')) || name == "<NO NAME>"
}

#[derive(Default)]
struct Reader {
    key: Option<(Root, String)>,
    /// A value whose text may go on in the next line.
    open: Option<(String, u32, String, u64)>,
    shape: Shape,
    tops: Vec<Top>,
    searched: bool,
}

/// A topmost key.
struct Top {
    at: (Root, String),
    /// Keys below it.
    below: u64,
    /// Something that only `/s` prints: a value or a key further down.
    deep: bool,
}

pub(crate) fn read(bytes: &[u8], mut out: Out<'_>) -> About {
    let lines = Lines::new(bytes);
    if lines.is_ansi() {
        out.tell(code::NOTE_ODD, Default::default(), "no Unicode: letters beyond ASCII are read as Windows-1252");
    }
    let mut reader = Reader::default();
    for line in lines {
        if !out.step() {
            reader.shape.cut();
            break;
        }
        reader.line(&line, &mut out);
    }
    reader.close(&mut out);
    let mut about = about(Format::RegQuery, Intent::State);
    about.coverage = reader.coverage();
    out.finish();
    about
}

impl Reader {
    fn line(&mut self, line: &Line<'_>, out: &mut Out<'_>) {
        if line.bad {
            out.tell_line(code::BROKEN_STRUCTURE, line.number, "letters that are no text in this encoding");
        }
        let text = line.text.as_ref();
        if text.trim().is_empty() {
            self.close(out);
        } else if let Some((root, key)) = key_of(text) {
            self.close(out);
            out.fact(&root, &key, Fact::Key, Place::Line(line.number), None);
            self.enter(root, key);
        } else if let Some((name, kind, data)) = value_of(text) {
            self.close(out);
            if self.key.is_none() {
                out.tell_line(code::BROKEN_STRUCTURE, line.number, "a value without a key");
            } else {
                self.open = Some((name.to_owned(), kind, data.to_owned(), line.number));
            }
        } else if let Some((_, 1 | 2 | 7, data, _)) = &mut self.open {
            // Line ends of a text are printed as they are.
            if data.len() < LONGEST {
                data.push_str("\r\n");
                data.push_str(text);
            }
        } else if !text.starts_with("! REG.EXE") {
            // What the program says, in its language: how many matches a search had, or an error.
            self.searched = true;
            out.tell_line(code::NOTE_ODD, line.number, format!("neither a key nor a value: {}", quote(text)));
        }
    }

    fn enter(&mut self, root: Root, key: String) {
        self.shape.key(&root, &key);
        let top = self.shape.top().cloned();
        match self.tops.last_mut() {
            Some(last) if top.as_ref() == Some(&last.at) => {
                last.below = last.below.saturating_add(1);
                let depth = |key: &str| key.split('\\').count();
                last.deep |= depth(&key) > depth(&last.at.1).saturating_add(1);
            }
            _ => self.tops.extend(top.map(|at| Top { at, below: 0, deep: false })),
        }
        self.key = Some((root, key));
    }

    /// Reports the value that was open.
    fn close(&mut self, out: &mut Out<'_>) {
        let (Some((name, kind, data, line)), Some((root, key))) = (self.open.take(), &self.key) else { return };
        if let Some(top) = self.tops.last_mut() {
            top.deep |= top.below > 0;
        }
        let default = is_default(&name);
        if default && kind == 1 && data.starts_with('(') && data.ends_with(')') {
            // "(value not set)", in the language of Windows.
            return;
        }
        let name = if default { "" } else { name.as_str() };
        match typed::data(kind, &data, &["\\0"]) {
            Some(data) => {
                let fact = Fact::Value { name: name.to_owned(), data };
                out.fact(root, key, fact, Place::Line(line), None);
            }
            None => {
                let kind = Data::Other { kind, bytes: Vec::new() }.kind_name();
                out.tell_line(code::BROKEN_STRUCTURE, line, format!("no {kind}: {}", quote(&data)));
            }
        }
    }

    fn coverage(self) -> Coverage {
        let whole: Vec<_> = self.tops.into_iter().filter(|top| top.deep || top.below == 0).map(|top| top.at).collect();
        match self.shape.coverage() {
            Coverage::Whole(_) if !self.searched && !whole.is_empty() => Coverage::Whole(whole),
            _ => Coverage::Changes,
        }
    }
}
