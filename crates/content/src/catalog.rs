//! `content/catalog`: names of fields and logs of every vendor, signatures and ATT&CK's techniques.

use crate::pack::{CATALOG_ATTACK, CATALOG_FIELDS, CATALOG_LOGS, CATALOG_SIGNATURES};
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
    Ok(knowledge)
}
