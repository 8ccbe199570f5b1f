use serde::Deserialize;
use std::collections::BTreeMap;

/// A process.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProcessSpec {
    /// Name in the scenario.
    pub id: String,
    /// When it began.
    pub at: String,
    /// Host; empty: the first.
    pub host: String,
    /// Path, or the short form of a known program: `winword`, `excel`, `outlook`, `powerpnt`, `eqnedt32`, `cmd`, `powershell`,
    /// `explorer`, `svchost`, `services`, `whoami`, `calc`, `splwow64`, `chrome`, `msedge`, `wmiprvse`, `conhost` ...
    pub image: String,
    /// Command line.
    pub command: String,
    /// Process id of this list; empty: `explorer.exe` of the user, which ran before.
    pub parent: String,
    /// Account; empty: the host's user.
    pub user: String,
    /// Process id; 0: made from the id.
    pub pid: u32,
    /// Name in its version resource; empty: the name of the image. Shows renamed programs.
    pub original: String,
    /// Logon session, hexadecimal; empty: the host's.
    pub logon: String,
    /// `Medium` is the default.
    pub integrity: String,
    /// Current directory; empty: `C:\Users\USER\`.
    pub directory: String,
    /// When it ended; empty: not logged.
    pub end: String,
    /// True where it began before logging did: it is only seen as a parent.
    pub silent: bool,
    /// Sources that tell of it; empty: all of the host's.
    pub only: Vec<Source>,
    /// `SHA256=...` as Sysmon writes them; empty: made of the image's name, synthetic.
    pub hashes: String,
}

/// A record beside the processes' own.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EventSpec {
    /// When.
    pub at: String,
    /// Host; empty: that of `process`, else the first.
    pub host: String,
    /// Sigma category (`file_event`, `network_connection`, `registry_set`, `image_load`, `dns_query` ...): told by every
    /// source of the host that has such records.
    pub category: String,
    /// A class of the mappings (`defender-asr`, `security-4657`): one source's own record.
    pub class: String,
    /// A record that no class describes.
    pub record: Option<RawRecord>,
    /// Process that does it: its image, id, GUID and user are filled in.
    pub process: String,
    /// Sigma's fields for a category, native ones else; a list where a name repeats.
    pub fields: BTreeMap<String, Values>,
    /// Sources that tell of it; empty: all of the host's that can.
    pub only: Vec<Source>,
    /// How often it happens, `every` apart; 0 and 1 are once.
    pub times: u32,
    /// Time between (`10s`).
    pub every: String,
}

/// A value, or several under one name.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Values {
    /// One.
    One(Scalar),
    /// Several.
    Many(Vec<Scalar>),
}

/// A value.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    /// `true`, `false`.
    Bool(bool),
    /// A number.
    Int(i64),
    /// Text.
    Text(String),
}

impl Values {
    /// The values as text.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        let one = |scalar: &Scalar| match scalar {
            Scalar::Bool(value) => value.to_string(),
            Scalar::Int(value) => value.to_string(),
            Scalar::Text(value) => value.clone(),
        };
        match self {
            Self::One(scalar) => vec![one(scalar)],
            Self::Many(scalars) => scalars.iter().map(one).collect(),
        }
    }
}

/// A kind of Windows record that no class describes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawRecord {
    /// `System`.
    pub channel: String,
    /// `Service Control Manager`.
    pub provider: String,
    /// 7045.
    pub event_id: u32,
}

/// Kinds of logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// Sysmon.
    Sysmon,
    /// Windows' Security log.
    Security,
    /// Defender for Endpoint's tables, exported.
    Defender,
    /// Elastic's events, exported.
    Ecs,
    /// Office's message boxes.
    OfficeAlerts,
    /// Defender Antivirus and attack surface reduction.
    Windefend,
    /// PowerShell.
    Powershell,
    /// Windows' System log, and every other channel.
    System,
}

/// What was logged and what of it was kept.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Telemetry {
    /// Sources by host; hosts that are not named have `default`, and without it Sysmon, Security, Office alerts, Defender
    /// Antivirus, PowerShell and System. An empty list: nothing was collected of that host.
    pub sources: BTreeMap<String, Vec<Source>>,
    /// By how much a host's clock is wrong: `+3h`.
    pub skew: BTreeMap<String, String>,
    /// Records before this moment were overwritten.
    pub from: String,
    /// Records after this moment were not yet there when logs were collected.
    pub until: String,
    /// False: Security 4688 carries no command lines (the audit setting is off, as by default).
    pub command_lines: Option<bool>,
    /// Numbers of records (of all, in the order of their times, from 1) that are lost.
    pub drop: Vec<u64>,
}

/// Harmless noise, deterministic.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Background {
    /// Processes a day and host that have nothing to do with Office.
    pub processes: u32,
    /// Days before `start` that logs reach back.
    pub days: u32,
    /// Office programs started by hand a day, with the children that Office starts of itself.
    pub office: u32,
    /// Interpreters that Office starts on a day before, as some add-in does (for baselines).
    pub office_interpreters: u32,
    /// Logons of the user a day.
    pub logons: u32,
}
