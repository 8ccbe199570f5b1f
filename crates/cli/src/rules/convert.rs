use crate::Outcome;
use crate::args::{ListFormat, RulesConvert};
use crate::rule_files;
use ddefend_content::Content;
use ddefend_convert::proof::{Bases, Bench, Proof, Trial, Verdict};
use ddefend_convert::{Profiles, Refusal, Target, by_name, convert, lift, targets};
use ddefend_event::{Mapping, TableSet};
use ddefend_language::{Language, Options};
use ddefend_report::escape;
use ddefend_rule::front::sigma;
use ddefend_rule::ir::Rule;
use serde::Serialize;
use std::fs;
use std::path::Path;

/// A rule in a target's language, or why not.
#[derive(Debug, Serialize)]
struct Row {
    rule: String,
    title: String,
    file: String,
    target: &'static str,
    /// `converted` or `refused`.
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    notes: Vec<String>,
    /// What the proof says.
    #[serde(skip_serializing_if = "Option::is_none")]
    proof: Option<String>,
    refusals: Vec<String>,
}

/// What conversions and their proofs need.
struct Known {
    profiles: Profiles,
    mapping: Mapping,
    tables: TableSet,
    bases: Bases,
}

impl Known {
    fn bench(&self) -> Bench<'_> {
        Bench { profiles: &self.profiles, mapping: &self.mapping, tables: &self.tables, bases: &self.bases }
    }
}

#[derive(Debug, Serialize)]
struct Document {
    schema_version: &'static str,
    conversions: Vec<Row>,
}

pub(super) fn run(args: &RulesConvert, content: &Content) -> Result<(String, Outcome), String> {
    let targets = wanted(&args.to)?;
    let rules = read(args, content)?;
    if rules.is_empty() {
        return Err("no rule was read that could be converted".to_owned());
    }
    let told = |error: ddefend_content::ContentError| error.to_string();
    let known = Known {
        profiles: content.profiles().map_err(told)?,
        mapping: content.mapping().map_err(told)?,
        tables: content.tables().map_err(told)?,
        bases: content.proof_bases().map_err(told)?,
    };
    let mut rows = Vec::new();
    for (rule, notes) in &rules {
        let trial = known.bench().trial(rule);
        for target in &targets {
            rows.push(row(rule, notes, target, &known, &trial, args.allow_unproven));
        }
    }
    if let Some(folder) = &args.out {
        save(&rows, folder)?;
    }
    let refused = rows.iter().any(|row| row.text.is_none());
    let text = match args.format {
        ListFormat::Text => text(&rows),
        ListFormat::Json => {
            let document = Document { schema_version: "1", conversions: rows };
            let text = serde_json::to_string_pretty(&document).map_err(|error| error.to_string())?;
            format!("{}\n", escape::json(&text))
        }
    };
    Ok((text, if refused { Outcome::Incomplete } else { Outcome::Clean }))
}

fn wanted(names: &[String]) -> Result<Vec<&'static Target>, String> {
    let mut all = Vec::new();
    for name in names {
        if name.eq_ignore_ascii_case("all") {
            all.extend(targets());
            continue;
        }
        let known = || targets().iter().map(|target| target.name).collect::<Vec<_>>().join(", ");
        all.push(by_name(name).ok_or_else(|| format!("no target is called `{name}`; there are {} and all", known()))?);
    }
    Ok(all)
}

/// Rules of the files, each with notes of the reading.
fn read(args: &RulesConvert, content: &Content) -> Result<Vec<(Rule, Vec<String>)>, String> {
    let mut rules = Vec::new();
    let mut documents = Vec::new();
    let language = match &args.lang {
        Some(name) => Some(ddefend_language::by_name(name).ok_or_else(|| format!("no language is called `{name}`"))?),
        None => None,
    };
    for path in &args.files {
        let of_name = || path.extension().and_then(|end| end.to_str()).and_then(ddefend_language::by_extension);
        match language.or_else(of_name) {
            Some(language) if language != Language::Sigma => {
                rules.extend(other(path, language, content)?);
            }
            _ => documents.extend(rule_files::rules(path)?),
        }
    }
    let options =
        sigma::Options { placeholders: rule_files::placeholders(None, content)?, ..sigma::Options::default() };
    let set = sigma::read(&documents, &options);
    for problem in set.problems.iter().filter(|problem| !problem.warning).take(20) {
        eprintln!("ddefend: {}", escape::terminal(&problem.to_string()));
    }
    for correlation in &set.correlations {
        let name = escape::terminal(&correlation.meta.id);
        eprintln!("ddefend: {name}: correlations are not converted yet; the rules that feed it are");
    }
    rules.extend(set.rules.into_iter().map(|rule| (rule, Vec::new())));
    Ok(rules)
}

