#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]
use super::*;
use proptest::prelude::*;

/// Strings that break out of one language or another.
const HOSTILE: [&str; 16] = [
    "a'; Remove-Item C:\\ -Recurse; '",
    "a\u{2019}; calc; \u{2018}",
    "\"; calc; \"",
    "$(calc)",
    "`calc`",
    "a\ncalc",
    "%COMSPEC% & calc",
    "x\" | delete | \"",
    "\\",
    "C:\\dir\\",
    "{{host}}",
    "\u{1b}[2J\u{202e}cod.exe",
    "', 1); DROP TABLE x; --",
    "-Force",
    "*",
    "<img src=x onerror=alert(1)>",
];

fn filled(language: Language, value: &str) -> (String, Vec<String>) {
    render("X {{document}} Y", language, |_| Some(value.to_owned()))
}

fn literal(language: Language, value: &str) -> Option<String> {
    let (text, open) = filled(language, value);
    open.is_empty().then(|| text.strip_prefix("X ").unwrap().strip_suffix(" Y").unwrap().to_owned())
}

/// PowerShell's reading of `'...'`, `('' + 'a' + [char]0x001b)`: none where it is anything else than strings.
fn read_powershell(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = match text.strip_prefix("('' + ") {
        Some(rest) => rest.strip_suffix(')')?,
        None => text,
    };
    let quotes = |letter: char| matches!(letter, '\'' | '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}');
    loop {
        if let Some(code) = rest.strip_prefix("[char]0x") {
            out.push(char::from_u32(u32::from_str_radix(code.get(..4)?, 16).ok()?)?);
            rest = code.get(4..)?;
        } else if let Some(code) = rest.strip_prefix("[char]::ConvertFromUtf32(0x") {
            let (code, behind) = code.split_once(')')?;
            out.push(char::from_u32(u32::from_str_radix(code, 16).ok()?)?);
            rest = behind;
        } else {
            let mut letters = rest.char_indices().peekable();
            letters.next().filter(|(_, letter)| *letter == '\'')?;
            let mut end = None;
            while let Some((at, letter)) = letters.next() {
                if quotes(letter) {
                    match letters.peek() {
                        Some((_, next)) if quotes(*next) => {
                            out.push(letter);
                            letters.next();
                        }
                        _ => {
                            end = Some(at + letter.len_utf8());
                            break;
                        }
                    }
                } else {
                    out.push(letter);
                }
            }
            rest = rest.get(end?..)?;
        }
        match rest.strip_prefix(" + ") {
            Some(more) => rest = more,
            None => return rest.is_empty().then_some(out),
        }
    }
}

/// A POSIX shell's reading of `'...'`, `'\''` and `$'...'`.
fn read_bash(text: &str) -> Option<String> {
    if let Some(inner) = text.strip_prefix("$'") {
        let mut bytes = Vec::new();
        let mut letters = inner.chars();
        while let Some(letter) = letters.next() {
            match letter {
                '\'' => return letters.next().is_none().then(|| String::from_utf8(bytes).ok())?,
                '\\' => match letters.next()? {
                    'x' => {
                        let code: String = [letters.next()?, letters.next()?].into_iter().collect();
                        bytes.push(u8::from_str_radix(&code, 16).ok()?);
                    }
                    other => bytes.extend(other.to_string().bytes()),
                },
                _ => bytes.extend(letter.to_string().bytes()),
            }
        }
        return None;
    }
    let inner = text.strip_prefix('\'')?.strip_suffix('\'')?;
    let parts: Vec<&str> = inner.split("'\\''").collect();
    parts.iter().all(|part| !part.contains('\'')).then(|| parts.join("'"))
}

/// The reading of `"..."` with `\"` and `\\`.
fn read_backslashed(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut letters = text.strip_prefix('"')?.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => return letters.next().is_none().then_some(out),
            '\\' => out.push(letters.next()?),
            _ => out.push(letter),
        }
    }
    None
}

