//! Sigma (Sigma specification 2.1): the rule normalised. Each group of predicates is a detection of its own.

use crate::pattern::{Shape, shape};
use crate::refusal::Refusal;
use ddefend_rule::ir::{
    Expr, FieldRelation, NumberTest, Piece, Predicate, RegexFlags, Rule, Test, TextPattern, TimePart,
};

/// A YAML document.
pub(crate) fn sigma(rule: &Rule) -> Result<String, Refusal> {
    let meta = &rule.meta;
    let mut out = String::new();
    let mut line = |key: &str, value: &str| {
        if !value.is_empty() {
            out.push_str(&format!("{key}: {}\n", quote(value)));
        }
    };
    line("title", if meta.title.is_empty() { &meta.id } else { &meta.title });
    line("id", if meta.id.len() == 36 { &meta.id } else { "" });
    line("status", &meta.status.map(|status| format!("{status:?}").to_lowercase()).unwrap_or_default());
    line("description", &meta.description);
    line("author", meta.author.as_deref().unwrap_or_default());
    line("date", meta.date.as_deref().unwrap_or_default());
    line("modified", meta.modified.as_deref().unwrap_or_default());
    list(&mut out, "references", &meta.references);
    list(&mut out, "tags", &meta.tags);
    out.push_str("logsource:\n");
    let source = &rule.source;
    for (key, value) in [("category", &source.category), ("product", &source.product), ("service", &source.service)] {
        if let Some(value) = value {
            out.push_str(&format!("    {key}: {}\n", quote(value)));
        }
    }
    let mut detections = Detections::default();
    let condition = detections.condition(&rule.detection, false)?;
    out.push_str("detection:\n");
    out.push_str(&detections.text);
    out.push_str(&format!("    condition: {condition}\n"));
    list(&mut out, "falsepositives", &meta.false_positives);
    if let Some(level) = meta.level {
        let level = format!("{level:?}").to_lowercase();
        out.push_str(&format!("level: {}\n", if level == "info" { "informational" } else { &level }));
    }
    Ok(out)
}

fn list(out: &mut String, key: &str, values: &[String]) {
    if !values.is_empty() {
        out.push_str(&format!("{key}:\n"));
        for value in values {
            out.push_str(&format!("    - {}\n", quote(value)));
        }
    }
}

