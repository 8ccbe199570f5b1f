//! What a playbook says beyond its shape: every name that it uses must be one.

use super::primitive::{Parameter, ParameterKind, ticks};
use super::{CommandSpec, Condition, Name, Playbook, Question, near, parse};
use std::collections::BTreeSet;

/// Longest playbook, bytes.
pub(super) const LONGEST: usize = 1_000_000;
/// Most questions, rules or tasks.
const MOST: usize = 500;
/// Words that texts of answers may hold.
const WORDS: [&str; 2] = ["what", "count"];
/// Words of answers.
const ANSWERS: [&str; 3] = ["yes", "no", "unknown"];
/// Values of the case that commands may hold.
pub(super) const VARIABLES: [&str; 30] = [
    "host",
    "host_fqdn",
    "user",
    "sid",
    "pid",
    "office_pid",
    "image",
    "command",
    "field_command",
    "document",
    "document_name",
    "sha1",
    "sha256",
    "sender",
    "sender_domain",
    "message_id",
    "subject",
    "recipient",
    "address",
    "url",
    "begin",
    "end",
    "from",
    "until",
    "id_mde",
    "id_crowdstrike",
    "id_sentinelone",
    "id_elastic",
    "id_carbonblack",
    "id_cortex",
];
/// Those that do not fit above.
pub(super) const MORE_VARIABLES: [&str; 5] = ["id_velociraptor", "case", "process", "office_process", "upn"];

struct Check<'a> {
    playbook: &'a Playbook,
    text: &'a str,
    problems: Vec<String>,
}

/// Everything that is wrong, one line each, with line and field.
pub(super) fn problems(playbook: &Playbook, text: &str) -> Vec<String> {
    let mut check = Check { playbook, text, problems: Vec::new() };
    let sizes = [playbook.questions.len(), playbook.tasks.len(), playbook.escalate.len(), playbook.verdicts.len()];
    if sizes.into_iter().any(|size| size > MOST) {
        return vec![format!("more than {MOST} questions, rules or tasks")];
    }
    if playbook.playbook.is_empty() {
        check.say("", "playbook: an id is needed, such as t1559.002-dde/1");
    }
    check.unique("question", playbook.questions.iter().map(|question| question.id.as_str()));
    check.unique("task", playbook.tasks.iter().map(|task| task.id.as_str()));
    let rules = playbook.escalate.iter().map(|rule| rule.id.as_str());
    check.unique("rule", rules.chain(playbook.close.iter().map(|rule| rule.id.as_str())));
    for question in &playbook.questions {
        check.question(question);
    }
    check.rules();
    for task in &playbook.tasks {
        let field = format!("task {}", task.id);
        if let Some(condition) = &task.condition {
            check.condition(&format!("{field}, if"), &task.id, condition);
        }
        if !task.question.is_empty() {
            check.known_question(&format!("{field}, question"), &task.id, &task.question);
        }
        check.commands(&field, &task.id, &task.commands);
        let changes = task.commands.iter().any(|command| command.changes);
        if changes && !task.approval {
            check.say(&task.id, &format!("{field}: a command changes something, so approval must be true"));
        }
    }
    for pair in playbook.bands.windows(2) {
        if let [higher, lower] = pair
            && higher.at_least <= lower.at_least
        {
            check.say("bands", &format!("bands: {} must begin above {}", higher.level, lower.level));
        }
    }
    let known: BTreeSet<&str> = playbook.questions.iter().map(|question| question.id.as_str()).collect();
    for defence in &playbook.d3fend {
        for of in &defence.of {
            if !known.contains(of.as_str()) && playbook.task(of).is_none() {
                check.say(&defence.id, &format!("d3fend {}: '{of}' is neither a question nor a task", defence.id));
            }
        }
    }
    check.problems
}

