//! The Velociraptor artefact in `docs/examples/collect` asks for the keys that the checks read, no more and no fewer.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use ddefend_content::Content;
use std::collections::BTreeSet;
use std::path::Path;

/// Who is who.
const ALSO: [&str; 2] = [
    r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\ComputerName\ComputerName\*",
    r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList\*\*",
];
const BEGIN: &str = "      Glob\n";
const END: &str = "\nsources:\n";

/// A key as a glob: braces would be taken for alternatives.
fn glob(root: &str, key: &str) -> String {
    let part = |part: &str| {
        if part.starts_with('<') { "*".to_owned() } else { part.replace(['{', '}'], "?") }
    };
    let key = key.split('\\').map(part).collect::<Vec<_>>().join("\\");
    match root {
        "HKCU" => format!(r"HKEY_USERS\*\{key}\*"),
        _ => format!(r"HKEY_LOCAL_MACHINE\{key}\*"),
    }
}

#[test]
fn the_artefact_asks_for_the_keys_of_the_checks() {
    let catalog = Content::load().unwrap().posture().unwrap();
    let mut globs: BTreeSet<String> = ALSO.iter().map(|glob| (*glob).to_owned()).collect();
    for place in catalog.checks().iter().flat_map(|check| &check.places) {
        if matches!(place.root.as_str(), "HKCU" | "HKLM") && !place.key.starts_with("Get-MpPreference") {
            globs.insert(glob(&place.root, &place.key));
        }
    }
    for it in catalog.evidence() {
        globs.insert(glob(&it.root, &it.key));
    }
    let list: String = globs.iter().map(|glob| format!("      {glob}\n")).collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/examples/collect/Ddefend.Posture.yaml");
    let text = std::fs::read_to_string(&path).unwrap().replace('\r', "");
    let begin = text.rfind(BEGIN).unwrap() + BEGIN.len();
    let end = begin + text[begin..].find(END).unwrap();
    let now = format!("{}{list}{}", &text[..begin], &text[end..]);
    if std::env::var_os("DDEFEND_UPDATE").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let known = std::fs::read_to_string(&path).unwrap().replace('\r', "");
    assert!(known == now, "the artefact's keys are not those of the checks: run with DDEFEND_UPDATE=1");
}
