//! `docs/playbook` is made from the same content as triage itself: playbook, rules, placeholders, scenarios.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so")]

use ddefend_content::Content;
use ddefend_model::case::Phase;
use ddefend_triage::Playbook;
use ddefend_triage::playbook::{CommandSpec, Language, Question, TaskSpec};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use yaml_serde::Value;

const BY: &str = "Written by `DDEFEND_UPDATE=1 cargo test -p ddefend-content --test playbook_docs` from";

fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|").replace('<', "&lt;")
}

fn words(list: &[String]) -> String {
    list.join(", ")
}

/// A code block whose fence no line of the text can end.
fn block(out: &mut String, language: Language, text: &str) {
    let name = match language {
        Language::Powershell => "powershell",
        Language::Cmd => "bat",
        Language::Bash => "sh",
        Language::Kql => "kusto",
        Language::Sql | Language::Vql => "sql",
        Language::Http => "http",
        _ => "text",
    };
    let _ = writeln!(out, "\n```{name}\n{}\n```", text.trim());
}

fn command(out: &mut String, spec: &CommandSpec) {
    let changes = if spec.changes { ", changes something" } else { "" };
    let _ = writeln!(out, "\n*{}* ({}{changes})", spec.platform, spec.language.title());
    block(out, spec.language, &spec.text);
    if !spec.undo.is_empty() {
        out.push_str("\nUndo:\n");
        block(out, spec.language, &spec.undo);
    }
}

fn task(out: &mut String, task: &TaskSpec, playbook: &Playbook) {
    let _ = write!(out, "\n### {}\n\n`{}`", task.title, task.id);
    let makers = playbook.escalate.iter().filter(|rule| rule.tasks.contains(&task.id) || rule.first.contains(&task.id));
    let mut because: Vec<String> = makers.map(|rule| rule.id.clone()).collect();
    because.extend(task.condition.as_ref().map(|condition| format!("`{condition}`")));
    because.extend(
        playbook
            .questions
            .iter()
            .filter(|question| question.on_unknown.as_ref() == Some(&task.id))
            .map(|question| format!("{} unknown", question.id)),
    );
    if task.phase == Phase::L1 && !task.question.is_empty() && task.condition.is_none() {
        because.push("every case".to_owned());
    }
    let _ = write!(out, "; when: {}", words(&because));
    if task.approval {
        out.push_str("; **needs approval**");
    }
    let _ = writeln!(out, "\n\n{}", task.text.trim());
    task.commands.iter().for_each(|spec| command(out, spec));
}

fn response(playbook: &Playbook) -> String {
    let mut out = format!(
        "# Response playbook: {}\n\n{BY}\n`content/playbooks`. `ddefend triage CASE` fills the commands in; `{{{{host}}}}` and the like stand for whole, quoted values.\n\n{}\n",
        playbook.title,
        playbook.description.trim()
    );
    out.push_str("\n## Severity\n\nThe points of all answers, 0 to 100.\n\n| level | from |\n|---|---|\n");
    for band in &playbook.bands {
        let _ = writeln!(out, "| {} | {} |", band.level, band.at_least);
    }
    for cap in &playbook.caps {
        let _ = writeln!(out, "\n- `{}`, {}: {}", cap.condition, cap.question, cap.why);
    }
    out.push_str("\n## Rules that escalate\n\nIn order; the first that holds decides. A rule whose answers are unknown does not hold.\n\n| rule | what | condition | to | tasks |\n|---|---|---|---|---|\n");
    for rule in &playbook.escalate {
        let first =
            if rule.first.is_empty() { String::new() } else { format!("first of all {}; ", words(&rule.first)) };
        let _ = writeln!(
            out,
            "| {} | {} | `{}` | {} | {first}{} |",
            rule.id,
            rule.title,
            rule.condition,
            rule.to,
            words(&rule.tasks)
        );
    }
    out.push_str("\n## Rules that close\n\nAsked only where none escalates.");
    if let Some(condition) = &playbook.never_close {
        let _ = write!(out, " Nothing is closed while `{condition}`.");
    }
    out.push_str("\n\n| rule | what | condition | verdict | needs | reason |\n|---|---|---|---|---|---|\n");
    for rule in &playbook.close {
        let needs = rule.require.as_ref().map_or("", |needs| needs.name.as_str());
        let _ = writeln!(
            out,
            "| {} | {} | `{}` | {} | {needs} | {} |",
            rule.id, rule.title, rule.condition, rule.verdict, rule.reason
        );
    }
    out.push_str("\n## Verdicts\n\nThe first that holds, unless a rule closes the case; else undetermined.\n\n| verdict | condition |\n|---|---|\n");
    for rule in &playbook.verdicts {
        let _ = writeln!(out, "| {} ({}) | `{}` |", rule.verdict, rule.verdict.in_words(), rule.condition);
    }
    let phases = [Phase::DataGap, Phase::L1, Phase::T2, Phase::Containment, Phase::Eradication, Phase::Recovery];
    for phase in phases {
        let _ = writeln!(out, "\n## {}", phase.in_words());
        playbook.tasks.iter().filter(|spec| spec.phase == phase).for_each(|spec| task(&mut out, spec, playbook));
    }
    out.push_str("\n## D3FEND\n\n| technique | name | carried out by |\n|---|---|---|\n");
    for defence in &playbook.d3fend {
        let _ = writeln!(out, "| {} | {} | {} |", defence.id, defence.title, words(&defence.of));
    }
    out
}