impl Check<'_> {
    /// Notes a problem at the line where an id is given (`id: NAME`), or a key where there is no such line.
    fn say(&mut self, id: &str, message: &str) {
        let given = |line: &str| {
            let line = line.trim_start_matches([' ', '-']);
            let value = line.strip_prefix("id:").map(str::trim);
            !id.is_empty() && (value == Some(id) || line.starts_with(&format!("{id}:")))
        };
        let line = self.text.lines().position(given).map(|at| at + 1);
        self.problems.push(line.map_or_else(|| message.to_owned(), |line| format!("line {line}: {message}")));
    }

    fn unique<'b>(&mut self, what: &str, ids: impl Iterator<Item = &'b str>) {
        let mut seen = BTreeSet::new();
        for id in ids {
            if !seen.insert(id) {
                self.say(id, &format!("{what} {id}: the id is given twice"));
            }
        }
    }

    fn unknown<'b>(&mut self, field: &str, id: &str, sort: &str, word: &str, known: impl IntoIterator<Item = &'b str>) {
        let hint = near(word, known).map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
        self.say(id, &format!("{field}: '{word}' is no {sort}{hint}"));
    }

    fn known_question(&mut self, field: &str, id: &str, question: &str) -> bool {
        let found = self.playbook.question(question).is_some();
        if !found {
            let known: Vec<&str> = self.playbook.questions.iter().map(|question| question.id.as_str()).collect();
            self.unknown(field, id, "question of this playbook", question, known);
        }
        found
    }

    fn known_task(&mut self, field: &str, id: &str, task: &str) {
        if self.playbook.task(task).is_none() {
            let known: Vec<&str> = self.playbook.tasks.iter().map(|task| task.id.as_str()).collect();
            self.unknown(field, id, "task of this playbook", task, known);
        }
    }

    fn question(&mut self, question: &Question) {
        let (id, field) = (question.id.as_str(), format!("question {}", question.id));
        if !parse::is_question(id) {
            self.say(id, &format!("{field}: an id is Q and digits, as conditions write it"));
        }
        let Some(primitive) = question.compute.primitive() else { return };
        let details = primitive.details.iter().chain(&ANSWERS).copied();
        let named = [("weights", question.weights.keys().collect::<Vec<_>>())];
        let named = named.into_iter().chain([("order", question.order.iter().collect())]);
        for (part, words) in named.chain([("texts", question.texts.keys().collect())]) {
            for word in words {
                if !details.clone().any(|known| known == word) {
                    let sort = format!("detail of {}", primitive.name);
                    self.unknown(&format!("{field}, {part}"), id, &sort, word, details.clone());
                }
            }
        }
        for answer in ANSWERS {
            if !question.texts.contains_key(answer) {
                self.say(id, &format!("{field}, texts: '{answer}' is missing"));
            }
        }
        for (word, points) in &question.weights {
            if word == "unknown" && *points < 0 {
                self.say(id, &format!("{field}, weights: unknown never lowers a score"));
            }
        }
        for text in question.texts.values() {
            for word in braces(text, "{", "}") {
                if !WORDS.contains(&word) {
                    self.unknown(&format!("{field}, texts"), id, "word of an answer", word, WORDS);
                }
            }
        }
        if let Some(per) = &question.per
            && !primitive.values.contains(&per.value.as_str())
        {
            let values = primitive.values.iter().copied();
            self.unknown(&format!("{field}, per"), id, &format!("number of {}", primitive.name), &per.value, values);
        }
        for (name, value) in &question.with {
            let found = primitive.parameters.iter().find(|(known, _)| known == name);
            match found {
                None => {
                    let known = primitive.parameters.iter().map(|(known, _)| *known);
                    self.unknown(
                        &format!("{field}, with"),
                        id,
                        &format!("parameter of {}", primitive.name),
                        name,
                        known,
                    );
                }
                Some((_, kind)) => {
                    if let Some(wanted) = misfit(*kind, value) {
                        self.say(id, &format!("{field}, with {name}: {wanted}"));
                    }
                }
            }
        }
        if let Some(task) = &question.on_unknown {
            self.known_task(&format!("{field}, on_unknown"), id, task);
        }
        self.commands(&field, id, &question.queries);
    }

    fn rules(&mut self) {
        let playbook = self.playbook;
        for rule in &playbook.escalate {
            self.condition(&format!("rule {}, if", rule.id), &rule.id, &rule.condition);
            for task in rule.tasks.iter().chain(&rule.first) {
                self.known_task(&format!("rule {}, tasks", rule.id), &rule.id, task);
            }
        }
        for rule in &playbook.close {
            self.condition(&format!("rule {}, if", rule.id), &rule.id, &rule.condition);
            for task in &rule.tasks {
                self.known_task(&format!("rule {}, tasks", rule.id), &rule.id, task);
            }
            if let Some(require) = &rule.require {
                self.condition(&format!("rule {}, require", rule.id), &rule.id, &require.condition);
                self.known_task(&format!("rule {}, require", rule.id), &rule.id, &require.task);
            }
            if rule.verdict.as_str().starts_with("tp_") {
                self.say(&rule.id, &format!("rule {}: no true positive is ever closed by a rule", rule.id));
            }
        }
        for cap in &playbook.caps {
            self.condition("cap, if", "cap", &cap.condition);
            self.known_question("cap, question", "cap", &cap.question);
        }
        for rule in &playbook.verdicts {
            self.condition(&format!("verdict {}, if", rule.verdict), "verdict", &rule.condition);
        }
        if let Some(condition) = &playbook.never_close {
            self.condition("never_close", "never_close", condition);
        }
    }

    fn condition(&mut self, field: &str, id: &str, condition: &Condition) {
        for name in condition.names() {
            let (Name::Is(question, word) | Name::Value(question, word) | Name::Ordered(question, word)) = name;
            if !self.known_question(field, id, question) {
                continue;
            }
            let Some(found) = self.playbook.question(question) else { continue };
            let Some(primitive) = found.compute.primitive() else { continue };
            match name {
                Name::Is(..) => {
                    let known = primitive.details.iter().chain(&ANSWERS).copied();
                    if !known.clone().any(|known| known == word) {
                        self.unknown(field, id, &format!("answer or detail of {question}"), word, known);
                    }
                }
                Name::Value(..) => {
                    if !primitive.values.contains(&word) {
                        let known = primitive.values.iter().copied();
                        self.unknown(field, id, &format!("number of {question}"), word, known);
                    }
                }
                Name::Ordered(..) => {
                    if !found.order.iter().any(|known| known == word) {
                        let known: Vec<&str> = found.order.iter().map(String::as_str).collect();
                        self.unknown(field, id, &format!("detail in the order of {question}"), word, known);
                    }
                }
            }
        }
    }

    fn commands(&mut self, field: &str, id: &str, commands: &[CommandSpec]) {
        for command in commands {
            for word in braces(&command.text, "{{", "}}").chain(braces(&command.undo, "{{", "}}")) {
                let known = VARIABLES.into_iter().chain(MORE_VARIABLES);
                if !known.clone().any(|known| known == word) {
                    let place = format!("{field}, command for {}", command.platform);
                    self.unknown(&place, id, "value of a case", word, known);
                }
            }
        }
    }
}

