//! The root element of an XML part, from the part's first bytes alone.

use crate::text;

/// Name of a root element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Root {
    /// Local name.
    pub local: String,
    /// Namespace URI; empty where there is none or its declaration lies behind the head that was looked at.
    pub namespace: String,
}

/// Bytes that are looked at first; where the start tag does not end in them, more.
const STEPS: [usize; 4] = [1 << 10, 4 << 10, 16 << 10, 256 << 10];

/// Finds the root element in a head that `prefix` gives by length.
pub(super) fn root(prefix: impl Fn(usize) -> Vec<u8>) -> Option<Root> {
    let mut best = None;
    for step in STEPS {
        let bytes = prefix(step);
        let complete = bytes.len() < step;
        match parse(&text::decode(&bytes).text) {
            Found::Root(root) => return Some(root),
            Found::Cut(partial) => best = partial.or(best),
            Found::No => return None,
        }
        if complete {
            break;
        }
    }
    best
}

enum Found {
    Root(Root),
    /// The head ends before the start tag does; its name where that is there.
    Cut(Option<Root>),
    No,
}

fn parse(text: &str) -> Found {
    let mut rest = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\0');
    loop {
        let Some(tag) = rest.strip_prefix('<') else { return Found::No };
        let after = if let Some(comment) = tag.strip_prefix("!--") {
            comment.split_once("-->").map(|(_, after)| after)
        } else if tag.starts_with('?') {
            tag.split_once("?>").map(|(_, after)| after)
        } else if tag.starts_with('!') {
            skip_doctype(tag)
        } else {
            return start_tag(tag);
        };
        match after {
            Some(after) => rest = after.trim_start(),
            None => return Found::Cut(None),
        }
        if rest.is_empty() {
            return Found::Cut(None);
        }
    }
}

/// Skips a document type declaration with its internal subset.
fn skip_doctype(tag: &str) -> Option<&str> {
    let close = tag.find('>')?;
    match tag.find('[') {
        Some(open) if open < close => {
            let (_, behind) = tag.split_once(']')?;
            behind.split_once('>').map(|(_, after)| after)
        }
        _ => tag.split_once('>').map(|(_, after)| after),
    }
}

/// The element's name and the namespace that its prefix is bound to in the tag itself.
fn start_tag(tag: &str) -> Found {
    let end = tag.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/'));
    let Some((name, rest)) = end.and_then(|end| tag.split_at_checked(end)) else { return Found::Cut(None) };
    let valid = name.starts_with(|c: char| c.is_alphabetic() || c == '_') && !name.contains(['<', '"', '\'', '=']);
    if !valid {
        return Found::No;
    }
    let (prefix, local) = name.split_once(':').unwrap_or(("", name));
    let wanted = if prefix.is_empty() { "xmlns".to_owned() } else { format!("xmlns:{prefix}") };
    let mut root = Root { local: local.to_owned(), namespace: String::new() };
    let mut rest = rest.trim_start();
    while !rest.is_empty() && !rest.starts_with(['>', '/']) {
        let Some((key, value)) = rest.split_once('=') else { return Found::Cut(Some(root)) };
        let value = value.trim_start();
        let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
            return Found::Cut(Some(root));
        };
        let Some((value, after)) = value.get(1..).and_then(|value| value.split_once(quote)) else {
            return Found::Cut(Some(root));
        };
        if key.trim() == wanted && !value.trim().is_empty() {
            // What follows changes nothing, so that the tag need not end in this head.
            value.trim().clone_into(&mut root.namespace);
            return Found::Root(root);
        }
        rest = after.trim_start();
    }
    if rest.is_empty() { Found::Cut(Some(root)) } else { Found::Root(root) }
}
