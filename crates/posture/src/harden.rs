//! From an audit to the change that closes what is open: what is written where, what was there before, how to take it
//! back, and what it does to people. Nothing here applies anything.

mod after;
mod before;
mod entries;
mod make;
mod plan;
mod targets;

pub use before::Before;
pub use entries::{Batch, batches, forward, together, undo};
pub use make::{effects, machine_plan, user_plan};
pub use plan::{Effect, Left, Moved, Plan, Request, State, Step, full};
pub use targets::interest;
