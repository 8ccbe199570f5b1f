//! Real hives of other people's making (DDEFEND_DATA/hosts); skipped, and said so, where they are not at hand.

use crate::support::{Found, look};
use ddefend_registry::{Coverage, Data, Fact, Input, Interest, Origin, Root, detect};
use std::path::PathBuf;

fn hosts() -> Option<PathBuf> {
    let Some(data) = std::env::var_os("DDEFEND_DATA") else {
        println!("SKIPPED: DDEFEND_DATA is not set");
        return None;
    };
    Some(PathBuf::from(data).join("hosts"))
}

fn open(name: &str, logs: &[&str]) -> Option<Found> {
    let hosts = hosts()?;
    let read = |name: &str| std::fs::read(hosts.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    let bytes = read(name);
    let logs: Vec<Vec<u8>> = logs.iter().map(|log| read(log)).collect();
    let logs: Vec<&[u8]> = logs.iter().map(Vec::as_slice).collect();
    assert!(detect(&Input { name, bytes: &bytes, logs: &[] }).is_some(), "{name} is a hive");
    Some(look(name, &bytes, &logs, &Interest::everything()))
}

fn counts(found: &Found) -> (usize, usize) {
    let live = || found.entries.iter().filter(|entry| entry.origin != Origin::Deleted);
    (live().filter(|entry| entry.fact == Fact::Key).count(), live().filter(|entry| entry.fact != Fact::Key).count())
}

/// Keys and values, as an independent reader counts them too (scripts/registry-peer).
#[test]
fn every_hive_is_read_whole() {
    for (name, keys, values, user, codes) in [
        ("notatin_NTUSER.DAT", 2852, 5523, "Patrick", &[][..]),
        ("plaso_NTUSER-WIN7.DAT", 2287, 5470, "nfury", &[]),
        ("regipy_NTUSER_BAGMRU.DAT", 6278, 15912, "tony", &["broken.unflushed"]),
        ("regipy_NTUSER_with_winscp.DAT", 5327, 12014, "tony", &["broken.unflushed"]),
        ("regipy_transactions_NTUSER.DAT", 2589, 4119, "tony", &["broken.unflushed"]),
    ] {
        let Some(found) = open(name, &[]) else { return };
        assert_eq!((counts(&found), found.codes()), ((keys, values), codes.to_vec()), "{name}");
        let about = found.about.unwrap().unwrap();
        assert_eq!(about.user.as_deref(), Some(user), "{name}");
    }
}

#[test]
fn the_dirty_hive_gives_what_only_its_logs_hold() {
    let logs = ["regipy_transactions_ntuser.dat.log1", "regipy_transactions_ntuser.dat.log2"];
    let Some(found) = open("regipy_transactions_NTUSER.DAT", &logs) else { return };
    assert_eq!(found.codes(), ["note.hive"], "{:?}", found.diagnostics);
    assert_eq!(counts(&found), (3104, 4695));
    let Some(without) = open("regipy_transactions_NTUSER.DAT", &[]) else { return };
    // New with the logs.
    let (key, name) = (r"Software\Microsoft\Unistore", "StoreVersion");
    assert_eq!(found.value(key, name), [(Data::Dword(0xcb), Origin::Log)]);
    assert!(without.value(key, name).is_empty(), "without its logs the value is not there");
    // Changed by the logs.
    let (key, name) = (r"Software\Microsoft\OneDrive", "ClientNotSignedInBalloonState");
    assert_eq!(found.value(key, name), [(Data::Dword(2), Origin::Log), (Data::Dword(1), Origin::Deleted)]);
    assert_eq!(without.value(key, name), [(Data::Dword(1), Origin::Written)]);
}

/// What stands in the lost end of a hive is not known.
#[test]
fn a_hive_that_is_cut_off_covers_nothing() {
    let Some(hosts) = hosts() else { return };
    let bytes = std::fs::read(hosts.join("regipy_NTUSER_with_winscp.DAT")).unwrap();
    let coverage =
        |bytes: &[u8]| look("NTUSER.DAT", bytes, &[], &Interest::everything()).about.unwrap().unwrap().coverage;
    assert_eq!(coverage(&bytes), Coverage::Whole(vec![(Root::User, String::new())]), "its logs are missing, no more");
    assert_eq!(coverage(&bytes[..4_000_000]), Coverage::Changes);
}
