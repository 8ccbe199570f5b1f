//! Walks inputs, spends budgets and runs the stages over many artifacts at once. With `cli` the only crate that meets
//! the disk and the clock.

pub mod catalog;
mod gate;
pub mod hunt;
mod input;
pub mod lab;
mod memory;
mod pool;
pub mod posture;
pub mod query;
mod scan;
pub mod triage;
mod watchdog;

pub use input::{Input, find_inputs};
pub use memory::{MemoryProgress, MemorySettings, memory_paths, read_memory};
pub use pool::{Progress, scan_inputs};
pub use scan::{Settings, scan_bytes};
