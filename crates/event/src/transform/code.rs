//! Codes that stand for words: native spelling first, Sysmon's second. The first line with a word is how it is written
//! back.

/// Native code and Sysmon's word.
type Table = &'static [(&'static str, &'static str)];

/// Well-known SIDs of mandatory labels ([MS-DTYP] 2.4.2.4), the words that tools render them to, and Sysmon's
/// IntegrityLevel (Sysmon, event 1).
pub(super) const INTEGRITY: Table = &[
    ("S-1-16-0", "Untrusted"),
    ("S-1-16-4096", "Low"),
    ("S-1-16-8192", "Medium"),
    ("S-1-16-8448", "Medium"),
    ("S-1-16-12288", "High"),
    ("S-1-16-16384", "System"),
    ("Mandatory Label\\Untrusted Mandatory Level", "Untrusted"),
    ("Mandatory Label\\Low Mandatory Level", "Low"),
    ("Mandatory Label\\Medium Mandatory Level", "Medium"),
    ("Mandatory Label\\Medium Plus Mandatory Level", "Medium"),
    ("Mandatory Label\\High Mandatory Level", "High"),
    ("Mandatory Label\\System Mandatory Level", "System"),
];

/// OperationType of Security 4657 (Microsoft Learn, "4657(S): A registry value was modified"); the words are those that
/// rendered events carry.
pub(super) const OPERATION: Table = &[
    ("%%1905", "SetValue"),
    ("%%1904", "SetValue"),
    ("%%1906", "DeleteValue"),
    ("Existing registry value modified", "SetValue"),
    ("New registry value created", "SetValue"),
    ("Registry value deleted", "DeleteValue"),
];

/// ActionType of DeviceRegistryEvents (Microsoft Learn, "DeviceRegistryEvents").
pub(super) const DEFENDER_REGISTRY: Table = &[
    ("RegistryValueSet", "SetValue"),
    ("RegistryValueDeleted", "DeleteValue"),
    ("RegistryKeyCreated", "CreateKey"),
    ("RegistryKeyDeleted", "DeleteKey"),
    ("RegistryKeyRenamed", "RenameKey"),
];

/// Actions and types of registry events (ECS 8, "event.action" and "event.type").
pub(super) const ECS_REGISTRY: Table = &[
    ("modification", "SetValue"),
    ("change", "SetValue"),
    ("deletion", "DeleteValue"),
    ("creation", "CreateKey"),
    ("rename", "RenameKey"),
];

/// Direction of Security 5156 (Microsoft Learn, "5156(S)") and Sysmon's Initiated.
pub(super) const FILTERING: Table =
    &[("%%14593", "true"), ("%%14592", "false"), ("Outbound", "true"), ("Inbound", "false")];

/// ActionType of DeviceNetworkEvents and Sysmon's Initiated.
pub(super) const DEFENDER_CONNECTION: Table = &[
    ("ConnectionSuccess", "true"),
    ("ConnectionAttempt", "true"),
    ("ConnectionFailed", "true"),
    ("ConnectionRequest", "true"),
    ("InboundConnectionAccepted", "false"),
    ("InboundConnectionAttempt", "false"),
];

/// Values of ECS `network.direction`, old ones too, and Sysmon's Initiated.
pub(super) const DIRECTION: Table = &[
    ("egress", "true"),
    ("ingress", "false"),
    ("outbound", "true"),
    ("inbound", "false"),
    ("outgoing", "true"),
    ("incoming", "false"),
];

/// Assigned protocol numbers (IANA) and Sysmon's Protocol.
pub(super) const PROTOCOL: Table = &[("6", "tcp"), ("17", "udp")];

/// Statuses of a signature (ECS 8, "code_signature.status") and Sysmon's SignatureStatus.
pub(super) const ECS_SIGNATURE: Table =
    &[("trusted", "Valid"), ("errorExpired", "Expired"), ("errorRevoked", "Revoked"), ("noSignature", "Unavailable")];

/// The word, or the text as it is where the table does not have it.
pub(super) fn apply(table: Table, text: &str) -> String {
    known(table, text).unwrap_or_else(|| text.to_owned())
}

/// The word, none where the table does not have it.
pub(super) fn known(table: Table, text: &str) -> Option<String> {
    let line = table.iter().find(|(native, _)| native.eq_ignore_ascii_case(text.trim()));
    line.map(|(_, word)| (*word).to_owned())
}

/// The native spelling of a word.
pub(super) fn inverse(table: Table, word: &str) -> Option<String> {
    let line = table.iter().find(|(_, known)| known.eq_ignore_ascii_case(word));
    line.map(|(native, _)| (*native).to_owned())
}
