//! Shippers: Winlogbeat and Elastic exports, NXLog and what OTRF made of it, Wazuh, Splunk.

use super::windows;
use crate::layout::{Branch, Index, Layout, Node};
use crate::leaf::{Fix, Parts, Raw, Slot};
use crate::rendered;
use ddefend_event::{Dialect, native};

/// Winlogbeat 5 to 9 (`winlog.*`, before version 7 at the top), Elastic's `_source` exports, and Elastic Common Schema
/// without a Windows record in it (Elastic Defend).
pub(crate) static WINLOGBEAT: Layout =
    Layout { dialect: Dialect::Windows, root: &ELASTIC, fix: Fix::Guid, utc: true, finish: elastic };

static ELASTIC: Branch = Branch {
    known: &[
        ("_source", Node::Enter(&ELASTIC)),
        ("fields", Node::Skip),
        ("_id", Node::Skip),
        ("_index", Node::Skip),
        ("_score", Node::Skip),
        ("_type", Node::Skip),
        ("sort", Node::Skip),
        ("winlog", Node::Enter(&WINLOG)),
        ("event_data", Node::Enter(&windows::DATA)),
        ("user_data", Node::Enter(&windows::DATA)),
        ("event_id", Node::Slot(Slot::EventId, 1)),
        ("log_name", Node::Slot(Slot::Channel, 1)),
        ("source_name", Node::Slot(Slot::Provider, 1)),
        ("computer_name", Node::Slot(Slot::Computer, 1)),
        ("record_number", Node::Slot(Slot::Record, 1)),
        ("@timestamp", Node::Slot(Slot::Time, 1)),
        ("message", Node::Common),
        ("@version", Node::Skip),
        ("@metadata", Node::Skip),
        ("tags", Node::Skip),
    ],
    other: Node::Common,
    paths: true,
    index: Index::new(),
};

static WINLOG: Branch = Branch {
    known: &[
        ("event_data", Node::Enter(&windows::DATA)),
        ("user_data", Node::Enter(&windows::DATA)),
        ("channel", Node::Slot(Slot::Channel, 0)),
        ("provider_name", Node::Slot(Slot::Provider, 0)),
        ("provider_guid", Node::Name("Provider_Guid")),
        ("event_id", Node::Slot(Slot::EventId, 0)),
        ("computer_name", Node::Slot(Slot::Computer, 0)),
        ("record_id", Node::Slot(Slot::Record, 0)),
        ("time_created", Node::Slot(Slot::Time, 0)),
        ("task", Node::Skip),
        ("opcode", Node::Skip),
        ("version", Node::Name("Version")),
        ("activity_id", Node::Name("Correlation_ActivityID")),
        ("related_activity_id", Node::Name("Correlation_RelatedActivityID")),
        ("process", Node::Enter(&WINLOG_PROCESS)),
        ("user", Node::Enter(&WINLOG_USER)),
    ],
    other: Node::Skip,
    paths: true,
    index: Index::new(),
};
static WINLOG_PROCESS: Branch = Branch {
    known: &[
        ("pid", Node::Name("Execution_ProcessID")),
        ("thread", Node::Enter(&WINLOG_THREAD)),
        ("thread.id", Node::Name("Execution_ThreadID")),
    ],
    other: Node::Skip,
    paths: true,
    index: Index::new(),
};
static WINLOG_THREAD: Branch =
    Branch { known: &[("id", Node::Name("Execution_ThreadID"))], other: Node::Skip, paths: false, index: Index::new() };
static WINLOG_USER: Branch = Branch {
    known: &[("identifier", Node::Name(native::USER_ID))],
    other: Node::Skip,
    paths: false,
    index: Index::new(),
};

