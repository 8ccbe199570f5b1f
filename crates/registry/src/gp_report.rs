//! `gpreport.xml` of group policy backups, `gpresult /x`, and the names of policies in the files beside a backup.
//!
//! Both reports tell policies of administrative templates by name and state only; which values that writes stands in the
//! `registry.pol` of the backup, or in the registry of the machine. Values come from settings that no template knows
//! (`RegistrySetting`) and from preferences.

use crate::gpp::Items;
use crate::out::{Out, about, quote};
use crate::pol::Setting;
use crate::xml::{Node, Spot, walk};
use crate::{About, Data, Format, Intent, Interest, Place, Root, Sink, path, typed};
use ddefend_guard::{Budget, Limits, Stop};
use ddefend_model::{Diagnostic, Location, code};

/// What a `RegistrySetting` has said so far.
#[derive(Default)]
struct Extra {
    line: u64,
    key: String,
    name: Option<String>,
    data: Option<Data>,
    /// Values of one setting that came before the last.
    values: Vec<(String, Data)>,
    /// Of several policies that set a value, the first wins.
    lost: bool,
}

#[derive(Default)]
struct Report {
    items: Items,
    extra: Option<Extra>,
    enabled: u64,
    disabled: u64,
    other: u64,
    name: Option<String>,
    user: Option<String>,
    host: Option<String>,
}

/// Reads `gpreport.xml`, or several policies in one report.
pub(crate) fn report(bytes: &[u8], out: Out<'_>) -> About {
    read(bytes, out, about(Format::GpReport, Intent::Policy))
}

/// Reads what `gpresult /x` writes: it says what was applied, so it is a state.
pub(crate) fn result(bytes: &[u8], out: Out<'_>) -> About {
    read(bytes, out, about(Format::GpResult, Intent::State))
}

fn read(bytes: &[u8], mut out: Out<'_>, mut about: About) -> About {
    let mut report = Report::default();
    walk(bytes, &mut out, &mut |out, spot, node| report.node(out, spot, node));
    about.policy = report.name;
    about.user = report.user;
    about.host = report.host;
    let policies = report.enabled.saturating_add(report.disabled).saturating_add(report.other);
    if policies > 0 {
        let message = format!(
            "{policies} policies stand here by name and state only ({} enabled, {} disabled); their values stand in \
             registry.pol",
            report.enabled, report.disabled
        );
        out.tell(code::NOTE_ODD, Location::default(), message);
    }
    out.finish();
    about
}

impl Report {
    fn node(&mut self, out: &mut Out<'_>, spot: &Spot<'_>, node: Node<'_, '_>) {
        match &node {
            Node::Start(_) => match spot.name() {
                "Computer" | "ComputerResults" => self.items.half = Some(Root::Machine),
                "User" | "UserResults" => self.items.half = Some(Root::User),
                "RegistrySetting" => self.extra = Some(Extra { line: spot.line, ..Extra::default() }),
                _ => {}
            },
            Node::End(text) => self.end(out, spot, text.trim(), text),
        }
        self.items.node(out, spot, node);
    }

    fn end(&mut self, out: &mut Out<'_>, spot: &Spot<'_>, text: &str, whole: &str) {
        let said = || (!text.is_empty()).then(|| text.to_owned());
        match (spot.parent(), spot.name()) {
            ("GPO", "Name") if self.name.is_none() && !spot.is_in("Rsop") => self.name = said(),
            ("ComputerResults", "Name") => {
                self.host =
                    said().map(|name| name.rsplit('\\').next().unwrap_or(&name).trim_end_matches('$').to_owned());
            }
            ("UserResults", "Name") => self.user = said(),
            ("Policy", "State") => match text {
                "Enabled" => self.enabled = self.enabled.saturating_add(1),
                "Disabled" => self.disabled = self.disabled.saturating_add(1),
                _ => self.other = self.other.saturating_add(1),
            },
            (_, "RegistrySetting") => {
                if let (Some(extra), Some(half)) = (self.extra.take(), &self.items.half) {
                    extra.tell(half, out);
                }
            }
            (parent, name) => {
                if let Some(extra) = &mut self.extra {
                    extra.part(parent, name, text, whole);
                }
            }
        }
    }
}

impl Extra {
    fn part(&mut self, parent: &str, name: &str, text: &str, whole: &str) {
        let list = |data: Option<Data>, text: &str| match data {
            Some(Data::MultiSz(mut texts)) => {
                texts.push(text.to_owned());
                Data::MultiSz(texts)
            }
            _ => Data::MultiSz(vec![text.to_owned()]),
        };
        match (parent, name) {
            ("RegistrySetting", "KeyPath") => text.clone_into(&mut self.key),
            ("RegistrySetting", "Precedence") => self.lost = text != "1",
            ("Value", "Name") => self.name = Some(text.to_owned()),
            ("Value", "Number") => {
                self.data =
                    typed::number(text).map(|number| u32::try_from(number).map_or(Data::Qword(number), Data::Dword));
            }
            ("Value", "String") => self.data = Some(Data::Sz(whole.to_owned())),
            ("Value", "ExpandString" | "ExpandableString") => self.data = Some(Data::ExpandSz(whole.to_owned())),
            ("Value", "Binary") => self.data = typed::bytes(text).map(Data::Binary),
            ("Strings" | "MultiString" | "MultiText", _) => self.data = Some(list(self.data.take(), whole)),
            (_, "Value") => {
                if let (Some(name), Some(data)) = (self.name.take(), self.data.take()) {
                    self.values.push((name, data));
                }
            }
            _ => {}
        }
    }

    fn tell(self, half: &Root, out: &mut Out<'_>) {
        if self.lost {
            return;
        }
        let key = path::tidy(&self.key);
        if self.values.is_empty() {
            let message = format!("{}: a setting without data that can be read", quote(&key));
            out.tell_line(code::NOTE_ODD, self.line, message);
        }
        for (name, data) in self.values {
            Setting { key: key.clone(), name, data, place: Place::Line(self.line) }.tell(half, out);
        }
    }
}

/// Takes nothing.
struct Nothing;

impl Sink for Nothing {
    fn entry(&mut self, _entry: crate::Entry) -> bool {
        false
    }

    fn diagnostic(&mut self, _diagnostic: Diagnostic) {}
}

/// The name of the group policy that a backup is of, from any of the files that say it: `bkupInfo.xml`, `manifest.xml`
/// of a single backup, `Backup.xml`, `gpreport.xml`. None for other bytes, and where several policies are named.
#[must_use]
pub fn backup_name(bytes: &[u8]) -> Option<String> {
    if !bytes.iter().take(200).any(|byte| *byte == b'<') {
        return None;
    }
    let (budget, interest) = (Budget::new(Limits::default(), Stop::default()), Interest::default());
    let mut nothing = Nothing;
    let mut out = Out::new(&interest, &budget, &mut nothing);
    let mut names: Vec<String> = Vec::new();
    walk(bytes, &mut out, &mut |_, spot, node| {
        let Node::End(text) = node else { return };
        let known = matches!(
            (spot.parent(), spot.name()),
            ("BackupInst", "GPODisplayName") | ("GroupPolicyCoreSettings", "DisplayName")
        ) || (spot.open.len() <= 3 && matches!((spot.parent(), spot.name()), ("GPO", "Name")));
        let text = text.trim();
        if known && !text.is_empty() && names.len() < 2 && !names.iter().any(|name| name == text) {
            names.push(text.to_owned());
        }
    });
    match names.as_slice() {
        [one] => Some(one.clone()),
        _ => None,
    }
}
