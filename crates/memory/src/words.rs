use crate::lists::{CaseCommand, Lists};

/// Compiled word lists.
#[derive(Debug)]
pub(crate) struct Words;

impl Words {
    pub(crate) fn new(_lists: &Lists, _commands: &[CaseCommand]) -> Self {
        Self
    }
}
