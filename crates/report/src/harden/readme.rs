//! The README beside the files: what is what, in which order, how back, and whom it hits.

use super::{HardenMeta, owner, stands};
use crate::escape::terminal;
use crate::wrap::wrap;
use ddefend_posture::harden::{self, FORMATS, Hardening, Output, full};
use std::fmt::Write as _;

const WIDTH: usize = 96;

/// Writes it; lines end with CRLF, because it is read on Windows.
#[must_use]
pub fn harden_readme(hardening: &Hardening, outputs: &[Output], meta: &HardenMeta) -> String {
    let mut text = format!("HARDENING AGAINST DDE: PROFILE {}\n\n", hardening.profile.to_uppercase());
    paragraph(&mut text, "", &hardening.about);
    paragraph(
        &mut text,
        "",
        &format!(
            "Written by ddefend {} (content {}). ddefend applied nothing. Every file was written from one plan: use one way to \
         deploy, not several.",
            meta.version, meta.content,
        ),
    );
    text.push_str("\nORDER\n");
    for (number, step) in ORDER.iter().enumerate() {
        paragraph(&mut text, &format!("  {}. ", number + 1), step);
    }
    text.push_str("\nWAYS TO DEPLOY\n");
    for format in FORMATS.iter().filter(|it| outputs.iter().any(|file| folder(&file.path) == it.name)) {
        let _ = writeln!(text, "  {}/", format.name);
        paragraph(&mut text, "    Deploy: ", format.deploy);
        paragraph(&mut text, "    Undo:   ", format.back);
    }
    text.push_str("\nFILES\n");
    for file in outputs {
        let _ = writeln!(text, "  {}", terminal(&file.path));
        paragraph(&mut text, "      ", &file.about);
    }
    text.push_str("\nFOR WHOM\n");
    for batch in &hardening.batches {
        let owners: Vec<String> = batch.owners.iter().map(|(host, user)| owner(host, user)).collect();
        paragraph(&mut text, &format!("  {}: ", batch.name), &owners.join("; "));
    }
    let lost = not_known(hardening);
    section(&mut text, "WARNING: WHAT NO UNDO BRINGS BACK", &lost);
    section(&mut text, "WHAT STAYS", &left(hardening));
    section(&mut text, "WHAT DOES NOT COME OUT AS IT SHOULD", &failed(hardening));
    section(&mut text, "DDE SERVERS THAT ARE KEPT", &hardening.kept);
    let effects: Vec<String> = hardening
        .effects
        .iter()
        .map(|it| {
            let instead = if it.instead.is_empty() { String::new() } else { format!(" Instead: {}", it.instead) };
            format!("{}: {}{instead}", it.who, it.what)
        })
        .collect();
    section(&mut text, "SIDE EFFECTS", &effects);
    text.replace('\n', "\r\n")
}

const ORDER: [&str; 6] = [
    "Read the side effects below, and ask the people they name.",
    "Where attack surface rules are new here: deploy the profile audit-only first and read events 1122 for two weeks.",
    "Deploy to one machine and one user, restart Office, work for a day. The undo files hold what the audit saw.",
    "Deploy to all. Values below Software\\Policies are enforced; all others are the user's and can be changed by the user.",
    "To go back, use the undo of the way that was used. What is deployed to all is taken back for all: where people had \
     different data before, the value is deleted. The former values of each are in reg/*.undo.reg; keys that the change made \
     stay, empty, and mean nothing.",
    "Audit again: ddefend posture audit. What is not closed then was changed elsewhere.",
];

fn folder(path: &str) -> &str {
    path.split('/').next().unwrap_or_default()
}

fn left(hardening: &Hardening) -> Vec<String> {
    let open = hardening.plans.iter().flat_map(|plan| {
        plan.stays
            .iter()
            .map(|it| format!("{}: {} {}; by hand: {}", owner(&plan.host, &plan.user), it.id, it.what, it.how))
    });
    let all = hardening.plans.iter().flat_map(|plan| {
        plan.left.iter().map(|it| format!("{}: {}: {}", owner(&plan.host, &plan.user), stands(it), it.why))
    });
    open.chain(all).collect()
}

/// Values whose former state the inputs did not tell, after a sentence on what that means.
fn not_known(hardening: &Hardening) -> Vec<String> {
    let of = hardening.batches.iter().flat_map(|batch| {
        harden::not_known(&batch.steps)
            .map(|step| format!("{}: {}\\{}", batch.name, full(&step.root, &step.key), step.value))
    });
    let mut lines: Vec<String> = of.collect();
    if !lines.is_empty() {
        let what = format!(
            "The inputs do not tell what was there in {} places, so no undo touches them. Note what is there before you \
             deploy, or audit again with whole hives.",
            lines.len()
        );
        lines.insert(0, what);
    }
    lines
}

fn failed(hardening: &Hardening) -> Vec<String> {
    let of = hardening
        .plans
        .iter()
        .flat_map(|plan| plan.failed.iter().map(|it| format!("{}: {it}", owner(&plan.host, &plan.user))));
    of.chain(hardening.faults.iter().cloned()).collect()
}

fn section(text: &mut String, title: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    let _ = write!(text, "\n{title}\n");
    for line in lines {
        paragraph(text, "  - ", line);
    }
}

/// A paragraph behind a mark, its further lines below the first.
fn paragraph(text: &mut String, mark: &str, words: &str) {
    for (number, line) in wrap(&terminal(words), WIDTH - mark.len()).iter().enumerate() {
        let indent = if number == 0 { mark.to_owned() } else { " ".repeat(mark.len()) };
        let _ = writeln!(text, "{indent}{line}");
    }
}