fn question(out: &mut String, question: &Question) {
    let _ = writeln!(
        out,
        "\n## {}: {}\n\n{}\n\n- Needs: {}",
        question.id,
        question.title,
        question.why.trim(),
        words(&question.needs)
    );
    let mut points: Vec<String> = question.weights.iter().map(|(word, points)| format!("{word} {points:+}")).collect();
    points.extend(
        question.per.as_ref().map(|per| format!("{:+} for each of {}, at most {}", per.points, per.value, per.cap)),
    );
    if points.is_empty() {
        points.push("none".to_owned());
    }
    let _ = writeln!(out, "- Points: {}", words(&points));
    if !question.order.is_empty() {
        let _ = writeln!(out, "- In rising order: {}", words(&question.order));
    }
    if let Some(task) = &question.on_unknown {
        let _ = writeln!(out, "- Where it is unknown: `{task}`");
    }
    for query in &question.queries {
        command(out, query);
    }
}

fn guide(playbook: &Playbook) -> String {
    let mut out = format!(
        "# Investigation guide: {}\n\n{BY}\n`content/playbooks`. Each question is answered yes, no or unknown from records that can be looked up. \"No\" needs the log of that kind, of that\nhost, covering that time; unknown never lowers the severity and asks for what is missing.\n",
        playbook.title
    );
    playbook.questions.iter().for_each(|asked| question(&mut out, asked));
    out
}

fn text(value: &Value, field: &str) -> String {
    match value.get(field) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Bool(truth)) => truth.to_string(),
        _ => String::new(),
    }
}

fn list(value: &Value, field: &str) -> Vec<String> {
    let entries = value.get(field).and_then(Value::as_sequence).cloned().unwrap_or_default();
    entries.iter().filter_map(|entry| entry.as_str().map(str::to_owned)).collect()
}

/// Documents of a rule file.
fn documents(text: &str) -> Vec<Value> {
    text.split("\n---").filter_map(|part| yaml_serde::from_str(part).ok()).collect()
}

fn rules(content: &Content) -> BTreeMap<String, Vec<(String, Value)>> {
    let mut folders: BTreeMap<String, Vec<(String, Value)>> = BTreeMap::new();
    for (path, rule) in content.rules() {
        let folder = path.trim_start_matches("rules/").split('/').next().unwrap().to_owned();
        let named = documents(&rule).into_iter().filter(|document| !text(document, "title").is_empty());
        folders.entry(folder).or_default().extend(named.map(|document| (path.clone(), document)));
    }
    folders
}

fn hunting(playbook: &Playbook, content: &Content) -> String {
    let mut out = format!(
        "# Hunting queries\n\n{BY}\n`content/rules` and `content/playbooks`.\n\n## Sigma\n\n`ddefend hunt LOGS` runs all of them; `ddefend rules` lists and explains them. They are plain Sigma files under `content/rules`, for\nany converter that reads Sigma 2.\n"
    );
    for (folder, rules) in rules(content) {
        if folder == "filters" {
            continue;
        }
        let _ = writeln!(out, "\n### {folder}\n\n| rule | level | id | file |\n|---|---|---|---|");
        for (path, rule) in rules {
            let _ = writeln!(
                out,
                "| {} | {} | `{}` | `{path}` |",
                cell(&text(&rule, "title")),
                text(&rule, "level"),
                text(&rule, "id")
            );
        }
    }
    let mut languages: BTreeMap<Language, Vec<(&str, &str, &CommandSpec)>> = BTreeMap::new();
    for question in &playbook.questions {
        for query in &question.queries {
            languages.entry(query.language).or_default().push((&question.id, &question.title, query));
        }
    }
    for (language, queries) in languages {
        let _ = writeln!(out, "\n## {}", language.title());
        for (id, title, query) in queries {
            let _ = writeln!(out, "\n### {id}: {title}\n\n{}", query.platform);
            block(&mut out, language, &query.text);
        }
    }
    out
}

