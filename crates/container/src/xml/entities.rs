use crate::Sink;
use ddefend_model::{Location, code};
use std::collections::BTreeMap;

/// What all expansions of one document may add, bytes.
const EXPANSION_CAP: usize = 1 << 20;
/// How deeply entities may name each other.
const NESTING_CAP: u32 = 8;
/// How many entities a subset may define.
const COUNT_CAP: usize = 256;

/// Expands the internal general entities of a document's DTD in its text; none where it defines none. External and
/// parameter entities are never read. What is over a cap stays as written and is reported.
pub(super) fn expand(data: &str, sink: &mut dyn Sink) -> Option<String> {
    let start = data.find("<!DOCTYPE")?;
    let end = doctype_end(data.as_bytes(), start)?;
    let entities = definitions(data.get(start..end)?);
    if entities.is_empty() {
        return None;
    }
    let mut out = data.get(..start)?.to_owned();
    let mut expander = Expander { entities: &entities, spent: 0, over: false };
    expander.append(data.get(end..)?, 0, &mut out);
    if expander.over {
        let message =
            format!("entities of the document type expand beyond {EXPANSION_CAP} bytes; the rest stays as written");
        sink.report(code::LIMIT_STRUCTURE, Location::bytes(start as u64, 0), message);
    }
    Some(out)
}

/// The offset behind the declaration's closing `>`, past an internal subset.
fn doctype_end(data: &[u8], start: usize) -> Option<usize> {
    let mut quote: Option<u8> = None;
    let mut bracket = false;
    for (index, byte) in data.iter().enumerate().skip(start) {
        match (quote, byte) {
            (Some(open), byte) if open == *byte => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(*byte),
            (None, b'[') => bracket = true,
            (None, b']') => bracket = false,
            (None, b'>') if !bracket => return index.checked_add(1),
            _ => {}
        }
    }
    None
}

/// `<!ENTITY name "value">` of an internal subset, XML 1.0 section 4.2.
fn definitions(subset: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for declaration in subset.split("<!ENTITY").skip(1).take(COUNT_CAP) {
        let trimmed = declaration.trim_start();
        let Some((name, rest)) = trimmed.split_once(char::is_whitespace) else { continue };
        let rest = rest.trim_start();
        let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else { continue };
        let value = rest.get(1..).and_then(|rest| rest.split_once(quote)).map(|(value, _)| value);
        if let (false, Some(value)) = (name == "%", value) {
            found.entry(name.to_owned()).or_insert_with(|| value.to_owned());
        }
    }
    found
}

struct Expander<'a> {
    entities: &'a BTreeMap<String, String>,
    spent: usize,
    over: bool,
}

impl Expander<'_> {
    fn append(&mut self, text: &str, depth: u32, out: &mut String) {
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('&') {
            out.push_str(before);
            let entity = super::named(after).and_then(|(name, tail)| Some((self.entities.get(name)?, tail)));
            match entity {
                Some((value, tail)) if self.afford(value.len(), depth) => {
                    self.append(value, depth.saturating_add(1), out);
                    rest = tail;
                }
                _ => {
                    out.push('&');
                    rest = after;
                }
            }
        }
        out.push_str(rest);
    }

    fn afford(&mut self, length: usize, depth: u32) -> bool {
        self.spent = self.spent.saturating_add(length.max(1));
        let affordable = depth < NESTING_CAP && self.spent <= EXPANSION_CAP;
        self.over |= !affordable;
        affordable
    }
}