/// A Windows record keeps Windows' names alone; without one the common schema speaks.
fn elastic(parts: &mut Parts<'_>) {
    if parts.at(Slot::EventId).is_some() && parts.at(Slot::Channel).is_some() {
        // Winlogbeat numbers values that have no name: param1, param2 ...
        for leaf in &mut parts.leaves {
            let digits = leaf.name.strip_prefix("param").unwrap_or_default();
            if !digits.is_empty() && digits.len() <= 3 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
                leaf.name = native::DATA.into();
            }
        }
        let message = parts.common.iter().find(|leaf| leaf.name == "message").map(|leaf| leaf.raw.clone());
        if let Some(message) = message {
            parts.push("Message", message, Fix::None);
        }
        return;
    }
    let time = parts.at(Slot::Time).map(|leaf| leaf.raw.clone());
    let common = std::mem::take(&mut parts.common);
    parts.clear(Dialect::Ecs);
    parts.utc = true;
    if let Some(time) = time {
        parts.slot(Slot::Time, 0, "@timestamp", time);
    }
    for leaf in common {
        match leaf.name.as_ref() {
            "event.category" if parts.at(Slot::Channel).is_none() => parts.slot(Slot::Channel, 0, leaf.name, leaf.raw),
            "event.action" => parts.slot(Slot::Action, 0, leaf.name, leaf.raw),
            "host.name" | "host.hostname" if parts.at(Slot::Computer).is_none() => {
                parts.slot(Slot::Computer, 0, leaf.name, leaf.raw);
            }
            _ => parts.leaves.push(leaf),
        }
    }
    if parts.at(Slot::Action).is_none()
        && let Some(action) = parts.leaves.iter().find(|leaf| leaf.name == "event.type").map(|leaf| leaf.raw.clone())
    {
        parts.slot(Slot::Action, 0, "event.type", action);
    }
}

/// NXLog's `im_msvistalog` (and OTRF's Security-Datasets, which are made with it): flat, the data's names among its own.
pub(crate) static NXLOG: Layout =
    Layout { dialect: Dialect::Windows, root: &FLAT, fix: Fix::Xml, utc: false, finish: nxlog };

static FLAT: Branch = Branch {
    known: &[
        ("EventID", Node::Slot(Slot::EventId, 0)),
        ("Channel", Node::Slot(Slot::Channel, 0)),
        ("SourceName", Node::Slot(Slot::Provider, 0)),
        ("Provider_Name", Node::Slot(Slot::Provider, 0)),
        ("ProviderName", Node::Slot(Slot::Provider, 1)),
        ("Hostname", Node::Slot(Slot::Computer, 0)),
        ("Computer", Node::Slot(Slot::Computer, 1)),
        ("ComputerName", Node::Slot(Slot::Computer, 2)),
        // Log Analytics' SecurityEvent table is flat as well.
        ("EventSourceName", Node::Slot(Slot::Provider, 2)),
        ("TimeGenerated", Node::Slot(Slot::Time, 3)),
        ("EventTime", Node::Slot(Slot::Time, 0)),
        ("TimeCreated", Node::Slot(Slot::Time, 1)),
        ("SystemTime", Node::Slot(Slot::Time, 1)),
        ("@timestamp", Node::Slot(Slot::Time, 2)),
        ("RecordNumber", Node::Slot(Slot::Record, 0)),
        ("EventRecordID", Node::Slot(Slot::Record, 0)),
        ("RecordID", Node::Slot(Slot::Record, 1)),
        ("Keywords", Node::Hex(native::KEYWORDS)),
        ("OpcodeValue", Node::Name(native::OPCODE)),
        ("ProviderGuid", Node::Name("Provider_Guid")),
        ("ExecutionProcessID", Node::Name("Execution_ProcessID")),
        ("ExecutionThreadID", Node::Name("Execution_ThreadID")),
        ("ThreadID", Node::Name("Execution_ThreadID")),
        ("ActivityID", Node::Name("Correlation_ActivityID")),
        ("RelatedActivityID", Node::Name("Correlation_RelatedActivityID")),
        ("Message", Node::Message),
        ("Opcode", Node::Skip),
        ("Severity", Node::Skip),
        ("SeverityValue", Node::Skip),
        ("Category", Node::Skip),
        ("SourceModuleName", Node::Skip),
        ("SourceModuleType", Node::Skip),
        ("EventReceivedTime", Node::Skip),
        ("EventTypeOrignal", Node::Skip),
        ("AccountType", Node::Skip),
        ("Domain", Node::Skip),
        ("host", Node::Skip),
        ("port", Node::Skip),
        ("tags", Node::Skip),
        ("@version", Node::Skip),
        ("@metadata", Node::Skip),
    ],
    other: Node::Data,
    paths: false,
    index: Index::new(),
};

