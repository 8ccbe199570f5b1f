//! Ansible playbooks of `ansible.windows.win_regedit`: the change, and the way back.

use super::script::{comment, yaml};
use super::{Format, Job, Output, back, everybody, head, unknowns};
use crate::harden::plan::{Step, full};
use ddefend_registry::write::Unwritable;
use ddefend_registry::{Data, Root};

pub(super) const FORMAT: Format = Format {
    name: "ansible",
    deploy: "ansible-playbook -e target=GROUP ansible/harden.yml, with --check --diff first. The user's part is written for the connecting user; -e user_root=HKU:\\S-1-5-... for another who is logged on.",
    back: "ansible-playbook -e target=GROUP ansible/undo.yml; keys stay.",
    make,
};

fn make(job: &Job<'_>) -> Result<Vec<Output>, Unwritable> {
    let file = |undo: bool| {
        let what = if undo { "Takes back the hardening" } else { "Hardening against DDE" };
        Output {
            path: format!("ansible/{}.yml", if undo { "undo" } else { "harden" }),
            bytes: text(job, what, &if undo { back(job) } else { everybody(job) }, undo).into_bytes(),
            undo,
            about: format!("{what}, as a playbook"),
            says: Vec::new(),
        }
    };
    Ok(vec![file(false), file(true)])
}

fn text(job: &Job<'_>, what: &str, steps: &[Step], undo: bool) -> String {
    let mut lines = vec!["---".to_owned()];
    let mut told = head(job, what);
    if undo {
        told.extend(unknowns(&everybody(job)));
    }
    lines.extend(told.iter().map(|line| format!("# {}", comment(line))));
    for (root, part) in [(Root::Machine, "machine"), (Root::User, "user")] {
        let steps: Vec<&Step> = steps.iter().filter(|step| step.root == root).collect();
        if steps.is_empty() {
            continue;
        }
        lines.push(format!("- name: {}", yaml(&format!("{what}: {part}"))));
        lines.push("  hosts: \"{{ target | default('windows') }}\"".to_owned());
        lines.push("  gather_facts: false".to_owned());
        if root == Root::User {
            lines.push("  vars:".to_owned());
            lines.push("    user_root: 'HKCU:'".to_owned());
        }
        lines.push("  tasks:".to_owned());
        for step in steps {
            task(step, &mut lines);
        }
    }
    lines.push(String::new());
    lines.join("\n")
}

fn task(step: &Step, lines: &mut Vec<String>) {
    // Unique: the same value goes to several keys and versions.
    let name = if step.value.is_empty() { "(default)" } else { &step.value };
    let task = format!("{}: {}\\{name}", step.check, full(&step.root, &step.key));
    lines.push(format!("    - name: {}", yaml(&task.replace("{{", "{ {").replace("{%", "{ %"))));
    lines.push("      ansible.windows.win_regedit:".to_owned());
    let path = match step.root {
        Root::Machine => yaml(&format!("HKLM:\\{}", step.key)),
        // Double quotes for the variable: YAML wants backslashes doubled there.
        _ => format!("\"{{{{ user_root }}}}\\\\{}\"", double(&step.key)),
    };
    lines.push(format!("        path: {path}"));
    lines.push(format!("        name: {}", unsafe_text(&step.value)));
    match &step.data {
        Some(data) => {
            let (kind, text) = value(data);
            lines.push(format!("        data: {text}"));
            lines.push(format!("        type: {kind}"));
        }
        None => lines.push("        state: absent".to_owned()),
    }
}

/// Type and data as the module takes them.
fn value(data: &Data) -> (&'static str, String) {
    match data {
        Data::Sz(text) | Data::Link(text) => ("string", unsafe_text(text)),
        Data::ExpandSz(text) => ("expandstring", unsafe_text(text)),
        Data::Dword(number) => ("dword", number.to_string()),
        Data::Qword(number) => ("qword", number.to_string()),
        Data::MultiSz(texts) => {
            let texts: Vec<String> = texts.iter().map(|text| unsafe_text(text)).collect();
            ("multistring", format!("[{}]", texts.join(", ")))
        }
        Data::None(_) => ("none", hex(data)),
        Data::Binary(_) | Data::DwordBe(_) | Data::Other { .. } => ("binary", hex(data)),
    }
}

fn hex(data: &Data) -> String {
    let bytes: Vec<String> = data.to_raw().iter().map(|byte| format!("{byte:02x}")).collect();
    yaml(&format!("hex:{}", bytes.join(",")))
}

/// Text that Ansible does not take for a template.
fn unsafe_text(text: &str) -> String {
    let quoted = yaml(text);
    if text.contains("{{") || text.contains("{%") || text.contains("{#") { format!("!unsafe {quoted}") } else { quoted }
}

/// Inside double quotes of YAML, and not as a template.
fn double(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.replace('\\', "\\\\").replace('"', "\\\"").replace("{{", "{ {").replace("{%", "{ %")
}
