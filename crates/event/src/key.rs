use serde::{Deserialize, Serialize};

/// Whose field names a record speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// Windows event log: names of `System` and `EventData`, however they were shipped.
    #[default]
    Windows,
    /// Defender XDR advanced hunting and Log Analytics tables.
    Defender,
    /// Elastic Common Schema without the original Windows fields.
    Ecs,
}

/// What kind of record it is, as far as routing needs it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Whose names.
    pub dialect: Dialect,
    /// Windows: channel (empty where the record does not say). Defender: table. ECS: `event.category`.
    pub channel: Box<str>,
    /// Windows: provider name. Else empty.
    pub provider: Box<str>,
    /// Windows: event id. Else 0.
    pub event_id: u32,
    /// Defender: ActionType. ECS: `event.action`, else `event.type`. Else empty.
    pub action: Box<str>,
}

/// Sigma's `logsource` (Sigma specification 2.1, "Log source").
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LogSource {
    /// `process_creation`, `registry_set` ...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Box<str>>,
    /// `windows`, `linux` ...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<Box<str>>,
    /// `sysmon`, `security` ...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<Box<str>>,
}
