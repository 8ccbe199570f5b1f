//! Bytes of logs to records. A [`Reader`] is made from a log's first bytes; the log is then handed to it in blocks, which
//! may be read on several threads and in any order.
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod csv;
mod detect;
mod emit;
mod encoding;
pub mod evtx;
mod json;
mod layout;
mod layouts;
mod leaf;
mod moment;
mod names;
mod open;
mod reader;
mod rendered;
mod unescape;
mod winxml;
mod write;

pub use open::{detect, doubt, open, schema, schemas};
pub use reader::{Block, Cut, Growth, Reader, Record, Schema, Sink};
pub use write::write;