fn read(language: Language, text: &str) -> Option<String> {
    match language {
        Language::Powershell => read_powershell(text),
        Language::Bash => read_bash(text),
        Language::Kql | Language::Http => serde_json::from_str(text).ok(),
        Language::Eql | Language::Esql | Language::Vql | Language::Spl => read_backslashed(text),
        Language::Sql => {
            let inner = text.strip_prefix('\'')?.strip_suffix('\'')?;
            let plain = inner.replace("''", "\u{0}");
            (!plain.contains('\'')).then(|| plain.replace('\u{0}', "'"))
        }
        Language::Cmd => {
            let inner = text.strip_prefix('"')?.strip_suffix('"')?;
            let tail = inner.len() - inner.trim_end_matches('\\').len();
            (!inner.contains(['"', '%', '!', '^', '\n']) && tail % 2 == 0)
                .then(|| inner.get(..inner.len() - tail / 2).map(str::to_owned))?
        }
        Language::Text => {
            let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
            (!inner.contains(['"', '\'', '`', '$', ';', '|', '&', '\n'])).then(|| inner.to_owned())
        }
    }
}

/// True where a value is one literal of the language, whole, or stays open.
fn held(language: Language, value: &str) -> bool {
    let body = |value: &str| {
        let (text, open) = render("POST /x\n\n{{document}}", Language::Http, |_| Some(value.to_owned()));
        (open.is_empty()).then(|| text.strip_prefix("POST /x\n\n").unwrap().to_owned())
    };
    let literal = if language == Language::Http { body(value) } else { literal(language, value) };
    let number = value.len() <= 10 && value.bytes().all(|byte| byte.is_ascii_digit());
    match literal {
        None => true,
        Some(literal) if number => literal == value,
        Some(literal) => {
            let seen = !literal.chars().any(unseen);
            seen && read(language, &literal).as_deref() == Some(value)
        }
    }
}

#[test]
fn hostile_values_stay_one_literal_or_open() {
    for language in Language::ALL {
        for value in HOSTILE {
            assert!(held(language, value), "{}: {value:?} becomes {:?}", language.title(), filled(language, value));
        }
    }
}

#[test]
fn every_language_takes_ordinary_values() {
    for language in Language::ALL {
        for value in ["ws-042", "C:\\Users\\m.weber\\Documents\\Invoice 2026.docx", "4711", "m.weber"] {
            assert!(filled(language, value).1.is_empty(), "{}: {value}", language.title());
        }
    }
    assert_eq!(filled(Language::Cmd, "a%b").1, ["document"]);
    assert_eq!(filled(Language::Cmd, "a%b").0, "X {{document}} Y");
}

#[test]
fn a_request_line_holds_only_what_a_path_may() {
    let (text, open) = render("POST /api/{{id_mde}}/isolate\n\n{\"c\": {{id_mde}}}", Language::Http, |_| {
        Some("../a b?x=\"1\"".to_owned())
    });
    assert!(open.is_empty());
    assert_eq!(text, "POST /api/..%2Fa%20b%3Fx%3D%221%22/isolate\n\n{\"c\": \"../a b?x=\\\"1\\\"\"}");
    assert_eq!(render("GET /{{host}}", Language::Http, |_| Some("..".to_owned())).1, ["host"]);
}

#[test]
fn what_is_not_known_stays_as_it_stands() {
    let (text, open) =
        render("a {{host}} {{b {{user}}", Language::Bash, |name| (name == "user").then(|| "x".to_owned()));
    assert_eq!((text.as_str(), open.len()), ("a {{host}} {{b {{user}}", 2));
}

proptest! {
    #[test]
    fn any_value_stays_one_literal_or_open(value in "\\PC{0,40}|[\\x00-\\x7f]{0,40}|[a'\"\\\\$`%\u{2018}\u{2019}\u{202e}\n ]{0,20}") {
        for language in Language::ALL {
            prop_assert!(held(language, &value), "{}: {:?}", language.title(), filled(language, &value));
        }
    }
}
