//! The playbook as CACAO 2.0 (OASIS, Security Playbooks Version 2.0): the questions in parallel, then the rules in order,
//! each with its tasks. Ids are made of names, so the same playbook gives the same bytes.

use super::condition::{Comparison, Expr, Operand};
use super::{CommandSpec, Condition, Playbook, Question, TaskSpec};
use crate::literal::{Language, render};
use base64::Engine as _;
use ddefend_model::case::Phase;
use serde_json::{Map, Value, json};
use sha1::{Digest as _, Sha1};
use std::collections::BTreeMap;

/// RFC 9562, appendix A: the name space for URLs.
const URLS: [u8; 16] = [0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8];
const HOME: &str = "https://github.com/ddefend/ddefend/playbooks/";

/// A name-based UUID (RFC 9562, version 5) behind a type.
fn id(playbook: &Playbook, kind: &str, name: &str) -> String {
    let text = format!("{HOME}{}#{kind}/{name}", playbook.playbook);
    let digest = Sha1::new().chain_update(URLS).chain_update(text.as_bytes()).finalize();
    let mut hex = String::new();
    for (at, byte) in digest.iter().take(16).enumerate() {
        let byte = match at {
            6 => byte & 0x0f | 0x50,
            8 => byte & 0x3f | 0x80,
            _ => *byte,
        };
        if matches!(at, 4 | 6 | 8 | 10) {
            hex.push('-');
        }
        hex.push_str(&format!("{byte:02x}"));
    }
    format!("{kind}--{hex}")
}

/// The steps made so far.
struct Workflow<'p> {
    playbook: &'p Playbook,
    steps: Map<String, Value>,
}

/// The playbook as CACAO 2.0 JSON.
#[must_use]
pub fn cacao(playbook: &Playbook) -> Value {
    let mut workflow = Workflow { playbook, steps: Map::new() };
    let start = workflow.build();
    let mut variables = Map::new();
    for name in super::validate::VARIABLES.into_iter().chain(super::validate::MORE_VARIABLES) {
        let about = format!("The case's {}.", name.replace('_', " "));
        variables.insert(format!("__{name}__"), json!({"type": "string", "description": about, "external": true}));
    }
    for question in &playbook.questions {
        let outcome = |part: &str, kind: &str, about: String| {
            (format!("__{}{part}__", question.id), json!({"type": kind, "description": about}))
        };
        let values = question.compute.primitive().map_or(&[][..], |primitive| primitive.values);
        let answer = outcome("", "string", format!("yes, no or unknown: {}", question.title));
        let detail = outcome("_detail", "string", "Which kind of yes or no.".to_owned());
        let rank = outcome("_rank", "integer", format!("Place of the detail in: {}.", question.order.join(", ")));
        let rank = (!question.order.is_empty()).then_some(rank);
        let numbers =
            values.iter().map(|value| outcome(&format!("_{value}"), "integer", format!("Number of {value}.")));
        variables.extend([answer, detail].into_iter().chain(rank).chain(numbers));
    }
    for total in ["severity", "coverage", "confidence"] {
        variables
            .insert(format!("__{total}__"), json!({"type": "float", "description": format!("The case's {total}.")}));
    }
    json!({
        "type": "playbook",
        "spec_version": "cacao-2.0",
        "id": id(playbook, "playbook", ""),
        "name": playbook.title,
        "description": playbook.description.trim(),
        "playbook_types": ["investigation", "detection", "mitigation", "remediation"],
        "playbook_activities": ["analyze-collected-data", "match-indicator", "restrict-access", "eliminate-risk"],
        "created_by": id(playbook, "identity", "ddefend"),
        "created": playbook.created,
        "modified": playbook.modified,
        "revoked": false,
        "priority": 1,
        "severity": 100,
        "impact": 50,
        "labels": ["attack.t1559.002", playbook.playbook],
        "external_references": [{
            "name": "ATT&CK",
            "description": "Inter-Process Communication: Dynamic Data Exchange",
            "url": "https://attack.mitre.org/techniques/T1559/002/",
            "external_id": "T1559.002"
        }],
        "playbook_variables": variables,
        "workflow_start": start,
        "workflow": workflow.steps,
        "agent_definitions": {
            id(playbook, "individual", "analyst"): {"type": "individual", "name": "analyst", "description": "Whoever works on the case, with the rights that each command needs."}
        }
    })
}

