//! Hardening that public scripts apply wrongly, on the real checks.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on says so")]
#![allow(dead_code, reason = "shared with the matrix")]

#[path = "matrix/host.rs"]
mod host;

use ddefend_content::Content;
use ddefend_model::posture::{Audit, fault};
use ddefend_registry::{Data, Entry, Root};
use host::{Setup, Shape, audits, machine_store, user_store, value};

const OFFICE: &str = r"Software\Microsoft\Office\16.0";

fn user(key: &str, name: &str, data: u32) -> Entry {
    value(Root::User, &format!(r"{OFFICE}\{key}"), name, Data::Dword(data))
}

/// Ids of faults with the checks that they belong to.
fn faults(entry: Entry) -> Vec<(String, String)> {
    let catalog = Content::load().unwrap().posture().unwrap();
    let (machine, own): (Vec<Entry>, Vec<Entry>) = [entry].into_iter().partition(|entry| entry.root == Root::Machine);
    let store = user_store(&catalog, Shape::Hive, &own);
    let (machine, users) =
        audits(&catalog, machine_store(&catalog, Setup::C2r, Shape::Hive, &machine), &[("ada", store)]);
    let all = |audit: &Audit| -> Vec<(String, String)> {
        let own = audit.checks.iter().flat_map(|check| &check.faults).chain(&audit.faults);
        own.map(|fault| (fault.id.clone(), fault.check.clone())).collect()
    };
    let mut found = all(&machine);
    found.extend(users.iter().flat_map(all));
    found.sort();
    found.dedup();
    found
}

#[test]
fn what_public_scripts_get_wrong_is_told() {
    let policy = r"SOFTWARE\Policies\Microsoft\Office\16.0\Word\Security";
    for (entry, id, check) in [
        // `reg add ...\Excel\Options\DontUpdateLinks /t REG_DWORD /d 1`, without /v
        (user(r"Excel\Options\DontUpdateLinks", "", 1), fault::KEY, "LNK-XL-DONT"),
        (user(r"Word\Options\DontUpdateLinks", "", 1), fault::KEY, "LNK-WORD-OPEN"),
        (user(r"Excel\Security", "DDEAllowed", 0), fault::PATH, "DDE-XL-ALLOWED"),
        (user(r"Word\Security", "WorkbookLinkWarnings", 2), fault::PATH, "LNK-XL-WARN"),
        (user(r"Word\Security", "PackagerPrompt\"=dword:00000002", 2), fault::NAME, "OLE-WO-PACKAGER"),
        (user(r"Word\Security\ProtectedView", "DisableAttachementsInPV", 0), fault::NAME, "PV-WO-ATTACH"),
        (value(Root::Machine, policy, "AllowDDE", Data::Dword(0)), fault::ROOT, "DDE-WORD-ALLOW"),
        (
            value(Root::User, &format!(r"{OFFICE}\Word\Security"), "AllowDDE", Data::Sz("0".into())),
            fault::TYPE,
            "DDE-WORD-ALLOW",
        ),
        (user(r"Word\Security", "AllowDDE", 7), fault::DATA, "DDE-WORD-ALLOW"),
    ] {
        let told = faults(entry.clone());
        assert!(told.iter().any(|(a, b)| a == id && b == check), "{entry:?}: {told:?}, wanted {id} of {check}");
    }
}

#[test]
fn what_applications_write_themselves_is_no_fault() {
    for entry in [
        user(r"Excel\Options", "DDECleaned", 1),
        user(r"Word\Options", "Options", 7),
        user(r"Word\Security\Trusted Locations\Location0", "AllowSubFolders", 1),
        user(r"Common\Security", "Path", 1),
    ] {
        assert_eq!(faults(entry.clone()), Vec::new(), "{entry:?}");
    }
}
