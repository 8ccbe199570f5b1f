//! One log record, whatever wrote it: the field taxonomy and its aliases.
//!
//! A record keeps its source's own field names (*native* names). A [`Mapping`], which is data under `content/mappings`,
//! says which kinds of record a Sigma log source means and where in them a Sigma field stands, so that one rule fires on
//! Sysmon 13, Security 4657 and DeviceRegistryEvents alike.
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod cell;
mod key;
mod mapping;
mod record;
pub mod table;
mod time;
mod transform;

pub use cell::Cell;
pub use key::{Dialect, Key, LogSource};
pub use mapping::{
    Class, FieldSource, FieldText, Mapping, MappingError, NativeError, Origin, Reach, Rows, Tables, Unserved, When,
};
pub use record::{Event, Head, Place, Row, Selection, Selector, Value, native};
pub use table::{Column, Kind, Table, TableSet};
pub use time::{Time, Zone};
pub use transform::{Part, Transform};