impl Workflow<'_> {
    fn id(&self, kind: &str, name: &str) -> String {
        id(self.playbook, kind, name)
    }

    fn add(&mut self, id: String, step: Value) -> String {
        self.steps.insert(id.clone(), step);
        id
    }

    fn end(&mut self, name: &str) -> String {
        let id = self.id("end", name);
        self.add(id, json!({"type": "end", "name": "End"}))
    }

    /// Start, questions, rules, end; gives the start's id.
    fn build(&mut self) -> String {
        let playbook = self.playbook;
        let (start, questions) = (self.id("start", "start"), self.id("parallel", "questions"));
        let step = json!({"type": "start", "name": "Start", "on_completion": questions});
        self.add(start.clone(), step);
        // The rules are made from the last to the first: each names the next.
        let mut next = self.end("end");
        for rule in playbook.close.iter().rev() {
            let tasks = rule.tasks.iter().filter_map(|task| playbook.task(task)).collect::<Vec<_>>();
            next = self.rule(&rule.id, &rule.title, &rule.condition, &tasks, &next);
        }
        for task in playbook.tasks.iter().rev() {
            if let Some(condition) = &task.condition {
                next = self.rule(&task.id, &task.title, condition, &[task], &next);
            }
        }
        for rule in playbook.escalate.iter().rev() {
            let named = rule.first.iter().chain(&rule.tasks);
            let tasks = named.filter_map(|task| playbook.task(task)).collect::<Vec<_>>();
            next = self.rule(&rule.id, &rule.title, &rule.condition, &tasks, &next);
        }
        let branches: Vec<String> = playbook.questions.iter().map(|question| self.question(question)).collect();
        let step = json!({
            "type": "parallel",
            "name": "Questions",
            "description": "Each is answered yes, no or unknown; unknown asks for what is missing and never lowers the severity.",
            "next_steps": branches,
            "on_completion": next,
        });
        self.add(questions, step);
        start
    }

    /// A question, and what is asked for where it stays unknown.
    fn question(&mut self, question: &Question) -> String {
        let (action, test) = (self.id("action", &question.id), self.id("if-condition", &question.id));
        let about = format!("{}\n\nNeeds: {}.", question.why.trim(), question.needs.join(", "));
        let mut commands = vec![json!({
            "type": "manual",
            "description": about,
            "command": format!("ddefend triage CASE works it out; else: {} Set __{}__ to yes, no or unknown.", question.title, question.id),
        })];
        commands.extend(question.queries.iter().map(command));
        let mut step = json!({
            "type": "action",
            "name": format!("{}: {}", question.id, question.title),
            "description": about,
            "on_completion": test,
            "commands": commands,
            "agent": self.id("individual", "analyst"),
            "out_args": [format!("__{}__", question.id), format!("__{}_detail__", question.id)],
        });
        self.refer(&mut step, &question.id);
        self.add(action.clone(), step);
        let answered = self.end(&format!("{}/answered", question.id));
        let mut branch = json!({
            "type": "if-condition",
            "name": format!("Is {} unknown?", question.id),
            "condition": format!("__{}__:value = 'unknown'", question.id),
            "on_true": answered,
            "on_false": answered,
        });
        if let Some(task) = question.on_unknown.as_ref().and_then(|task| self.playbook.task(task)) {
            let after = self.end(&format!("{}/unknown", question.id));
            branch["on_true"] = Value::String(self.task(task, &format!("{}/unknown", question.id), &after));
        }
        // What follows a condition runs when its branch has ended.
        let after = self.end(&format!("{}/end", question.id));
        branch["on_completion"] = Value::String(after);
        self.add(test, branch);
        action
    }

    /// A rule with its tasks, one behind the other, and what comes next.
    fn rule(&mut self, name: &str, title: &str, condition: &Condition, tasks: &[&TaskSpec], next: &str) -> String {
        let id = self.id("if-condition", name);
        let mut behind = self.end(&format!("{name}/end"));
        let no = self.end(&format!("{name}/no"));
        for task in tasks.iter().rev() {
            behind = self.task(task, &format!("{name}/{}", task.id), &behind);
        }
        let step = json!({
            "type": "if-condition",
            "name": format!("{name}: {title}"),
            "description": format!("As the playbook writes it: {condition}"),
            "condition": pattern(condition.expr(), false, &self.playbook.orders()),
            "on_true": behind,
            "on_false": no,
            "on_completion": next,
        });
        self.add(id, step)
    }

    fn task(&mut self, task: &TaskSpec, name: &str, next: &str) -> String {
        let id = self.id("action", name);
        let mut commands = Vec::new();
        if task.approval {
            let text = format!("Have it approved: {}. {}", task.title, task.text.trim());
            commands.push(json!({"type": "manual", "description": "It changes something: somebody answers for it.", "command": text}));
        }
        commands.extend(task.commands.iter().map(command));
        if commands.is_empty() {
            commands.push(json!({"type": "manual", "description": task.title, "command": task.text.trim()}));
        }
        let mut step = json!({
            "type": "action",
            "name": task.title,
            "description": format!("{}: {}", task.phase.in_words(), task.text.trim()),
            "on_completion": next,
            "commands": commands,
            "agent": self.id("individual", "analyst"),
        });
        if task.phase == Phase::Containment {
            step["timeout"] = json!(3_600_000);
        }
        self.refer(&mut step, &task.id);
        self.add(id, step)
    }

    /// D3FEND techniques that a question or task carries out.
    fn refer(&self, step: &mut Value, of: &str) {
        let carried = self.playbook.d3fend.iter().filter(|defence| defence.of.iter().any(|name| name == of));
        let references: Vec<Value> = carried
            .map(|defence| {
                let path: String = defence.title.split_whitespace().collect();
                json!({
                    "name": "D3FEND",
                    "description": defence.title,
                    "url": format!("https://d3fend.mitre.org/technique/d3f:{path}/"),
                    "external_id": defence.id,
                })
            })
            .collect();
        if !references.is_empty() {
            step["external_references"] = Value::Array(references);
        }
    }
}

