//! Values of one schema in the spelling of another. A rule is written for Sysmon's values (Sigma's taxonomy is Sysmon's);
//! each transform makes Sysmon's spelling of what another log writes, and its inverse writes test records in that log's own.

mod account;
mod code;
mod hash;
mod number;
mod part;
mod path;
mod registry;

pub use part::Part;

use serde::{Deserialize, Serialize};

/// Makes a Sigma field's value from native ones; the inverse serves the writers of test records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Transform {
    /// One native value as it is.
    Same,
    /// The first of several native values that says something.
    First,
    /// A process id or another number in hexadecimal (Security 4688: `0x1410`) as decimal: `5136`.
    Decimal,
    /// A number (Defender's DesiredAccess: `5136`) as Sysmon's hexadecimal: `0x1410`.
    Hexadecimal,
    /// Domain and name as `DOMAIN\name`.
    Account,
    /// SID, domain and name as `DOMAIN\name`; the three service accounts by their SID as Sysmon names them, because
    /// Security events call LocalSystem by the computer's name.
    SidAccount,
    /// Security 4688: target domain and name, subject SID, domain and name. The new process runs as the target where there
    /// is one, else as the subject.
    TokenAccount,
    /// Security 4688: the target's logon id where there is one, else the subject's.
    TokenLogon,
    /// Security 4688: the SID of a mandatory label (`S-1-16-12288`) as Sysmon's word (`High`).
    Integrity,
    /// Security 4657: `\REGISTRY\...` key and value name as one path under `HKLM` or `HKU`.
    KernelRegistryValue,
    /// Security 4657 and 4663: a `\REGISTRY\...` key as a path under `HKLM` or `HKU`.
    KernelRegistryKey,
    /// Defender: `HKEY_...` key and value name as one path under `HKLM`, `HKU` ...
    LongRegistryValue,
    /// Defender: a `HKEY_...` key (the first of several that is there) as a path under `HKLM`, `HKU` ...
    LongRegistryKey,
    /// Defender: previous key, key, previous value name, value name of a deleted value as one path; the previous ones count
    /// where they are there.
    DeletedRegistryValue,
    /// ECS: a whole registry path whatever its hive is called.
    RegistryPath,
    /// Security 4657: value and type code (`1`, `%%1876`) as `DWORD (0x00000001)`.
    KernelRegistryData,
    /// Defender: value and type (`1`, `Dword`) as `DWORD (0x00000001)`.
    DefenderRegistryData,
    /// ECS: value and type (`1` or `0x00000001`, `REG_DWORD`) as `DWORD (0x00000001)`.
    EcsRegistryData,
    /// Security 4657: the operation's code as Sysmon's EventType.
    KernelRegistryOperation,
    /// Defender's ActionType of a registry event as Sysmon's EventType.
    DefenderRegistryAction,
    /// ECS `event.action` or `event.type` of a registry event as Sysmon's EventType.
    EcsRegistryAction,
    /// Folder (which may hold the file's name already) and file name as a path.
    FolderAndName,
    /// A file name where no path is known as `\name`, so that rules on the path's end hold.
    BareName,
    /// A path, or `\name` where only the name is known, so that rules on the path's end hold.
    PathOrName,
    /// A path under `\Device\HarddiskVolumeN` as one under `C:`.
    DevicePath,
    /// `\Device\NamedPipe\x` as Sysmon's `\x`.
    PipeName,
    /// Security 5156: the direction's code as Sysmon's Initiated.
    FilteringDirection,
    /// Defender's ActionType of a connection as Sysmon's Initiated.
    DefenderConnection,
    /// ECS `network.direction` as Sysmon's Initiated.
    NetworkDirection,
    /// IP protocol numbers as Sysmon's `tcp` and `udp`.
    IpProtocol,
    /// MD5, SHA-1, SHA-256 and, where the log has it, import hash as Sysmon's `Hashes`.
    Hashes,
    /// ECS `code_signature.status` as Sysmon's SignatureStatus.
    EcsSignature,
    /// Defender Antivirus' list of resources (`file:_C:\x; ...`) as the first path.
    ThreatPath,
}

