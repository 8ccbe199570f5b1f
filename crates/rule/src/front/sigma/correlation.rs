//! Correlation rules (Sigma correlation rules specification 2.1).

use super::document::Document;
use super::index::Index;
use super::position::Step;
use super::{condition, limits, meta, number};
use crate::ir::{Compare, Correlation, CorrelationKind, Feed, Member, Meta, Require, Window};
use crate::{Problem, RuleSet};
use ddefend_model::code;
use rsigma_parser::{ConditionExpr, CorrelationType, Quantifier, SelectorPattern, Timespan};
use yaml_serde::{Mapping, Value};

/// A correlation on its way.
struct Draft<'d> {
    document: &'d Document<'d>,
    body: &'d Mapping,
    meta: Meta,
    names: Vec<String>,
}

/// Reads correlations over the rules of the set, those that feed others first.
pub(super) fn read(documents: &[Document<'_>], index: Index, set: &mut RuleSet) {
    let mut drafts: Vec<Option<Draft<'_>>> = Vec::new();
    for document in documents {
        let meta = meta::read(document, &mut set.problems);
        let Some(body) = document.root.get("correlation").and_then(Value::as_mapping) else {
            set.problems.push(problem(document, &[], "`correlation` holds type, rules, timespan and condition"));
            continue;
        };
        let names = meta::list(body, "rules");
        if names.is_empty() || names.len() > limits::MEMBERS {
            let message = format!("a correlation names between 1 and {} rules", limits::MEMBERS);
            set.problems.push(problem(document, &[Step::Key("rules")], message));
            continue;
        }
        drafts.push(Some(Draft { document, body, meta, names }));
    }
    let mut quiet = Quiet::default();
    lower_all(&mut drafts, index, set, &mut quiet);
    for draft in drafts.iter().flatten() {
        let message = "the correlation feeds itself through the correlations that it names, or stands behind too many";
        set.problems.push(problem(draft.document, &[Step::Key("rules")], message));
    }
    quiet.apply(set);
}

/// Lowers drafts, each after those that it names.
fn lower_all(drafts: &mut [Option<Draft<'_>>], mut index: Index, set: &mut RuleSet, quiet: &mut Quiet) {
    for _ in 0..limits::CHAIN {
        let mut waiting = Index::default();
        for draft in drafts.iter().flatten() {
            waiting.add(&draft.meta, Feed::Correlation(0));
        }
        let mut found = false;
        for place in drafts.iter_mut() {
            let ready = place.as_ref().is_some_and(|draft| {
                draft.names.iter().all(|name| index.first(name).is_some() || waiting.first(name).is_none())
            });
            let Some(draft) = place.take_if(|_| ready) else { continue };
            found = true;
            match draft.lower(&index) {
                Ok(correlation) => {
                    quiet.note(&draft, &correlation);
                    index.add(&correlation.meta, Feed::Correlation(set.correlations.len()));
                    set.correlations.push(correlation);
                }
                Err(problem) => set.problems.push(problem),
            }
        }
        if !found {
            break;
        }
    }
}

fn problem(document: &Document<'_>, path: &[Step<'_>], message: impl Into<String>) -> Problem {
    let whole: Vec<Step<'_>> = core::iter::once(Step::Key("correlation")).chain(path.iter().copied()).collect();
    document.problem(&whole, code::RULE_CORRELATION, message)
}

/// Rules and correlations whose own matches are not shown, because they feed correlations that do not say `generate`.
#[derive(Default)]
struct Quiet {
    fed: Vec<(Feed, bool)>,
}

impl Quiet {
    fn note(&mut self, draft: &Draft<'_>, correlation: &Correlation) {
        let own = draft.document.root.get("generate").or_else(|| draft.body.get("generate"));
        let generate = own.and_then(Value::as_bool).unwrap_or(false);
        self.fed.extend(correlation.members.iter().map(|member| (member.feed, generate)));
    }

    fn apply(&self, set: &mut RuleSet) {
        for (feed, _) in &self.fed {
            let shown = self.fed.iter().any(|(other, generate)| other == feed && *generate);
            match feed {
                Feed::Rule(index) => {
                    if let Some(rule) = set.rules.get_mut(*index) {
                        rule.shown = shown;
                    }
                }
                Feed::Correlation(index) => {
                    if let Some(correlation) = set.correlations.get_mut(*index) {
                        correlation.shown = shown;
                    }
                }
            }
        }
    }
}

impl Draft<'_> {
    fn lower(&self, index: &Index) -> Result<Correlation, Problem> {
        let text = self.body.get("type").and_then(Value::as_str).unwrap_or_default();
        let kind: CorrelationType = text
            .parse()
            .map_err(|()| self.problem(&[Step::Key("type")], format!("`{text}` is no type of correlation")))?;
        let ordered = kind == CorrelationType::TemporalOrdered;
        let mut members: Vec<Member> = Vec::with_capacity(self.names.len());
        for (item, name) in self.names.iter().enumerate() {
            let Some(feed) = index.first(name) else {
                let path = [Step::Key("rules"), Step::Item(item)];
                return Err(self.problem(&path, format!("no rule has the id or name `{name}`")));
            };
            if !ordered && members.iter().any(|known| known.feed == feed) {
                continue;
            }
            members.push(Member { feed, aliases: self.aliases(index, name, feed) });
        }
        let temporal = ordered || kind == CorrelationType::Temporal;
        let (condition, require) = self.condition(index, temporal, &members)?;
        if ordered && (require.is_some() || self.body.contains_key("condition")) {
            let message = "an ordered correlation wants all its rules in order; a condition has no meaning for it";
            return Err(self.problem(&[Step::Key("condition")], message));
        }
        Ok(Correlation {
            meta: self.meta.clone(),
            kind: self.kind(kind)?,
            members,
            group_by: meta::list(self.body, "group-by").into_iter().map(String::into_boxed_str).collect(),
            timespan: self.timespan()?,
            window: self.window()?,
            condition,
            require,
            shown: true,
        })
    }

    fn kind(&self, kind: CorrelationType) -> Result<CorrelationKind, Problem> {
        let condition = self.body.get("condition").and_then(Value::as_mapping);
        let fields = condition.map(|map| meta::list(map, "field")).unwrap_or_default();
        let path = [Step::Key("condition"), Step::Key("field")];
        let one = || match fields.as_slice() {
            [field] => Ok(Box::from(field.as_str())),
            _ => Err(self.problem(&path, "this type of correlation wants one `field` in its condition")),
        };
        Ok(match kind {
            CorrelationType::EventCount => CorrelationKind::EventCount,
            CorrelationType::ValueCount if fields.is_empty() => {
                return Err(self.problem(&path, "`value_count` wants a `field` in its condition"));
            }
            CorrelationType::ValueCount => {
                CorrelationKind::ValueCount(fields.iter().map(|field| field.as_str().into()).collect())
            }
            CorrelationType::Temporal => CorrelationKind::Temporal,
            CorrelationType::TemporalOrdered => CorrelationKind::TemporalOrdered,
            CorrelationType::ValueSum => CorrelationKind::ValueSum(one()?),
            CorrelationType::ValueAvg => CorrelationKind::ValueAvg(one()?),
            CorrelationType::ValueMedian => CorrelationKind::ValueMedian(one()?),
            CorrelationType::ValuePercentile => {
                let percentile = condition.and_then(|map| map.get("percentile"));
                let rank = percentile.and_then(number::of).unwrap_or(50.0);
                if !(0.0..=100.0).contains(&rank) {
                    let path = [Step::Key("condition"), Step::Key("percentile")];
                    return Err(self.problem(&path, "a percentile lies between 0 and 100"));
                }
                CorrelationKind::ValuePercentile(one()?, rank)
            }
        })
    }

    fn condition(
        &self,
        index: &Index,
        temporal: bool,
        members: &[Member],
    ) -> Result<(Compare, Option<Require>), Problem> {
        let path = [Step::Key("condition")];
        #[allow(clippy::cast_precision_loss)]
        let all = Compare { gte: Some(members.len() as f64), ..Compare::default() };
        match self.body.get("condition") {
            None if temporal => Ok((all, None)),
            None => Err(self.problem(&path, "the condition is missing: gt, gte, lt, lte, eq or neq with a number")),
            Some(Value::String(text)) if temporal => {
                let parsed = condition::parse(text).map_err(|message| self.problem(&path, message))?;
                let require = self.require(&parsed, index, members)?;
                Ok((Compare::default(), Some(require)))
            }
            Some(Value::Mapping(map)) => {
                let mut compare = Compare::default();
                for (key, value) in map {
                    let key = key.as_str().unwrap_or_default();
                    let place = match key {
                        "gt" => &mut compare.gt,
                        "gte" => &mut compare.gte,
                        "lt" => &mut compare.lt,
                        "lte" => &mut compare.lte,
                        "eq" => &mut compare.eq,
                        "neq" => &mut compare.neq,
                        "field" | "percentile" => continue,
                        _ => {
                            let path = [Step::Key("condition"), Step::Key(key)];
                            return Err(self.problem(&path, format!("a condition has no `{key}`")));
                        }
                    };
                    let path = [Step::Key("condition"), Step::Key(key)];
                    *place =
                        Some(number::of(value).ok_or_else(|| self.problem(&path, format!("`{key}` wants a number")))?);
                }
                if compare == Compare::default() {
                    return Err(self.problem(&path, "the condition wants one of gt, gte, lt, lte, eq, neq"));
                }
                Ok((compare, None))
            }
            Some(_) => Err(self.problem(&path, "a condition holds gt, gte, lt, lte, eq or neq with a number")),
        }
    }

    /// A condition in words: names of the rules with and, or, not.
    fn require(&self, parsed: &ConditionExpr, index: &Index, members: &[Member]) -> Result<Require, Problem> {
        let path = [Step::Key("condition")];
        let all = |parts: &[ConditionExpr]| -> Result<Vec<Require>, Problem> {
            parts.iter().map(|part| self.require(part, index, members)).collect()
        };
        Ok(match parsed {
            ConditionExpr::And(parts) => Require::And(all(parts)?),
            ConditionExpr::Or(parts) => Require::Or(all(parts)?),
            ConditionExpr::Not(inner) => Require::Not(Box::new(self.require(inner, index, members)?)),
            ConditionExpr::Identifier(name) => {
                let feed = index.first(name);
                let place = members.iter().position(|member| Some(member.feed) == feed);
                let message = || format!("the condition names `{name}`, which is not among the correlation's rules");
                Require::Member(place.ok_or_else(|| self.problem(&path, message()))?)
            }
            ConditionExpr::Selector { quantifier, pattern: SelectorPattern::Them } => {
                let each = (0..members.len()).map(Require::Member).collect();
                match quantifier {
                    Quantifier::All => Require::And(each),
                    Quantifier::Any => Require::Or(each),
                    Quantifier::Count(_) => {
                        return Err(self.problem(&path, "write `gte` with the number of rules instead"));
                    }
                }
            }
            ConditionExpr::Selector { .. } => {
                return Err(self.problem(&path, "conditions of correlations name their rules one by one"));
            }
        })
    }

    fn timespan(&self) -> Result<u64, Problem> {
        let key = if self.body.contains_key("timespan") { "timespan" } else { "timeframe" };
        self.span(self.body.get(key), key)
    }

    fn span(&self, value: Option<&Value>, key: &str) -> Result<u64, Problem> {
        let text = value.and_then(Value::as_str).unwrap_or_default();
        let seconds = Timespan::parse(text).ok().map(|span| span.seconds);
        seconds
            .filter(|seconds| (1..=limits::SPAN).contains(seconds))
            .ok_or_else(|| self.problem(&[Step::Key(key)], format!("`{key}` wants a time such as 30s, 5m, 1h or 7d")))
    }

    fn window(&self) -> Result<Window, Problem> {
        let given =
            |name: &str| self.document.root.get(format!("rsigma.{name}").as_str()).or_else(|| self.body.get(name));
        match given("window").map(|value| value.as_str().unwrap_or_default()) {
            None | Some("sliding") => Ok(Window::Sliding),
            Some("tumbling") => Ok(Window::Tumbling),
            Some("session") => Ok(Window::Session(self.span(given("gap"), "gap")?)),
            Some(other) => {
                let message = format!("`{other}` is no window; windows are sliding, tumbling and session");
                Err(self.problem(&[Step::Key("window")], message))
            }
        }
    }

    /// The aliases that name this member, by its id, its name or the reference as written.
    fn aliases(&self, index: &Index, name: &str, feed: Feed) -> Vec<(Box<str>, Box<str>)> {
        let Some(aliases) = self.body.get("aliases").and_then(Value::as_mapping) else { return Vec::new() };
        let mut found = Vec::new();
        for (alias, fields) in aliases {
            let (Some(alias), Some(fields)) = (alias.as_str(), fields.as_mapping()) else { continue };
            for (rule, field) in fields {
                let (Some(rule), Some(field)) = (rule.as_str(), field.as_str()) else { continue };
                if rule == name || index.first(rule) == Some(feed) {
                    found.push((alias.into(), field.into()));
                }
            }
        }
        found
    }

    fn problem(&self, path: &[Step<'_>], message: impl Into<String>) -> Problem {
        problem(self.document, path, message)
    }
}