/// What a parameter should be, where it is not that.
fn misfit(kind: ParameterKind, value: &Parameter) -> Option<&'static str> {
    let fits = match (kind, value) {
        (ParameterKind::Number, Parameter::Number(number)) => *number >= 0.0 && number.is_finite(),
        (ParameterKind::Time, Parameter::Text(text)) => ticks(text).is_some(),
        (ParameterKind::Findings, Parameter::List(ids)) => ids
            .iter()
            .all(|id| id.split_once(':').is_none_or(|(_, level)| level.parse::<ddefend_model::Level>().is_ok())),
        (ParameterKind::List, Parameter::List(_)) => true,
        _ => false,
    };
    let wanted = match kind {
        ParameterKind::Number => "a number is needed, zero or more",
        ParameterKind::Time => "a length of time is needed, such as 10m, 72h or 30d",
        ParameterKind::Findings => {
            "a list of finding ids is needed, each with or without a level: dde.launch, object.link:high"
        }
        ParameterKind::List => "a list is needed",
    };
    (!fits).then_some(wanted)
}

/// Names between braces.
pub(super) fn braces<'a>(text: &'a str, open: &'static str, close: &'static str) -> impl Iterator<Item = &'a str> {
    text.split(open).skip(1).filter_map(move |rest| rest.split_once(close).map(|(word, _)| word))
}
