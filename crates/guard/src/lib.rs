//! Budgets, the checked byte cursor and capped decoders: the only way in which bytes from outside are met.
//!
//! Nothing here allocates from a declared size, and nothing inflates without a cap. This is the only crate that may
//! name a raw decoder (a test holds that).
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod budget;
mod cursor;
pub mod decode;
mod lane;
pub mod stream;

pub use budget::{Budget, Exceeded, Limits, Stop};
pub use cursor::{Cursor, Short};
pub use lane::Lane;
