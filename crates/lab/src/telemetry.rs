//! Records: what happened as occurrences, each told by every source of its host that can, in that source's own schema.
//!
//! Every record says that it is synthetic: `Computer` ends in `.lab.example`; records of Windows carry the activity
//! [`ACTIVITY`], Sysmon's the rule name [`crate::MARK`], Defender's tables the machine group [`crate::MARK`], Elastic's events the label
//! `synthetic`. Digests of programs are made from their names.

mod noise;
mod occurrence;
mod render;

pub(crate) use render::Told;
use render::{moved, render};

use crate::moment::{moment, span};
use crate::scenario::{Scenario, Source};
use crate::world::World;
use crate::{LabError, telemetry::occurrence::Occurrence};
use ddefend_event::Mapping;

/// `System/Correlation/@ActivityID` of every Windows record of the lab.
pub const ACTIVITY: &str = "{DDEF1AB0-5717-4E71-8C00-DDEF1AB05E1F}";

/// Sources of a host that a scenario says nothing of.
const USUAL: [Source; 6] =
    [Source::Sysmon, Source::Security, Source::OfficeAlerts, Source::Windefend, Source::Powershell, Source::System];

/// Every record of a scenario, in the order of their times.
///
/// # Errors
/// Where the scenario names what there is not, or no source can say what it wants.
pub(crate) fn records(scenario: &Scenario, world: &World, mapping: &Mapping) -> Result<Vec<Told>, LabError> {
    let telemetry = &scenario.telemetry;
    let mut own = occurrence::of(scenario, world)?;
    own.sort_by_key(|occurrence| occurrence.at.ticks);
    let lost = |number: usize| u64::try_from(number).is_ok_and(|number| telemetry.drop.contains(&number));
    let mut all: Vec<Occurrence> =
        (1..).zip(own).filter(|(number, _)| !lost(*number)).map(|(_, occurrence)| occurrence).collect();
    all.extend(noise::of(scenario, world));
    all.sort_by_key(|occurrence| occurrence.at.ticks);
    let bound = |text: &str| if text.is_empty() { Ok(None) } else { moment(text, world.start()).map(Some) };
    let (from, until) = (bound(&telemetry.from)?, bound(&telemetry.until)?);
    all.retain(|occurrence| {
        from.is_none_or(|from| occurrence.at.ticks >= from.ticks)
            && until.is_none_or(|until| occurrence.at.ticks <= until.ticks)
    });
    let mut told = render(&all, world, mapping, telemetry.command_lines.unwrap_or(true))?;
    for (host, skew) in &telemetry.skew {
        let (host, ticks) = (world.host(host)?, span(skew)?);
        told.iter_mut().filter(|told| told.host == host).for_each(|told| told.event = moved(&told.event, ticks));
    }
    Ok(told)
}

/// The sources of a host.
pub(crate) fn sources(scenario: &Scenario, world: &World, host: usize) -> Vec<Source> {
    let named = world.hosts.get(host).map(|host| host.name.as_str()).unwrap_or_default();
    let sources = &scenario.telemetry.sources;
    sources.get(named).or_else(|| sources.get("default")).cloned().unwrap_or_else(|| USUAL.to_vec())
}
