//! Which files are read, as what, in which order: known before anything is evaluated, from names and first bytes alone.

use super::beside::Beside;
use super::place::{Part, Placed, file_name, fold, folder_name, looks_like_input, place_below, profile_of};
use super::stored::{Stored, members};
use crate::input::{Input, find_inputs};
use ddefend_model::{Diagnostic, Location, code};
use ddefend_posture::Catalog;
use ddefend_registry::{Format, Interest, Root};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Bytes by which an input is recognised.
const HEAD: u64 = 64 << 10;
/// Formats that say how a registry is, or was.
const STATES: [Format; 5] = [Format::Hive, Format::Reg, Format::RegQuery, Format::Json, Format::Csv];
/// Whose the settings are that a user's export holds without saying whose it is.
pub(super) const CURRENT: &str = "(current user)";

/// Everything that is read, by host and user.
#[derive(Debug, Default)]
pub struct Plan {
    pub(super) hosts: Vec<Host>,
    /// Policies that are no host's own: they are for all.
    pub(super) policies: Vec<Policy>,
    /// Told before everything.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// A folder whose name says nothing of the host or user whose files stand in it.
    pub(super) base: Option<String>,
    files: usize,
}

/// What is read of a host.
#[derive(Debug, Default)]
pub(super) struct Host {
    /// The folder that it stands in.
    pub(super) folder: String,
    /// Read first; what they say of users is kept for them.
    pub(super) machine: Vec<Source>,
    /// Policies of its own, for one security identifier or all.
    pub(super) policies: Vec<(Option<String>, Source)>,
    /// Users by folded name: the name, and what is theirs.
    pub(super) users: BTreeMap<String, (String, Vec<Source>)>,
    /// Files on it that a check looks for: paths on the host.
    pub(super) present: Vec<(String, String)>,
}

/// A group policy, or a file that holds one.
#[derive(Debug, Default)]
pub(super) struct Policy {
    pub(super) folder: String,
    pub(super) sources: Vec<Source>,
}

/// An input that is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Source {
    /// Its name in every output.
    pub(super) name: String,
    /// Where it is.
    pub(super) stored: Stored,
    /// Transaction logs beside it.
    pub(super) logs: Vec<Stored>,
    /// The format, where it had to be found out already.
    pub(super) format: Option<Format>,
    /// It was named, so it must be an input.
    pub(super) named: bool,
    /// Whose its `HKEY_CURRENT_USER` is where it does not say.
    pub(super) user: String,
}

/// What a plan is made for.
#[derive(Clone, Debug, Default)]
pub struct Asked<'a> {
    /// Files, folders, `-`.
    pub paths: &'a [PathBuf],
    /// The name of standard input.
    pub stdin: &'a str,
    /// Read every input as this.
    pub format: Option<Format>,
    /// Whose inputs are that do not say whose they are.
    pub user: Option<&'a str>,
    /// A folder that names in outputs are told from.
    pub base: Option<&'a Path>,
}

impl Asked<'_> {
    /// The name of what stands at a path, for outputs.
    fn shown(&self, path: &Path) -> String {
        let below = self.base.and_then(|base| path.strip_prefix(base).ok());
        below.filter(|below| !below.as_os_str().is_empty()).unwrap_or(path).to_string_lossy().into_owned()
    }
}

impl Plan {
    /// Looks at all paths.
    #[must_use]
    pub fn new(asked: &Asked<'_>, catalog: &Catalog) -> Self {
        let mut making = Making::new(asked, catalog);
        for root in asked.paths {
            let inputs = find_inputs(std::slice::from_ref(root), asked.stdin);
            for input in &inputs {
                making.input(input, root);
            }
        }
        making.finish()
    }

    /// Whether the name of a folder says nothing.
    pub(super) fn is_base(&self, folder: &str) -> bool {
        self.base.as_deref() == Some(folder)
    }

    /// Inputs that will be read.
    #[must_use]
    pub fn files(&self) -> usize {
        self.files
    }
}

struct Making<'a> {
    asked: &'a Asked<'a>,
    interest: Interest,
    beside: Beside,
    plan: Plan,
    hosts: BTreeMap<String, usize>,
    policies: BTreeMap<String, usize>,
    /// Hosts whose one user is only named after their folder.
    profiles: BTreeSet<usize>,
    /// Exports in profiles, with folder and user: read where no hive of the user was collected.
    exports: Vec<(String, String, Source)>,
    /// Files in collected trees that have an input's name and are not read.
    skipped: Vec<String>,
}

impl<'a> Making<'a> {
    fn new(asked: &'a Asked<'a>, catalog: &Catalog) -> Self {
        Self {
            asked,
            interest: ddefend_posture::interest(catalog),
            beside: Beside::default(),
            plan: Plan { base: asked.base.map(folder_name), ..Plan::default() },
            hosts: BTreeMap::new(),
            policies: BTreeMap::new(),
            profiles: BTreeSet::new(),
            exports: Vec::new(),
            skipped: Vec::new(),
        }
    }

