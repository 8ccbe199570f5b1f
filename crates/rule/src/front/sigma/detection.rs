//! A `detection` section to an expression (Sigma specification 2.1, "Detection").

use super::condition::{self, Named};
use super::document::Document;
use super::limits;
use super::options::Options;
use super::position::Step;
use super::value::Asked;
use crate::Problem;
use crate::ir::Expr;
use core::cell::Cell;
use ddefend_model::code;
use yaml_serde::{Mapping, Value};

/// Reads sections of one document.
pub(super) struct Section<'d> {
    /// The document.
    pub document: &'d Document<'d>,
    /// The key that holds the section: `detection` or `filter`.
    pub key: &'static str,
    /// Values of placeholders.
    pub options: &'d Options,
}

/// Why a section gave nothing.
pub(super) enum Failed {
    /// It is wrong.
    Wrong(Problem),
    /// A placeholder has no values.
    Unfilled(Problem),
}

impl From<Problem> for Failed {
    fn from(problem: Problem) -> Self {
        if problem.code == code::RULE_PLACEHOLDER { Self::Unfilled(problem) } else { Self::Wrong(problem) }
    }
}

impl Section<'_> {
    /// The whole section as one expression. `other` are keys that are neither detections nor the condition.
    pub(super) fn read(&self, other: &[&str]) -> Result<Expr, Failed> {
        let Some(section) = self.document.root.get(self.key).and_then(Value::as_mapping) else {
            let message = format!("a rule needs `{}` with named detections and a condition", self.key);
            return Err(self.problem(&[], code::RULE_DETECTION, message).into());
        };
        let mut named = Named::new();
        let mut unfilled = None;
        for (name, body) in section {
            let Some(name) = name.as_str() else {
                return Err(self.problem(&[], code::RULE_DETECTION, "names of detections are text").into());
            };
            if name == "condition" || other.contains(&name) {
                continue;
            }
            match self.body(body, &mut vec![Step::Key(name)]) {
                Ok(expr) => named.push((name.to_owned(), expr)),
                Err(problem) if problem.code == code::RULE_PLACEHOLDER => {
                    unfilled.get_or_insert(problem);
                    named.push((name.to_owned(), Expr::Or(Vec::new())));
                }
                Err(problem) => return Err(problem.into()),
            }
        }
        let expr = self.condition(section, &named)?;
        match unfilled {
            None => Ok(expr),
            Some(problem) => Err(problem.into()),
        }
    }

    fn condition(&self, section: &Mapping, named: &Named) -> Result<Expr, Problem> {
        let path = [Step::Key("condition")];
        let budget = Cell::new(limits::TESTS);
        let single = match section.get("condition") {
            Some(Value::Sequence(list)) => {
                let mut parts = Vec::with_capacity(list.len());
                for (index, entry) in list.iter().enumerate() {
                    let path = [Step::Key("condition"), Step::Item(index)];
                    let text = entry
                        .as_str()
                        .ok_or_else(|| self.problem(&path, code::RULE_CONDITION, "a condition is text"))?;
                    parts.push(self.one_condition(text, named, &path, &budget)?);
                }
                return match parts.len() {
                    0 => Err(self.problem(&path, code::RULE_CONDITION, "the list of conditions is empty")),
                    1 => Ok(parts.remove(0)),
                    _ => Ok(Expr::Or(parts)),
                };
            }
            Some(Value::String(text)) => text,
            Some(_) => return Err(self.problem(&path, code::RULE_CONDITION, "a condition is text")),
            None => return Err(self.problem(&[], code::RULE_CONDITION, "the condition is missing")),
        };
        self.one_condition(single, named, &path, &budget)
    }

    fn one_condition(
        &self,
        text: &str,
        named: &Named,
        path: &[Step<'_>],
        budget: &Cell<usize>,
    ) -> Result<Expr, Problem> {
        condition::read(text, named, budget).map_err(|message| self.problem(path, code::RULE_CONDITION, message))
    }

    /// A detection: a map, a list of maps, keywords.
    fn body<'v>(&self, body: &'v Value, path: &mut Vec<Step<'v>>) -> Result<Expr, Problem> {
        match body {
            Value::Mapping(map) => self.map(map, path),
            Value::Sequence(list) => {
                let mut parts = Vec::with_capacity(list.len());
                for (index, entry) in list.iter().enumerate() {
                    path.push(Step::Item(index));
                    let part = match entry {
                        Value::Mapping(map) => self.map(map, path)?,
                        Value::Sequence(_) => {
                            return Err(self.problem(path, code::RULE_DETECTION, "a list of lists is no detection"));
                        }
                        value => self.item("", core::slice::from_ref(value), path, false)?,
                    };
                    path.pop();
                    parts.push(part);
                }
                Ok(match parts.len() {
                    1 => parts.remove(0),
                    _ => Expr::Or(parts),
                })
            }
            Value::Null => Err(self.problem(path, code::RULE_DETECTION, "the detection is empty")),
            value => self.item("", core::slice::from_ref(value), path, false),
        }
    }

    fn map<'v>(&self, map: &'v Mapping, path: &mut Vec<Step<'v>>) -> Result<Expr, Problem> {
        if map.is_empty() {
            return Err(self.problem(path, code::RULE_DETECTION, "the detection is empty"));
        }
        let mut parts = Vec::with_capacity(map.len());
        for (key, value) in map {
            let Some(key) = key.as_str() else {
                return Err(self.problem(path, code::RULE_DETECTION, "names of fields are text; put quotes around it"));
            };
            path.push(Step::Key(key));
            parts.push(match value {
                Value::Sequence(list) => self.item(key, list, path, true)?,
                one => self.item(key, core::slice::from_ref(one), path, false)?,
            });
            path.pop();
        }
        Ok(match parts.len() {
            1 => parts.remove(0),
            _ => Expr::And(parts),
        })
    }

    /// `key: values`.
    fn item<'v>(
        &self,
        key: &'v str,
        values: &'v [Value],
        path: &mut Vec<Step<'v>>,
        list: bool,
    ) -> Result<Expr, Problem> {
        let spec = rsigma_parser::parse_field_spec(key)
            .map_err(|error| self.problem(path, code::RULE_MODIFIER, modifier_message(&error.to_string())))?;
        let field = key.split('|').next().filter(|name| !name.is_empty());
        if list && values.is_empty() {
            return Err(self.problem(path, code::RULE_VALUE, "the list of values is empty"));
        }
        Asked::new(&spec.modifiers, &self.options.placeholders, field.is_none())
            .and_then(|asked| asked.values(field, values))
            .map_err(|refusal| {
                if let Some(index) = refusal.value.filter(|_| list) {
                    path.push(Step::Item(index));
                }
                self.problem(path, refusal.code, refusal.message)
            })
    }

    fn problem(&self, path: &[Step<'_>], code: &'static str, message: impl Into<String>) -> Problem {
        let whole: Vec<Step<'_>> = core::iter::once(Step::Key(self.key)).chain(path.iter().copied()).collect();
        self.document.problem(&whole, code, message)
    }
}

fn modifier_message(message: &str) -> String {
    match message.strip_prefix("Unknown modifier ") {
        Some(name) => format!("{name} is no modifier of Sigma"),
        None => message.to_owned(),
    }
}
