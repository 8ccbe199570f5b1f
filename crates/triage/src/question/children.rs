//! What Office started, and whether it is what the document says.

use super::found::{Found, some_of};
use super::view::{Sort, View, like, list, of_finding, rule_name};
use crate::playbook::Question;
use crate::{Child, ChildClass};
use ddefend_model::Level;
use ddefend_model::case::Evidence;

/// Processes that need a reason.
pub(super) fn suspects<'a>(view: &View<'a>) -> Vec<&'a Child> {
    let odd = |child: &&Child| !matches!(child.class, ChildClass::Allowed | ChildClass::Other);
    view.linked.children.iter().filter(odd).filter(|child| started(view, child.process)).collect()
}

/// Processes that need a reason and that a barrier kept from beginning.
pub(super) fn kept<'a>(view: &View<'a>) -> Vec<&'a Child> {
    let odd = |child: &&Child| !matches!(child.class, ChildClass::Allowed | ChildClass::Other);
    view.linked.children.iter().filter(odd).filter(|child| !started(view, child.process)).collect()
}

/// True for a process that began: one that only the record of the barrier names never did.
fn started(view: &View<'_>, process: usize) -> bool {
    let Some(proc) = view.linked.processes.get(process) else { return true };
    proc.evidence.is_empty() || !proc.evidence.iter().all(|piece| view.blocked.contains(&piece.record))
}

fn pair(view: &View<'_>, child: &Child) -> String {
    let name = |at: usize| view.linked.processes.get(at).map_or("an unnamed program", |proc| proc.name.as_str());
    let host = view.linked.processes.get(child.process).map_or("", |proc| proc.host.as_str());
    let on = if host.is_empty() { String::new() } else { format!(" on {host}") };
    format!("{} started {}{on}", name(child.parent), name(child.process))
}

fn evidence<'a>(view: &View<'_>, children: impl Iterator<Item = &'a Child>) -> Vec<Evidence> {
    let mut pieces: Vec<Evidence> = Vec::new();
    for child in children {
        for process in [child.process, child.parent] {
            if let Some(proc) = view.linked.processes.get(process) {
                pieces.extend(proc.evidence.iter().cloned());
            }
        }
    }
    pieces
}

/// Q3: children of Office processes, with the number of serious detections on Office programs.
pub(super) fn asked(view: &View<'_>, question: &Question) -> Found {
    let named = |name: &str| list(question, "alarms").iter().any(|pattern| like(pattern, name));
    let serious = view.evidence.detections.iter().filter(|detection| detection.rule.level >= Level::High);
    let alarms = serious.filter(|detection| named(rule_name(detection))).count();
    office_child(view).value("alarms", alarms)
}

/// Children of Office processes.
pub(super) fn office_child(view: &View<'_>) -> Found {
    let suspects = suspects(view);
    let classes = [
        (ChildClass::Equation, "eqnedt32", 1.0),
        (ChildClass::Interpreter, "interpreter", 0.95),
        (ChildClass::Tool, "tool", 0.85),
        (ChildClass::Rare, "rare", 0.6),
    ];
    for (class, detail, confidence) in classes {
        let mut of: Vec<&Child> = suspects.iter().copied().filter(|child| child.class == class).collect();
        if of.is_empty() {
            continue;
        }
        // Children of this class first, the rest behind.
        let pairs: Vec<String> = of.iter().map(|child| pair(view, child)).collect();
        of.extend(suspects.iter().copied().filter(|child| child.class != class));
        return Found::yes(detail, confidence, some_of(&pairs, 3))
            .value("children", suspects.len())
            .with(evidence(view, of.into_iter()));
    }
    let missing = view.without_processes();
    if !missing.is_empty() {
        let what = format!("no log of process creation covers the time on {}", some_of(&missing, 3));
        let gaps =
            missing.iter().map(|host| format!("process creation of {host} (Sysmon 1, Security 4688, EDR)")).collect();
        return Found::unknown("", what, gaps);
    }
    let all: Vec<&Child> = view.linked.children.iter().filter(|child| started(view, child.process)).collect();
    let other = all.iter().any(|child| child.class == ChildClass::Other);
    if all.is_empty() {
        return Found::no("none", 0.85, "the logs cover the time, and no Office program started anything")
            .value("children", 0);
    }
    let pairs: Vec<String> = all.iter().map(|child| pair(view, child)).collect();
    let (detail, confidence) = if other { ("other", 0.7) } else { ("benign", 0.9) };
    Found::no(detail, confidence, some_of(&pairs, 3)).with(evidence(view, all.into_iter())).value("children", 0)
}

/// Q7: commands of findings that ran.
pub(super) fn command_match(view: &View<'_>) -> Found {
    let ran = view.linked.matches.iter().filter(|found| started(view, found.process));
    let best = ran.max_by(|a, b| a.confidence.total_cmp(&b.confidence));
    if let Some(best) = best {
        let mut pieces = Vec::new();
        for found in &view.linked.matches {
            if let (Some(file), Some(finding)) =
                (view.file(found.finding.0), view.finding(found.finding.0, found.finding.1))
            {
                pieces.push(of_finding(file, finding));
            }
            pieces.extend(
                view.linked.processes.get(found.process).into_iter().flat_map(|proc| proc.evidence.iter().cloned()),
            );
        }
        let name = view.linked.processes.get(best.process).map_or("a process", |proc| proc.name.as_str());
        let (detail, yes) = match best.how {
            "exact" => ("exact", true),
            "normalised" => ("normalised", true),
            "partial" => ("partial", true),
            _ => ("image", false),
        };
        let what = format!("{name}: {}", best.why.trim_end_matches('.'));
        let found = if yes { Found::yes(detail, best.confidence, what) } else { Found::no(detail, 0.6, what) };
        if yes || view.without_processes().is_empty() {
            return found.with(pieces).value("matches", view.linked.matches.len());
        }
    }
    let commands = view.subjects.iter().filter(|(_, _, sort)| *sort != Sort::Data);
    let commands: Vec<Evidence> = commands
        .filter_map(|(file, finding, _)| Some((view.file(*file)?, view.finding(*file, *finding)?)))
        .map(|(file, finding)| of_finding(file, finding))
        .collect();
    if commands.is_empty() {
        let document = super::document::findings(view);
        return match document.held {
            ddefend_model::case::Held::No => Found::no("none", document.confidence, "no document names a command"),
            _ => Found::unknown("", "the document's command is not known", document.gaps),
        };
    }
    let missing = view.without_processes();
    if missing.is_empty() {
        return Found::no("none", 0.85, "the logs cover the time, and no process ran the document's command")
            .with(commands);
    }
    let what = format!("no log of process creation covers the time on {}", some_of(&missing, 3));
    let gaps = missing.iter().map(|host| format!("process creation of {host} with command lines")).collect();
    Found::unknown("", what, gaps)
}
