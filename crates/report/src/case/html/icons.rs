//! Small drawings for what a case is about.

use ddefend_model::case::NodeKind;

/// Drawn once, used by name.
pub(super) const SYMBOLS: &str = include_str!("icons.svg");

/// The drawing of a kind, and the kind in words.
pub(super) const fn of(kind: NodeKind) -> (&'static str, &'static str) {
    match kind {
        NodeKind::Mail => ("mail", "mail"),
        NodeKind::File => ("file", "file"),
        NodeKind::Command => ("command", "command in a link"),
        NodeKind::Process => ("process", "process"),
        NodeKind::Network => ("network", "network"),
        NodeKind::Registry => ("registry", "registry"),
        NodeKind::Persistence => ("persistence", "persistence"),
        NodeKind::Module => ("module", "module"),
        NodeKind::Prompt => ("prompt", "prompt"),
        NodeKind::Barrier => ("barrier", "barrier"),
        NodeKind::User => ("user", "user"),
        NodeKind::Logon => ("logon", "logon"),
        NodeKind::Host => ("host", "computer"),
    }
}
