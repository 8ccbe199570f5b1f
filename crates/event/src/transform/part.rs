//! Pieces of values in Sysmon's spelling, for tables that hold them apart: the name in a path, the user in an account, one
//! hash of several.

use super::{Transform, code, path, registry};
use std::borrow::Cow;

/// Makes another schema's value from one in Sysmon's spelling.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The last part of a path.
    Name,
    /// A path without its last part.
    Folder,
    /// What stands behind the last dot of a path's name.
    Extension,
    /// In lower case.
    Lower,
    /// The domain of `DOMAIN\name`.
    Domain,
    /// The name of `DOMAIN\name`; of an account without a domain all of it.
    User,
    /// One hash of `SHA1=..,MD5=..`, in lower case.
    Hash(&'static str),
    /// The key of a registry path that ends in a value's name.
    Key,
    /// A registry path with the hive's long name.
    LongHive,
    /// The hive of a registry path.
    Hive,
    /// A registry path without its hive.
    BehindHive,
    /// The number of `DWORD (0x00000001)` in decimal; other data as they are.
    Data,
    /// The type of registry data by its spelling, as Defender calls it.
    DefenderType,
    /// The same as `REG_DWORD`.
    RegistryType,
    /// Sysmon's EventType of a registry event as Defender's ActionType.
    DefenderAction,
    /// The same as ASIM's EventType.
    AsimAction,
    /// Sysmon's Initiated as Defender's ActionType.
    DefenderConnection,
    /// Sysmon's Initiated as `Outbound` or `Inbound`.
    Direction,
    /// That text, then the value.
    Before(Box<str>),
    /// One of the native values that [`Transform::apply`] would make the value of: how many there are, and which.
    Input(Transform, usize, usize),
}

/// Names in `content/tables`.
const NAMES: &[(&str, Part)] = &[
    ("name", Part::Name),
    ("folder", Part::Folder),
    ("extension", Part::Extension),
    ("lower", Part::Lower),
    ("domain", Part::Domain),
    ("user", Part::User),
    ("md5", Part::Hash("MD5")),
    ("sha1", Part::Hash("SHA1")),
    ("sha256", Part::Hash("SHA256")),
    ("imphash", Part::Hash("IMPHASH")),
    ("key", Part::Key),
    ("long-hive", Part::LongHive),
    ("hive", Part::Hive),
    ("behind-hive", Part::BehindHive),
    ("data", Part::Data),
    ("defender-type", Part::DefenderType),
    ("registry-type", Part::RegistryType),
    ("defender-action", Part::DefenderAction),
    ("asim-action", Part::AsimAction),
    ("defender-connection", Part::DefenderConnection),
    ("direction", Part::Direction),
];

/// EventType of Sysmon 12 to 14 and of ASIM's registry events (Microsoft Learn, "ASIM Registry Event schema").
const ASIM: &[(&str, &str)] = &[
    ("RegistryValueSet", "SetValue"),
    ("RegistryValueDeleted", "DeleteValue"),
    ("RegistryKeyCreated", "CreateKey"),
    ("RegistryKeyDeleted", "DeleteKey"),
    ("RegistryKeyRenamed", "RenameKey"),
];

impl Part {
    /// The part of that name; none where there is none.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        if let Some(text) = name.strip_prefix("before:") {
            return Some(Self::Before(text.into()));
        }
        NAMES.iter().find(|(known, _)| *known == name).map(|(_, part)| part.clone())
    }

    /// Applies it; none where the value has no such part.
    #[must_use]
    pub fn apply<'a>(&self, value: &'a str) -> Option<Cow<'a, str>> {
        let borrowed = |text: &'a str| (!text.is_empty()).then_some(Cow::Borrowed(text));
        match self {
            Self::Name => borrowed(path::last(value)),
            Self::Folder => value.rsplit_once('\\').and_then(|(folder, _)| borrowed(folder)),
            Self::Extension => path::last(value).rsplit_once('.').and_then(|(_, extension)| borrowed(extension)),
            Self::Lower if value.bytes().any(|byte| byte.is_ascii_uppercase()) => Some(value.to_lowercase().into()),
            Self::Lower => borrowed(value),
            Self::Domain => value.split_once('\\').and_then(|(domain, _)| borrowed(domain)),
            Self::User => borrowed(value.split_once('\\').map_or(value, |(_, name)| name)),
            Self::Hash(wanted) => {
                let mut parts = value.split(',').filter_map(|part| part.split_once('='));
                let (_, digits) = parts.find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted))?;
                Some(digits.to_ascii_lowercase().into())
            }
            Self::Key => value.rsplit_once('\\').and_then(|(key, _)| borrowed(key)),
            Self::LongHive => registry::long(value).map(Cow::Owned).or_else(|| borrowed(value)),
            Self::Hive => borrowed(value.split('\\').next().unwrap_or_default()),
            Self::BehindHive => value.split_once('\\').and_then(|(_, rest)| borrowed(rest)),
            Self::Data => first(registry::undata(value, registry::DEFENDER_TYPES)?, 0),
            Self::DefenderType => first(registry::undata(value, registry::DEFENDER_TYPES)?, 1),
            Self::RegistryType => first(registry::undata(value, registry::ECS_TYPES)?, 1),
            Self::DefenderAction => code::inverse(code::DEFENDER_REGISTRY, value).map(Cow::Owned),
            Self::AsimAction => code::inverse(ASIM, value).map(Cow::Owned),
            Self::DefenderConnection => code::inverse(code::DEFENDER_CONNECTION, value).map(Cow::Owned),
            Self::Direction => match value {
                value if value.eq_ignore_ascii_case("true") => Some("Outbound".into()),
                value if value.eq_ignore_ascii_case("false") => Some("Inbound".into()),
                _ => None,
            },
            Self::Before(text) => Some(format!("{text}{value}").into()),
            Self::Input(transform, inputs, index) => first(transform.inverse(value, *inputs)?, *index),
        }
    }
}

fn first<'a>(values: Vec<Option<String>>, index: usize) -> Option<Cow<'a, str>> {
    values.into_iter().nth(index).flatten().map(Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_sysmon_values() {
        let part = |name: &str, value: &str| Part::parse(name).unwrap().apply(value).map(Cow::into_owned);
        assert_eq!(part("name", "C:\\Windows\\System32\\cmd.exe").as_deref(), Some("cmd.exe"));
        assert_eq!(part("folder", "C:\\Windows\\cmd.exe").as_deref(), Some("C:\\Windows"));
        assert_eq!(part("user", "CORP\\ann").as_deref(), Some("ann"));
        assert_eq!(part("domain", "ann"), None);
        assert_eq!(part("sha256", "MD5=AA,SHA256=BB").as_deref(), Some("bb"));
        assert_eq!(part("key", "HKLM\\A\\B").as_deref(), Some("HKLM\\A"));
        assert_eq!(part("long-hive", "HKLM\\A").as_deref(), Some("HKEY_LOCAL_MACHINE\\A"));
        assert_eq!(part("data", "DWORD (0x00000002)").as_deref(), Some("2"));
        assert_eq!(part("registry-type", "DWORD (0x00000002)").as_deref(), Some("REG_DWORD"));
        assert_eq!(part("defender-action", "SetValue").as_deref(), Some("RegistryValueSet"));
        assert_eq!(part("before:X:", "a").as_deref(), Some("X:a"));
        let whole = Part::Input(Transform::FolderAndName, 2, 1);
        assert_eq!(whole.apply("C:\\a\\b.exe").as_deref(), Some("b.exe"));
    }
}
