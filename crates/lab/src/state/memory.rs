use crate::LabError;
use crate::moment::{after, moment};
use crate::scenario::{MemorySpec, Scenario};
use crate::world::World;
use ddefend_event::Time;
use ddefend_memory::write::{DumpPlan, PlannedModule, PlannedRegion, utf16, write};

/// Modules that every Windows process has.
const USUAL: [&str; 4] = [
    "C:\\Windows\\System32\\ntdll.dll",
    "C:\\Windows\\System32\\kernel32.dll",
    "C:\\Windows\\System32\\KernelBase.dll",
    "C:\\Windows\\System32\\user32.dll",
];

/// Every process dump of a scenario: path and bytes.
///
/// # Errors
/// Where a dump names what there is not, or holds a text that is no instruction of the lab's own.
pub(crate) fn dumps(scenario: &Scenario, world: &World) -> Result<Vec<(String, Vec<u8>)>, LabError> {
    scenario.memory.iter().map(|spec| Ok((spec.path.clone(), one(spec, world)?))).collect()
}

fn one(spec: &MemorySpec, world: &World) -> Result<Vec<u8>, LabError> {
    let told = |error: LabError| error.of(&spec.path);
    let missing = || told(LabError(format!("there is no process '{}'", spec.process)));
    let process = world.find(&spec.process).ok_or_else(missing)?;
    let fill = world.fill(process.host);
    let taken = moment(&spec.at, after(world.start(), 0)).map_err(told)?;
    let taken = if spec.at.is_empty() { after(taken, 600 * Time::SECOND) } else { taken };
    let mut modules = vec![module(&process.image, 0)];
    let others = USUAL.iter().map(|path| Ok((*path).to_owned()));
    for (number, path) in (1_u64..).zip(others.chain(spec.modules.iter().map(|path| fill.text(path)))) {
        modules.push(module(&path.map_err(told)?, number));
    }
    let mut texts = Vec::new();
    for text in &spec.strings {
        let words = fill.text(&text.text).map_err(told)?;
        texts.push(match text.encoding.as_str() {
            "" | "utf-16" => utf16(&words),
            "ascii" => words.into_bytes(),
            other => return Err(told(LabError(format!("'{other}' is no encoding: ascii or utf-16")))),
        });
    }
    let seconds = |time: Time| u32::try_from(time.ticks.div_euclid(Time::SECOND)).unwrap_or_default();
    Ok(write(&DumpPlan {
        pid: process.pid,
        image: process.image.clone(),
        command: process.command.clone(),
        started: process.at.map(seconds).unwrap_or_default(),
        taken: seconds(taken),
        modules,
        regions: vec![PlannedRegion::heap(0x0000_01f0_0000_0000, &texts)],
        comment: crate::digest::MARK.to_owned(),
        ..DumpPlan::default()
    }))
}

fn module(path: &str, number: u64) -> PlannedModule {
    let base = 0x0000_7ff6_0000_0000_u64.saturating_add(number.saturating_mul(0x0100_0000));
    PlannedModule { path: path.to_owned(), base, size: 0x0010_0000, version: String::new() }
}
