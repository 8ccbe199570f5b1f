//! Which question of Office an event 300 of `OAlerts` (Microsoft Office Alerts) shows: it holds the text of the box.

/// A question that is known: its id and wording, in which `{start}` and the like stand for what the application fills in
/// (`content/prompts.toml`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wording<'w> {
    /// Its id.
    pub id: &'w str,
    /// Its text.
    pub text: &'w str,
}

/// A question that was shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// Id of the wording that fits best.
    pub prompt: String,
    /// The program that it asks to start, as shown; empty where it asks for none.
    pub program: String,
}

/// Characters of a text that are looked at.
const LONGEST: usize = 4_096;
/// A sentence must have this many characters to be told from another.
const TELLING: usize = 24;
/// Words after which a program is named, in wordings that name none of our own prompts.
const START: [&str; 2] = ["start the application ", "start application "];

/// The question in a text, among those that are known; one that asks for a program is known by that alone. Wordings differ
/// between versions: the longest sentence that they share decides, the first wording where two share the same.
#[must_use]
pub fn shown(text: &str, wordings: &[Wording<'_>]) -> Option<Shown> {
    let text = plain(text);
    let program = START.iter().find_map(|words| program(&text, words)).unwrap_or_default();
    let mut best: Option<(usize, &str)> = None;
    for wording in wordings {
        let starts = wording.text.contains("{start}");
        if starts == program.is_empty() {
            continue;
        }
        let folded = plain(wording.text);
        let length = sentences(&folded).filter(|sentence| text.contains(sentence)).map(str::len).max().unwrap_or(0);
        if length > best.map_or(0, |(length, _)| length) {
            best = Some((length, wording.id));
        }
    }
    match best {
        Some((_, id)) => Some(Shown { prompt: id.to_owned(), program }),
        None if !program.is_empty() => Some(Shown { prompt: String::new(), program }),
        None => None,
    }
}

/// Pieces of a wording between what is filled in, long enough to tell.
fn sentences(wording: &str) -> impl Iterator<Item = &str> {
    wording
        .split(['.', '?', '{', '}', '('])
        .map(|piece| piece.trim_matches(|c: char| c.is_whitespace() || c == '\''))
        .filter(|piece| piece.len() >= TELLING)
}

/// What stands behind the words up to the question mark.
fn program(text: &str, words: &str) -> Option<String> {
    let at = text.find(words)?.checked_add(words.len())?;
    let rest = text.get(at..)?;
    let end = rest.find('?').unwrap_or(rest.len());
    let name = rest.get(..end)?.trim_matches(|c: char| c.is_whitespace() || "'\"".contains(c));
    (!name.is_empty() && name.len() <= 260).then(|| name.to_owned())
}

/// Lower case, blanks as one, typographic quotes as plain ones.
fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut blank = false;
    for c in text.chars().take(LONGEST) {
        let c = match c {
            '\u{2018}' | '\u{2019}' => '\'',
            '\u{201c}' | '\u{201d}' => '"',
            other => other,
        };
        if c.is_whitespace() {
            blank = true;
            continue;
        }
        if blank && !out.is_empty() {
            out.push(' ');
        }
        blank = false;
        out.extend(c.to_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Wording, shown};

    const KNOWN: [Wording<'_>; 3] = [
        Wording {
            id: "word-update-links",
            text: "This document contains links that may refer to other files. Do you want to update this document with the data from the linked files?",
        },
        Wording {
            id: "word-start-application",
            text: "The remote data ({asked}) is not accessible. Do you want to start the application {start}?",
        },
        Wording {
            id: "excel-start-application",
            text: "Remote data not accessible. To access this data Excel needs to start another application. Only click Yes if you trust the source. Start application '{start}'?",
        },
    ];

    #[test]
    fn questions() {
        for (text, prompt, program) in [
            (
                "This document contains links that may refer to other files. Do you want to update this document with the data from the linked files?",
                "word-update-links",
                "",
            ),
            (
                "The remote data (k calc.exe ) is not accessible.\r\nDo you want to start the application C:\\windows\\system32\\cmd.exe?",
                "word-start-application",
                r"c:\windows\system32\cmd.exe",
            ),
            (
                "Remote data not accessible. To access this data Excel needs to start another application. Start application \u{2018}CMD.EXE\u{2019}?",
                "excel-start-application",
                "cmd.exe",
            ),
            ("Start application 'CALC.EXE'?", "", "calc.exe"),
        ] {
            let seen = shown(text, &KNOWN).unwrap();
            assert_eq!((seen.prompt.as_str(), seen.program.as_str()), (prompt, program), "{text}");
        }
        for text in ["", "Do you want to save the changes you made to a.docx?", "start application ?"] {
            assert_eq!(shown(text, &KNOWN), None, "{text}");
        }
    }
}
