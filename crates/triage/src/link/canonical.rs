//! Command lines in one way of writing, so that a field's command and a process's can be held against each other.

use super::paths;
use ddefend_dde::{Knowledge, command};
use ddefend_hunt::file_name;
use std::collections::BTreeSet;

/// Characters of a line that are looked at (CreateProcess ends them at 32,767).
const LONGEST: usize = 32_767;
/// Letters of an encoded text that make it rare.
const ENCODED: usize = 16;
/// Shells inside shells that are followed.
const DEPTH: usize = 6;

/// A command line, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Canonical {
    /// The program's file name, lower case, with extension.
    pub(crate) image: String,
    /// Program and arguments: lower case, one blank between words; `cmd /c` left out between them.
    pub(crate) line: String,
    /// Its words.
    pub(crate) tokens: BTreeSet<String>,
    /// Words that hardly stand in another command: URLs, hosts, beginnings of encoded texts, file names.
    pub(crate) rare: BTreeSet<String>,
    /// What a shell is told to run, where it is one (`cmd /c ...`).
    pub(crate) inner: Option<Box<Canonical>>,
}

/// A command line without knowing the process. `programs` are names of tools, which are not rare.
pub(crate) fn canonical(line: &str, knowledge: Option<&Knowledge>, programs: &BTreeSet<String>) -> Canonical {
    at_depth(line, knowledge, programs, 0)
}

/// The command line of a process: its first word may be missing, or another than the image.
pub(crate) fn of_process(
    image: &str,
    line: &str,
    knowledge: Option<&Knowledge>,
    programs: &BTreeSet<String>,
) -> Canonical {
    let image = file_name(image).to_lowercase();
    let first = super::line::split(line).into_iter().next().unwrap_or_default();
    let stem = |name: &str| paths::name(name).trim_end_matches(".exe").to_owned();
    let starts_with_switch = first.is_empty() || line.trim_start().starts_with(['/', '-']);
    let bare = plain(&first);
    let named = stem(&bare) == stem(&image) || image.is_empty();
    let mut found = if starts_with_switch {
        canonical(&format!("{image} {line}"), knowledge, programs)
    } else {
        canonical(line, knowledge, programs)
    };
    if !named && !starts_with_switch {
        found.image = image;
    }
    found
}

fn at_depth(line: &str, knowledge: Option<&Knowledge>, programs: &BTreeSet<String>, depth: usize) -> Canonical {
    let cut = line.get(..line.floor_char_boundary(LONGEST)).unwrap_or(line);
    let (text, decoded) = match knowledge {
        Some(knowledge) => {
            let command = command::command_line(cut, knowledge);
            (command.line, command.decoded)
        }
        None => (cut.to_owned(), Vec::new()),
    };
    let (head, rest) = first_word(&text);
    let mut image = paths::name(&plain(head));
    if !image.is_empty() && !image.contains('.') {
        image.push_str(".exe");
    }
    let mut words: Vec<String> = words(rest);
    let mut inner = None;
    if matches!(image.as_str(), "cmd.exe" | "cmd") {
        let run = words.iter().position(|word| is_run(word));
        if let Some(at) = run.filter(|at| words.iter().take(*at).all(|word| word.starts_with(['/', '-']))) {
            let glued = words.get(at).and_then(|word| word.get(2..)).unwrap_or_default().to_owned();
            words.drain(..=at);
            if !glued.is_empty() {
                words.insert(0, glued);
            }
            let inside = behind_run(rest).unwrap_or_default();
            if depth < DEPTH && !inside.trim().is_empty() {
                let found = at_depth(&inside, knowledge, programs, depth + 1);
                words = found.line.split(' ').map(str::to_owned).collect();
                inner = Some(Box::new(found));
            }
        }
    }
    if !decoded.is_empty() && inner.is_none() {
        words = without_encoded(words);
        if let Some(last) = decoded.last() {
            words.extend(self::words(last));
        }
    }
    finish(image, words, inner, programs)
}

