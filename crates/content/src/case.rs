//! `content/playbooks`: what a case is judged by.

use crate::files::PLAYBOOKS;

/// The text of the playbook with that id.
pub(crate) fn playbook(id: &str) -> Option<&'static str> {
    let wanted = format!("playbooks/{id}.yml");
    PLAYBOOKS.iter().find(|(name, _)| *name == wanted).map(|(_, text)| *text)
}