    fn input(&mut self, input: &Input, root: &Path) {
        match input {
            Input::Stdin(name) => {
                let source = self.source(name.clone(), Stored::Stdin, self.asked.format, true);
                let host = self.host("");
                host.machine.push(source);
            }
            Input::Failed(path, why) => {
                let name = self.asked.shown(path);
                self.plan.diagnostics.push(unreadable(&name, code::UNREADABLE_IO, why.clone()));
            }
            Input::File(path) | Input::Named(path, _) => {
                let (named, placed) = (path == root, place_below(path, root));
                let packed = path.extension().is_some_and(|it| it.eq_ignore_ascii_case("zip"));
                // What lies about in a collected tree is not opened.
                if (named || (packed && placed.part == Part::Loose)) && self.archive(path, named) {
                    return;
                }
                self.file(path, Stored::File(path.clone()), named, &placed);
            }
        }
    }

    /// Takes the members of an archive as if they were files below it. False where it is none.
    fn archive(&mut self, path: &Path, named: bool) -> bool {
        let Some((members, why)) = members(path) else { return false };
        let name = self.asked.shown(path);
        if let Some((code, why)) = why {
            self.plan.diagnostics.push(unreadable(&name, code, why));
        }
        let before = self.plan.files;
        self.beside = Beside::of(&members);
        for (member, stored) in members {
            let placed = place_below(&member, path);
            self.file(&member, stored, false, &placed);
        }
        self.beside = Beside::default();
        if named && self.plan.files == before {
            let message = "an archive without hives, exports, policies or dumps of the registry".to_owned();
            self.plan.diagnostics.push(unreadable(&name, code::UNREADABLE_FORMAT, message));
        }
        true
    }

    fn file(&mut self, path: &Path, stored: Stored, named: bool, placed: &Placed) {
        if self.beside.is_log(path) {
            return;
        }
        let name = self.asked.shown(path);
        let source = |making: &mut Self, format| {
            let mut source = making.source(name.clone(), stored.clone(), format, named);
            source.logs = making.beside.logs(path);
            source
        };
        match &placed.part {
            Part::Machine => {
                let source = source(self, self.asked.format);
                self.host(&placed.folder).machine.push(source);
            }
            Part::User(user) => {
                let source = source(self, self.asked.format);
                self.user(&placed.folder, user, source);
            }
            Part::LocalPolicy(sid) => {
                let source = source(self, self.asked.format);
                self.host(&placed.folder).policies.push((sid.clone(), source));
            }
            Part::Policy => {
                if let Some(format) = self.sniff(&name, &stored, named) {
                    let source = source(self, format);
                    self.policy(&placed.folder, source);
                }
            }
            Part::Inside(on_host) if !named => {
                // Content names files by their path on the volume, whichever that is.
                let key = on_host.split_once('\\').map_or(on_host.as_str(), |(_, path)| path);
                if self.interest.wants_key(&Root::Files, key) {
                    self.host(&placed.folder).present.push((key.to_owned(), name));
                } else if looks_like_input(&name) || profile_of(on_host).is_some_and(|_| is_export_name(&name)) {
                    let user = profile_of(on_host);
                    let format = user.as_ref().and_then(|_| self.detected(&name, &stored));
                    match user.zip(format.filter(|format| STATES.contains(format))) {
                        Some((user, format)) => {
                            let mut source = source(self, self.asked.format.or(Some(format)));
                            source.user.clone_from(&user);
                            self.exports.push((placed.folder.clone(), user, source));
                        }
                        None if looks_like_input(&name) => self.skipped.push(name),
                        None => {}
                    }
                }
            }
            Part::Inside(_) | Part::Loose => {
                if let Some(format) = self.sniff(&name, &stored, named) {
                    let source = source(self, format);
                    let folder = match &placed.part {
                        Part::Loose => placed.folder.clone(),
                        _ => path.parent().map(|folder| folder.to_string_lossy().into_owned()).unwrap_or_default(),
                    };
                    self.loose(folder, source);
                }
            }
        }
    }

    /// A file of which only the content says what it is.
    fn loose(&mut self, folder: String, source: Source) {
        let name = fold(file_name(&source.name));
        match source.format {
            Some(Format::GpReport) => self.policy(&folder, source),
            Some(Format::Pol | Format::Lgpo | Format::PolicyRules | Format::Gpp) => {
                let own = source.name.clone();
                self.policy(&own, source);
            }
            Some(Format::Hive) if !name.contains("software") && !name.contains("system") => {
                let stem = file_name(&source.name).split('.').next().unwrap_or_default();
                match owner(stem) {
                    Some(user) => self.user(&folder, &user, source),
                    None => {
                        let user = file_name(&folder).to_owned();
                        let nobody = user.is_empty() || user == ".." || self.plan.is_base(&folder);
                        let user = if nobody { CURRENT.to_owned() } else { user };
                        self.user(&folder, &user, source);
                        self.profiles.extend(self.hosts.get(&folder));
                    }
                }
            }
            _ => self.host(&folder).machine.push(source),
        }
    }