/// NXLog's `EventType` says the level, unless it is Sysmon's own field of that name.
fn nxlog(parts: &mut Parts<'_>) {
    let Some(at) = parts.leaves.iter().position(|leaf| leaf.name == "EventType") else {
        return sysmon(parts);
    };
    let level = match parts.leaves.get(at).map(|leaf| &leaf.raw) {
        Some(Raw::Text(text)) => match *text {
            "CRITICAL" => "1",
            "ERROR" => "2",
            "WARNING" => "3",
            "INFO" => "4",
            "VERBOSE" | "DEBUG" => "5",
            "AUDIT_SUCCESS" | "AUDIT_FAILURE" => "0",
            _ => "",
        },
        _ => "",
    };
    if !level.is_empty() {
        // Where NXLog's name hides Sysmon's field of the same name, the rendered message still has it.
        let message = parts.leaves.iter().find(|leaf| leaf.name == "Message");
        let message = message.filter(|leaf| leaf.raw.contains("EventType: ")).and_then(|leaf| leaf.raw.text());
        let hidden = message.and_then(|message| rendered::line(&message, "EventType").map(str::to_owned));
        if let Some(leaf) = parts.leaves.get_mut(at) {
            (leaf.name, leaf.raw, leaf.fix) = (native::LEVEL.into(), Raw::Number(level), Fix::None);
        }
        if let Some(hidden) = hidden {
            parts.push("EventType", Raw::Made(hidden.into()), Fix::None);
        }
    }
    sysmon(parts);
}

/// Flat records of Sysmon that do not say their channel: `UtcTime` is Sysmon's alone.
fn sysmon(parts: &mut Parts<'_>) {
    if parts.at(Slot::Channel).is_some() || parts.named("UtcTime").is_none() {
        return;
    }
    parts.slot(Slot::Channel, 9, native::CHANNEL, Raw::Text("Microsoft-Windows-Sysmon/Operational"));
    parts.slot(Slot::Provider, 9, native::PROVIDER, Raw::Text("Microsoft-Windows-Sysmon"));
    if parts.at(Slot::Time).is_none()
        && let Some(time) = parts.named("UtcTime").map(|time| format!("{}Z", time.trim()))
    {
        parts.slot(Slot::Time, 9, native::TIME, Raw::Made(time.into()));
    }
}

/// Wazuh's alerts and archives: `data.win.system` and `data.win.eventdata`.
pub(crate) static WAZUH: Layout = Layout {
    dialect: Dialect::Windows,
    root: &WAZUH_ROOT,
    fix: Fix::Wazuh,
    utc: false,
    finish: |_: &mut Parts<'_>| {},
};

static WAZUH_ROOT: Branch = Branch {
    known: &[
        ("_source", Node::Enter(&WAZUH_ROOT)),
        ("data", Node::Enter(&WAZUH_DATA)),
        ("win", Node::Enter(&WIN)),
        ("timestamp", Node::Slot(Slot::Time, 2)),
        ("@timestamp", Node::Slot(Slot::Time, 1)),
    ],
    other: Node::Skip,
    paths: true,
    index: Index::new(),
};
static WAZUH_DATA: Branch =
    Branch { known: &[("win", Node::Enter(&WIN))], other: Node::Skip, paths: true, index: Index::new() };
