//! What `ddefend lab check` prints: the matrix of scenarios, expected against found.

use crate::{csv, escape};
use ddefend_lab::check::{Checked, Compared, Matrix};
use std::collections::BTreeSet;
use std::fmt::Write as _;

type Render = fn(&Matrix) -> String;

/// Every output: name, function. One line each.
const OUTPUTS: &[(&str, Render)] =
    &[("text", text), ("json", json), ("jsonl", jsonl), ("csv", comma_separated), ("tsv", tab_separated)];

/// Names of the outputs of `lab check`, for `--format`.
pub fn matrix_names() -> impl Iterator<Item = &'static str> {
    OUTPUTS.iter().map(|(name, _)| *name)
}

/// The matrix in the output of that name; none where there is no such output.
#[must_use]
pub fn matrix_output(name: &str, matrix: &Matrix) -> Option<String> {
    OUTPUTS.iter().find(|(known, _)| *known == name).map(|(_, render)| render(matrix))
}

fn sides(checked: &Checked) -> [(&'static str, &Compared); 4] {
    [
        ("findings", &checked.findings),
        ("detections", &checked.detections),
        ("answers", &checked.answers),
        ("decision", &checked.verdict),
    ]
}

fn text(matrix: &Matrix) -> String {
    let mut out = String::new();
    let width = matrix.scenarios.iter().map(|checked| checked.id.len()).max().unwrap_or(0).max(8);
    let _ = writeln!(out, "{:width$}  findings  detections  answers  decision", "scenario");
    for checked in &matrix.scenarios {
        let part = |side: &Compared| format!("{}/{}{}", side.found, side.expected, extra(side));
        let word = if checked.agrees() { "" } else { "  DIFFERS" };
        let _ = writeln!(
            out,
            "{:width$}  {:8}  {:10}  {:7}  {}{word}",
            escape::terminal(&checked.id),
            part(&checked.findings),
            part(&checked.detections),
            part(&checked.answers),
            escape::terminal(&checked.decided),
        );
        out += &differences(checked);
    }
    out += &seeds_text(matrix);
    let metrics = &matrix.metrics;
    let _ = writeln!(
        out,
        "\n{} of {} scenarios as expected; answers {} of {} ({}); decisions {} of {} ({}); attacks closed: {}",
        metrics.agreeing,
        metrics.scenarios,
        metrics.answers_right,
        metrics.answers,
        percent(metrics.answers_right, metrics.answers),
        metrics.verdicts_right,
        metrics.scenarios,
        percent(metrics.verdicts_right, metrics.scenarios),
        metrics.attacks_closed,
    );
    out
}

fn extra(side: &Compared) -> String {
    if side.extra.is_empty() { String::new() } else { format!(" +{}", side.extra.len()) }
}

fn differences(checked: &Checked) -> String {
    let mut out = String::new();
    if !checked.failed.is_empty() {
        let _ = writeln!(out, "    could not be run: {}", escape::terminal(&checked.failed));
    }
    let forms = checked.forms.iter().map(|form| (format!("as {}", form.form), &form.detections));
    let sides = sides(checked).into_iter().map(|(name, side)| (name.to_owned(), side)).chain(forms);
    for (name, side) in sides {
        for (what, list) in [("missed", &side.missed), ("extra", &side.extra)] {
            for item in list {
                let _ = writeln!(out, "    {name}: {what} {}", escape::terminal(item));
            }
        }
    }
    out
}

/// Others' analytics: how often each hits, misses and fires falsely, and where.
fn seeds_text(matrix: &Matrix) -> String {
    use ddefend_lab::check::Fired::{False, Hit, Missed};
    let mut out = String::from("\nanalytics of the seeds beside ours\n");
    for name in seeds(matrix) {
        let of = |fired| -> Vec<&str> {
            let all = matrix.scenarios.iter().filter(|checked| checked.seeds.get(name) == Some(&fired));
            all.map(|checked| &*checked.id).collect()
        };
        let (missed, falsely) = (of(Missed), of(False));
        let _ = writeln!(out, "  {name}: {} hit, {} missed, {} false", of(Hit).len(), missed.len(), falsely.len());
        for (what, list) in [("missed", missed), ("false", falsely)] {
            if !list.is_empty() {
                let _ = writeln!(out, "    {what}: {}", escape::terminal(&list.join(", ")));
            }
        }
    }
    out
}

fn seeds(matrix: &Matrix) -> BTreeSet<&String> {
    matrix.scenarios.iter().flat_map(|checked| checked.seeds.keys()).collect()
}

fn percent(part: usize, whole: usize) -> String {
    match whole {
        0 => "none".to_owned(),
        _ => format!("{:.1} %", part as f64 * 100.0 / whole as f64),
    }
}

fn json(matrix: &Matrix) -> String {
    let value = serde_json::json!({"schema_version": 1, "scenarios": matrix.scenarios, "metrics": matrix.metrics});
    escape::json(&(serde_json::to_string_pretty(&value).unwrap_or_default() + "\n"))
}

fn jsonl(matrix: &Matrix) -> String {
    let mut out = String::new();
    let mut line = |kind: &str, value: Result<serde_json::Value, serde_json::Error>| {
        if let Ok(serde_json::Value::Object(fields)) = value {
            let mut all = serde_json::Map::new();
            all.insert("type".to_owned(), kind.into());
            all.insert("schema_version".to_owned(), 1.into());
            all.extend(fields);
            out += &escape::json(&serde_json::Value::Object(all).to_string());
            out.push('\n');
        }
    };
    for checked in &matrix.scenarios {
        line("scenario", serde_json::to_value(checked));
    }
    line("summary", serde_json::to_value(&matrix.metrics));
    out
}

/// A row for each scenario, behind the names of the columns.
fn rows(matrix: &Matrix) -> Vec<Vec<String>> {
    let seeds = seeds(matrix);
    let forms: BTreeSet<&String> =
        matrix.scenarios.iter().flat_map(|checked| checked.forms.iter().map(|form| &form.form)).collect();
    let mut head: Vec<String> =
        ["scenario", "group", "findings", "detections", "answers", "expected", "decided"].map(str::to_owned).to_vec();
    head.extend(["missed", "extra"].map(str::to_owned));
    head.extend(forms.iter().map(|form| format!("as {form}")));
    head.extend(seeds.iter().map(|name| (*name).clone()));
    let mut all = vec![head];
    for checked in &matrix.scenarios {
        let part = |side: &Compared| format!("{}/{}{}", side.found, side.expected, extra(side));
        let listed = |of: &dyn Fn(&Compared) -> &Vec<String>| {
            let sides = sides(checked).into_iter();
            let all = sides.flat_map(|(name, side)| of(side).iter().map(move |item| format!("{name}: {item}")));
            all.chain((!checked.failed.is_empty()).then(|| checked.failed.clone())).collect::<Vec<_>>().join("; ")
        };
        let mut row = vec![
            checked.id.clone(),
            checked.group.clone(),
            part(&checked.findings),
            part(&checked.detections),
            part(&checked.answers),
            checked.wanted.clone(),
            checked.decided.clone(),
            listed(&|side| &side.missed),
            listed(&|side| &side.extra),
        ];
        row.extend(forms.iter().map(|name| {
            let form = checked.forms.iter().find(|form| form.form == **name);
            form.map(|form| {
                let cannot = form.cannot.len();
                let rest = if cannot == 0 { String::new() } else { format!(" ({cannot} not carried)") };
                format!("{}{rest}", part(&form.detections))
            })
            .unwrap_or_default()
        }));
        row.extend(seeds.iter().map(|name| checked.seeds.get(*name).map_or("", |fired| fired.as_str()).to_owned()));
        all.push(row);
    }
    all
}

fn comma_separated(matrix: &Matrix) -> String {
    rows(matrix).iter().map(|row| csv::row(row)).collect()
}

fn tab_separated(matrix: &Matrix) -> String {
    rows(matrix)
        .iter()
        .map(|row| row.iter().map(|cell| escape::terminal(cell)).collect::<Vec<_>>().join("\t") + "\n")
        .collect()
}
