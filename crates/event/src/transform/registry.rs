//! Registry paths and values in Sysmon's spelling: hives abbreviated, the value's name at the end of the path, numbers as
//! `DWORD (0x00000001)` and `QWORD (0x00000000-0x00000001)`, no text as `(Empty)` (Sysmon, events 12 to 14).

use super::path::strip;
use super::{number, said};

/// How hives are called elsewhere: the kernel's names (Security 4657, 4663), the long ones (Defender, reg.exe), Sysmon's.
pub(super) const HIVES: &[(&str, &str)] = &[
    ("\\REGISTRY\\MACHINE", "HKLM"),
    ("\\REGISTRY\\USER", "HKU"),
    ("HKEY_LOCAL_MACHINE", "HKLM"),
    ("HKEY_USERS", "HKU"),
    ("HKEY_CLASSES_ROOT", "HKCR"),
    ("HKEY_CURRENT_USER", "HKCU"),
    ("HKEY_CURRENT_CONFIG", "HKCC"),
];

const SETS: &str = "HKLM\\SYSTEM\\ControlSet";
const CURRENT: &str = "HKLM\\SYSTEM\\CurrentControlSet";
const DEFAULT: &str = "(Default)";

/// A path with its hive abbreviated. `HKEY_CURRENT_USER\S-1-...` is Defender's way to name a user's hive: `HKU\S-1-...`.
/// Numbered control sets become the current one, as Sysmon shows them.
pub(super) fn short(path: &str) -> String {
    let hive = HIVES.iter().find_map(|(native, hive)| Some((*hive, under(path, native)?)));
    let path = match hive {
        Some(("HKCU", rest)) if strip(rest, "\\S-1-").is_some() => format!("HKU{rest}"),
        Some((hive, rest)) => format!("{hive}{rest}"),
        None => path.to_owned(),
    };
    match strip(&path, SETS).and_then(|rest| rest.split_at_checked(3)) {
        Some((digits, rest)) if digits.bytes().all(|byte| byte.is_ascii_digit()) && ends(rest) => {
            let system = path.get(..SETS.len().saturating_sub("ControlSet".len())).unwrap_or_default();
            format!("{system}CurrentControlSet{rest}")
        }
        _ => path,
    }
}

/// What stands behind a hive's name, where the path is in that hive.
fn under<'a>(path: &'a str, hive: &str) -> Option<&'a str> {
    strip(path, hive).filter(|rest| ends(rest))
}

fn ends(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with('\\')
}

/// Key and value name as one path; the value without a name is Sysmon's `(Default)`.
pub(super) fn value(key: &str, name: Option<&str>) -> Option<String> {
    let name = name.filter(|name| said(name)).unwrap_or(DEFAULT);
    Some(format!("{}\\{name}", short(key.trim_end_matches('\\'))))
}

/// The path with the kernel's hive names; none where it has none there.
pub(super) fn kernel(path: &str) -> Option<String> {
    let path = match strip(path, CURRENT) {
        Some(rest) if ends(rest) => format!("{SETS}001{rest}"),
        _ => path.to_owned(),
    };
    [("\\REGISTRY\\MACHINE", "HKLM"), ("\\REGISTRY\\USER", "HKU")]
        .iter()
        .find_map(|(native, hive)| Some(format!("{native}{}", under(&path, hive)?)))
}

/// The path with the long hive names that Defender writes.
pub(super) fn long(path: &str) -> Option<String> {
    if let Some(rest) = under(path, "HKU").filter(|rest| strip(rest, "\\S-1-").is_some()) {
        return Some(format!("HKEY_CURRENT_USER{rest}"));
    }
    let names = HIVES.iter().filter(|(native, _)| native.starts_with("HKEY"));
    names.into_iter().find_map(|(native, hive)| Some(format!("{native}{}", under(path, hive)?)))
}

/// Key and value name.
pub(super) fn split(path: &str) -> Option<Vec<Option<String>>> {
    let (key, name) = path.rsplit_once('\\')?;
    Some(vec![Some(key.to_owned()), Some(name.to_owned())])
}

/// What a registry value holds, as far as its text is concerned.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Dword,
    Qword,
    Binary,
    /// The record does not say.
    Unknown,
}

