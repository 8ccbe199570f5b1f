use crate::{Cell, Key, Time};
use std::sync::Arc;

/// Native names that readers give to what stands beside a Windows record's data (`System`), so that rules may ask for it.
pub mod native {
    /// Event id.
    pub const EVENT_ID: &str = "EventID";
    /// Channel.
    pub const CHANNEL: &str = "Channel";
    /// Provider name.
    pub const PROVIDER: &str = "Provider_Name";
    /// Computer.
    pub const COMPUTER: &str = "Computer";
    /// Level, a number.
    pub const LEVEL: &str = "Level";
    /// Task, a number.
    pub const TASK: &str = "Task";
    /// Operation code.
    pub const OPCODE: &str = "Opcode";
    /// Keywords in hexadecimal.
    pub const KEYWORDS: &str = "Keywords";
    /// Record number.
    pub const RECORD: &str = "EventRecordID";
    /// When it was written.
    pub const TIME: &str = "TimeCreated";
    /// The SID that wrote it.
    pub const USER_ID: &str = "UserID";
    /// A value of `EventData` that has no name of its own; repeated, in order.
    pub const DATA: &str = "Data";
    /// Only on records that their log does not count any more: where they were found, `slack` (of a chunk) or `raw`.
    pub const RECOVERED: &str = "Recovered";
}

/// Where a record stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, with the member behind `!` where it came out of an archive.
    pub source: Arc<str>,
    /// Its record number, where the log has them; else its running number in the file, from 1.
    pub record: u64,
    /// Byte offset of the record in the (unpacked) log.
    pub offset: u64,
}

/// What every record says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Where it stands.
    pub place: Place,
    /// What kind.
    pub key: Key,
    /// When, where it says so.
    pub time: Option<Time>,
    /// The computer, as the record writes it.
    pub host: Box<str>,
}

/// A value of an owned record.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// Text; typed cells in the form of [`Cell::write_text`].
    Text(Box<str>),
    /// A whole number.
    Int(i64),
    /// An unsigned number above `i64::MAX`.
    Uint(u64),
    /// A fraction.
    Float(f64),
    /// True or false.
    Bool(bool),
}

impl Value {
    /// As a cell.
    #[must_use]
    pub fn cell(&self) -> Cell<'_> {
        match self {
            Self::Null => Cell::Null,
            Self::Text(text) => Cell::Str(text),
            Self::Int(value) => Cell::Int(*value),
            Self::Uint(value) => Cell::Uint(*value),
            Self::Float(value) => Cell::Float(*value),
            Self::Bool(value) => Cell::Bool(*value),
        }
    }
}

/// A record on its own, whole: what a detection is explained from, and what readers of text formats make.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// What it says of itself.
    pub head: Head,
    /// Native names with their values, in order; a name may repeat. [`native`]'s names are among them.
    pub data: Vec<(Box<str>, Value)>,
}

impl Event {
    /// Values under a native name. Names are compared without ASCII case.
    pub fn values<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Value> + 'e {
        self.data.iter().filter(move |(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// What somebody wants of records of one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// The asker's own number for it.
    pub plan: u32,
    /// Native names that are wanted; compared without ASCII case.
    pub wanted: Vec<Box<str>>,
    /// True where every value is wanted as well (keyword rules).
    pub everything: bool,
}

/// Says what is wanted; readers ask once per kind of record and keep the answer.
pub trait Selector: Sync {
    /// None where records of that kind are of no interest.
    fn select(&self, key: &Key) -> Option<Arc<Selection>>;
}

/// The wanted values of one record.
#[derive(Clone, Debug, Default)]
pub struct Row<'a> {
    /// Index in [`Selection::wanted`] with a value; a field that holds several values stands several times; one that is
    /// absent does not stand here.
    pub cells: Vec<(u16, Cell<'a>)>,
    /// Every value of the record, where [`Selection::everything`] asks for it.
    pub everything: Vec<Cell<'a>>,
}

impl<'a> Row<'a> {
    /// The row of an owned record.
    #[must_use]
    pub fn of(event: &'a Event, selection: &Selection) -> Self {
        let mut row = Self::default();
        for (index, name) in selection.wanted.iter().enumerate() {
            let Ok(index) = u16::try_from(index) else { break };
            let named = event.data.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
            row.cells.extend(named.map(|(_, value)| (index, value.cell())));
        }
        if selection.everything {
            row.everything.extend(event.data.iter().map(|(_, value)| value.cell()));
        }
        row
    }
}
