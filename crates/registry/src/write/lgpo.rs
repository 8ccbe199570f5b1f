use super::{Unwritable, check_key, check_name, comment_lines, unwritable};
use crate::{Data, Entry, Fact, Root, lgpo};

/// Text of LGPO.exe for both halves of a policy, CRLF; `comment` stands at its head, line by line.
///
/// # Errors
/// Facts that are neither the machine's nor users', default values, names and texts that would read as something else
/// (blanks at the ends, a semicolon first, line ends), types that LGPO.exe does not write, and taking away a key.
pub fn lgpo(entries: &[Entry], comment: &str) -> Result<Vec<u8>, Unwritable> {
    let mut text = String::new();
    let mut line = |line: &str| {
        text.push_str(line);
        text.push_str("\r\n");
    };
    for words in comment_lines(comment) {
        line(&format!("; {words}"));
    }
    for entry in entries {
        check_key(entry)?;
        let whose = match entry.root {
            Root::Machine => "Computer",
            Root::User => "User",
            Root::Users(_) | Root::Files => {
                return Err(unwritable(entry, "policies are for the machine or for users, not for one hive"));
            }
        };
        let bare = |word: &str| !word.is_empty() && word.trim() == word && !word.starts_with(';');
        let name = match &entry.fact {
            Fact::Value { name, .. } | Fact::ValueRemoved { name } => {
                check_name(entry, name)?;
                if !bare(name) || name == lgpo::ANY {
                    return Err(unwritable(entry, "LGPO text cannot name this value"));
                }
                name
            }
            _ => lgpo::ANY,
        };
        if !bare(&entry.key) {
            return Err(unwritable(entry, "LGPO text cannot name this key"));
        }
        let action = match &entry.fact {
            Fact::Key => "CREATEKEY".to_owned(),
            Fact::Value { data, .. } => data_of(entry, data)?,
            Fact::ValueRemoved { .. } => "DELETE".to_owned(),
            Fact::ValuesRemoved => "DELETEALLVALUES".to_owned(),
            Fact::KeyRemoved => return Err(unwritable(entry, "LGPO text has no word for taking away a key")),
        };
        for words in ["", whose, &entry.key, name, &action] {
            line(words);
        }
    }
    Ok(text.into_bytes())
}

fn data_of(entry: &Entry, data: &Data) -> Result<String, Unwritable> {
    let plain = |text: &str| {
        let fits = !text.contains(['\r', '\n', '\0']);
        if fits { Ok(text.to_owned()) } else { Err(unwritable(entry, "a text with line ends")) }
    };
    Ok(match data {
        Data::Sz(text) => format!("SZ:{}", plain(text)?),
        Data::ExpandSz(text) => format!("EXSZ:{}", plain(text)?),
        Data::Dword(number) => format!("DWORD:{number}"),
        Data::Qword(number) => format!("QWORD:{number}"),
        Data::Binary(bytes) => {
            let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("BINARY:{digits}")
        }
        Data::MultiSz(texts) => {
            // Backslash and zero stand for the end of a text.
            if texts.iter().any(|text| text.contains("\\0") || text.ends_with('\\') || text.is_empty()) {
                return Err(unwritable(entry, "a list whose texts LGPO text cannot keep apart"));
            }
            format!("MULTISZ:{}", plain(&texts.join("\\0"))?)
        }
        _ => return Err(unwritable(entry, "a type that LGPO text does not know")),
    })
}