fn finish(image: String, words: Vec<String>, inner: Option<Box<Canonical>>, programs: &BTreeSet<String>) -> Canonical {
    let rare = words.iter().flat_map(|word| rare_of(word, programs)).collect();
    let mut line = image.clone();
    for word in &words {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    let mut tokens: BTreeSet<String> = words.into_iter().collect();
    if !image.is_empty() {
        tokens.insert(image.clone());
    }
    Canonical { image, line, tokens, rare, inner }
}

/// The first word with its quotes, and the rest.
fn first_word(text: &str) -> (&str, &str) {
    let text = text.trim();
    if let Some((word, rest)) = text.strip_prefix('"').and_then(|rest| rest.split_once('"')) {
        return (word, rest);
    }
    text.split_once(char::is_whitespace).unwrap_or((text, ""))
}

/// `/c`, `/k`, `/r`, alone or with the command glued to it.
fn is_run(word: &str) -> bool {
    let Some(rest) = word.strip_prefix(['/', '-']) else { return false };
    rest.starts_with(['c', 'C', 'k', 'K', 'r', 'R']) && (rest.len() == 1 || !rest.starts_with("ru"))
}

/// What stands behind cmd's `/c`, without the quotes around the whole of it.
fn behind_run(rest: &str) -> Option<String> {
    let mut from = 0;
    for word in rest.split(' ') {
        let bare = plain(word);
        if is_run(&bare) {
            let glued = bare.get(2..).unwrap_or_default();
            let behind = rest.get(from + word.len()..).unwrap_or_default();
            let inside = format!("{glued}{behind}");
            let inside = inside.trim();
            // Quotes around the whole are cmd's; those around a program with blanks in its path are not.
            let whole = inside.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
            let whole = whole.filter(|text| {
                let first = text.split('"').next().unwrap_or_default();
                first.len() == text.len() || first.contains(' ') && !first.ends_with(".exe")
            });
            return Some(whole.unwrap_or(inside).to_owned());
        }
        from += word.len() + 1;
    }
    None
}

/// Without quotes, carets and what cannot be seen; lower case.
fn plain(word: &str) -> String {
    let hidden = |c: &char| {
        matches!(c, '"' | '\'' | '^' | '`' | '\0' | '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{201c}' | '\u{201d}')
    };
    word.chars().filter(|c| !hidden(c) && !c.is_control()).flat_map(char::to_lowercase).collect()
}

/// Words between blanks and separators, each in one way of writing.
fn words(text: &str) -> Vec<String> {
    let cuts = |c: char| c.is_whitespace() || c.is_control() || matches!(c, ',' | ';' | '(' | ')' | '=');
    let words = text.split(cuts).map(plain).filter(|word| !word.is_empty());
    words.map(|word| one_word(&word)).filter(|word| !word.is_empty()).collect()
}

/// Doubled separators become single, `..` is resolved, user names are masked: whoever ran it does not change a command.
fn one_word(word: &str) -> String {
    if word.contains("://") {
        return word.trim_end_matches('/').to_owned();
    }
    if !word.contains('\\') {
        return word.to_owned();
    }
    let unc = word.starts_with(r"\\");
    let mut parts: Vec<&str> = Vec::new();
    for part in word.split('\\') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    for at in 1..parts.len() {
        let profile = parts.get(at - 1).is_some_and(|before| *before == "users") && at + 1 < parts.len();
        if profile && let Some(name) = parts.get_mut(at) {
            *name = "*";
        }
    }
    format!("{}{}", if unc { r"\\" } else { "" }, parts.join(r"\"))
}

/// Without `-EncodedCommand` and its argument: what they say stands behind.
fn without_encoded(words: Vec<String>) -> Vec<String> {
    let mut kept = Vec::with_capacity(words.len());
    let mut words = words.into_iter().peekable();
    while let Some(word) = words.next() {
        let name = word.trim_start_matches(['-', '/', '\u{2013}', '\u{2014}', '\u{2015}']);
        let switch =
            name.len() < word.len() && !name.is_empty() && ("encodedcommand".starts_with(name) || name == "ec");
        if switch && words.next_if(|next| is_encoded(next, 8)).is_some() {
            continue;
        }
        kept.push(word);
    }
    kept
}

fn is_encoded(word: &str, least: usize) -> bool {
    word.len() >= least && word.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='))
}

/// What of a word is rare: the URL and its host, a host, an address, a file's name, the beginning of encoded text.
fn rare_of(word: &str, programs: &BTreeSet<String>) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(at) = word.find("://") {
        let start =
            word.get(..at).unwrap_or_default().rfind(|c: char| !c.is_ascii_alphanumeric()).map_or(0, |at| at + 1);
        let url = word.get(start..).unwrap_or(word).trim_end_matches(['|', '>', '}', ']', '"']);
        let host = url.split("://").nth(1).and_then(|rest| rest.split(['/', ':', '?']).next()).unwrap_or_default();
        found.push(url.to_owned());
        found.push(host.to_owned());
    } else if let Some(rest) = word.strip_prefix(r"\\") {
        found.extend(rest.split('\\').next().map(str::to_owned));
    }
    let encoded = word.len() >= 2 * ENCODED && is_encoded(word, ENCODED);
    if encoded {
        found.extend(word.get(..ENCODED).map(str::to_owned));
    }
    let name = word.rsplit(['\\', '/', ':']).next().unwrap_or(word);
    let extension = name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).map_or("", |(_, end)| end);
    let is_file = (1..=5).contains(&extension.len()) && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_file && !programs.contains(name) {
        found.push(name.to_owned());
    }
    found.retain(|text| text.len() > 3);
    found
}

/// How alike two sets of words are, 0 to 1 (Dice: twice the common ones by all of both).
pub(crate) fn ratio(a: &BTreeSet<String>, b: &BTreeSet<String>) -> f64 {
    let all = a.len() + b.len();
    if all == 0 {
        return 0.0;
    }
    let common = a.intersection(b).count();
    f64::from(u32::try_from(2 * common).unwrap_or(u32::MAX)) / f64::from(u32::try_from(all).unwrap_or(u32::MAX))
}

/// How well a process's command agrees with a field's: confidence, and how.
pub(crate) fn compare(field: &Canonical, process: &Canonical) -> Option<(f64, &'static str)> {
    if field.line.is_empty() || process.line.is_empty() {
        return None;
    }
    if field.line == process.line && field.image == process.image {
        return Some((1.0, "exact"));
    }
    let stem = |name: &str| name.trim_end_matches(".exe").to_owned();
    let image = !field.image.is_empty() && stem(&field.image) == stem(&process.image);
    if image && ratio(&field.tokens, &process.tokens) >= 0.9 {
        return Some((0.9, "normalised"));
    }
    if image && field.rare.intersection(&process.rare).next().is_some() {
        return Some((0.7, "partial"));
    }
    image.then_some((0.4, "image"))
}

#[cfg(test)]
#[path = "canonical_tests.rs"]
mod tests;
