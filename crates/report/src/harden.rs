//! What `ddefend posture harden` prints and explains: the difference that a change would make, and the README beside the
//! files.

mod json;
mod readme;
mod text;

pub use json::harden_json;
pub use readme::harden_readme;
pub use text::harden_text;

use ddefend_posture::harden::{Before, Left, Step};

/// What the layouts need to know beside the change.
#[derive(Clone, Debug, Default)]
pub struct HardenMeta {
    /// Version of ddefend.
    pub version: String,
    /// Version of the content.
    pub content: String,
    /// Width of the terminal in columns, for text; 0 means 100.
    pub width: usize,
    /// Colour, for text.
    pub colour: bool,
    /// Also what is in order and which checks come out otherwise, for text.
    pub verbose: bool,
}

/// What was there, in words.
fn before(step: &Step) -> String {
    match (&step.before, step.before.data()) {
        (_, Some(data)) => data.to_string(),
        (Before::Unknown, None) => "not known".to_owned(),
        (_, None) => "absent".to_owned(),
    }
}

/// What is written, in words.
fn after(step: &Step) -> String {
    step.data.as_ref().map_or_else(|| "deleted".to_owned(), ToString::to_string)
}

/// What stays, where: a value without a name is the key's default, and one without data says nothing of them.
fn stands(left: &Left) -> String {
    match (left.value.as_str(), left.data.as_str()) {
        ("", "") => left.key.clone(),
        ("", data) => format!("{} (default) = {data}", left.key),
        (name, "") => format!("{}\\{name}", left.key),
        (name, data) => format!("{}\\{name} = {data}", left.key),
    }
}

/// Whose a change is.
fn owner(host: &str, user: &str) -> String {
    if user.is_empty() { format!("{host}, the machine") } else { format!("{host}, {user}") }
}
