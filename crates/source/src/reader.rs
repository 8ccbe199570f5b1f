use ddefend_event::{Event, Head, Row, Selection, Selector, Time};
use ddefend_model::Diagnostic;
use std::sync::Arc;

/// A kind of log, by its stable name: `evtx`, `winxml`, `winlogbeat` ...
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Schema(pub &'static str);

/// Where the bytes in a buffer can be cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// So many bytes from its start are a block of whole records. Never 0.
    Block(usize),
    /// No whole block yet.
    More,
    /// So many bytes from its start are to be thrown away: a record that is too large, or garbage. The reader's
    /// [`Reader::read`] is not called for them; the engine reports them with their offset. Never 0.
    Skip(usize),
}

/// How a log grows while it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Growth {
    /// New bytes come at its end; what stands before stays.
    Appended,
    /// It is made of units of a fixed size behind a header; a unit is rewritten in place while it fills.
    Rewritten {
        /// Bytes before the first unit.
        header: u64,
        /// Bytes of a unit, a block by itself.
        unit: usize,
        /// Bytes from a unit's start that change with each record in it.
        stamp: usize,
        /// Bytes in those that change only when the unit is used for other records.
        identity: std::ops::Range<usize>,
    },
}

/// A piece of a log.
#[derive(Clone, Copy, Debug)]
pub struct Block<'a> {
    /// Its bytes.
    pub bytes: &'a [u8],
    /// Where they stand in the (unpacked) log.
    pub offset: u64,
    /// Number of the block in its log, from 0.
    pub index: u64,
    /// Nothing comes behind it.
    pub last: bool,
    /// The log's name in [`ddefend_event::Place`].
    pub source: &'a Arc<str>,
}

/// Reads one log. Made per log, shared by the threads that read its blocks.
pub trait Reader: Send + Sync {
    /// What it reads.
    fn schema(&self) -> Schema;

    /// How many bytes a buffer should hold before it is cut: at least one whole block in ordinary logs.
    fn buffer(&self) -> usize {
        1 << 20
    }

    /// How such a log grows while it is written.
    fn growth(&self) -> Growth {
        Growth::Appended
    }

    /// Where the buffer can be cut; `at_end` where no more bytes come. With `at_end` and bytes left it is never
    /// [`Cut::More`].
    fn cut(&self, buffer: &[u8], at_end: bool) -> Cut;

    /// Reads every record of a block. Damage is told and skipped.
    fn read(&self, block: Block<'_>, sink: &mut dyn Sink);
}

/// Takes what a reader finds.
pub trait Sink {
    /// Says which records and values are wanted.
    fn selector(&self) -> &dyn Selector;

    /// One record of a wanted kind.
    fn record(&mut self, record: &dyn Record, selection: &Arc<Selection>, row: &Row<'_>);

    /// Records that were read and not wanted are counted all the same.
    fn skipped(&mut self, records: u64);

    /// Something that could not be read. The location's offset is the one in the (unpacked) log.
    fn diagnostic(&mut self, diagnostic: Diagnostic);
}

/// A record under the reader's hand.
pub trait Record {
    /// What it says of itself. Made on demand: costs allocations.
    fn head(&self) -> Head;

    /// When, where it says so: the same as in [`Self::head`], cheap where the reader knows better than to build that.
    fn time(&self) -> Option<Time> {
        self.head().time
    }

    /// True where the log gives no number: the one in [`Self::head`] counts the block's records from 1, wanted or not, and
    /// whoever knows the blocks before adds theirs.
    fn is_counted(&self) -> bool {
        false
    }

    /// The record whole. Made on demand.
    fn event(&self) -> Event;
}
