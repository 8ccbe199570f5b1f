//! What else a responder collects: marks of the web, hives, the gateway's journal, lists of the organisation.

mod hive;
mod lists;
mod memory;

pub(crate) use hive::hives;
pub(crate) use lists::{assets, history, indicators, journal};
pub(crate) use memory::dumps;

use crate::LabError;
use crate::scenario::MarkSpec;
use crate::world::World;
use std::fmt::Write as _;

/// The text of a `Zone.Identifier` stream.
///
/// # Errors
/// Where it has a placeholder that is not known.
pub(crate) fn zone_identifier(mark: &MarkSpec, world: &World) -> Result<String, LabError> {
    let fill = world.fill(0);
    let mut out = "[ZoneTransfer]\r\n".to_owned();
    if let Some(zone) = mark.zone {
        _ = write!(out, "ZoneId={zone}\r\n");
    }
    for (name, value) in [
        ("ReferrerUrl", &mark.referrer_url),
        ("HostUrl", &mark.host_url),
        ("HostIpAddress", &mark.host_ip),
        ("LastWriterPackageFamilyName", &mark.writer),
    ] {
        if !value.is_empty() {
            _ = write!(out, "{name}={}\r\n", fill.text(value)?);
        }
    }
    Ok(out)
}
