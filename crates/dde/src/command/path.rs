//! Paths: doubled separators and `..` segments.

use crate::knowledge::Knowledge;

const SEPARATORS: [char; 2] = ['\\', '/'];

/// Doubled backslashes become single ones, as in field text that was never unescaped; `\\` before a host (UNC), which
/// follows nothing that belongs to a path, stays.
pub(super) fn single_separators(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '\\' && out.ends_with('\\') {
            let before = out.strip_suffix('\\').and_then(|head| head.chars().next_back());
            let in_path = |c: char| c.is_alphanumeric() || ":.\\_-~)}%".contains(c);
            if before.is_some_and(in_path) {
                continue;
            }
        }
        out.push(c);
    }
    out
}

/// True where a topic begins by climbing up: `\..\..\Windows` or `..\..\Windows`.
pub(super) fn climbs(topic: &str) -> bool {
    let topic = topic.strip_prefix(SEPARATORS).unwrap_or(topic);
    topic.strip_prefix("..").is_some_and(|rest| rest.starts_with(SEPARATORS))
}

/// Resolves the `..` segments of the path that a line begins with. The path may hold blanks up to its last `..`;
/// behind that it ends at a blank or quote.
pub(super) fn resolve_head(line: &str, knowledge: &Knowledge) -> Option<String> {
    let arguments = line.find(" /").or_else(|| line.find(" -")).unwrap_or(line.len());
    let head = line.get(..arguments)?;
    let last = [r"\..\", "/../", r"\../", r"/..\"].iter().filter_map(|climb| head.rfind(climb)).max()?;
    let tail_from = last + 4;
    let tail = line.get(tail_from..)?;
    let end = tail_from + tail.find([' ', '"', '\t']).unwrap_or(tail.len());
    let (path, rest) = line.split_at_checked(end)?;
    Some(format!("{}{rest}", resolve(path, knowledge)))
}

/// Resolves `..` segments in the words of a command line that hold a rooted path.
pub(super) fn resolve_words(line: &str, knowledge: &Knowledge) -> Option<String> {
    if !line.contains("..") {
        return None;
    }
    let mut out = String::with_capacity(line.len());
    let mut changed = false;
    for word in line.split_inclusive([' ', '"', '\'', '\t', ',', ';', '(', ')']) {
        let (body, end) = match word.char_indices().next_back() {
            Some((at, ' ' | '"' | '\'' | '\t' | ',' | ';' | '(' | ')')) => word.split_at(at),
            _ => (word, ""),
        };
        if rooted(body) && climbs_inside(body) {
            out.push_str(&resolve(body, knowledge));
            changed = true;
        } else {
            out.push_str(body);
        }
        out.push_str(end);
    }
    changed.then_some(out)
}

fn rooted(word: &str) -> bool {
    let drive = word.get(1..3).is_some_and(|mark| mark == r":\" || mark == ":/");
    let root = word.starts_with(SEPARATORS) && !word.starts_with(r"\\") && !word.starts_with("//");
    (drive || root) && !word.contains("://")
}

fn climbs_inside(word: &str) -> bool {
    word.split(SEPARATORS).any(|segment| segment == "..") && word.split(SEPARATORS).count() > 2
}

fn resolve(path: &str, knowledge: &Knowledge) -> String {
    let drive = path.get(..2).filter(|start| start.ends_with(':'));
    let rest = match drive {
        Some(drive) => path.get(drive.len()..).unwrap_or(""),
        None => path,
    };
    let mut kept: Vec<&str> = Vec::new();
    for segment in rest.split(SEPARATORS) {
        match segment {
            "" | "." => {}
            ".." => {
                kept.pop();
            }
            name => kept.push(name),
        }
    }
    let default = knowledge.commands.environment.get("SYSTEMDRIVE").map_or("C:", String::as_str);
    format!("{}\\{}", drive.unwrap_or(default), kept.join("\\"))
}