/// A YAML scalar: single-quoted, or double-quoted where it has control characters.
fn quote(text: &str) -> String {
    if !text.chars().any(char::is_control) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => {
                out.push('\\');
                out.push(letter);
            }
            '\n' => out.push_str("\\n"),
            letter if letter.is_control() => out.push_str(&format!("\\x{:02x}", u32::from(letter))),
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

#[derive(Default)]
struct Detections {
    text: String,
    count: usize,
}

/// A field with its modifiers, and a value; none: keywords.
struct Item {
    key: Option<String>,
    value: String,
}

impl Detections {
    fn condition(&mut self, expr: &Expr, inner: bool) -> Result<String, Refusal> {
        let group = |text: String| if inner { format!("({text})") } else { text };
        match expr {
            Expr::And(items) if items.is_empty() => Err(Refusal::of(None, "Sigma has no word for always true")),
            Expr::Or(items) if items.is_empty() => Err(Refusal::of(None, "Sigma has no word for never")),
            Expr::Not(of) => Ok(format!("not {}", self.condition(of, true)?)),
            Expr::Is(predicate) => self.one(&[predicate], false),
            Expr::And(items) => match map(items) {
                Some(all) => self.one(&all, false),
                None => {
                    let texts = items.iter().map(|item| self.condition(item, true)).collect::<Result<Vec<_>, _>>()?;
                    Ok(group(texts.join(" and ")))
                }
            },
            Expr::Or(items) => match same_key(items) {
                Some(all) => self.one(&all, true),
                None => {
                    let texts = items.iter().map(|item| self.condition(item, true)).collect::<Result<Vec<_>, _>>()?;
                    Ok(group(texts.join(" or ")))
                }
            },
            Expr::AtLeast(..) => Err(Refusal::of(None, "Sigma counts only detections of a name, not conditions")),
        }
    }

    /// A detection: a map of fields, or several values of one.
    fn one(&mut self, predicates: &[&Predicate], values: bool) -> Result<String, Refusal> {
        self.count = self.count.saturating_add(1);
        let name = format!("selection_{}", self.count);
        let items = predicates.iter().map(|predicate| item(predicate)).collect::<Result<Vec<_>, _>>()?;
        self.text.push_str(&format!("    {name}:\n"));
        let first = items.first().and_then(|item| item.key.clone());
        match (values, first) {
            (_, None) => {
                for item in &items {
                    self.text.push_str(&format!("        - {}\n", item.value));
                }
            }
            (true, Some(key)) => {
                self.text.push_str(&format!("        {key}:\n"));
                for item in &items {
                    self.text.push_str(&format!("            - {}\n", item.value));
                }
            }
            (false, Some(_)) => {
                for item in &items {
                    let key = item.key.as_deref().unwrap_or_default();
                    self.text.push_str(&format!("        {key}: {}\n", item.value));
                }
            }
        }
        Ok(name)
    }
}

/// Predicates of a conjunction, where each has a key of its own.
fn map(items: &[Expr]) -> Option<Vec<&Predicate>> {
    let mut all = Vec::new();
    let mut keys: Vec<String> = Vec::new();
    for item in items {
        let Expr::Is(predicate) = item else { return None };
        let key = self::item(predicate).ok()?.key?;
        if keys.contains(&key) {
            return None;
        }
        keys.push(key);
        all.push(predicate);
    }
    Some(all)
}

/// Predicates of a disjunction, where all have the same key.
fn same_key(items: &[Expr]) -> Option<Vec<&Predicate>> {
    let mut all: Vec<&Predicate> = Vec::new();
    let mut key: Option<Option<String>> = None;
    for item in items {
        let Expr::Is(predicate) = item else { return None };
        let own = self::item(predicate).ok()?.key;
        if key.as_ref().is_some_and(|key| *key != own) {
            return None;
        }
        key = Some(own);
        all.push(predicate);
    }
    Some(all)
}

fn item(predicate: &Predicate) -> Result<Item, Refusal> {
    let Some(field) = predicate.field.as_deref() else {
        let Test::Text { pattern, cased: false } = &predicate.test else {
            return Err(Refusal::of(None, "Sigma's keywords are text without case"));
        };
        let inner = match pattern.pieces.as_slice() {
            [Piece::Any, inner @ .., Piece::Any] => inner.to_vec(),
            _ => return Err(Refusal::of(None, "Sigma's keywords stand anywhere")),
        };
        return Ok(Item { key: None, value: quote(&TextPattern { pieces: inner }.to_string()) });
    };
    let with = |modifiers: &str, value: String| Item { key: Some(format!("{field}{modifiers}")), value };
    Ok(match &predicate.test {
        Test::Text { pattern, cased } => {
            let case = if *cased { "|cased" } else { "" };
            let plain = |text: &str| quote(&crate::pattern::literal(text).to_string());
            match shape(pattern) {
                Shape::Equals(text) => with(case, plain(text)),
                Shape::StartsWith(text) => with(&format!("|startswith{case}"), plain(text)),
                Shape::EndsWith(text) => with(&format!("|endswith{case}"), plain(text)),
                Shape::Contains(text) => with(&format!("|contains{case}"), plain(text)),
                Shape::Other => with(case, quote(&pattern.to_string())),
            }
        }
        Test::Regex { source, flags: RegexFlags { ignore_case, multi_line, dot_all } } => {
            let mut modifiers = String::from("|re");
            for (set, letter) in [(ignore_case, "|i"), (multi_line, "|m"), (dot_all, "|s")] {
                if *set {
                    modifiers.push_str(letter);
                }
            }
            with(&modifiers, quote(source))
        }
        Test::Cidr { network, prefix } => with("|cidr", quote(&format!("{network}/{prefix}"))),
        Test::Number(test, number) => {
            let modifier = match test {
                NumberTest::Lt => "|lt",
                NumberTest::Le => "|lte",
                NumberTest::Gt => "|gt",
                NumberTest::Ge => "|gte",
                NumberTest::Eq => "",
                NumberTest::Ne => "|neq",
            };
            with(modifier, format!("{number}"))
        }
        Test::Null => with("", "null".to_owned()),
        Test::Exists(there) => with("|exists", there.to_string()),
        Test::FieldRef { other, relation, cased } => {
            let relation = match relation {
                FieldRelation::Equals => "",
                FieldRelation::StartsWith => "|startswith",
                FieldRelation::EndsWith => "|endswith",
                FieldRelation::Contains => "|contains",
            };
            let case = if *cased { "|cased" } else { "" };
            with(&format!("|fieldref{relation}{case}"), quote(other))
        }
        Test::TimePart(part, value) => {
            let part = match part {
                TimePart::Minute => "minute",
                TimePart::Hour => "hour",
                TimePart::Day => "day",
                TimePart::Week => "week",
                TimePart::Month => "month",
                TimePart::Year => "year",
            };
            with(&format!("|{part}"), value.to_string())
        }
    })
}
