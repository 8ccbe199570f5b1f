//! `content/mappings`: one file per dialect.

use crate::ContentError;
use crate::pack::{WINDOWS_MAPPING, parse};
use ddefend_event::Mapping;

pub(crate) fn load() -> Result<Mapping, ContentError> {
    let tables = [WINDOWS_MAPPING].map(parse).into_iter().collect::<Result<_, _>>()?;
    Mapping::new(tables).map_err(ContentError::Mapping)
}
