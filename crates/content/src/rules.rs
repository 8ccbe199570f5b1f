//! `content/rules`: the built-in rules, compiled in.

pub(crate) fn files() -> Vec<(String, String)> {
    Vec::new()
}
