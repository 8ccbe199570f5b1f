//! A scenario with everything that it names worked out: times, hosts, files, processes.

mod fill;
mod programs;

pub(crate) use fill::Fill;
use programs::program;

use crate::moment::{START, after, moment, rfc3339};
use crate::recipe::{Made, make};
use crate::scenario::{Host, MailSpec, ProcessSpec, Scenario, Source};
use crate::{LabError, digest};
use ddefend_event::{Time, Zone};
use std::collections::BTreeMap;

/// A file that was made, and where it lies on the host.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filed {
    pub(crate) made: Made,
    pub(crate) windows: String,
    pub(crate) name: String,
    pub(crate) sha256: String,
}

/// A mail that was made.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mailed {
    pub(crate) bytes: Vec<u8>,
    pub(crate) at: Option<Time>,
    pub(crate) message_id: String,
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) subject: String,
    /// Paths of files in the scenario.
    pub(crate) attachments: Vec<String>,
}

/// A process.
#[derive(Clone, Debug, Default)]
pub(crate) struct Process {
    pub(crate) host: usize,
    pub(crate) at: Option<Time>,
    pub(crate) end: Option<Time>,
    pub(crate) image: String,
    pub(crate) command: String,
    pub(crate) original: String,
    pub(crate) description: String,
    pub(crate) company: String,
    pub(crate) user: String,
    pub(crate) logon: String,
    pub(crate) integrity: String,
    pub(crate) directory: String,
    pub(crate) hashes: String,
    pub(crate) pid: u32,
    pub(crate) guid: String,
    pub(crate) parent: Option<Box<Process>>,
    pub(crate) silent: bool,
    pub(crate) only: Vec<Source>,
}

/// A scenario with everything that it names.
#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    pub(crate) start: Option<Time>,
    pub(crate) hosts: Vec<Host>,
    pub(crate) files: BTreeMap<String, Filed>,
    pub(crate) mails: BTreeMap<String, Mailed>,
    /// In the order of the scenario.
    pub(crate) processes: Vec<(String, Process)>,
}

impl World {
    /// Hosts and files; mails and processes are added to them.
    ///
    /// # Errors
    /// Where the scenario names what there is not, or a text is no moment.
    pub(crate) fn of(scenario: &Scenario) -> Result<Self, LabError> {
        let start = if scenario.start.is_empty() { START } else { moment(&scenario.start, START)? };
        let hosts = if scenario.hosts.is_empty() { vec![Host::default()] } else { scenario.hosts.clone() };
        let mut world = Self { start: Some(start), hosts, ..Self::default() };
        world.add_files(scenario)?;
        Ok(world)
    }

    /// Adds a mail as a file.
    ///
    /// # Errors
    /// Where its path on the host names what there is not.
    pub(crate) fn add_mail(&mut self, spec: &MailSpec, mailed: Mailed) -> Result<(), LabError> {
        let windows = if spec.windows.is_empty() { "{downloads}\\{leaf}" } else { &spec.windows };
        let name = leaf(&spec.path).to_owned();
        let windows = self.fill(0).text(&windows.replace("{leaf}", &name))?;
        let made = Made { bytes: mailed.bytes.clone(), ..Made::default() };
        let sha256 = digest::sha256(&made.bytes);
        self.files.insert(spec.path.clone(), Filed { made, windows, name, sha256 });
        self.mails.insert(spec.path.clone(), mailed);
        Ok(())
    }

    /// Adds the processes, which may name files and mails.
    ///
    /// # Errors
    /// Where they name what there is not, or a text is no moment.
    pub(crate) fn add_processes(&mut self, scenario: &Scenario) -> Result<(), LabError> {
        for spec in &scenario.processes {
            let process = self.process(scenario, spec).map_err(|error| error.of(&format!("process {}", spec.id)))?;
            if self.find(&spec.id).is_some() {
                return Err(LabError(format!("process {}: an id twice", spec.id)));
            }
            self.processes.push((spec.id.clone(), process));
        }
        Ok(())
    }

    /// The first moment.
    pub(crate) fn start(&self) -> Time {
        self.start.unwrap_or(START)
    }

