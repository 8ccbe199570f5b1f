//! Words, quotes, carets and blanks of a command line.

use super::{environment, path, powershell, trick};
use crate::knowledge::Knowledge;

/// Rounds after which unwinding stops; each round shortens the line or removes a mark.
const ROUNDS: usize = 16;

/// A service or word without blanks, NULs and quotes around it.
pub(super) fn bare(text: &str) -> &str {
    text.trim_matches(|c: char| {
        c.is_whitespace() || c.is_control() || matches!(c, '"' | '\'' | '\u{201c}' | '\u{201d}')
    })
}

/// A topic without blanks and NULs around it, and without quotes that enclose the whole of it.
pub(super) fn bare_topic(text: &str) -> &str {
    let outer = |c: char| c.is_whitespace() || c.is_control();
    let mut text = text.trim_matches(outer);
    for quote in ['"', '\''] {
        let inner = text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote));
        if let Some(inner) = inner.filter(|inner| !inner.contains(quote)) {
            text = inner.trim_matches(outer);
        }
    }
    text
}

/// A word of a line.
pub(super) struct Word<'t> {
    pub(super) text: &'t str,
    /// True behind `&`, `|`, `;`, `(` or `{`, where a new command begins.
    pub(super) after_separator: bool,
}

/// Words of a line, cut at blanks, quotes and command separators.
pub(super) fn words(text: &str) -> impl Iterator<Item = Word<'_>> {
    let cuts = |c: char| c.is_whitespace() || c.is_control() || "\"'`&|;,()<>{}=@".contains(c);
    let mut after_separator = false;
    text.split_inclusive(cuts).filter_map(move |piece| {
        let word = piece.trim_end_matches(cuts);
        let cut = piece.get(word.len()..).unwrap_or("");
        let separated = std::mem::take(&mut after_separator);
        after_separator = cut.contains(['&', '|', ';', '(', '{']);
        if word.is_empty() {
            after_separator |= separated;
            return None;
        }
        Some(Word { text: word, after_separator: separated })
    })
}

/// A program's name from a path or word: no folder, no program extension, lower case.
pub(super) fn base_name(word: &str, knowledge: &Knowledge) -> String {
    let name = word.rsplit(['\\', '/', ':']).next().unwrap_or(word);
    let lower = name.trim_matches(['"', '\'', '.', ' ']).to_lowercase();
    match lower.rsplit_once('.') {
        Some((stem, extension)) if knowledge.commands.extensions.is_program(extension) => stem.to_owned(),
        _ => lower,
    }
}

/// Takes the tricks back, round by round, until nothing changes.
pub(super) fn normalise(text: &str, knowledge: &Knowledge, tricks: &mut Vec<&'static str>) -> String {
    let longest = knowledge.judgement.limits.command_chars.saturating_mul(4);
    let mut saw = |trick: &'static str| {
        if !tricks.contains(&trick) {
            tricks.push(trick);
        }
    };
    let mut line = path::single_separators(&single_blanks(text));
    for _ in 0..ROUNDS {
        let before = line.len();
        let mut changed = false;
        let steps: [(&'static str, Step); 4] = [
            (trick::CARETS, without_carets),
            (trick::ENVIRONMENT, environment::expand),
            (trick::PATH_TRICK, path::resolve_words),
            (trick::STRING_JOIN, powershell::joined),
        ];
        for (name, step) in steps {
            if let Some(next) = step(&line, knowledge) {
                changed |= next != line;
                if next != line {
                    saw(name);
                }
                line = next;
            }
        }
        if !changed || line.len() > longest.max(before) {
            break;
        }
        line = path::single_separators(&single_blanks(&line));
    }
    line
}

type Step = fn(&str, &Knowledge) -> Option<String>;

/// One blank between words, none around; control characters count as blanks, NULs as nothing.
fn single_blanks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut blank = false;
    for c in text.chars() {
        if c == '\0' || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}') {
            continue;
        }
        if c.is_whitespace() || c.is_control() {
            blank = true;
            continue;
        }
        if blank && !out.is_empty() {
            out.push(' ');
        }
        blank = false;
        out.push(c);
    }
    out
}

/// cmd drops carets, and quotes inside a word change nothing: `c^m^d`, `p"owe"rshell`.
fn without_carets(line: &str, _: &Knowledge) -> Option<String> {
    if !line.contains('^') && !line.contains('"') {
        return None;
    }
    let mut changed = false;
    let mut out = String::with_capacity(line.len());
    for word in line.split_inclusive(' ') {
        let inside = word.trim_end_matches(' ');
        if quoted_inside(inside) {
            out.extend(word.chars().filter(|c| *c != '"' && *c != '^'));
            changed = true;
        } else if inside.contains('^') {
            out.extend(word.chars().filter(|c| *c != '^'));
            changed = true;
        } else {
            out.push_str(word);
        }
    }
    changed.then_some(out)
}

/// True for a word whose quotes stand inside rather than around it and that holds nothing else of meaning.
fn quoted_inside(word: &str) -> bool {
    let quotes = word.matches('"').count();
    if quotes == 0 || !quotes.is_multiple_of(2) {
        return false;
    }
    let around = quotes == 2 && word.starts_with('"') && word.ends_with('"');
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '"' | '^' | '.' | '\\' | ':' | '-' | '_' | '~');
    !around && word.chars().all(plain) && word.contains(|c: char| c.is_ascii_alphanumeric())
}

/// Gives the line's program its extension (Office starts `service.exe`) and says its name without.
pub(super) fn complete_program(line: &mut String, knowledge: &Knowledge) -> String {
    let (word, rest) = program_of(line, knowledge);
    let word = bare(word);
    if word.is_empty() || word.contains(['"', '\'']) {
        return base_name(word, knowledge);
    }
    let name = base_name(word, knowledge);
    let extension = knowledge.commands.extensions.is_program(word.rsplit_once('.').map_or("", |(_, end)| end));
    let completed = if extension { word.to_owned() } else { format!("{word}.exe") };
    let completed = if completed.contains(' ') { format!("\"{completed}\"") } else { completed };
    let rest = rest.trim_start();
    *line = if rest.is_empty() { completed } else { format!("{completed} {rest}") };
    name
}

/// The line's first word: quoted, or a path with blanks up to its program extension, or up to the first blank.
pub(super) fn program_of<'l>(line: &'l str, knowledge: &Knowledge) -> (&'l str, &'l str) {
    if let Some((word, rest)) = line.strip_prefix('"').and_then(|rest| rest.split_once('"')) {
        return (word, rest);
    }
    let first = line.find(' ').unwrap_or(line.len());
    let rooted = line.get(..first).is_some_and(|word| word.contains(['\\', '/']));
    if rooted {
        let most = line.char_indices().nth(260).map_or(line.len(), |(at, _)| at);
        for (at, _) in line.match_indices(' ').chain([(line.len(), "")]).take_while(|(at, _)| *at <= most) {
            let Some((head, rest)) = line.split_at_checked(at) else { continue };
            let Some((stem, extension)) = head.rsplit_once('.') else { continue };
            if !stem.is_empty() && knowledge.commands.extensions.is_program(&extension.to_lowercase()) {
                return (head, rest);
            }
        }
    }
    line.split_at_checked(first).unwrap_or((line, ""))
}
