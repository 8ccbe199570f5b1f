//! Damaged samples by the ten thousand, with fixed seeds: no reader panics, none takes long.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use ddefend_testkit::samples::{Entry, Sample, all, entries};
use std::path::Path;
use std::time::{Duration, Instant};

/// Mutants of each byte entry; all entries together are well over ten thousand.
const MUTANTS: usize = 1_000;
/// What one mutant may take, unoptimised and on a busy machine.
const PATIENCE: Duration = Duration::from_secs(10);
/// Samples longer than this are left to the fuzzer.
const LONGEST: usize = 256 << 10;

/// xorshift64*: small, fast, the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }
}

fn mutate(bytes: &mut Vec<u8>, random: &mut Random) {
    const NASTY: [&[u8]; 10] = [
        &[0xff, 0xff, 0xff, 0xff],
        &[0, 0, 0, 0],
        &[0xff, 0xff, 0xff, 0x7f],
        &[0, 0, 0, 0x80],
        &[0xff, 0xff],
        &[0x13, 0x14, 0x15],
        b"{\\*\\bin99999999 ",
        b"<!DOCTYPE x [<!ENTITY a \"&a;&a;\">]>",
        b"|''!\"",
        b"PK\x01\x02",
    ];
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len());
        match random.below(6) {
            0 if !bytes.is_empty() => bytes[at] ^= 1 << random.below(8),
            1 if !bytes.is_empty() => bytes[at] = random.next() as u8,
            2 => bytes.truncate(at),
            3 => {
                let nasty = NASTY[random.below(NASTY.len())];
                let end = (at + nasty.len()).min(bytes.len());
                bytes.splice(at..end, nasty.iter().copied());
            }
            4 => {
                let end = (at + random.below(64)).min(bytes.len());
                let again: Vec<u8> = bytes[at..end].to_vec();
                bytes.splice(at..at, again);
            }
            _ => {
                let end = (at + random.below(32)).min(bytes.len());
                bytes.drain(at..end);
            }
        }
    }
}

fn drive(entry: &Entry, seeds: &[(&str, &[u8])]) {
    let mut random = Random(0x9e37_79b9_7f4a_7c15 ^ entry.name.len() as u64);
    for round in 0..MUTANTS {
        let (name, seed) = seeds[round % seeds.len()];
        let mut bytes = seed.to_vec();
        mutate(&mut bytes, &mut random);
        let started = Instant::now();
        let outcome = std::panic::catch_unwind(|| (entry.run)(&bytes));
        if outcome.is_err() || started.elapsed() > PATIENCE {
            let kept = std::env::temp_dir().join(format!("ddefend-{}-{round}", entry.name));
            std::fs::write(&kept, &bytes).unwrap();
            panic!(
                "{} on mutant {round} of {name}: panic or {:?}; kept at {}",
                entry.name,
                started.elapsed(),
                kept.display()
            );
        }
    }
}

#[test]
fn damaged_samples_neither_panic_nor_hang() {
    let samples = all();
    let entries = entries();
    let mut random = Random(1);
    let noise: Vec<u8> = (0..4096).map(|_| random.next() as u8).collect();
    let next = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            let work = || {
                while let Some(entry) = entries.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) {
                    let good = |sample: &&Sample| (entry.seed)(sample.name) && sample.bytes.len() <= LONGEST;
                    let mut seeds: Vec<(&str, &[u8])> =
                        samples.iter().filter(good).map(|sample| (sample.name, sample.bytes.as_slice())).collect();
                    if seeds.is_empty() {
                        // An entry for a piece that no sample is alone: noise does.
                        seeds.push(("noise", &noise));
                    }
                    drive(entry, &seeds);
                }
            };
            std::thread::Builder::new().stack_size(16 << 20).spawn_scoped(scope, work).unwrap();
        }
    });
    assert!(entries.len() * MUTANTS >= 10_000, "{} entries", entries.len());
}

#[test]
fn every_byte_entry_has_its_fuzz_target() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/fuzz_targets");
    for entry in entries() {
        let path = folder.join(format!("{}.rs", entry.name));
        let expected = format!("ddefend_testkit::fuzz_target!(\"{}\");", entry.name);
        if std::env::var_os("DDEFEND_UPDATE").is_some() {
            let text = format!("//! Fuzz target of the byte entry `{}`.\n#![no_main]\n\n{expected}\n", entry.name);
            std::fs::write(&path, text).unwrap();
        }
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(text.contains(&expected), "{} is missing; DDEFEND_UPDATE=1 writes it", path.display());
    }
    check_manifest(&folder.join("../Cargo.toml"));
    let names: Vec<&str> = entries().iter().map(|entry| entry.name).collect();
    for file in std::fs::read_dir(&folder).unwrap().flatten() {
        let name = file.file_name().to_string_lossy().trim_end_matches(".rs").to_owned();
        assert!(names.contains(&name.as_str()), "fuzz target {name} belongs to no byte entry");
    }
}

/// The fuzz crate's manifest names every target.
fn check_manifest(path: &Path) {
    const MARK: &str = "# Targets, written by DDEFEND_UPDATE=1 cargo test -p ddefend-testkit\n";
    let before = std::fs::read_to_string(path).unwrap();
    let head = before.split_once(MARK).unwrap().0;
    let target = |name: &str| {
        format!(
            "\n[[bin]]\nname = \"{name}\"\npath = \"fuzz_targets/{name}.rs\"\ntest = false\ndoc = false\nbench = false\n"
        )
    };
    let targets: String = entries().iter().map(|entry| target(entry.name)).collect();
    let now = format!("{head}{MARK}{targets}");
    if std::env::var_os("DDEFEND_UPDATE").is_some() {
        std::fs::write(path, &now).unwrap();
    }
    assert!(now == std::fs::read_to_string(path).unwrap(), "fuzz/Cargo.toml does not name every target");
}