/// Type names of a log in the order text, DWORD, QWORD, binary.
pub(super) type Types = [&'static str; 4];

/// NewValueType of Security 4657 (Microsoft Learn, "4657(S)"): REG_SZ, REG_DWORD, REG_QWORD, REG_BINARY.
pub(super) const KERNEL_TYPES: Types = ["%%1873", "%%1876", "%%1883", "%%1875"];
/// RegistryValueType of DeviceRegistryEvents.
pub(super) const DEFENDER_TYPES: Types = ["String", "Dword", "Qword", "Binary"];
/// `registry.data.type` (ECS 8).
pub(super) const ECS_TYPES: Types = ["REG_SZ", "REG_DWORD", "REG_QWORD", "REG_BINARY"];

/// Further names: REG_NONE counts as binary, expandable, multiple and linking strings as text, and the type as a number
/// ([MS-RRP] 3.1.1.5) as what it says.
const MORE_TYPES: &[(&str, Kind)] = &[
    ("%%1872", Kind::Binary),
    ("%%1874", Kind::Text),
    ("%%1877", Kind::Dword),
    ("%%1878", Kind::Text),
    ("%%1879", Kind::Text),
    ("ExpandString", Kind::Text),
    ("MultiString", Kind::Text),
    ("REG_EXPAND_SZ", Kind::Text),
    ("REG_MULTI_SZ", Kind::Text),
    ("REG_LINK", Kind::Text),
    ("REG_NONE", Kind::Binary),
    ("REG_DWORD_BIG_ENDIAN", Kind::Dword),
    ("SZ_DWORD", Kind::Dword),
    ("SZ_QWORD", Kind::Qword),
    ("1", Kind::Text),
    ("2", Kind::Text),
    ("3", Kind::Binary),
    ("4", Kind::Dword),
    ("7", Kind::Text),
    ("11", Kind::Qword),
];

fn kind(name: Option<&str>) -> Kind {
    let Some(name) = name.map(str::trim).filter(|name| said(name)) else { return Kind::Unknown };
    let kinds = [Kind::Text, Kind::Dword, Kind::Qword, Kind::Binary];
    let tables = [KERNEL_TYPES, DEFENDER_TYPES, ECS_TYPES].into_iter().flat_map(|types| types.into_iter().zip(kinds));
    let known = tables.chain(MORE_TYPES.iter().copied());
    known.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map_or(Kind::Unknown, |(_, kind)| kind)
}

/// A value and its type in Sysmon's spelling. Where the type is unknown, a number that fits counts as DWORD: rules ask for
/// policy switches, which are, and a text that is only digits is rare. A value that contradicts its type stays as it is.
pub(super) fn data(value: &str, name: Option<&str>) -> Option<String> {
    let kind = kind(name);
    if value == "-" && kind == Kind::Unknown {
        return None;
    }
    let number = number(value);
    Some(match (kind, number) {
        (Kind::Text | Kind::Unknown, None) if value.is_empty() => EMPTY.to_owned(),
        (Kind::Binary, _) => BINARY.to_owned(),
        (Kind::Dword | Kind::Unknown, Some(number)) if number <= u64::from(u32::MAX) => dword(number),
        (Kind::Qword, Some(number)) => qword(number),
        _ => value.to_owned(),
    })
}

const BINARY: &str = "Binary Data";
const EMPTY: &str = "(Empty)";

fn dword(number: u64) -> String {
    format!("DWORD (0x{number:08x})")
}

fn qword(number: u64) -> String {
    format!("QWORD (0x{:08x}-0x{:08x})", number >> 32, number & u64::from(u32::MAX))
}

/// Numbers as logs write registry values: decimal, hexadecimal, negative (a signed reading of 32 bits), Sysmon's own.
fn number(value: &str) -> Option<u64> {
    if let Some(inner) = strip(value, "DWORD (").and_then(|rest| rest.strip_suffix(')')) {
        return number::parse(inner);
    }
    if let Some(inner) = strip(value, "QWORD (").and_then(|rest| rest.strip_suffix(')')) {
        let (high, low) = inner.split_once('-')?;
        let (high, low) = (number::parse(high)?, number::parse(low)?);
        let fits = high <= u64::from(u32::MAX) && low <= u64::from(u32::MAX);
        return fits.then_some(high << 32 | low);
    }
    match value.trim().strip_prefix('-') {
        Some(_) => value.trim().parse::<i32>().ok().map(|number| u64::from(number.cast_unsigned())),
        None if value.trim().is_empty() => None,
        None => number::parse(value),
    }
}

/// Value and type from Sysmon's spelling.
pub(super) fn undata(value: &str, [text, dword, qword, binary]: Types) -> Option<Vec<Option<String>>> {
    let (native, name) = match (number(value), value) {
        (_, BINARY) => ("00".to_owned(), binary),
        (_, EMPTY) => (String::new(), text),
        (Some(number), _) if strip(value, "DWORD (").is_some() => (number.to_string(), dword),
        (Some(number), _) if strip(value, "QWORD (").is_some() => (number.to_string(), qword),
        _ => (value.to_owned(), text),
    };
    Some(vec![Some(native), Some(name.to_owned())])
}
