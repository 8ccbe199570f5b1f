//! What a text looks like by its first lines.

/// How many lines are looked at.
const LINES: usize = 12;

/// The delimiter that a first line `sep=X` names; Excel reads it and shows it not.
pub(super) fn separator_line(text: &str) -> Option<char> {
    let line = text.trim_start_matches('\u{feff}').lines().next()?;
    let line = line.trim_matches('"');
    let (word, value) = line.split_once('=')?;
    let mut letters = value.chars();
    let delimiter = letters.next()?;
    (word.trim().eq_ignore_ascii_case("sep") && letters.next().is_none()).then_some(delimiter)
}

/// The delimiter that stands equally often in the first lines, at least once in each.
pub(super) fn guess(text: &str) -> Option<char> {
    let head = text.get(..text.floor_char_boundary(4096)).unwrap_or(text);
    let mut lines: Vec<&str> = head.lines().filter(|line| !line.trim().is_empty()).take(LINES).collect();
    if lines.len() > 2 && head.len() < text.len() {
        lines.pop();
    }
    if lines.len() < 2 {
        return None;
    }
    super::DELIMITERS.into_iter().find(|delimiter| {
        let mut counts = lines.iter().map(|line| outside_quotes(line, *delimiter));
        let first = counts.next().unwrap_or_default();
        first > 0 && counts.all(|count| count == first)
    })
}

/// Where columns of fixed width begin, in characters from 0: in each of the first lines a word begins there behind a
/// blank. Ascending; without the first column.
pub(super) fn columns(text: &str) -> Vec<usize> {
    let head = text.get(..text.floor_char_boundary(4096)).unwrap_or(text);
    let mut lines = head.lines().filter(|line| !line.trim().is_empty()).take(LINES);
    let (Some(first), Some(second)) = (lines.next(), lines.next()) else { return Vec::new() };
    let mut columns = word_starts(first);
    for line in std::iter::once(second).chain(lines) {
        let starts = word_starts(line);
        columns.retain(|column| starts.binary_search(column).is_ok());
    }
    columns
}

fn word_starts(line: &str) -> Vec<usize> {
    let pairs = line.chars().zip(line.chars().skip(1)).enumerate();
    pairs.filter(|(_, (a, b))| *a == ' ' && *b != ' ').map(|(at, _)| at.saturating_add(1)).collect()
}

fn outside_quotes(line: &str, delimiter: char) -> usize {
    let mut quoted = false;
    let mut count = 0_usize;
    for c in line.chars() {
        quoted ^= c == '"';
        if c == delimiter && !quoted {
            count = count.saturating_add(1);
        }
    }
    count
}

/// True for text that is delimited beyond doubt.
pub(super) fn delimited(head: &str) -> bool {
    separator_line(head).is_some() || guess(head).is_some()
}
