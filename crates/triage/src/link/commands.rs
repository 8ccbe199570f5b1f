//! Commands of findings held against commands of processes.

use super::canonical::{self, Canonical};
use super::table::Table;
use super::{programs, tree};
use crate::{CaseEvidence, CommandMatch, Opening, Settings};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Different commands that begin with the same program and are compared with each process.
const SAME_IMAGE: usize = 500;
/// Findings with the same command that are told for one process.
const SAME_COMMAND: usize = 20;

/// A command with the findings that hold it.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) canon: Canonical,
    pub(super) findings: Vec<(usize, usize)>,
}

/// The findings' commands, each once.
pub(super) fn fields(evidence: &CaseEvidence, settings: &Settings) -> Vec<Field> {
    let tools = programs(settings);
    let mut by_line: BTreeMap<String, Field> = BTreeMap::new();
    let mut raw: HashMap<&str, String> = HashMap::new();
    for (file, case) in evidence.files.iter().enumerate() {
        for (index, finding) in case.scanned.findings.iter().enumerate() {
            let Some(command) = finding.command.as_deref().filter(|command| !command.trim().is_empty()) else {
                continue;
            };
            if let Some(field) = raw.get(command).and_then(|line| by_line.get_mut(line)) {
                field.findings.push((file, index));
                continue;
            }
            let canon = canonical::canonical(command, settings.knowledge.as_deref(), &tools);
            raw.insert(command, canon.line.clone());
            let empty = || Field { canon: canon.clone(), findings: Vec::new() };
            by_line.entry(canon.line.clone()).or_insert_with(empty).findings.push((file, index));
        }
    }
    by_line.into_values().collect()
}

/// A field's command and the commands that its shells are told to run, the outermost first.
fn layers(canon: &Canonical) -> impl Iterator<Item = &Canonical> {
    std::iter::successors(Some(canon), |canon| canon.inner.as_deref())
}

fn stem(image: &str) -> &str {
    image.trim_end_matches(".exe")
}

/// Which processes of the trees below Office ran a finding's command. `openings` hold indices of the table.
pub(super) fn matches(
    settings: &Settings,
    table: &Table,
    office: &[usize],
    fields: &[Field],
    openings: &[Opening],
) -> Vec<CommandMatch> {
    let tools = programs(settings);
    let mut by_image: HashMap<&str, Vec<(usize, &Canonical)>> = HashMap::new();
    for (at, field) in fields.iter().enumerate() {
        for layer in layers(&field.canon) {
            let list = by_image.entry(stem(&layer.image)).or_default();
            if list.len() < SAME_IMAGE && !layer.image.is_empty() {
                list.push((at, layer));
            }
        }
    }
    let mut opened: HashMap<usize, BTreeSet<usize>> = HashMap::new();
    for opening in openings {
        opened.entry(opening.process).or_default().extend(opening.file);
    }
    let top: HashSet<usize> = office.iter().copied().collect();
    let mut found: Vec<CommandMatch> = Vec::new();
    // Which commands a process or its ancestors ran already: what a shell runs for the field is not told again.
    let mut ran: HashMap<usize, HashSet<usize>> = HashMap::new();
    let mut order = tree::descendants(table, office);
    order.sort_by_key(|at| (depth(table, *at), *at));
    for at in order {
        let Some(row) = table.rows.get(at) else { continue };
        let ancestors = tree::ancestors(table, at);
        if !ancestors.iter().any(|ancestor| top.contains(ancestor)) {
            continue;
        }
        let files: BTreeSet<usize> = ancestors.iter().filter_map(|at| opened.get(at)).flatten().copied().collect();
        let before: HashSet<usize> = ancestors.iter().filter_map(|at| ran.get(at)).flatten().copied().collect();
        // A renamed program is what its version resource says; a field that names the copy names its path.
        let images = [&row.proc.original, &row.proc.image].into_iter().filter(|image| !image.is_empty());
        let owns: Vec<Canonical> = images
            .map(|image| canonical::of_process(image, &row.proc.command, settings.knowledge.as_deref(), &tools))
            .collect();
        let mut best: BTreeMap<usize, (f64, &'static str, &Canonical)> = BTreeMap::new();
        for own in &owns {
            let candidates = [stem(&own.image), stem(&row.proc.name)];
            let lists = candidates.iter().take(if candidates[0] == candidates[1] { 1 } else { 2 });
            for (field, layer) in lists.filter_map(|image| by_image.get(image)).flatten() {
                if before.contains(field) {
                    continue;
                }
                let Some((confidence, how)) = canonical::compare(layer, own) else { continue };
                let slot = best.entry(*field).or_insert((0.0, how, own));
                if confidence > slot.0 {
                    *slot = (confidence, how, own);
                }
            }
        }
        let top = best.values().map(|(confidence, ..)| *confidence).fold(0.0, f64::max);
        for (field_at, (confidence, how, own)) in best {
            let Some(field) = fields.get(field_at).filter(|_| confidence >= top) else { continue };
            let of_opened: Vec<(usize, usize)> =
                field.findings.iter().copied().filter(|(file, _)| files.contains(file)).collect();
            // The same program alone says nothing where the process opened another document.
            if of_opened.is_empty() && confidence < 0.5 && !files.is_empty() {
                continue;
            }
            let findings = if of_opened.is_empty() { &field.findings } else { &of_opened };
            if confidence >= 0.7 {
                ran.entry(at).or_default().insert(field_at);
            }
            for finding in findings.iter().take(SAME_COMMAND) {
                let why = why(how, &field.canon, own);
                found.push(CommandMatch { finding: *finding, process: at, confidence, how, why });
            }
        }
    }
    found
}

fn depth(table: &Table, at: usize) -> usize {
    tree::ancestors(table, at).len()
}

fn why(how: &str, field: &Canonical, own: &Canonical) -> String {
    match how {
        "exact" => "The process's command is the field's, word for word once both are written in one way.".to_owned(),
        "normalised" => "The process's command has nine of ten words of the field's.".to_owned(),
        "partial" => {
            let shared = layers(field).flat_map(|layer| layer.rare.intersection(&own.rare)).next();
            let shared = shared.map_or("", String::as_str);
            format!("The same program, and both name {shared}.")
        }
        _ => format!("Only the program is the same: {}.", own.image),
    }
}
