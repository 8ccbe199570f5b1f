use super::{Unwritable, check_key, check_name, comment_lines, unwritable, utf16};
use crate::{Data, Entry, Fact, path};
use std::fmt::Write as _;

/// Bytes of one line of `hex:`.
const BYTES_A_LINE: usize = 25;

/// A file of the registry editor, version 5, UTF-16LE with byte order mark and CRLF; `comment` stands at its head, line
/// by line. Facts about one key that follow each other share its line `[key]`.
///
/// # Errors
/// Names with line ends or NULs, keys of [`crate::Root::Files`], and [`Fact::ValuesRemoved`], which the format has no
/// word for: write a removal for each value instead.
pub fn reg(entries: &[Entry], comment: &str) -> Result<Vec<u8>, Unwritable> {
    let mut lines = vec!["Windows Registry Editor Version 5.00".to_owned(), String::new()];
    let before = lines.len();
    lines.extend(comment_lines(comment).map(|line| if line.is_empty() { ";".into() } else { format!("; {line}") }));
    if lines.len() > before {
        lines.push(String::new());
    }
    let mut open: Option<String> = None;
    for entry in entries {
        check_key(entry)?;
        let path = path::full(&entry.root, &entry.key).ok_or_else(|| unwritable(entry, "files are no keys"))?;
        if path::split(&path).as_ref() != Some(&(entry.root.clone(), entry.key.clone())) {
            return Err(unwritable(entry, "a path that would be read as another key"));
        }
        if entry.fact == Fact::KeyRemoved {
            lines.extend(open.is_some().then(String::new));
            lines.extend([format!("[-{path}]"), String::new()]);
            open = None;
            continue;
        }
        if open.as_ref() != Some(&path) {
            lines.extend(open.is_some().then(String::new));
            lines.push(format!("[{path}]"));
            open = Some(path);
        }
        match &entry.fact {
            Fact::Key | Fact::KeyRemoved => {}
            Fact::Value { name, data } => {
                check_name(entry, name)?;
                value(&name_of(name), data, &mut lines);
            }
            Fact::ValueRemoved { name } => {
                check_name(entry, name)?;
                lines.push(format!("{}=-", name_of(name)));
            }
            Fact::ValuesRemoved => return Err(unwritable(entry, ".reg has no word for taking away all values")),
        }
    }
    Ok(utf16(&lines))
}

fn name_of(name: &str) -> String {
    if name.is_empty() { "@".to_owned() } else { quoted(name) }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn value(name: &str, data: &Data, lines: &mut Vec<String>) {
    let kind = match data {
        Data::Sz(text) if !text.chars().any(char::is_control) => {
            lines.push(format!("{name}={}", quoted(text)));
            return;
        }
        Data::Dword(number) => {
            lines.push(format!("{name}=dword:{number:08x}"));
            return;
        }
        Data::Binary(_) => "hex:".to_owned(),
        other => format!("hex({:x}):", other.kind()),
    };
    let bytes = data.to_raw();
    let mut line = format!("{name}={kind}");
    for (at, chunk) in bytes.chunks(BYTES_A_LINE).enumerate() {
        if at > 0 {
            line.push_str(",\\");
            lines.push(std::mem::replace(&mut line, "  ".to_owned()));
        }
        for (at, byte) in chunk.iter().enumerate() {
            let comma = if at > 0 { "," } else { "" };
            // Writing to a String cannot fail.
            let _ = write!(line, "{comma}{byte:02x}");
        }
    }
    lines.push(line);
}
