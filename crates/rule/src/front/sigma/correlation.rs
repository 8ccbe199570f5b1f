//! Correlation rules (Sigma correlation rules specification 2.1).

use super::document::Document;
use crate::RuleSet;

/// Reads correlations over the rules of the set.
pub(super) fn read(documents: &[Document<'_>], set: &mut RuleSet) {
    let _ = (documents, set);
}
