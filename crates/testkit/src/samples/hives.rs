//! Hives of the Windows registry and their transaction logs as bytes.

use super::{Entry, Sample};
use ddefend_guard::{Budget, Limits, Stop};
use ddefend_model::Diagnostic;
use ddefend_registry::write::{HiveFile, HiveMount, LogFormat, dirty_hive};
use ddefend_registry::{Data, Fact, Input, Interest, Origin, Place, Root, Sink, Tree, read};
use std::sync::OnceLock;

/// No documents of its own.
#[must_use]
pub fn samples() -> Vec<Sample> {
    Vec::new()
}

/// The reader of hives, and of the logs of one that is dirty.
pub const ENTRIES: &[Entry] =
    &[Entry { name: "hive", run: hive, seed: |_| false }, Entry { name: "hive-log", run: log, seed: |_| false }];

struct Drop;

impl Sink for Drop {
    fn entry(&mut self, _: ddefend_registry::Entry) -> bool {
        true
    }

    fn diagnostic(&mut self, _: Diagnostic) {}
}

fn look(bytes: &[u8], logs: &[&[u8]]) {
    let budget = Budget::new(Limits::default(), Stop::default());
    let input = Input { name: "NTUSER.DAT", bytes, logs };
    let _ = read(&input, Some(ddefend_registry::Format::Hive), &Interest::everything(), &budget, &mut Drop);
}

fn state(number: u32) -> Tree {
    let mut tree = Tree::default();
    let mut tell = |key: &str, name: &str, data| {
        let fact = Fact::Value { name: name.into(), data };
        let (root, origin) = (Root::User, Origin::Written);
        tree.apply(&ddefend_registry::Entry {
            root,
            key: key.into(),
            fact,
            written: None,
            place: Place::Unknown,
            origin,
        });
    };
    let word = r"Software\Microsoft\Office\16.0\Word\Security";
    tell(word, "AllowDDE", Data::Dword(number));
    tell(word, "Text", Data::Sz("long enough for a cell of its own".into()));
    tell(r"Control Panel\x", "Big", Data::Binary(vec![7; 20_000]));
    tree
}

/// A sound dirty hive: its file, and its logs of the new format and of the old one.
fn sound() -> &'static (Vec<u8>, Vec<Vec<u8>>) {
    static HIVE: OnceLock<(Vec<u8>, Vec<Vec<u8>>)> = OnceLock::new();
    HIVE.get_or_init(|| {
        let states: Vec<Tree> = (0..4).map(state).collect();
        let file = HiveFile { mount: HiveMount::User, user: "alice" };
        let dirty = |format| dirty_hive(&states, &file, format).ok();
        let (new, old) = (dirty(LogFormat::New), dirty(LogFormat::Old));
        let primary = new.as_ref().map(|hive| hive.primary.clone()).unwrap_or_default();
        (primary, new.into_iter().chain(old).flat_map(|hive| hive.logs).filter(|log| !log.is_empty()).collect())
    })
}

/// The bytes as a hive, and as what stands over a sound one.
fn hive(bytes: &[u8]) {
    look(bytes, &[]);
    look(&over(&sound().0, bytes), &[]);
}

/// The bytes as a log of a sound hive, and as what stands over a sound log.
fn log(bytes: &[u8]) {
    let (primary, logs) = sound();
    look(primary, &[bytes]);
    for sound in logs {
        look(primary, &[&over(sound, bytes), bytes]);
    }
}

/// Writes damage over something sound: six bytes each say where (in steps of four) and what. Where to begin in the damage
/// depends on all of it, so that any change to it changes what is done.
fn over(sound: &[u8], damage: &[u8]) -> Vec<u8> {
    let mut bytes = sound.to_vec();
    let start = damage.iter().fold(0_usize, |sum, byte| (sum * 31 + usize::from(*byte)) & 0xffff) % damage.len().max(1);
    for change in damage[start..].chunks_exact(6).take(16) {
        let (place, data) = change.split_at(2);
        let place = place.iter().fold(0_usize, |place, byte| (place << 8) | usize::from(*byte));
        let at = (place * 4) % bytes.len().max(1);
        for (to, from) in bytes.iter_mut().skip(at).zip(data) {
            *to = *from;
        }
    }
    bytes
}
