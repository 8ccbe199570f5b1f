use super::CaseMeta;
use ddefend_model::case::Case;

/// The case model as it is, indented; versioned by its own `case_version`.
pub(super) fn render(case: &Case, _meta: &CaseMeta) -> String {
    serde_json::to_string_pretty(case).unwrap_or_default() + "\n"
}
