//! `posture`: collected hives, exports and policies in, one audit per machine and user out. Inputs are sorted to hosts and
//! users by their paths; hosts are worked through one after another, users on all workers, and each is dropped once it
//! was told: what a run holds does not grow with the number of users.

mod beside;
mod host;
mod identity;
mod load;
mod piece;
mod place;
mod plan;
mod run;
mod side;
mod stored;
mod unnamed;
mod what_if;

pub use plan::{Asked, Plan};
pub use run::{Beside, PostureSettings, Told, audit_inputs};
pub use side::audit_side;
pub use what_if::WhatIf;
