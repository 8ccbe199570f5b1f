//! `content/tables`: schemas with their tables, in the order in which they are tried.

use crate::ContentError;
use crate::pack::{
    ASIM_SCHEMA, ASIM_TABLES, CAR_SCHEMA, CIM_SCHEMA, ECS_SCHEMA, LOG_ANALYTICS_PARSERS, LOG_ANALYTICS_SCHEMA,
    LOG_ANALYTICS_TABLES, SIGMA_SCHEMA, SPLUNK_SCHEMA, XDR_SCHEMA, XDR_TABLES, parse,
};
use ddefend_event::{MappingError, TableSet};

pub(crate) fn load() -> Result<TableSet, ContentError> {
    let log_analytics = [LOG_ANALYTICS_TABLES.1, LOG_ANALYTICS_PARSERS.1].join("\n");
    let files = [
        (XDR_SCHEMA, XDR_TABLES.1),
        (LOG_ANALYTICS_SCHEMA, log_analytics.as_str()),
        (ASIM_SCHEMA, ASIM_TABLES.1),
        (CIM_SCHEMA, ""),
        (SPLUNK_SCHEMA, ""),
        (ECS_SCHEMA, ""),
        (CAR_SCHEMA, ""),
        (SIGMA_SCHEMA, ""),
    ];
    let texts = files.into_iter().map(|(file, list)| Ok((parse(file)?, list.to_owned())));
    let texts = texts.collect::<Result<Vec<_>, ContentError>>()?;
    TableSet::new(texts).map_err(|error| ContentError::Tables(MappingError(error)))
}
