//! Harmless noise: what runs on any host, at times that follow from the scenario's id.

use super::occurrence::{Field, Kind, Occurrence, lifetime};
use crate::digest;
use crate::moment::after;
use crate::scenario::{RawRecord, Scenario};
use crate::world::{Process, World, shifted};
use ddefend_event::{Time, Zone};

/// Path, command line behind it, whether the system does it.
const HARMLESS: &[(&str, &str, bool)] = &[
    ("C:\\Windows\\System32\\taskhostw.exe", "", true),
    ("C:\\Windows\\System32\\backgroundTaskHost.exe", "-ServerName:App.AppXlab", false),
    ("C:\\Windows\\System32\\SearchProtocolHost.exe", "Global\\UsGthrFltPipeMssGthrPipe_lab 1 -2147483646", true),
    ("C:\\Windows\\System32\\notepad.exe", "", false),
    ("C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe", "--profile-directory=Default", false),
    ("C:\\Windows\\System32\\wbem\\WmiPrvSE.exe", "-secured -Embedding", true),
    ("C:\\Windows\\System32\\dllhost.exe", "/Processid:{AB8902B4-09CA-4BB6-B78D-A8F59079A8D5}", true),
];

const DAY: i64 = 86_400 * Time::SECOND;
const HOUR: i64 = 3_600 * Time::SECOND;

/// The noise of a scenario.
pub(super) fn of(scenario: &Scenario, world: &World) -> Vec<Occurrence> {
    let asked = &scenario.background;
    let mut all = Vec::new();
    let midnight = world.start().ticks.div_euclid(DAY).saturating_mul(DAY);
    for host in 0..world.hosts.len() {
        for back in 0..=i64::from(asked.days) {
            let day = Time { ticks: midnight.saturating_sub(back.saturating_mul(DAY)), zone: Zone::Utc };
            let name = |what: &str, number: u32| format!("{}/{host}/{back}/{what}/{number}", scenario.id);
            // Between 07:00 and 17:00.
            let at = |what: &str, number: u32| {
                let second = i64::from(digest::number(&name(what, number)).rem_euclid(36_000));
                after(day, HOUR.saturating_mul(7).saturating_add(second.saturating_mul(Time::SECOND)))
            };
            for number in 0..asked.processes {
                let pick = digest::number(&name("pick", number)).rem_euclid(u32::try_from(HARMLESS.len()).unwrap_or(1));
                let Some((image, arguments, system)) = HARMLESS.get(usize::try_from(pick).unwrap_or_default()) else {
                    continue;
                };
                let command = format!("{image} {arguments}");
                let process = made(scenario, world, host, image, command.trim(), *system, &name("process", number));
                all.extend(living(process, at("process", number), 5));
            }
            for number in 0..asked.logons {
                all.push(logon(world, host, after(day, HOUR.saturating_mul(7)), number));
            }
            // The incident's own day has its own Office.
            if back > 0 {
                for number in 0..asked.office {
                    let begin = at("office", number);
                    all.extend(office(scenario, world, host, begin, &name("office", number), false));
                }
                for number in 0..asked.office_interpreters {
                    let begin = at("add-in", number);
                    all.extend(office(scenario, world, host, begin, &name("add-in", number), true));
                }
            }
        }
    }
    all
}

/// Word, opened by hand, that prints; or Excel with an add-in that runs a script of its own.
fn office(
    scenario: &Scenario,
    world: &World,
    host: usize,
    begin: Time,
    name: &str,
    interpreter: bool,
) -> Vec<Occurrence> {
    let folder = "C:\\Program Files\\Microsoft Office\\root\\Office16";
    let (program, document) = if interpreter { ("EXCEL.EXE", "budget.xlsx") } else { ("WINWORD.EXE", "report.docx") };
    let image = format!("{folder}\\{program}");
    let user = world.hosts.get(host).map(|host| host.user.clone()).unwrap_or_default();
    let command = format!("\"{image}\" /n \"C:\\Users\\{user}\\Documents\\{document}\"");
    let parent = made(scenario, world, host, &image, &command, false, name);
    let (child, line) = if interpreter {
        ("C:\\Windows\\System32\\cmd.exe", "cmd.exe /c \"C:\\Program Files\\Example Add-in\\refresh.cmd\"")
    } else {
        ("C:\\Windows\\splwow64.exe", "C:\\Windows\\splwow64.exe 12288")
    };
    let mut child = made(scenario, world, host, child, line, false, &format!("{name}/child"));
    child.parent = Some(Box::new(Process { parent: None, ..parent.clone() }));
    let mut all = living(parent, begin, 1800);
    all.extend(living(child, after(begin, 90 * Time::SECOND), 60));
    all
}

fn living(mut process: Process, begin: Time, seconds: i64) -> Vec<Occurrence> {
    process.at = Some(begin);
    process.end = Some(shifted(begin, seconds.saturating_mul(Time::SECOND)));
    process.guid = digest::guid(&format!("{}/{}", process.guid, begin.ticks));
    lifetime("of the background", &process)
}

fn made(
    scenario: &Scenario,
    world: &World,
    host: usize,
    image: &str,
    command: &str,
    system: bool,
    name: &str,
) -> Process {
    let parent = if system { world.services(&scenario.id, host) } else { world.explorer(&scenario.id, host) };
    let file = image.rsplit('\\').next().unwrap_or(image).to_owned();
    Process {
        host,
        image: image.to_owned(),
        command: command.to_owned(),
        original: file,
        company: "Microsoft Corporation".to_owned(),
        user: parent.user.clone(),
        logon: parent.logon.clone(),
        integrity: if system { "System" } else { "Medium" }.to_owned(),
        directory: "C:\\Windows\\System32\\".to_owned(),
        hashes: digest::synthetic(image),
        pid: 20_000_u32.saturating_add(digest::number(name).rem_euclid(5000).saturating_mul(4)),
        guid: name.to_owned(),
        parent: Some(Box::new(parent)),
        ..Process::default()
    }
}

/// The user logs on at the keyboard.
fn logon(world: &World, host: usize, at: Time, number: u32) -> Occurrence {
    let computer = world.hosts.get(host).cloned().unwrap_or_default();
    let at = shifted(at, i64::from(number).saturating_mul(HOUR));
    let fields = [
        ("SubjectUserSid", "S-1-5-18".to_owned()),
        ("SubjectUserName", format!("{}$", computer.name.to_uppercase())),
        ("SubjectDomainName", "LAB".to_owned()),
        ("SubjectLogonId", "0x3e7".to_owned()),
        ("TargetUserSid", computer.sid),
        ("TargetUserName", computer.user),
        ("TargetDomainName", "LAB".to_owned()),
        ("TargetLogonId", computer.logon),
        ("LogonType", "2".to_owned()),
        ("WorkstationName", computer.name.to_uppercase()),
        ("IpAddress", "127.0.0.1".to_owned()),
        ("ProcessName", "C:\\Windows\\System32\\svchost.exe".to_owned()),
    ];
    let fields =
        fields.into_iter().map(|(name, value)| Field { name: name.to_owned(), value, wanted: false }).collect();
    let record = RawRecord {
        channel: "Security".to_owned(),
        provider: "Microsoft-Windows-Security-Auditing".to_owned(),
        event_id: 4624,
    };
    Occurrence { at, host, kind: Kind::Raw(record), fields, only: Vec::new(), name: "logon".to_owned() }
}