    /// The resolver of placeholders as seen from a host.
    pub(crate) fn fill(&self, host: usize) -> Fill<'_> {
        Fill { world: self, host }
    }

    /// The number of a host; the first where the name is empty.
    ///
    /// # Errors
    /// Where there is no such host.
    pub(crate) fn host(&self, name: &str) -> Result<usize, LabError> {
        if name.is_empty() {
            return Ok(0);
        }
        let found = self.hosts.iter().position(|host| host.name == name);
        found.ok_or_else(|| LabError(format!("there is no host '{name}'")))
    }

    /// Full name of a host, as records carry it.
    pub(crate) fn full_name(&self, host: usize) -> String {
        self.hosts.get(host).map(full_name).unwrap_or_default()
    }

    /// A process by its id.
    pub(crate) fn find(&self, id: &str) -> Option<&Process> {
        self.processes.iter().find(|(known, _)| known == id).map(|(_, process)| process)
    }

    fn add_files(&mut self, scenario: &Scenario) -> Result<(), LabError> {
        for spec in &scenario.files {
            check(spec).map_err(|error| error.of(&spec.path))?;
            let created = moment(&spec.options.created, after(self.start(), -86_400 * Time::SECOND))?;
            let inner = match &*spec.options.inner {
                "" => None,
                path => {
                    let missing = || LabError(format!("{}: there is no file '{path}' before it", spec.path));
                    Some((leaf(path), &self.files.get(path).ok_or_else(missing)?.made))
                }
            };
            let made = make(spec, created, inner);
            let windows = if spec.windows.is_empty() { "{downloads}\\{leaf}" } else { &spec.windows };
            let windows = windows.replace("{leaf}", spec.name());
            let windows = self.fill(0).text(&windows).map_err(|error| error.of(&spec.path))?;
            let sha256 = digest::sha256(&made.bytes);
            let filed = Filed { made, windows, name: spec.name().to_owned(), sha256 };
            if self.files.insert(spec.path.clone(), filed).is_some() {
                return Err(LabError(format!("{}: a file twice", spec.path)));
            }
        }
        Ok(())
    }

    fn process(&self, scenario: &Scenario, spec: &ProcessSpec) -> Result<Process, LabError> {
        let host = self.host(&spec.host)?;
        let computer = self.hosts.get(host).cloned().unwrap_or_default();
        let fill = self.fill(host);
        let known = program(&spec.image, &computer.office);
        let image = fill.text(&known.as_ref().map_or_else(|| spec.image.clone(), |known| known.path.clone()))?;
        let name = leaf(&image.replace('\\', "/")).to_owned();
        let parent = match &*spec.parent {
            "" => self.explorer(&scenario.id, host),
            id => self.find(id).cloned().ok_or_else(|| LabError(format!("there is no process '{id}' before it")))?,
        };
        let begin = moment(&spec.at, self.start())?;
        let end = if spec.end.is_empty() { None } else { Some(moment(&spec.end, self.start())?) };
        let or = |given: &str, default: String| if given.is_empty() { Ok(default) } else { fill.text(given) };
        let pid = if spec.pid == 0 { self.free_pid(host, &format!("{}/{}", scenario.id, spec.id)) } else { spec.pid };
        let product = known.as_ref().map(|known| (known.original, known.description, known.company));
        let (original, description, company) = product.unwrap_or_default();
        let original = if original.is_empty() { name } else { original.to_owned() };
        let hashes = if spec.hashes.is_empty() { digest::synthetic(&image) } else { fill.text(&spec.hashes)? };
        Ok(Process {
            host,
            at: Some(begin),
            end,
            command: or(&spec.command, image.clone())?,
            original: or(&spec.original, original)?,
            description: description.to_owned(),
            company: company.to_owned(),
            user: or(&spec.user, format!("LAB\\{}", computer.user))?,
            logon: or(&spec.logon, computer.logon.clone())?,
            integrity: or(&spec.integrity, "Medium".to_owned())?,
            directory: or(&spec.directory, format!("C:\\Users\\{}\\", computer.user))?,
            hashes,
            pid,
            guid: digest::guid(&format!("{}/{host}/{}/{}", scenario.id, spec.id, rfc3339(begin))),
            image,
            parent: Some(Box::new(Process { parent: None, ..parent })),
            silent: spec.silent,
            only: spec.only.clone(),
        })
    }

    /// The user's shell, which ran before logging did.
    pub(crate) fn explorer(&self, scenario: &str, host: usize) -> Process {
        let computer = self.hosts.get(host).cloned().unwrap_or_default();
        Process {
            host,
            image: "C:\\Windows\\explorer.exe".to_owned(),
            command: "C:\\Windows\\Explorer.EXE".to_owned(),
            user: format!("LAB\\{}", computer.user),
            logon: computer.logon,
            pid: 5120,
            guid: digest::guid(&format!("{scenario}/{host}/explorer")),
            silent: true,
            ..Process::default()
        }
    }

    /// The services' host, which ran before logging did.
    pub(crate) fn services(&self, scenario: &str, host: usize) -> Process {
        Process {
            host,
            image: "C:\\Windows\\System32\\svchost.exe".to_owned(),
            command: "C:\\Windows\\System32\\svchost.exe -k netsvcs -p".to_owned(),
            user: "NT AUTHORITY\\SYSTEM".to_owned(),
            logon: "0x3e7".to_owned(),
            pid: 1184,
            guid: digest::guid(&format!("{scenario}/{host}/services")),
            silent: true,
            ..Process::default()
        }
    }

    /// A process id that no process of the host has, made from a name.
    pub(crate) fn free_pid(&self, host: usize, name: &str) -> u32 {
        let mut pid = 6000_u32.saturating_add(digest::number(name).rem_euclid(3000).saturating_mul(4));
        while self.processes.iter().any(|(_, process)| process.host == host && process.pid == pid) {
            pid = pid.saturating_add(4);
        }
        pid
    }
}

/// Full name of a host.
pub(crate) fn full_name(host: &Host) -> String {
    if host.name.contains('.') { host.name.clone() } else { format!("{}.lab.example", host.name) }
}

/// The last step of a path with `/`.
pub(crate) fn leaf(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// A time in UTC, moved.
pub(crate) fn shifted(time: Time, ticks: i64) -> Time {
    Time { zone: Zone::Utc, ..after(time, ticks) }
}

/// Metadata holds words, never an instruction.
fn check(spec: &crate::scenario::FileSpec) -> Result<(), LabError> {
    let options = &spec.options;
    let plain = |letter: char| letter.is_alphanumeric() || " .,@_-".contains(letter);
    for text in [
        &options.creator,
        &options.last_modified_by,
        &options.company,
        &options.title,
        &options.template,
        &options.language,
    ] {
        if !text.chars().all(plain) || text.to_ascii_uppercase().contains("DDE") {
            return Err(LabError(format!("'{text}' may hold letters, digits, blanks and .,@_- only")));
        }
    }
    Ok(())
}