    /// The format; none where it is no input and nobody said that it is one.
    fn sniff(&mut self, name: &str, stored: &Stored, named: bool) -> Option<Option<Format>> {
        if self.asked.format.is_some() {
            return Some(self.asked.format);
        }
        // Pipes and devices are read once, when their turn comes.
        if !stored.is_lasting() {
            return named.then_some(None);
        }
        let before = self.plan.diagnostics.len();
        match self.detected(name, stored) {
            Some(format) => Some(Some(format)),
            None => (named && before == self.plan.diagnostics.len()).then_some(None),
        }
    }

    /// The format by the first bytes.
    fn detected(&mut self, name: &str, stored: &Stored) -> Option<Format> {
        let head = match stored.take(HEAD) {
            Ok((head, _)) => head,
            Err(error) => {
                self.plan.diagnostics.push(unreadable(name, code::UNREADABLE_IO, error.to_string()));
                return None;
            }
        };
        ddefend_registry::detect(&ddefend_registry::Input { name, bytes: &head, logs: &[] })
    }

    fn source(&mut self, name: String, stored: Stored, format: Option<Format>, named: bool) -> Source {
        self.plan.files += 1;
        let user = self.asked.user.unwrap_or(CURRENT).to_owned();
        Source { name, stored, logs: Vec::new(), format, named, user }
    }

    fn host(&mut self, folder: &str) -> &mut Host {
        let hosts = &mut self.plan.hosts;
        let at = *self.hosts.entry(folder.to_owned()).or_insert_with(|| {
            hosts.push(Host { folder: folder.to_owned(), ..Host::default() });
            hosts.len() - 1
        });
        &mut hosts[at]
    }

    fn user(&mut self, folder: &str, user: &str, mut source: Source) {
        source.user = user.to_owned();
        let users = &mut self.host(folder).users;
        users.entry(fold(user)).or_insert_with(|| (user.to_owned(), Vec::new())).1.push(source);
    }

    fn policy(&mut self, folder: &str, source: Source) {
        let policies = &mut self.plan.policies;
        let at = *self.policies.entry(folder.to_owned()).or_insert_with(|| {
            policies.push(Policy { folder: folder.to_owned(), sources: Vec::new() });
            policies.len() - 1
        });
        policies[at].sources.push(source);
    }

    /// Puts profiles that stand side by side under the host above them.
    fn finish(mut self) -> Plan {
        let hosts = std::mem::take(&mut self.plan.hosts);
        self.hosts.clear();
        for (index, host) in hosts.into_iter().enumerate() {
            let lonely = host.machine.is_empty() && host.policies.is_empty() && host.users.len() == 1;
            let folder = match (lonely && self.profiles.contains(&index), host.folder.rsplit_once('/')) {
                (true, Some((above, _))) => above.to_owned(),
                (true, None) => String::new(),
                (false, _) => host.folder.clone(),
            };
            let merged = self.host(&folder);
            merged.machine.extend(host.machine);
            merged.policies.extend(host.policies);
            merged.present.extend(host.present);
            for (key, (name, sources)) in host.users {
                merged.users.entry(key).or_insert_with(|| (name, Vec::new())).1.extend(sources);
            }
        }
        for (folder, user, source) in std::mem::take(&mut self.exports) {
            if self.host(&folder).users.contains_key(&fold(&user)) {
                // What lies beside a user's hive may have been imported or not: the hive knows.
                self.plan.files -= 1;
                self.skipped.push(source.name);
            } else {
                self.host(&folder).machine.push(source);
            }
        }
        if let Some(first) = self.skipped.iter().min() {
            let message = format!(
                "{} files in collected trees look like exports, policies or hives and lie where Windows reads none; they were \
                 not read (this is the first). Name one to have it read",
                self.skipped.len()
            );
            let note = unreadable(first, code::NOTE_ODD, message);
            self.plan.diagnostics.push(note);
        }
        self.plan
    }
}

/// Whether a file has the ending of an export.
fn is_export_name(name: &str) -> bool {
    let name = fold(file_name(name));
    [".txt", ".json", ".csv", ".hiv"].iter().any(|ending| name.ends_with(ending))
}

/// Whose a hive is, by the name of its file: `alice_NTUSER.DAT`; none where it is only `NTUSER.DAT`.
fn owner(stem: &str) -> Option<String> {
    let folded = fold(stem);
    let cut = |rest: &str| stem.get(..rest.len()).map(str::to_owned);
    let known = ["ntuser", "usrclass"];
    let after = known.iter().find_map(|name| folded.strip_prefix(name).and_then(|_| stem.get(name.len()..)));
    let before = known.iter().find_map(|name| folded.strip_suffix(name).and_then(cut));
    let kept = after.map(str::to_owned).or(before).unwrap_or_else(|| stem.to_owned());
    let kept = kept.trim_matches(['_', '-', ' ', '.']);
    (!kept.is_empty()).then(|| kept.to_owned())
}

/// A diagnostic about a whole input.
pub(super) fn unreadable(name: &str, code: &'static str, message: String) -> Diagnostic {
    Diagnostic::about(code, name, Location::default(), message)
}
