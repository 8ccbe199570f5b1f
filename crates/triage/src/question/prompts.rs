use super::found::Found;
use super::view::View;
use crate::playbook::Question;
pub(super) fn guards_passed(_view: &View<'_>, _question: &Question) -> Found {
    Found::unknown("", "not worked out yet", Vec::new())
}
