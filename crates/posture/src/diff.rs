//! What differs between audits: of two dates, of two hosts, of a host and a baseline, of one machine or user and the rest
//! of a fleet. Pure functions on what was audited; of each audit no more is kept than a comparison needs.

mod compare;
mod fleet;
mod saved;
mod side;

pub use compare::compare;
pub use fleet::fleet;
pub use saved::{SavedError, saved};
pub use side::Side;
