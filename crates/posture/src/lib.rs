//! From facts about the registry to answers: which setting decides, whether it protects, what that comes to for every
//! application and version of every user, and which change closes what is open.
//!
//! [`Catalog`] is what the content says (`content/posture`); [`Store`] is what the inputs say of one user or machine;
//! [`evaluate`] brings them together. Everything here is a pure function.

mod catalog;
pub mod diff;
mod evaluate;
pub mod harden;
mod index;
mod store;

pub use catalog::{
    Application, Arm, Barrier, Build, BuildAt, Bypass, Cancel, Catalog, CatalogError, Channel, Check, Combine, Default,
    Evidence, Intune, Item, Kind, Match, Misspelling, Place, Product, Profile, Says, SideEffect, Sources, Strength,
    Target, Way, When,
};
pub use evaluate::{Machine, evaluate, interest, machine};
pub use store::{Disagreement, Found, Key, Source, Store};
