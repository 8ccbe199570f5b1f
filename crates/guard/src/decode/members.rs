//! Archives whose members only come out of a decoder for the whole format: 7z and RAR.

mod rar;
mod sevenzip;

pub use rar::rar;
pub use sevenzip::sevenzip;

use super::Decoded;
use crate::Budget;

/// Takes members as they come out.
pub trait Receiver {
    /// What may be spent.
    fn budget(&self) -> &Budget;

    /// Takes one member; its name is as stored, never a path on disk.
    fn member(&mut self, name: &str, decoded: Decoded);
}

/// How unpacking ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unpacked {
    /// All members came out, perhaps only their heads.
    Done,
    /// Encrypted, and the password does not fit.
    Locked,
    /// It broke off: the diagnostic id that fits and what happened.
    Broken(&'static str, String),
}
