//! Remembered answers of users: `Security\Trusted Documents\TrustRecords` of Office.
//!
//! Each value is a document; its 24 bytes are the FILETIME at which the document's file was made, the user's offset from UTC
//! in ticks, the minutes since 1970 (UTC) at which it was trusted, and what was allowed. The layout is not documented; on six
//! records of three real hives the minutes are those in which the key was written, and the FILETIME is earlier or of another
//! clock, in one case by three months.

use ddefend_event::{Time, Zone};
use ddefend_guard::{Budget, Cursor};
use ddefend_model::provenance::TrustRecord;
use ddefend_model::{Diagnostic, Location, code};
use ddefend_registry::{Entry, Fact, Input, Interest, Origin, Place, Root, Sink};

/// Keys that hold the records, below a user's root, as [`Interest::add`] takes them.
pub const TRUST_KEY: &str = r"Software\Microsoft\Office\*\*\Security\Trusted Documents\TrustRecords";
/// Bytes of a record.
const LENGTH: usize = 24;
/// Records of one input; more are counted.
const MOST: usize = 10_000;
/// Characters of a name.
const LONGEST: usize = 4_096;

/// Wants the keys of the records of a user's hive.
pub fn add_interest(interest: &mut Interest) {
    interest.add(&Root::User, TRUST_KEY);
}

/// Office version and application of a key's path; none where it is none of the records' keys.
fn of_key(key: &str) -> Option<(&str, &str)> {
    let parts: Vec<&str> = key.split('\\').filter(|part| !part.is_empty()).collect();
    let at = parts.iter().position(|part| part.eq_ignore_ascii_case("Office"))?;
    let [version, application, security, documents, records] = parts.get(at.checked_add(1)?..)? else { return None };
    let fits = security.eq_ignore_ascii_case("Security")
        && documents.eq_ignore_ascii_case("Trusted Documents")
        && records.eq_ignore_ascii_case("TrustRecords");
    fits.then_some((*version, *application))
}

/// Decodes a value of `key`. None where the key is another or the data are too short to hold a record.
#[must_use]
pub fn trust_record(name: &str, data: &[u8], key: &str, user: &str, host: &str, source: &str) -> Option<TrustRecord> {
    let (version, application) = of_key(key)?;
    let mut cursor = Cursor::new(data);
    let created = cursor.u64("creation time").ok()?;
    cursor.skip(8, "offset from UTC").ok()?;
    let minutes = cursor.u32("minutes").ok()?;
    let flag = cursor.u32("choice").ok()?;
    let created = if created == 0 { String::new() } else { Time::from_filetime(created).to_string() };
    Some(TrustRecord {
        user: user.to_owned(),
        host: host.to_owned(),
        application: application.to_owned(),
        version: version.to_owned(),
        document: name.chars().take(LONGEST).collect(),
        time: if minutes == 0 { created.clone() } else { of_minutes(minutes).to_string() },
        created,
        choice: match flag {
            1 => "enabled editing".to_owned(),
            0x7fff_ffff => "enabled content".to_owned(),
            other => format!("{other:#010x}"),
        },
        source: source.to_owned(),
    })
}

fn of_minutes(minutes: u32) -> Time {
    Time { ticks: i64::from(minutes).saturating_mul(60 * Time::SECOND), zone: Zone::Utc }
}

/// Every record of a user's hive (or an export of it), with what could not be read. Whose it is comes from the input where
/// it says so, else from `user` and `host`. None where the bytes are no input of the registry's readers.
#[must_use]
pub fn read_trust(
    input: &Input<'_>,
    user: &str,
    host: &str,
    budget: &Budget,
) -> Option<(Vec<TrustRecord>, Vec<Diagnostic>)> {
    let mut interest = Interest::default();
    add_interest(&mut interest);
    let mut gathered = Gathered::default();
    let about = ddefend_registry::read(input, None, &interest, budget, &mut gathered).ok()?;
    let user = about.user.as_deref().filter(|_| user.is_empty()).unwrap_or(user);
    let host = about.host.as_deref().filter(|_| host.is_empty()).unwrap_or(host);
    let (found, told) = trust_records(&gathered.entries, user, host, input.name);
    gathered.told.extend(told);
    Some((found, gathered.told))
}

#[derive(Default)]
struct Gathered {
    entries: Vec<Entry>,
    told: Vec<Diagnostic>,
}

impl Sink for Gathered {
    fn entry(&mut self, entry: Entry) -> bool {
        if matches!(entry.fact, Fact::Value { .. }) {
            self.entries.push(entry);
        }
        self.entries.len() < MOST
    }

    fn diagnostic(&mut self, diagnostic: Diagnostic) {
        if self.told.len() < MOST {
            self.told.push(diagnostic);
        }
    }
}