impl Transform {
    /// How many inputs it takes; none where any number does.
    #[must_use]
    pub fn inputs(self) -> Option<usize> {
        match self {
            Self::First | Self::Hexadecimal | Self::PipeName | Self::LongRegistryKey => None,
            Self::EcsRegistryAction | Self::Hashes => None,
            Self::Account
            | Self::TokenLogon
            | Self::KernelRegistryValue
            | Self::LongRegistryValue
            | Self::KernelRegistryData
            | Self::DefenderRegistryData
            | Self::EcsRegistryData
            | Self::FolderAndName
            | Self::PathOrName => Some(2),
            Self::SidAccount => Some(3),
            Self::DeletedRegistryValue => Some(4),
            Self::TokenAccount => Some(5),
            _ => Some(1),
        }
    }

    /// Applies it to the inputs in their order, each absent or as text; none where the field is absent. Text that it
    /// cannot read stays as it is, so that nothing is hidden from rules.
    #[must_use]
    pub fn apply(self, inputs: &[Option<&str>]) -> Option<String> {
        let input = |index: usize| inputs.get(index).copied().flatten().filter(|text| !text.is_empty());
        let one = input(0);
        let first = || inputs.iter().copied().flatten().find(|text| said(text));
        match self {
            Self::Same => inputs.first().copied().flatten().map(str::to_owned),
            Self::First => first().map(str::to_owned),
            Self::Decimal => one.map(number::decimal),
            Self::Hexadecimal => first().map(number::hexadecimal),
            Self::Account => account::join(one, input(1)),
            Self::SidAccount => account::by_sid(one, input(1), input(2)),
            Self::TokenAccount => account::token(one, input(1), input(2), input(3), input(4)),
            Self::TokenLogon => one.filter(|id| number::parse(id) != Some(0)).or(input(1)).map(str::to_owned),
            Self::Integrity => one.map(|label| code::apply(code::INTEGRITY, label)),
            Self::KernelRegistryValue | Self::LongRegistryValue => registry::value(one?, input(1)),
            Self::DeletedRegistryValue => registry::value(one.or(input(1))?, input(2).or(input(3))),
            Self::KernelRegistryKey | Self::RegistryPath => one.map(registry::short),
            Self::LongRegistryKey => first().map(registry::short),
            Self::KernelRegistryData | Self::DefenderRegistryData | Self::EcsRegistryData => {
                registry::data(inputs.first().copied().flatten()?, input(1))
            }
            Self::KernelRegistryOperation => one.map(|text| code::apply(code::OPERATION, text)),
            Self::DefenderRegistryAction => one.map(|text| code::apply(code::DEFENDER_REGISTRY, text)),
            Self::EcsRegistryAction => first().map(|text| code::apply(code::ECS_REGISTRY, text)),
            Self::FolderAndName => path::join(one, input(1)),
            Self::BareName => path::join(None, one),
            Self::PathOrName => one.map(str::to_owned).or_else(|| input(1).map(|name| format!("\\{name}"))),
            Self::DevicePath => one.map(path::drive),
            Self::PipeName => first().map(path::pipe),
            Self::FilteringDirection => code::known(code::FILTERING, one?),
            Self::DefenderConnection => code::known(code::DEFENDER_CONNECTION, one?),
            Self::NetworkDirection => code::known(code::DIRECTION, one?),
            Self::IpProtocol => one.map(|text| code::apply(code::PROTOCOL, text)),
            Self::Hashes => hash::join([one, input(1), input(2), input(3)]),
            Self::EcsSignature => one.map(|text| code::apply(code::ECS_SIGNATURE, text)),
            Self::ThreatPath => one.map(path::threat),
        }
    }

    /// Native codes with Sysmon's words, for transforms that read one from the other; true where text that is no such code
    /// stays as it is, false where the field is then absent.
    #[must_use]
    pub fn codes(self) -> Option<(&'static [(&'static str, &'static str)], bool)> {
        match self {
            Self::Integrity => Some((code::INTEGRITY, true)),
            Self::KernelRegistryOperation => Some((code::OPERATION, true)),
            Self::DefenderRegistryAction => Some((code::DEFENDER_REGISTRY, true)),
            Self::EcsRegistryAction => Some((code::ECS_REGISTRY, true)),
            Self::FilteringDirection => Some((code::FILTERING, false)),
            Self::DefenderConnection => Some((code::DEFENDER_CONNECTION, false)),
            Self::NetworkDirection => Some((code::DIRECTION, false)),
            Self::IpProtocol => Some((code::PROTOCOL, true)),
            Self::EcsSignature => Some((code::ECS_SIGNATURE, true)),
            _ => None,
        }
    }

