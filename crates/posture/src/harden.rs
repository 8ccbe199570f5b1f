//! From an audit to the change that closes what is open: what is written where, what was there before, how to take it
//! back, and what it does to people. Nothing here applies anything.

mod after;
mod before;
mod emit;
mod entries;
mod make;
mod plan;
mod proof;
mod stays;
mod targets;

pub use before::Before;
pub use emit::{FORMATS, Format, Job, Output, format};
pub use entries::{batches, forward, not_known, together, undo};
pub use make::{effects, kept, machine_plan, user_plan};
pub use plan::{Batch, Effect, Hardening, Left, Moved, Plan, Request, State, Stay, Step, full};
pub use proof::read_back;
pub use targets::interest;