/// Every record among a hive's entries, in their order without repetition. `user` and `host` are whose hive it is, where
/// the entry does not say; `source` names the input.
pub fn trust_records<'e>(
    entries: impl IntoIterator<Item = &'e Entry>,
    user: &str,
    host: &str,
    source: &str,
) -> (Vec<TrustRecord>, Vec<Diagnostic>) {
    let mut found: Vec<TrustRecord> = Vec::new();
    let mut told = Vec::new();
    let mut tell = |code: &'static str, message: String| {
        if told.len() < 20 {
            told.push(Diagnostic::about(code, source, Location::default(), message));
        }
    };
    for entry in entries {
        let Fact::Value { name, data } = &entry.fact else { continue };
        if of_key(&entry.key).is_none() {
            continue;
        }
        let user = match &entry.root {
            Root::User => user,
            Root::Users(name) if user.is_empty() => name,
            Root::Users(_) => user,
            _ => continue,
        };
        let bytes = data.to_raw();
        let place = place(entry);
        let whence = format!("{source}: {}{place}", entry.key);
        if bytes.len() != LENGTH {
            let message = format!(
                "{}: the trust record of '{}' has {} bytes, not {LENGTH}",
                entry.key,
                name.escape_debug(),
                bytes.len()
            );
            tell(code::BROKEN_STRUCTURE, message);
        }
        let Some(record) = trust_record(name, &bytes, &entry.key, user, host, &whence) else { continue };
        if found.len() >= MOST {
            tell(code::LIMIT_RESULTS, format!("more than {MOST} trust records; the rest is not listed"));
            break;
        }
        if !found.contains(&record) {
            found.push(record);
        }
    }
    (found, told)
}

fn place(entry: &Entry) -> String {
    let place = match entry.place {
        Place::Unknown => String::new(),
        Place::Offset(offset) => format!(" at byte {offset:#x}"),
        Place::Line(line) => format!(" at line {line}"),
    };
    match entry.origin {
        Origin::Written => place,
        Origin::Log => format!("{place} (from a transaction log)"),
        Origin::Deleted => format!("{place} (deleted)"),
    }
}

/// The document of a record as a path: `%20` and the like decoded, `%USERPROFILE%` put in where the profile's folder is
/// given, `/` as `\`. Addresses (`https://...`) keep their slashes.
#[must_use]
pub fn document_path(document: &str, profile: &str) -> String {
    const VARIABLE: &str = "%USERPROFILE%";
    if document.contains("://") {
        return percent_decoded(document);
    }
    let head = document.get(..VARIABLE.len()).filter(|head| head.eq_ignore_ascii_case(VARIABLE));
    let rest = percent_decoded(document.get(head.map_or(0, str::len)..).unwrap_or_default());
    let folder = match head {
        Some(_) if !profile.is_empty() => profile.trim_end_matches(['\\', '/']),
        head => head.unwrap_or_default(),
    };
    format!("{folder}{rest}").replace('/', "\\")
}

fn percent_decoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let digits = tail.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        match digits.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(value) if *first == b'%' && value >= 0x20 => {
                out.push(value);
                rest = tail.get(2..).unwrap_or_default();
            }
            _ => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::{document_path, trust_record};

    const KEY: &str = r"Software\Microsoft\Office\16.0\Word\Security\Trusted Documents\TrustRecords";

    fn record(flag: u32) -> Vec<u8> {
        let mut bytes = 133_500_000_000_000_000_u64.to_le_bytes().to_vec();
        bytes.extend((-36_000_000_000_i64).to_le_bytes());
        bytes.extend(28_000_000_u32.to_le_bytes());
        bytes.extend(flag.to_le_bytes());
        bytes
    }

    #[test]
    fn decodes() {
        for (flag, choice) in [(1, "enabled editing"), (0x7fff_ffff, "enabled content"), (2, "0x00000002")] {
            let seen = trust_record("%USERPROFILE%/a.docx", &record(flag), KEY, "anna", "PC1", "NTUSER.DAT").unwrap();
            assert_eq!(
                (seen.choice.as_str(), seen.application.as_str(), seen.version.as_str()),
                (choice, "Word", "16.0")
            );
            assert_eq!(seen.time, "2023-03-28T10:40:00.0000000Z");
            assert_eq!(seen.created, "2024-01-17T21:20:00.0000000Z");
        }
        assert!(trust_record("a", &record(1)[..23], KEY, "", "", "").is_none());
        assert!(trust_record("a", &record(1), r"Software\Microsoft\Office\16.0\Word\Security", "", "", "").is_none());
    }

    #[test]
    fn names() {
        for (document, wanted) in [
            ("%USERPROFILE%/Downloads/a%20b.docx", r"C:\Users\anna\Downloads\a b.docx"),
            ("%userprofile%/x", r"C:\Users\anna\x"),
            ("C:/x/y.xlsx", r"C:\x\y.xlsx"),
            ("//server/share/y.xlsx", r"\\server\share\y.xlsx"),
            ("https://corp.example/a%20b.docx", "https://corp.example/a b.docx"),
            ("%", "%"),
        ] {
            assert_eq!(document_path(document, r"C:\Users\anna"), wanted);
        }
        assert_eq!(document_path("%USERPROFILE%/x", ""), r"%USERPROFILE%\x");
    }
}
