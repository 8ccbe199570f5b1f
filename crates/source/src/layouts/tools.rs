//! Tools: PowerShell's `Get-WinEvent`, EvtxECmd, Hayabusa.

use super::windows;
use crate::layout::{Branch, Index, Layout, Node};
use crate::leaf::{Fix, Parts, Raw, Slot};
use crate::rendered;
use ddefend_event::{Dialect, native};

/// `Get-WinEvent | ConvertTo-Json` or `Export-Csv`.
pub(crate) static POWERSHELL: Layout =
    Layout { dialect: Dialect::Windows, root: &POWERSHELL_ROOT, fix: Fix::None, utc: false, finish: powershell };

static POWERSHELL_ROOT: Branch = Branch {
    known: &[
        ("Id", Node::Slot(Slot::EventId, 0)),
        ("EventId", Node::Slot(Slot::EventId, 1)),
        ("ProviderName", Node::Slot(Slot::Provider, 0)),
        ("LogName", Node::Slot(Slot::Channel, 0)),
        ("MachineName", Node::Slot(Slot::Computer, 0)),
        ("RecordId", Node::Slot(Slot::Record, 0)),
        ("TimeCreated", Node::SlotOr(Slot::Time, 0, &DATE)),
        ("ProviderId", Node::Name("Provider_Guid")),
        ("Version", Node::Name("Version")),
        ("Level", Node::Name(native::LEVEL)),
        ("Task", Node::Name(native::TASK)),
        ("Opcode", Node::Name(native::OPCODE)),
        ("Keywords", Node::Hex(native::KEYWORDS)),
        ("ProcessId", Node::Name("Execution_ProcessID")),
        ("ThreadId", Node::Name("Execution_ThreadID")),
        ("ActivityId", Node::Name("Correlation_ActivityID")),
        ("UserId", Node::NameOr(native::USER_ID, &SID)),
        ("Message", Node::Message),
        ("Properties", Node::Nameless),
    ],
    other: Node::Skip,
    paths: false,
    index: Index::new(),
};
static DATE: Branch = Branch {
    known: &[("value", Node::Slot(Slot::Time, 0)), ("DateTime", Node::Slot(Slot::Time, 1))],
    other: Node::Skip,
    paths: false,
    index: Index::new(),
};
static SID: Branch =
    Branch { known: &[("Value", Node::Name(native::USER_ID))], other: Node::Skip, paths: false, index: Index::new() };

/// `Properties` has values without names; the rendered message has both for some providers.
fn powershell(parts: &mut Parts<'_>) {
    if let Some(message) = parts.named("Message").map(|message| message.into_owned()) {
        rendered::message(&message, parts);
    }
}

/// EvtxECmd: `Payload` holds the record's data as JSON; the other columns are made for people.
pub(crate) static EVTXECMD: Layout = Layout {
    dialect: Dialect::Windows,
    root: &EVTXECMD_ROOT,
    fix: Fix::Guid,
    utc: true,
    finish: |_: &mut Parts<'_>| {},
};

static EVTXECMD_ROOT: Branch = Branch {
    known: &[
        ("EventId", Node::Slot(Slot::EventId, 0)),
        ("Channel", Node::Slot(Slot::Channel, 0)),
        ("Provider", Node::Slot(Slot::Provider, 0)),
        ("Computer", Node::Slot(Slot::Computer, 0)),
        ("TimeCreated", Node::Slot(Slot::Time, 0)),
        ("EventRecordId", Node::Slot(Slot::Record, 0)),
        ("RecordNumber", Node::Slot(Slot::Record, 1)),
        ("ProcessId", Node::Name("Execution_ProcessID")),
        ("ThreadId", Node::Name("Execution_ThreadID")),
        ("UserId", Node::Name(native::USER_ID)),
        ("Payload", Node::Json(&PAYLOAD)),
    ],
    other: Node::Skip,
    paths: false,
    index: Index::new(),
};
static PAYLOAD: Branch = Branch {
    known: &[("EventData", Node::Enter(&windows::DATA)), ("UserData", Node::Enter(&windows::DATA))],
    other: Node::Skip,
    paths: false,
    index: Index::new(),
};

/// Hayabusa's timeline: what it found, with the record's fields under its own short names.
pub(crate) static HAYABUSA: Layout =
    Layout { dialect: Dialect::Windows, root: &HAYABUSA_ROOT, fix: Fix::None, utc: false, finish: hayabusa };

static HAYABUSA_ROOT: Branch = Branch {
    known: &[
        ("Timestamp", Node::Slot(Slot::Time, 0)),
        ("Computer", Node::Slot(Slot::Computer, 0)),
        ("Channel", Node::Slot(Slot::Channel, 0)),
        ("Provider", Node::Slot(Slot::Provider, 0)),
        ("EventID", Node::Slot(Slot::EventId, 0)),
        ("RecordID", Node::Slot(Slot::Record, 0)),
        ("Details", Node::Details),
        ("ExtraFieldInfo", Node::Details),
        ("AllFieldInfo", Node::Details),
    ],
    other: Node::Skip,
    paths: false,
    index: Index::new(),
};

fn hayabusa(parts: &mut Parts<'_>) {
    let channel = parts.said(Slot::Channel).map(|short| rendered::channel(&short).to_owned());
    if let Some(channel) = channel {
        parts.replace(Slot::Channel, Raw::Made(channel.into()));
    }
    let id = parts.said(Slot::EventId).unwrap_or_default().into_owned();
    let channel = parts.said(Slot::Channel).unwrap_or_default().into_owned();
    rendered::long_names(parts, &channel, &id);
}
