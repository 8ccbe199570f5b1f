//! `Event` of the Windows event schema as JSON: evtx_dump, evtxtract, converters from XML.

use crate::layout::{Branch, Index, Layout, Node};
use crate::leaf::{Fix, Parts, Slot};
use ddefend_event::{Dialect, native};

/// `{"Event":{"System":{...},"EventData":{...}}}`, with or without the outer object.
pub(crate) static EVTX_JSON: Layout =
    Layout { dialect: Dialect::Windows, root: &ROOT, fix: Fix::Guid, utc: true, finish: |_: &mut Parts<'_>| {} };

static ROOT: Branch = Branch {
    known: &[
        ("Event", Node::Enter(&EVENT)),
        ("System", Node::Enter(&SYSTEM)),
        ("EventData", Node::Enter(&DATA)),
        ("UserData", Node::Enter(&DATA)),
        ("RenderingInfo", Node::Enter(&RENDERING)),
        ("Event.System", Node::Enter(&SYSTEM)),
        ("Event.EventData", Node::Enter(&DATA)),
    ],
    other: Node::Skip,
    paths: true,
    index: Index::new(),
};

/// Members of `Event`.
static EVENT: Branch = Branch {
    known: &[
        ("System", Node::Enter(&SYSTEM)),
        ("EventData", Node::Enter(&DATA)),
        ("UserData", Node::Enter(&DATA)),
        ("ProcessingErrorData", Node::Enter(&DATA)),
        ("BinaryEventData", Node::Enter(&DATA)),
        ("DebugData", Node::Enter(&DATA)),
        ("RenderingInfo", Node::Enter(&RENDERING)),
    ],
    other: Node::Skip,
    paths: true,
    index: Index::new(),
};

/// Members of `EventData`.
pub(crate) static DATA: Branch = Branch {
    known: &[
        ("#attributes", Node::Enter(&DATA_IN)),
        ("@xmlns", Node::Skip),
        ("xmlns", Node::Skip),
        ("@Name", Node::Skip),
    ],
    other: Node::Data,
    paths: false,
    index: Index::new(),
};

/// Attributes of `EventData`.
static DATA_IN: Branch =
    Branch { known: &[("Name", Node::Name("EventData_Name"))], other: Node::Skip, paths: false, index: Index::new() };

static RENDERING: Branch =
    Branch { known: &[("Message", Node::Message)], other: Node::Skip, paths: false, index: Index::new() };

static SYSTEM: Branch = Branch {
    known: &[
        ("Provider", Node::Enter(&PROVIDER)),
        ("Provider_attributes", Node::Enter(&PROVIDER)),
        ("EventID", Node::Slot(Slot::EventId, 0)),
        ("EventID_attributes", Node::Skip),
        ("Version", Node::Name("Version")),
        ("Level", Node::Name(native::LEVEL)),
        ("Task", Node::Name(native::TASK)),
        ("Opcode", Node::Name(native::OPCODE)),
        ("Keywords", Node::Name(native::KEYWORDS)),
        ("TimeCreated", Node::Enter(&TIME)),
        ("TimeCreated_attributes", Node::Enter(&TIME)),
        ("EventRecordID", Node::Slot(Slot::Record, 0)),
        ("Correlation", Node::Enter(&CORRELATION)),
        ("Correlation_attributes", Node::Enter(&CORRELATION)),
        ("Execution", Node::Enter(&EXECUTION)),
        ("Execution_attributes", Node::Enter(&EXECUTION)),
        ("Channel", Node::Slot(Slot::Channel, 0)),
        ("Computer", Node::Slot(Slot::Computer, 0)),
        ("Security", Node::Enter(&SECURITY)),
        ("Security_attributes", Node::Enter(&SECURITY)),
        ("SystemTime", Node::Slot(Slot::Time, 1)),
    ],
    other: Node::Skip,
    paths: true,
    index: Index::new(),
};

macro_rules! attributes {
    ($name:ident, $inner:ident, [$(($key:literal, $node:expr)),+]) => {
        static $inner: Branch = Branch {
            known: &[$(($key, $node), (concat!("@", $key), $node), (concat!("-", $key), $node)),+],
            other: Node::Skip,
            paths: false, index: Index::new(),
        };
        static $name: Branch = Branch {
            known: &[
                ("#attributes", Node::Enter(&$inner)),
                ("@attributes", Node::Enter(&$inner)),
                $(($key, $node), (concat!("@", $key), $node), (concat!("-", $key), $node)),+
            ],
            other: Node::Skip,
            paths: true, index: Index::new(),
        };
    };
}

attributes!(
    PROVIDER,
    PROVIDER_IN,
    [
        ("Name", Node::Slot(Slot::Provider, 0)),
        ("Guid", Node::Name("Provider_Guid")),
        ("EventSourceName", Node::Name("Provider_EventSourceName"))
    ]
);
attributes!(TIME, TIME_IN, [("SystemTime", Node::Slot(Slot::Time, 0))]);
attributes!(
    CORRELATION,
    CORRELATION_IN,
    [
        ("ActivityID", Node::Name("Correlation_ActivityID")),
        ("RelatedActivityID", Node::Name("Correlation_RelatedActivityID"))
    ]
);
attributes!(
    EXECUTION,
    EXECUTION_IN,
    [("ProcessID", Node::Name("Execution_ProcessID")), ("ThreadID", Node::Name("Execution_ThreadID"))]
);
attributes!(SECURITY, SECURITY_IN, [("UserID", Node::Name(native::USER_ID))]);
