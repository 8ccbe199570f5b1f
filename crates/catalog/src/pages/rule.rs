//! The page of a rule.

use super::{EventRow, ExclusionRow, IndicatorRow, PredicateRow, RuleRow, TechniqueRow};
use crate::neighbours::Near;
use crate::{Catalog, Coverage, Stage, Tree, Unread};
use serde::Serialize;

/// One kind of record that a rule looks at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StageView {
    /// The log as the rule writes it.
    pub log: String,
    /// The same in the words of Sigma's log sources.
    pub contexts: Vec<String>,
    /// What must hold.
    pub logic: PredicateRow,
}

/// A rule close to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NeighbourRow {
    /// The rule.
    pub rule: RuleRow,
    /// Tests that both have.
    pub shared: usize,
    /// Tests that either has.
    pub all: usize,
}

/// Everything on a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RulePage {
    /// Title, vendor, level.
    pub rule: RuleRow,
    /// Its own id.
    pub id: String,
    /// Its file.
    pub path: String,
    /// Its language.
    pub language: String,
    /// Its author.
    pub author: String,
    /// What and why.
    pub description: String,
    /// Techniques with whether it is tagged with them.
    pub techniques: Vec<(TechniqueRow, Coverage)>,
    /// Ids as the rule writes them that have another one today.
    pub moved: Vec<(String, String)>,
    /// Events that say what it looks at.
    pub events: Vec<EventRow>,
    /// What it asks.
    pub stages: Vec<StageView>,
    /// What it excludes.
    pub exclusions: Vec<ExclusionRow>,
    /// What it asks for, with how many others do.
    pub indicators: Vec<IndicatorRow>,
    /// Rules that hold every event of this one.
    pub broader: Vec<NeighbourRow>,
    /// Rules whose every event this one holds.
    pub narrower: Vec<NeighbourRow>,
    /// Rules that mean the same.
    pub same: Vec<NeighbourRow>,
    /// Rules that share most of its tests.
    pub near: Vec<NeighbourRow>,
    /// Why it, or a part of it, could not be read.
    pub unread: Vec<Unread>,
    /// Its source.
    pub text: String,
}

impl Catalog {
    /// The page of a rule by its number.
    #[must_use]
    pub fn rule(&self, rule: usize) -> Option<RulePage> {
        let entry = self.entries.get(rule)?;
        let neighbours = self.neighbours.get(rule)?;
        let rows = |list: &[Near]| list.iter().filter_map(|near| self.neighbour(near)).collect();
        let technique = |(id, rules): (&String, &std::collections::BTreeMap<usize, Coverage>)| {
            let by = rules.get(&rule)?.clone();
            Some((self.technique_row(id)?, by))
        };
        let attack = &self.knowledge.attack;
        let moved = entry.techniques.iter().filter(|id| attack.current(id) != id.as_str());
        Some(RulePage {
            rule: self.row(rule)?,
            id: entry.id.clone(),
            path: entry.path.clone(),
            language: entry.language.clone(),
            author: entry.author.clone(),
            description: entry.description.clone(),
            techniques: self.covered.iter().filter_map(technique).collect(),
            moved: moved.map(|id| (id.clone(), attack.current(id).to_owned())).collect(),
            events: self.events_of(&[rule]),
            stages: entry.stages.iter().map(view).collect(),
            exclusions: self.exclusion_rows(&[rule]).0,
            indicators: self.indicator_rows(&[rule]).0,
            broader: rows(&neighbours.broader),
            narrower: rows(&neighbours.narrower),
            same: rows(&neighbours.same),
            near: rows(&neighbours.near),
            unread: entry.unread.clone(),
            text: entry.text.to_string(),
        })
    }

    fn neighbour(&self, near: &Near) -> Option<NeighbourRow> {
        Some(NeighbourRow { rule: self.row(near.rule)?, shared: near.shared, all: near.all })
    }
}

fn view(stage: &Stage) -> StageView {
    StageView { log: stage.log.written.clone(), contexts: stage.log.contexts.clone(), logic: logic(&stage.tree) }
}

fn logic(tree: &Tree) -> PredicateRow {
    match tree {
        Tree::All(members) => PredicateRow::All { of: members.iter().map(logic).collect() },
        Tree::Any(members) => any(members),
        Tree::AtLeast(count, members) => {
            PredicateRow::AtLeast { count: *count, of: members.iter().map(logic).collect() }
        }
        Tree::Not(inner) => PredicateRow::Not { of: Box::new(logic(inner)) },
        Tree::Other(text) => PredicateRow::Other { text: text.to_string() },
        Tree::Test(test) => PredicateRow::Test {
            field: test.literal.field.to_string(),
            kind: test.literal.kind,
            values: vec![test.literal.value.to_string()],
            cased: test.cased,
        },
    }
}

/// A choice: tests of one field and kind side by side become one with several values.
fn any(members: &[Tree]) -> PredicateRow {
    let mut rows: Vec<PredicateRow> = Vec::new();
    for row in members.iter().map(logic) {
        if let (
            Some(PredicateRow::Test { field, kind, values, cased }),
            PredicateRow::Test { field: next, kind: same, values: more, cased: alike },
        ) = (rows.last_mut(), &row)
            && field == next
            && kind == same
            && cased == alike
        {
            values.extend(more.iter().cloned());
            continue;
        }
        rows.push(row);
    }
    match <[PredicateRow; 1]>::try_from(rows) {
        Ok([one]) => one,
        Err(of) => PredicateRow::Any { of },
    }
}
