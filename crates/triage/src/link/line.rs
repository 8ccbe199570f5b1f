//! Windows command lines: words as `CommandLineToArgvW` cuts them, and what Office makes of its own.

/// Words of a command line (Microsoft Learn, "CommandLineToArgvW" and "Parsing C command-line arguments"): the program's
/// name ends at its quote or a blank, backslashes are plain; behind it 2n backslashes before a quote are n and the quote
/// begins or ends, 2n+1 are n and a plain quote; two quotes inside quotes are one.
pub(crate) fn split(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let rest = line.trim_start_matches([' ', '\t']);
    if rest.is_empty() {
        return words;
    }
    let (program, rest) = match rest.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
        None => rest.split_at(rest.find([' ', '\t']).unwrap_or(rest.len())),
    };
    words.push(program.to_owned());
    let mut chars = rest.chars().peekable();
    loop {
        while chars.next_if(|c| matches!(c, ' ' | '\t')).is_some() {}
        if chars.peek().is_none() {
            return words;
        }
        let mut word = String::new();
        let mut quoted = false;
        let mut slashes = 0_usize;
        while let Some(&c) = chars.peek() {
            if !quoted && matches!(c, ' ' | '\t') {
                break;
            }
            chars.next();
            if c == '\\' {
                slashes += 1;
                continue;
            }
            if c == '"' {
                word.extend(std::iter::repeat_n('\\', slashes / 2));
                if slashes % 2 == 1 || quoted && chars.next_if_eq(&'"').is_some() {
                    word.push('"');
                } else {
                    quoted = !quoted;
                }
            } else {
                word.extend(std::iter::repeat_n('\\', slashes));
                word.push(c);
            }
            slashes = 0;
        }
        word.extend(std::iter::repeat_n('\\', slashes));
        words.push(word);
    }
}

/// True for the switches under which COM starts Office.
pub(crate) fn is_automation(word: &str) -> bool {
    ["-embedding", "/embedding", "/automation", "-automation"].iter().any(|switch| word.eq_ignore_ascii_case(switch))
}

/// What an Office program is told to open: words that are no switches. `/t FILE`, `/f FILE` and the like open FILE;
/// `/mMACRO`, `/lADDIN` and `/p FOLDER` open none.
pub(crate) fn documents(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut words = split(line).into_iter().skip(1).peekable();
    while let Some(word) = words.next() {
        if word.eq_ignore_ascii_case("/p") || word.eq_ignore_ascii_case("/l") {
            words.next_if(|next| !next.starts_with(['/', '-']));
            continue;
        }
        if is_switch(&word) || word.is_empty() {
            continue;
        }
        // Unquoted paths with blanks: the pieces up to one with an extension belong together.
        let mut path = word;
        while rooted(&path) && !has_extension(&path) && words.peek().is_some_and(|next| !is_switch(next)) {
            let Some(next) = words.next() else { break };
            path.push(' ');
            path.push_str(&next);
        }
        found.push(path);
    }
    found
}

/// A word that begins as a switch and is no path: `/n`, `-Embedding`, `/dde`; `/x/y` and `\\host` are paths.
fn is_switch(word: &str) -> bool {
    let Some(rest) = word.strip_prefix(['/', '-']) else { return false };
    !rest.contains(['/', '\\', '.']) || rest.starts_with(['m', 'M', 'l', 'L']) && !rest.contains(['/', '\\'])
}

fn rooted(path: &str) -> bool {
    path.starts_with(r"\\") || path.get(1..3).is_some_and(|mark| mark == r":\" || mark == ":/")
}

fn has_extension(path: &str) -> bool {
    let name = path.rsplit(['\\', '/']).next().unwrap_or(path);
    name.rsplit_once('.').is_some_and(|(_, end)| (1..=5).contains(&end.len()) && !end.contains(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_cut_as_windows_cuts_them() {
        // Microsoft Learn, "Parsing C command-line arguments", table of results.
        for (line, words) in [
            (r#"x "abc" d e"#, vec!["x", "abc", "d", "e"]),
            (r#"x a\\b d"e f"g h"#, vec!["x", r"a\\b", "de fg", "h"]),
            (r#"x a\\\"b c d"#, vec!["x", r#"a\"b"#, "c", "d"]),
            (r#"x a\\\\"b c" d e"#, vec!["x", r"a\\b c", "d", "e"]),
            (r#""C:\Program Files\x.exe" /n "C:\a b.docx""#, vec![r"C:\Program Files\x.exe", "/n", r"C:\a b.docx"]),
            (r#"x "a""b""#, vec!["x", r#"a"b"#]),
            ("", vec![]),
        ] {
            assert_eq!(split(line), words, "{line}");
        }
    }

    #[test]
    fn switches_are_no_documents() {
        let word = r#""C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE""#;
        let open = |rest: &str| documents(&format!("{word} {rest}"));
        assert_eq!(open(r#"/n "C:\Users\a\Invoice 7.docx" /o """#), [r"C:\Users\a\Invoice 7.docx"]);
        assert_eq!(open("/automation -Embedding"), Vec::<String>::new());
        assert_eq!(open("/dde"), Vec::<String>::new());
        assert_eq!(open(r"/t \\files\share\x.dotx"), [r"\\files\share\x.dotx"]);
        assert_eq!(open(r"/mMacro.One C:\x.doc"), [r"C:\x.doc"]);
        assert_eq!(open(r"C:\Users\Al Smith\my file.doc"), [r"C:\Users\Al Smith\my file.doc"]);
    }
}
