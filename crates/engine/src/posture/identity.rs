//! Who is who: the computer's name, and the profile of each security identifier.

use super::place::{file_name, fold};
use ddefend_registry::{About, Entry, Fact, Interest, Root};
use std::collections::BTreeMap;

/// Where Windows keeps the computer's name, below any control set.
const COMPUTER: &str = r"SYSTEM\CurrentControlSet\Control\ComputerName\ComputerName";
/// Where Windows keeps the profile folder of each security identifier.
const PROFILES: &str = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList";
/// The account of the system itself, whose hive is also known as `.DEFAULT`.
const SYSTEM: &str = "S-1-5-18";
const DEFAULT: &str = ".DEFAULT";

/// What a host's inputs say of names.
#[derive(Debug, Default)]
pub(super) struct Identity {
    /// The computer's name.
    pub(super) host: Option<String>,
    /// Profile folders by security identifier.
    profiles: BTreeMap<String, String>,
}

/// Wants the keys that names stand under.
pub(super) fn want(interest: &mut Interest) {
    interest.add(&Root::Machine, COMPUTER);
    interest.add(&Root::Machine, &format!(r"{PROFILES}\*"));
}

impl Identity {
    /// Takes names out of an input's facts; what stands only here is of no use to checks.
    pub(super) fn take(&mut self, about: &About, facts: &mut Vec<Entry>) {
        if self.host.is_none() {
            self.host.clone_from(&about.host);
        }
        let profiles = format!("{}\\", fold(PROFILES));
        facts.retain(|entry| {
            if entry.root != Root::Machine {
                return true;
            }
            let key = fold(&entry.key);
            let sid = key.strip_prefix(&profiles).and_then(|_| entry.key.get(profiles.len()..));
            let Fact::Value { name, data } = &entry.fact else { return sid.is_none() };
            let text = data.text().unwrap_or_default();
            if key == fold(COMPUTER) && name.eq_ignore_ascii_case("ComputerName") && !text.is_empty() {
                self.host = Some(text.to_owned());
            }
            if let Some(sid) = sid.filter(|_| name.eq_ignore_ascii_case("ProfileImagePath")) {
                self.profiles.insert(sid.to_ascii_uppercase(), file_name(text).to_owned());
            }
            sid.is_none()
        });
    }

    /// The security identifier of the user with that profile folder.
    pub(super) fn sid(&self, name: &str) -> Option<&str> {
        if name == DEFAULT {
            return Some(SYSTEM);
        }
        let folded = fold(name);
        self.profiles.iter().find(|(_, profile)| fold(profile) == folded).map(|(sid, _)| sid.as_str())
    }

    /// Name and security identifier of somebody who is known by either.
    pub(super) fn person(&self, known: &str) -> (String, String) {
        let upper = known.to_ascii_uppercase();
        if upper == SYSTEM || upper == DEFAULT {
            return (DEFAULT.to_owned(), SYSTEM.to_owned());
        }
        if !upper.starts_with("S-1-") {
            return (known.to_owned(), self.sid(known).unwrap_or_default().to_owned());
        }
        let name = self.profiles.get(&upper).filter(|name| !name.is_empty()).cloned();
        (name.unwrap_or_else(|| upper.clone()), upper)
    }
}
