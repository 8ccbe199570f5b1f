use super::{Unwritable, check_key, check_name, unwritable};
use crate::{Data, Entry, Fact, Root};

/// `registry.pol` ([MS-GPREG] 2.2.1) for one half of a policy: `root` is [`Root::Machine`] or [`Root::User`]; facts of
/// the other half are left out, so that two calls write both files.
///
/// # Errors
/// Facts of neither half, names that read as orders (`**`), lists that cannot be said, and what [`super::reg`] refuses of
/// names. A default value of type none without data would read as the key alone and is refused too.
pub fn pol(entries: &[Entry], root: &Root) -> Result<Vec<u8>, Unwritable> {
    let mut bytes = b"PReg\x01\0\0\0".to_vec();
    for entry in entries {
        if !matches!(entry.root, Root::Machine | Root::User) {
            return Err(unwritable(entry, "policies are for the machine or for users, not for one hive"));
        }
        if entry.root != *root {
            continue;
        }
        check_key(entry)?;
        match &entry.fact {
            Fact::Key => record(&mut bytes, &entry.key, "", &Data::None(Vec::new())),
            Fact::Value { name, data } => {
                check_name(entry, name)?;
                if name.starts_with("**") {
                    return Err(unwritable(entry, "a name that begins with ** is an order in a policy"));
                }
                if name.is_empty() && *data == Data::None(Vec::new()) {
                    return Err(unwritable(entry, "a default value of no type and no data stands for the key alone"));
                }
                record(&mut bytes, &entry.key, name, data);
            }
            Fact::ValueRemoved { name } => {
                check_name(entry, name)?;
                // The group policy editor writes a blank as data.
                record(&mut bytes, &entry.key, &format!("**del.{name}"), &Data::Sz(" ".into()));
            }
            Fact::ValuesRemoved => record(&mut bytes, &entry.key, "**delvals.", &Data::Sz(" ".into())),
            Fact::KeyRemoved => {
                let (parent, child) =
                    entry.key.rsplit_once('\\').ok_or_else(|| unwritable(entry, "a root's own key stays"))?;
                if child.contains(';') || child.trim() != child {
                    return Err(unwritable(entry, "its name cannot stand in a list"));
                }
                record(&mut bytes, parent, "**deletekeys", &Data::Sz(child.to_owned()));
            }
        }
    }
    Ok(bytes)
}

fn record(bytes: &mut Vec<u8>, key: &str, name: &str, data: &Data) {
    let mut text = |text: &str, end: &[u16]| {
        bytes.extend(text.encode_utf16().chain(end.iter().copied()).flat_map(u16::to_le_bytes));
    };
    text(&format!("[{key}"), &[0]);
    text(&format!(";{name}"), &[0]);
    let raw = data.to_raw();
    text(";", &[]);
    bytes.extend(data.kind().to_le_bytes());
    bytes.extend([b';', 0]);
    bytes.extend(u32::try_from(raw.len()).unwrap_or(u32::MAX).to_le_bytes());
    bytes.extend([b';', 0]);
    bytes.extend(raw);
    bytes.extend([b']', 0]);
}
