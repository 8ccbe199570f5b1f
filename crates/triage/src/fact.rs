use ddefend_event::{LogSource, Time};
use ddefend_model::EventRef;
use ddefend_model::case::Evidence;
use serde::Deserialize;
use std::sync::Arc;

/// What a log record tells, as far as a case needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FactKind {
    /// A process began.
    Process,
    /// A process ended.
    ProcessEnd,
    /// A connection.
    Network,
    /// A name was asked for.
    Dns,
    /// A file was written.
    File,
    /// A file was deleted.
    FileDelete,
    /// A stream was written beside a file: marks of the web (Sysmon 15).
    Stream,
    /// The registry was changed.
    Registry,
    /// A module was loaded.
    Module,
    /// A pipe was made or opened.
    Pipe,
    /// A service was installed.
    Service,
    /// A scheduled task was made.
    ScheduledTask,
    /// Somebody logged on, or tried to.
    Logon,
    /// Attack surface reduction or antivirus stopped or noted something.
    Barrier,
    /// Office showed a message box.
    Prompt,
}

/// Where facts of a kind stand: a log source, and Sigma's (or, for a service, native) fields that are kept.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactSpec {
    /// Kind.
    pub kind: FactKind,
    /// Sigma category of its log source.
    #[serde(default)]
    pub category: Option<Box<str>>,
    /// Sigma service of its log source.
    #[serde(default)]
    pub service: Option<Box<str>>,
    /// Event ids; empty: all of the log source.
    #[serde(default)]
    pub events: Vec<u32>,
    /// Fields that are kept.
    pub fields: Vec<Box<str>>,
}

impl FactSpec {
    /// The log source as rules name it.
    #[must_use]
    pub fn log_source(&self) -> LogSource {
        LogSource { category: self.category.clone(), product: None, service: self.service.clone() }
    }
}

/// A record that a case may rest on.
#[derive(Clone, Debug)]
pub struct Fact {
    /// What it tells, and the names of its values.
    pub spec: Arc<FactSpec>,
    /// The log.
    pub source: Arc<str>,
    /// Record number in it.
    pub record: u64,
    /// Byte offset in the unpacked log.
    pub offset: u64,
    /// When.
    pub time: Option<Time>,
    /// Computer, as the record writes it.
    pub host: Arc<str>,
    /// Channel or table.
    pub channel: Arc<str>,
    /// Event id; 0 where the log has none.
    pub event_id: u32,
    /// Schema of the log.
    pub schema: &'static str,
    /// Values in the order of [`FactSpec::fields`].
    pub values: Vec<Option<Box<str>>>,
}

impl Fact {
    /// A value; none where it is absent, empty or Windows' dash.
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&str> {
        let at = self.spec.fields.iter().position(|known| **known == *field)?;
        self.values.get(at)?.as_deref().filter(|value| !value.is_empty() && *value != "-")
    }

    /// Where it stands.
    #[must_use]
    pub fn place(&self) -> EventRef {
        EventRef {
            source: self.source.to_string(),
            record: self.record,
            offset: self.offset,
            time: self.time.map(|time| time.to_string()).unwrap_or_default(),
            host: self.host.to_string(),
            channel: self.channel.to_string(),
            event_id: self.event_id,
            schema: self.schema.to_owned(),
        }
    }

    /// When it happened, in ticks of 100 ns since 1970: for a process creation its own `UtcTime`, else the record's time.
    #[must_use]
    pub fn ticks(&self) -> Option<i64> {
        let own = self.get("UtcTime").and_then(Time::parse).map(|time| time.ticks);
        own.or(self.time.map(|time| time.ticks))
    }

    /// Its key among [`ddefend_model::case::Case::records`].
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}#{}", self.source, self.record)
    }

    /// A reference to the record, with what it says.
    #[must_use]
    pub fn evidence(&self, text: impl Into<String>) -> Evidence {
        Evidence {
            kind: "record".to_owned(),
            source: self.source.to_string(),
            place: format!("record {}", self.record),
            time: self.time.map(|time| time.to_string()).unwrap_or_default(),
            host: self.host.to_string(),
            text: text.into(),
            record: self.key(),
        }
    }
}