/// A text in another language, lifted to a rule.
fn other(path: &Path, language: Language, content: &Content) -> Result<Vec<(Rule, Vec<String>)>, String> {
    let name = path.display().to_string();
    let text = fs::read_to_string(path).map_err(|error| format!("{name}: {error}"))?;
    let read = ddefend_language::read(language, &name, &text, &Options::default());
    for problem in &read.problems {
        eprintln!("ddefend: {}", escape::terminal(&problem.to_string()));
    }
    let profiles = content.profiles().map_err(|error| error.to_string())?;
    let mapping = content.mapping().map_err(|error| error.to_string())?;
    let mut rules = Vec::new();
    for query in &read.queries {
        match lift::lift(query, &name, &text, &profiles, &mapping) {
            Ok(lifted) => rules.push((lifted.rule, lifted.notes)),
            Err(problems) => {
                for problem in problems {
                    eprintln!("ddefend: {}", escape::terminal(&problem.to_string()));
                }
            }
        }
    }
    Ok(rules)
}

fn row(rule: &Rule, notes: &[String], target: &'static Target, known: &Known, trial: &Trial, unproven: bool) -> Row {
    let mut row = Row {
        rule: rule.meta.id.clone(),
        title: rule.meta.title.clone(),
        file: rule.meta.origin.file.clone(),
        target: target.name,
        outcome: "refused",
        text: None,
        notes: notes.to_vec(),
        proof: None,
        refusals: Vec::new(),
    };
    match convert(rule, target, &known.profiles, &known.mapping) {
        Ok(done) => {
            let proof = known.bench().proof(target, &done, trial);
            row.proof = Some(words(&proof));
            row.notes.extend(done.notes);
            if proof.verdict == Verdict::Equivalent || unproven {
                row.outcome = "converted";
                row.text = Some(done.text);
            } else {
                row.refusals.push("not proved; --allow-unproven prints it all the same".to_owned());
            }
        }
        Err(refusals) => row.refusals = refusals.iter().map(Refusal::to_string).collect(),
    }
    row
}

/// The verdict with what it rests on.
fn words(proof: &Proof) -> String {
    let mut text = proof.verdict.to_string();
    if proof.events > 0 {
        text.push_str(&format!(", {} events, {} of them positive", proof.events, proof.positives));
    }
    if let Some(why) = &proof.why {
        text.push_str(&format!(": {why}"));
    }
    if let Some(example) = &proof.counterexample {
        let fields: Vec<String> = example.fields.iter().map(|(field, value)| format!("{field}={value}")).collect();
        let side = if example.missed { "missed" } else { "fires on" };
        text.push_str(&format!("; {side} {}", fields.join(" ")));
    }
    text
}

fn text(rows: &[Row]) -> String {
    let mut out = String::new();
    let mut last = String::new();
    for row in rows {
        if last != row.rule {
            let title = if row.title.is_empty() { &row.rule } else { &row.title };
            out.push_str(&format!("# {}\n", escape::terminal(title)));
            last.clone_from(&row.rule);
        }
        let proof = row.proof.as_ref().map(|proof| format!(" ({})", escape::terminal(proof))).unwrap_or_default();
        match &row.text {
            Some(text) => {
                out.push_str(&format!("\n## {}{proof}\n", row.target));
                out.push_str(&super::safe(text));
                out.push('\n');
            }
            None => {
                out.push_str(&format!("\n## {}: refused{proof}\n", row.target));
                for refusal in &row.refusals {
                    out.push_str(&format!("- {}\n", escape::terminal(refusal)));
                }
            }
        }
        for note in &row.notes {
            out.push_str(&format!("note: {}\n", escape::terminal(note)));
        }
    }
    out
}

/// One file a conversion: `TARGET/RULE.EXTENSION`.
fn save(rows: &[Row], folder: &Path) -> Result<(), String> {
    for row in rows {
        let (Some(text), Some(target)) = (&row.text, by_name(row.target)) else { continue };
        let folder = folder.join(target.name);
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let name: String = row
            .rule
            .chars()
            .map(|letter| if letter.is_ascii_alphanumeric() || letter == '-' { letter } else { '_' })
            .collect();
        let path = folder.join(format!("{name}.{}", target.extension));
        fs::write(&path, format!("{}\n", text.trim_end())).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}
