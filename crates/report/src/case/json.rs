use super::CaseMeta;
use crate::escape;
use ddefend_model::case::Case;

/// The case model as it is, indented; versioned by its own `case_version` (docs/reference/case.schema.json).
pub(super) fn render(case: &Case, _meta: &CaseMeta) -> String {
    escape::json(&serde_json::to_string_pretty(case).unwrap_or_default()) + "\n"
}
