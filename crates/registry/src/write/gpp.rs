use super::{Unwritable, check_key, check_name, unwritable};
use crate::{Data, Entry, Fact, Root, path};
use std::fmt::Write as _;

/// Class of the file, of an item and of nothing else ([MS-GPPREF] 2.2.1.11).
const SETTINGS: &str = "{A3CCFC41-DFDB-43a5-8D26-0FE8B954DA51}";
const ITEM: &str = "{9CD4B2F4-923D-47f5-A062-E897DD1DAD50}";

/// `Registry.xml` of group policy preferences for one half of a policy: `root` is [`Root::Machine`] or [`Root::User`];
/// facts of the other half are left out, so that two calls write both files. Items get identifiers from what they say, so
/// that the same facts give the same file.
///
/// # Errors
/// Facts of neither half, types that preferences do not know, taking away all values of a key, and letters that XML
/// cannot hold.
pub fn gpp(entries: &[Entry], root: &Root) -> Result<Vec<u8>, Unwritable> {
    let mut text = format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<RegistrySettings clsid=\"{SETTINGS}\">\r\n");
    for (at, entry) in entries.iter().enumerate() {
        if !matches!(entry.root, Root::Machine | Root::User) {
            return Err(unwritable(entry, "policies are for the machine or for users, not for one hive"));
        }
        if entry.root == *root {
            text.push_str(&item(entry, at)?);
        }
    }
    text.push_str("</RegistrySettings>\r\n");
    Ok(text.into_bytes())
}

fn item(entry: &Entry, at: usize) -> Result<String, Unwritable> {
    check_key(entry)?;
    let none = Data::Sz(String::new());
    let (action, name, data) = match &entry.fact {
        Fact::Key => ("U", None, &none),
        Fact::Value { name, data } => ("U", Some(name), data),
        Fact::ValueRemoved { name } => ("D", Some(name), &none),
        Fact::KeyRemoved => ("D", None, &none),
        Fact::ValuesRemoved => return Err(unwritable(entry, "preferences cannot take away all values of a key")),
    };
    let default = u8::from(name.is_some_and(String::is_empty));
    let name = name.map_or("", String::as_str);
    check_name(entry, name)?;
    let mut list = String::new();
    let (kind, value) = match data {
        Data::Sz(text) => ("REG_SZ", text.clone()),
        Data::ExpandSz(text) => ("REG_EXPAND_SZ", text.clone()),
        Data::Dword(number) => ("REG_DWORD", format!("{number:08X}")),
        Data::Qword(number) => ("REG_QWORD", format!("{number:016X}")),
        Data::Binary(bytes) => ("REG_BINARY", bytes.iter().map(|byte| format!("{byte:02X}")).collect()),
        Data::MultiSz(texts) => {
            list.push_str("<Values>");
            for text in texts {
                let _ = write!(list, "<Value>{}</Value>", escaped(entry, text)?);
            }
            list.push_str("</Values>");
            ("REG_MULTI_SZ", texts.join(" "))
        }
        _ => return Err(unwritable(entry, "a type that preferences do not know")),
    };
    let hive = path::full(&entry.root, "").unwrap_or_default();
    let shown = if name.is_empty() { entry.key.rsplit('\\').next().unwrap_or_default() } else { name };
    let said = format!("{at}|{hive}|{}|{name}|{kind}|{value}|{action}", entry.key);
    Ok(format!(
        "\t<Registry clsid=\"{ITEM}\" name=\"{}\" status=\"{}\" uid=\"{}\">\r\n\t\t<Properties action=\"{action}\" \
         displayDecimal=\"0\" default=\"{default}\" hive=\"{hive}\" key=\"{}\" name=\"{}\" type=\"{kind}\" \
         value=\"{}\">{list}</Properties>\r\n\t</Registry>\r\n",
        escaped(entry, shown)?,
        escaped(entry, shown)?,
        uid(&said),
        escaped(entry, &entry.key)?,
        escaped(entry, name)?,
        escaped(entry, &value)?,
    ))
}

fn escaped(entry: &Entry, text: &str) -> Result<String, Unwritable> {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\t' | '\n' | '\r' => {
                let _ = write!(safe, "&#{};", u32::from(letter));
            }
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {
                return Err(unwritable(entry, "a letter that XML cannot hold"));
            }
            _ => safe.push(letter),
        }
    }
    Ok(safe)
}

/// An identifier from what an item says (FNV-1a, 128 bits).
fn uid(said: &str) -> String {
    let mut hash: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    for byte in said.bytes() {
        hash = (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
    }
    let digits = format!("{hash:032X}");
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    format!("{{{}-{}-{}-{}-{}}}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}