fn matrix(content: &Content) -> String {
    let mut out = format!(
        "# Test matrix\n\n{BY}\n`content/lab`. `ddefend lab new SCENARIO DIR` writes one, `ddefend lab check` runs all of them and compares.\n"
    );
    let mut groups: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for (path, scenario) in content.scenario_texts() {
        let scenario: Value = yaml_serde::from_str(scenario).unwrap_or_else(|error| panic!("{path}: {error}"));
        groups.entry(text(&scenario, "group")).or_default().push(scenario);
    }
    for (group, scenarios) in groups {
        let _ = writeln!(
            out,
            "\n## {group}\n\n| scenario | what | from | answers | verdict | outcome | rule |\n|---|---|---|---|---|---|---|"
        );
        for scenario in scenarios {
            let expected = scenario.get("expected").cloned().unwrap_or(Value::Null);
            let answers = expected.get("answers").and_then(Value::as_mapping).cloned().unwrap_or_default();
            let answers: Vec<String> = answers
                .iter()
                .map(|(question, answer)| {
                    format!("{} {}", question.as_str().unwrap_or_default(), answer.as_str().unwrap_or_default())
                })
                .collect();
            let _ = writeln!(
                out,
                "| `{}` | {} | {} | {} | {} | {} | {} |",
                text(&scenario, "id"),
                cell(&text(&scenario, "title")),
                cell(&text(&scenario, "source")),
                cell(&words(&answers)),
                text(&expected, "verdict"),
                text(&expected, "outcome"),
                text(&expected, "rule")
            );
        }
    }
    out
}

fn tuning(playbook: &Playbook, content: &Content) -> String {
    let mut out = format!(
        "# Tuning guidance\n\n{BY}\n`content/rules` and `content/playbooks`. Tune by naming what is yours, never by taking a shell or a setting out of a list.\n\n## Families of false positives\n"
    );
    for family in &playbook.tuning {
        let _ = writeln!(out, "\n### {}\n\nReason code `{}`.\n\n{}", family.title, family.family, family.text.trim());
        if !family.filter.is_empty() {
            let _ = writeln!(out, "\nShipped filter: `{0}` (`--no-filter {0}` switches it off).", family.filter);
        }
    }
    out.push_str("\n## Filters\n\n| filter | what it takes away |\n|---|---|\n");
    let rules = rules(content);
    for (_, filter) in rules.get("filters").into_iter().flatten() {
        let _ = writeln!(
            out,
            "| `{}` | {}: {} |",
            text(filter, "name"),
            cell(&text(filter, "title")),
            cell(&text(filter, "description"))
        );
    }
    out.push_str("\n## Values of placeholders\n\n`content/rules/placeholders.toml`; `AllowedParentChildPairs`, `TimeWindow` and `SuspiciousDLLList` are the mutable elements of ATT&CK's\nanalytic AN1393, and stand under the same names in an organisation file (`--organisation`).\n\n| placeholder | values |\n|---|---|\n");
    for (name, values) in content.placeholders().unwrap() {
        let shown: Vec<String> =
            values.iter().take(8).map(|value| format!("`{}`", value.replace('|', "\\|"))).collect();
        let more = if values.len() > 8 { format!(" and {} more", values.len() - 8) } else { String::new() };
        let _ = writeln!(out, "| `{name}` | {}{more} |", shown.join(", "));
    }
    out.push_str("\n## By rule\n\n| rule | what helps |\n|---|---|\n");
    for (folder, rules) in &rules {
        for (_, rule) in rules.iter().filter(|_| folder != "filters") {
            let advice = list(rule, "tuning");
            if !advice.is_empty() {
                let _ = writeln!(out, "| {} | {} |", cell(&text(rule, "title")), cell(&advice.join("; ")));
            }
        }
    }
    out
}

#[test]
fn the_documents_are_made_from_the_content() {
    let content = Content::load().unwrap();
    let playbook = Playbook::read(content.playbook_text("t1559.002-dde").unwrap()).unwrap();
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/playbook");
    let documents = [
        ("response-playbook.md", response(&playbook)),
        ("investigation-guide.md", guide(&playbook)),
        ("hunting-queries.md", hunting(&playbook, &content)),
        ("test-matrix.md", matrix(&content)),
        ("tuning-guidance.md", tuning(&playbook, &content)),
    ];
    for (name, text) in documents {
        let path = home.join(name);
        if std::env::var_os("DDEFEND_UPDATE").is_some() {
            std::fs::create_dir_all(&home).unwrap();
            std::fs::write(&path, &text).unwrap();
        }
        let there = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(there == text, "docs/playbook/{name} is not what the content says; DDEFEND_UPDATE=1 writes it anew");
    }
}
