//! `content/mappings`: services and providers, then kinds of records by channel or dialect.

use crate::ContentError;
use crate::pack::{
    DEFENDER_MAPPING, ECS_MAPPING, OTHERS_MAPPING, SECURITY_MAPPING, SYSMON_MAPPING, WINDOWS_MAPPING, parse,
};
use ddefend_event::Mapping;

pub(crate) fn load() -> Result<Mapping, ContentError> {
    let files = [WINDOWS_MAPPING, SYSMON_MAPPING, SECURITY_MAPPING, OTHERS_MAPPING, DEFENDER_MAPPING, ECS_MAPPING];
    let tables = files.map(parse).into_iter().collect::<Result<_, _>>()?;
    Mapping::new(tables).map_err(ContentError::Mapping)
}
