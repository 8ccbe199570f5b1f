//! Real files (DDEFEND_DATA): every labelled link is found, clean files are silent, gaps are named.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod common;

use common::{above_info, check, real_files, root, scan, settings};
use ddefend_model::{Diagnostic, LinkKind, Scanned};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

struct Labelled {
    path: String,
    dde: bool,
    format: String,
    scanned: Scanned,
}

/// Splits one CSV line; the manifest quotes fields with commas.
fn fields(line: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut quoted = false;
    for character in line.chars() {
        match character {
            '"' => quoted = !quoted,
            ',' if !quoted => out.push(String::new()),
            _ => out.last_mut().unwrap().push(character),
        }
    }
    out
}

fn scan_all(folder: &Path, files: &[(String, bool, String)]) -> Vec<Labelled> {
    let settings = settings();
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some((path, dde, format)) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let bytes = std::fs::read(folder.join(path)).unwrap();
                    let scanned = scan(path, &bytes, &settings);
                    let labelled = Labelled { path: path.clone(), dde: *dde, format: format.clone(), scanned };
                    done.lock().unwrap().push(labelled);
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap();
    done.sort_by(|a, b| a.path.cmp(&b.path));
    done
}

fn manifest(folder: &Path) -> Vec<(String, bool, String)> {
    let text = std::fs::read_to_string(folder.join("documents/MANIFEST.csv")).unwrap();
    text.lines().skip(1).map(fields).map(|row| (row[0].clone(), row[5] == "dde", row[6].clone())).collect()
}

fn dde_link(scanned: &Scanned) -> bool {
    scanned
        .findings
        .iter()
        .filter_map(|finding| finding.link.as_ref())
        .any(|link| link.kind == LinkKind::Dde && link.service.as_ref().is_some_and(|service| !service.is_empty()))
}

/// Files, those with a DDE link, and how often each id was met.
type Row = (u32, u32, BTreeMap<String, u32>);

/// One line per label and format: files, those with a DDE link, findings and diagnostics by id.
fn table(files: &[Labelled]) -> String {
    let mut rows: BTreeMap<(bool, &str), Row> = BTreeMap::new();
    for file in files {
        let row = rows.entry((!file.dde, &file.format)).or_default();
        row.0 += 1;
        row.1 += u32::from(dde_link(&file.scanned));
        for finding in &file.scanned.findings {
            *row.2.entry(format!("{}:{}", finding.id.0, finding.level)).or_default() += 1;
        }
        for diagnostic in file.scanned.diagnostics.iter().filter(|diagnostic| diagnostic.is_gap()) {
            *row.2.entry(diagnostic.code.to_string()).or_default() += 1;
        }
    }
    let mut out = String::from("label\tformat\tfiles\twith DDE\tfindings and gaps\n");
    for ((benign, format), (count, dde, ids)) in rows {
        let label = if benign { "benign" } else { "dde" };
        let ids: Vec<String> = ids.iter().map(|(id, count)| format!("{id}={count}")).collect();
        let _ = writeln!(out, "{label}\t{format}\t{count}\t{dde}\t{}", ids.join(" "));
    }
    out
}

#[test]
fn labelled_documents() {
    let Some(folder) = real_files() else { return };
    let files = scan_all(&folder, &manifest(&folder));
    let mut wrong = Vec::new();
    for file in &files {
        let paths = |text: String| format!("{}: {text}", file.path);
        if file.dde && !dde_link(&file.scanned) {
            wrong.push(paths("labelled dde, no DDE link found".to_owned()));
        }
        if !file.dde && above_info(&file.scanned) {
            for finding in &file.scanned.findings {
                wrong.push(paths(format!("labelled benign: {} {} {}", finding.level, finding.id.0, finding.title)));
            }
        }
        if !file.scanned.artifact.complete {
            let named = file.scanned.diagnostics.iter().filter(|d| d.is_gap()).all(|d| !d.message.is_empty());
            let told = file.scanned.diagnostics.iter().any(Diagnostic::is_gap);
            if !(named && told) {
                wrong.push(paths("incomplete without a reason".to_owned()));
            }
        }
        for diagnostic in &file.scanned.diagnostics {
            if diagnostic.code.starts_with("internal") {
                wrong.push(paths(diagnostic.message.clone()));
            }
        }
    }
    let path = root().join("docs/reference/real-files.tsv");
    wrong.extend(check(&path, table(&files).as_bytes()).err());
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn hostile_documents_end_in_a_word() {
    let Some(folder) = real_files() else { return };
    let mut files: Vec<(String, bool, String)> = std::fs::read_dir(folder.join("hostile/documents"))
        .unwrap()
        .flatten()
        .map(|entry| {
            (format!("hostile/documents/{}", entry.file_name().to_string_lossy()), false, "hostile".to_owned())
        })
        .collect();
    files.sort();
    assert!(files.len() >= 90, "{} files", files.len());
    let done = scan_all(&folder, &files);
    let mut silent = Vec::new();
    for file in &done {
        assert!(!file.scanned.diagnostics.iter().any(|d| d.code.starts_with("internal")), "{}", file.path);
        if file.scanned.findings.is_empty() && file.scanned.diagnostics.is_empty() {
            silent.push(file.path.clone());
        }
    }
    let path = root().join("docs/reference/hostile-files.tsv");
    let mut out = String::from("file\tfindings\tdiagnostics\n");
    for file in &done {
        let ids: Vec<&str> = file.scanned.findings.iter().map(|finding| finding.id.0.as_ref()).collect();
        let codes: std::collections::BTreeSet<&str> =
            file.scanned.diagnostics.iter().map(|d| d.code.as_ref()).collect();
        let codes: Vec<&str> = codes.into_iter().collect();
        let name = file.path.trim_start_matches("hostile/documents/");
        let _ = writeln!(out, "{name}\t{}\t{}", ids.join(" "), codes.join(" "));
    }
    check(&path, out.as_bytes()).unwrap();
    assert!(
        silent.is_empty(),
        "{} hostile files end in no finding and no diagnostic:\n{}",
        silent.len(),
        silent.join("\n")
    );
}