/// A command; CACAO's variables stand in its language's quotes.
fn command(spec: &CommandSpec) -> Value {
    let value = |name: &str| Some(format!("__{name}__:value"));
    let fill = |text: &str| match spec.language {
        // In a request line and on a product's console the variable stands bare.
        Language::Text => bare(text),
        Language::Http => {
            let (head, body) = text.split_once('\n').unwrap_or((text, ""));
            format!(
                "{}\n{}",
                bare(head),
                render(&format!("\n{body}"), Language::Http, value).0.trim_start_matches('\n')
            )
        }
        language => render(text, language, value).0,
    };
    let text = fill(spec.text.trim());
    let mut about = format!("{} ({})", spec.platform, spec.language.title());
    if !spec.undo.is_empty() {
        about.push_str(&format!("; undo: {}", fill(spec.undo.trim()).trim()));
    }
    let encoded = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    match spec.language {
        Language::Http => {
            let (head, body) = text.split_once('\n').unwrap_or((&text, ""));
            json!({
                "type": "http-api",
                "description": about,
                "command": head.trim(),
                "headers": {"Content-Type": ["application/json"]},
                "content_b64": encoded(body.trim()),
            })
        }
        language => json!({"type": language.kind(), "description": about, "command_b64": encoded(&text)}),
    }
}

/// Placeholders as CACAO's variables, without quotes.
fn bare(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("{{") {
        out.push_str(before);
        match behind.split_once("}}") {
            Some((name, after)) => {
                out.push_str(&format!("__{name}__:value"));
                rest = after;
            }
            None => {
                out.push_str("{{");
                rest = behind;
            }
        }
    }
    out.push_str(rest);
    out
}

/// A condition in the grammar of STIX patterns (comparisons with AND, OR and brackets), negation pushed to the leaves.
fn pattern(expr: &Expr, negated: bool, orders: &BTreeMap<String, Vec<String>>) -> String {
    match expr {
        Expr::Not(part) => pattern(part, !negated, orders),
        Expr::And(parts) | Expr::Or(parts) => {
            let and = matches!(expr, Expr::And(_)) != negated;
            let parts: Vec<String> = parts.iter().map(|part| pattern(part, negated, orders)).collect();
            format!("({})", parts.join(if and { " AND " } else { " OR " }))
        }
        Expr::Is(question, word) => {
            let part = if matches!(word.as_str(), "yes" | "no" | "unknown") { "" } else { "_detail" };
            let sign = if negated { "!=" } else { "=" };
            format!("__{question}{part}__:value {sign} '{word}'")
        }
        Expr::Compare(left, comparison, right) => {
            let comparison = if negated { opposite(*comparison) } else { *comparison };
            let question = [left, right].into_iter().find_map(|side| match side {
                Operand::Detail(question) => Some(question),
                _ => None,
            });
            let order = question.and_then(|question| orders.get(question)).map_or(&[][..], Vec::as_slice);
            format!("{} {} {}", side(left, order), sign(comparison), side(right, order))
        }
    }
}

fn side(operand: &Operand, order: &[String]) -> String {
    match operand {
        Operand::Number(number) => number.to_string(),
        Operand::Total(total) => format!("__{}__:value", total.as_str()),
        Operand::Value(question, name) => format!("__{question}_{name}__:value"),
        Operand::Detail(question) => format!("__{question}_rank__:value"),
        Operand::Word(word) => order.iter().position(|known| known == word).unwrap_or(order.len()).to_string(),
    }
}

const fn sign(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "=",
        other => other.as_str(),
    }
}

const fn opposite(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Less => Comparison::AtLeast,
        Comparison::AtMost => Comparison::More,
        Comparison::More => Comparison::AtMost,
        Comparison::AtLeast => Comparison::Less,
        Comparison::Equal => Comparison::Unequal,
        Comparison::Unequal => Comparison::Equal,
    }
}