static WIN: Branch = Branch {
    known: &[
        ("system", Node::Enter(&WIN_SYSTEM)),
        ("eventdata", Node::Enter(&WIN_DATA)),
        ("eventData", Node::Enter(&WIN_DATA)),
        ("userData", Node::Enter(&WIN_DATA)),
        ("userdata", Node::Enter(&WIN_DATA)),
    ],
    other: Node::Skip,
    paths: true,
    index: Index::new(),
};
static WIN_DATA: Branch = Branch { known: &[], other: Node::Data, paths: false, index: Index::new() };
static WIN_SYSTEM: Branch = Branch {
    known: &[
        ("providerName", Node::Slot(Slot::Provider, 0)),
        ("providerGuid", Node::Name("Provider_Guid")),
        ("eventID", Node::Slot(Slot::EventId, 0)),
        ("channel", Node::Slot(Slot::Channel, 0)),
        ("computer", Node::Slot(Slot::Computer, 0)),
        ("eventRecordID", Node::Slot(Slot::Record, 0)),
        ("systemTime", Node::Slot(Slot::Time, 0)),
        ("version", Node::Name("Version")),
        ("level", Node::Name(native::LEVEL)),
        ("task", Node::Name(native::TASK)),
        ("opcode", Node::Name(native::OPCODE)),
        ("keywords", Node::Name(native::KEYWORDS)),
        ("processID", Node::Name("Execution_ProcessID")),
        ("threadID", Node::Name("Execution_ThreadID")),
        ("message", Node::Name("Message")),
    ],
    other: Node::Skip,
    paths: false,
    index: Index::new(),
};

/// Splunk's export of search results: the record in `_raw`, as XML or as `Name=value` lines; else extracted fields.
pub(crate) static SPLUNK: Layout =
    Layout { dialect: Dialect::Windows, root: &SPLUNK_ROOT, fix: Fix::None, utc: false, finish: splunk };

static SPLUNK_ROOT: Branch = Branch {
    known: &[("result", Node::Enter(&RESULT)), ("_raw", Node::Xml), ("preview", Node::Skip), ("offset", Node::Skip)],
    other: Node::Data,
    paths: true,
    index: Index::new(),
};
pub(super) static RESULT: Branch = Branch {
    known: &[
        ("_raw", Node::Xml),
        ("_time", Node::Slot(Slot::Time, 5)),
        ("EventCode", Node::Slot(Slot::EventId, 3)),
        ("EventID", Node::Slot(Slot::EventId, 4)),
        ("Channel", Node::Slot(Slot::Channel, 3)),
        ("LogName", Node::Slot(Slot::Channel, 3)),
        ("SourceName", Node::Slot(Slot::Provider, 3)),
        ("Name", Node::Skip),
        ("Computer", Node::Slot(Slot::Computer, 3)),
        ("ComputerName", Node::Slot(Slot::Computer, 3)),
        ("host", Node::Slot(Slot::Computer, 9)),
        ("RecordNumber", Node::Slot(Slot::Record, 3)),
        ("EventRecordID", Node::Slot(Slot::Record, 3)),
        ("Message", Node::Message),
        ("source", Node::Keep(Slot::Channel, 8)),
        ("sourcetype", Node::Skip),
        ("index", Node::Skip),
        ("linecount", Node::Skip),
        ("splunk_server", Node::Skip),
        ("_bkt", Node::Skip),
        ("_cd", Node::Skip),
        ("_si", Node::Skip),
        ("_serial", Node::Skip),
        ("_indextime", Node::Skip),
        ("_sourcetype", Node::Skip),
        ("_subsecond", Node::Skip),
        ("_kv", Node::Skip),
        ("punct", Node::Skip),
        ("timestamp", Node::Skip),
    ],
    other: Node::Data,
    paths: false,
    index: Index::new(),
};

/// Where only the input's name says the channel (`XmlWinEventLog:Security`), it is taken from there. Fields that both
/// the record and Splunk's extraction give stand once.
fn splunk(parts: &mut Parts<'_>) {
    if let Some(source) = parts.at(Slot::Channel).filter(|leaf| leaf.name == "source").and_then(|leaf| leaf.raw.text())
    {
        let channel = source.split_once(':').map_or("", |(_, channel)| channel).to_owned();
        parts.slot(Slot::Channel, 7, native::CHANNEL, Raw::Made(channel.into()));
    }
    rendered::once(parts);
}
