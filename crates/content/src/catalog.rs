//! `content/catalog`: names of fields and logs of every vendor, signatures and ATT&CK's techniques.

use crate::pack::{CATALOG_ATTACK, CATALOG_FIELDS, CATALOG_LOGS, CATALOG_SIGNATURES, SPL_MACROS};
use crate::{ContentError, attack, mappings};
use ddefend_catalog::{Knowledge, Texts};

pub(crate) fn load() -> Result<Knowledge, ContentError> {
    let texts = Texts {
        attack: CATALOG_ATTACK.1,
        fields: CATALOG_FIELDS.1,
        logs: CATALOG_LOGS.1,
        signatures: CATALOG_SIGNATURES.1,
    };
    let mut knowledge = Knowledge::new(texts, mappings::load()?).map_err(ContentError::RuleCatalog)?;
    let techniques = attack::load()?;
    knowledge.attack.extend(&techniques.technique, &techniques.replaced);
    // A defect of the shipped macros shows in the tests of searches; what was read before it is used.
    _ = knowledge.macros.read(SPL_MACROS.0, SPL_MACROS.1);
    Ok(knowledge)
}
