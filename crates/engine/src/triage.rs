//! `triage`: a folder of evidence in, a case out. Files are sorted by content; documents, logs, hives and dumps are read by
//! the same stages as `scan`, `hunt`, `posture` and `memory` use, each once; what they found is judged by
//! [`ddefend_triage`]. Names in the case are told from the case folder, so that it does not matter where it lies.

mod files;
mod hosts;
mod lists;
mod logs;
mod memory;
mod organisation;
mod run;
mod settings;
mod sort;

pub use organisation::{read_organisation, read_playbook};
pub use run::{TriageProgress, read_case, triage_paths, triage_with};
pub use settings::{PLAYBOOK, TriageError, TriageSettings};
