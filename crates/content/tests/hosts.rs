//! Hives of real, untouched users and real group policies against the shipped checks. Needs DDEFEND_DATA.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test that cannot go on says so")]

use ddefend_content::Content;
use ddefend_guard::{Budget, Limits, Stop};
use ddefend_model::Diagnostic;
use ddefend_model::posture::{Audit, Fault, Layer, Verdict};
use ddefend_posture::{Catalog, Source, Store, evaluate, interest, machine};
use ddefend_registry::{Coverage, Entry, Input, Root, Sink, read};
use std::path::{Path, PathBuf};

#[derive(Default)]
struct Kept(Vec<Entry>);

impl Sink for Kept {
    fn entry(&mut self, entry: Entry) -> bool {
        self.0.push(entry);
        true
    }

    fn diagnostic(&mut self, _: Diagnostic) {}
}

fn hosts() -> Option<PathBuf> {
    let Some(data) = std::env::var_os("DDEFEND_DATA") else {
        eprintln!("SKIPPED: DDEFEND_DATA is not set");
        return None;
    };
    Some(Path::new(&data).join("hosts"))
}

/// Audits one file as a user's; what stands in the machine's part of it as the machine's.
fn audit(catalog: &Catalog, path: &Path, logs: &[PathBuf]) -> (Audit, Audit, usize) {
    let bytes = std::fs::read(path).unwrap();
    let logs: Vec<Vec<u8>> = logs.iter().map(|log| std::fs::read(log).unwrap()).collect();
    let logs: Vec<&[u8]> = logs.iter().map(Vec::as_slice).collect();
    let name = path.to_string_lossy();
    let input = Input { name: &name, bytes: &bytes, logs: &logs };
    let budget = Budget::new(Limits::default(), Stop::default());
    let mut kept = Kept::default();
    let about = read(&input, None, &interest(catalog), &budget, &mut kept).unwrap();
    let (mut user, mut host) = (Store::new(catalog), Store::new(catalog));
    let source = Source { path: name.into_owned(), policy: None, intent: about.intent };
    let ours = user.begin(source.clone(), &about.coverage);
    let its = host.begin(source, &Coverage::Changes);
    let facts = kept.0.len();
    for entry in kept.0 {
        if entry.root == Root::Machine { host.take(entry, &its) } else { user.take(entry, &ours) }
    }
    let (machine, of_machine) = machine(catalog, "host", host);
    let started = std::time::Instant::now();
    let audit = evaluate(catalog, &machine, "user", "", &user);
    for _ in 0..19 {
        let _ = evaluate(catalog, &machine, "user", "", &user);
    }
    eprintln!("{} checks, {} ways in {:?}", audit.checks.len(), audit.exposures.len(), started.elapsed() / 20);
    (audit, of_machine, facts)
}

fn faults(audit: &Audit) -> Vec<&Fault> {
    audit.checks.iter().flat_map(|check| &check.faults).chain(&audit.faults).collect()
}

#[test]
fn untouched_hives_have_no_faults() {
    let Some(hosts) = hosts() else { return };
    let catalog = Content::load().unwrap().posture().unwrap();
    let mut cleaned = 0;
    for name in [
        "notatin_NTUSER.DAT",
        "plaso_NTUSER-WIN7.DAT",
        "regipy_NTUSER_BAGMRU.DAT",
        "regipy_NTUSER_with_winscp.DAT",
        "regipy_transactions_NTUSER.DAT",
    ] {
        let logs: Vec<PathBuf> = match name {
            "regipy_transactions_NTUSER.DAT" => {
                ["1", "2"].map(|log| hosts.join(format!("regipy_transactions_ntuser.dat.log{log}"))).to_vec()
            }
            _ => Vec::new(),
        };
        let (audit, _, facts) = audit(&catalog, &hosts.join(name), &logs);
        let set: Vec<String> = audit
            .checks
            .iter()
            .filter(|check| check.layer != Layer::Default)
            .map(|check| format!("{} {} {}", check.id, check.version, check.effective.as_deref().unwrap_or_default()))
            .collect();
        let applications: Vec<String> =
            audit.applications.iter().map(|one| format!("{} {}", one.application, one.version)).collect();
        eprintln!("{name}: {facts} facts, {applications:?}, {set:?}");
        assert!(faults(&audit).is_empty(), "{name}: {:#?}", faults(&audit));
        for check in &audit.checks {
            assert!(matches!(check.verdict, Verdict::Absent | Verdict::Secure | Verdict::Insecure | Verdict::Unknown));
        }
        let one = |check: &&ddefend_model::posture::Check| {
            check.value == "DDECleaned" && check.effective.as_deref() == Some("1")
        };
        cleaned += audit.checks.iter().filter(one).count();
    }
    assert_eq!(cleaned, 2, "DDECleaned is 1 in two of them, and no hardening");
}

#[test]
fn what_real_policies_set_is_read_from_where_it_stands() {
    let Some(hosts) = hosts() else { return };
    let catalog = Content::load().unwrap().posture().unwrap();
    let mut files = Vec::new();
    let mut folders = vec![hosts.join("gpo")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "pol") {
                files.push(path);
            }
        }
    }
    files.sort();
    let mut all = 0;
    for file in &files {
        if std::fs::metadata(file).unwrap().len() < 16 {
            continue;
        }
        let (user, host, _) = audit(&catalog, file, &[]);
        for fault in faults(&user).into_iter().chain(faults(&host)) {
            eprintln!(
                "{}: {} {} {} {} = {} {}",
                file.display(),
                fault.id,
                fault.check,
                fault.key,
                fault.value,
                fault.data,
                fault.message
            );
            all += 1;
        }
        let set = user.checks.iter().chain(&host.checks).filter(|check| check.layer != Layer::Default).count();
        eprintln!(
            "{}: {set} checks set, {} explicit",
            file.display(),
            user.checks.iter().filter(|check| check.explicit).count()
        );
    }
    assert!(!files.is_empty());
    assert_eq!(all, 0);
}