    /// Registry hives: how other logs call them, and Sysmon's name.
    #[must_use]
    pub fn hives() -> &'static [(&'static str, &'static str)] {
        registry::HIVES
    }

    /// Type names of registry values in the order text, DWORD, QWORD, binary, for transforms that read such values.
    #[must_use]
    pub fn registry_types(self) -> Option<[&'static str; 4]> {
        match self {
            Self::KernelRegistryData => Some(registry::KERNEL_TYPES),
            Self::DefenderRegistryData => Some(registry::DEFENDER_TYPES),
            Self::EcsRegistryData => Some(registry::ECS_TYPES),
            _ => None,
        }
    }

    /// Native values, one for each of so many inputs, from which [`Self::apply`] makes `value`; an input that must be
    /// absent is none. None as a whole where no native values can say it.
    #[must_use]
    pub fn inverse(self, value: &str, inputs: usize) -> Option<Vec<Option<String>>> {
        let one = |text: String| Some(vec![Some(text)]);
        let mut native = match self {
            Self::Same | Self::First => one(value.to_owned()),
            Self::Decimal => number::parse(value).and_then(|number| one(format!("0x{number:x}"))),
            Self::Hexadecimal => number::parse(value).and_then(|number| one(number.to_string())),
            Self::Account => account::split(value).map(|(domain, name)| vec![domain, name]),
            Self::SidAccount => account::split_sid(value),
            Self::TokenAccount => account::split_token(value),
            Self::TokenLogon => Some(vec![Some("0x0".to_owned()), Some(value.to_owned())]),
            Self::Integrity => code::inverse(code::INTEGRITY, value).and_then(one),
            Self::KernelRegistryValue => registry::split(&registry::kernel(value)?),
            Self::LongRegistryValue => registry::split(&registry::long(value)?),
            Self::DeletedRegistryValue => match registry::split(&registry::long(value)?)?.as_slice() {
                [key, name] => Some(vec![key.clone(), None, name.clone(), None]),
                _ => None,
            },
            Self::KernelRegistryKey => registry::kernel(value).and_then(one),
            Self::LongRegistryKey => registry::long(value).and_then(one),
            Self::RegistryPath => one(value.to_owned()),
            Self::KernelRegistryData => registry::undata(value, registry::KERNEL_TYPES),
            Self::DefenderRegistryData => registry::undata(value, registry::DEFENDER_TYPES),
            Self::EcsRegistryData => registry::undata(value, registry::ECS_TYPES),
            Self::KernelRegistryOperation => code::inverse(code::OPERATION, value).and_then(one),
            Self::DefenderRegistryAction => code::inverse(code::DEFENDER_REGISTRY, value).and_then(one),
            Self::EcsRegistryAction => code::inverse(code::ECS_REGISTRY, value).and_then(one),
            Self::FolderAndName => path::split(value),
            Self::BareName => value.strip_prefix('\\').map(str::to_owned).and_then(one),
            Self::PathOrName => Some(vec![Some(value.to_owned()), path::name(value)]),
            Self::DevicePath => one(path::device(value)),
            Self::PipeName => one(path::pipe_device(value)),
            Self::FilteringDirection => code::inverse(code::FILTERING, value).and_then(one),
            Self::DefenderConnection => code::inverse(code::DEFENDER_CONNECTION, value).and_then(one),
            Self::NetworkDirection => code::inverse(code::DIRECTION, value).and_then(one),
            Self::IpProtocol => code::inverse(code::PROTOCOL, value).or_else(|| Some(value.to_owned())).and_then(one),
            Self::Hashes => hash::split(value, inputs),
            Self::EcsSignature => code::inverse(code::ECS_SIGNATURE, value).and_then(one),
            Self::ThreatPath => one(format!("file:_{value}")),
        }?;
        native.resize(inputs.max(native.len()), None);
        let read: Vec<Option<&str>> = native.iter().map(Option::as_deref).collect();
        let same = self.apply(&read).is_some_and(|again| again.eq_ignore_ascii_case(value));
        (same && native.len() == inputs).then_some(native)
    }
}

/// True where a text is a value: Windows writes `-` for nothing.
fn said(text: &str) -> bool {
    !text.is_empty() && text != "-"
}

#[cfg(test)]
mod tests;
