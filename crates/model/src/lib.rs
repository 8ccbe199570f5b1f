//! The words of ddefend as plain data: no behaviour beyond construction and display, no input or output.
//!
//! *Artifact*, *part*, *link*, *finding* and *diagnostic* mean what ARCHITECTURE.md says they mean; every other crate
//! speaks in these types.

mod artifact;
pub mod case;
mod detection;
mod diagnostic;
mod finding;
mod link;
mod location;
pub mod memory;
pub mod posture;
pub mod provenance;
mod summary;

pub use artifact::{Artifact, NotInspected, PartPath};
pub use detection::{
    Detection, EventRef, Familiarity, HuntSummary, MatchedField, Process, RuleRef, Shown, Unreachable,
};
pub use diagnostic::{Diagnostic, code};
pub use finding::{Blocker, Confidence, Finding, FindingId, Indicator, IndicatorKind, Level, Lure, Prompt};
pub use link::{Link, LinkKind, Trick, Trigger, trick};
pub use location::Location;
pub use summary::{Scanned, Summary};

/// Version of the machine-readable output. Raised when a field changes its meaning or goes away.
pub const SCHEMA_VERSION: u32 = 1;
