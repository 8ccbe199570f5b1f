use super::compile::number;
use super::evaluate::{Hit, Scratch};
use super::plan::{Identity, Plan, Spot, Stock};
use super::values::Values;
use ddefend_event::{Dialect, Key, LogSource, Mapping, Row, Selection, Selector};
use ddefend_rule::ir::Rule;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

/// Kinds of records that are remembered one by one. Logs with more get plans that go by log source alone.
const KINDS: usize = 4096;
/// Bytes of names that a remembered kind may have; no real one has more.
const NAMES: usize = 1024;

/// All rules as one: a plan per kind of record, made when that kind is first met.
#[derive(Debug)]
pub struct Matcher {
    stock: Stock,
    groups: Vec<Group>,
    plans: RwLock<Plans>,
}

/// Rules and `always` entries of one log source.
#[derive(Debug)]
struct Group {
    source: LogSource,
    rules: Vec<u32>,
    extras: Vec<usize>,
}

#[derive(Debug, Default)]
struct Plans {
    by_key: HashMap<Key, Option<u32>>,
    by_cover: HashMap<Cover, Option<u32>>,
    by_identity: HashMap<Identity, Option<u32>>,
    list: Vec<Arc<Plan>>,
}

/// All that tells kinds apart whose events' own ids and providers are left aside: groups that cover them, dialect, class,
/// channel.
type Cover = (Vec<usize>, Dialect, Option<Box<str>>, Option<String>);

impl Matcher {
    /// A matcher of those rules. `deferred` are Sigma fields that no record has and that are added later (ancestors of a
    /// process): tests of them count as "may be". `always` are Sigma fields with a log source each that are wanted of
    /// every record of that log source, rule or not; see [`Self::extra`].
    #[must_use]
    pub fn new(
        rules: Arc<[Rule]>,
        mapping: Arc<Mapping>,
        deferred: &[&str],
        always: &[(LogSource, Vec<Box<str>>)],
    ) -> Self {
        let mut numbers: HashMap<&LogSource, usize> = HashMap::new();
        let mut groups: Vec<Group> = Vec::new();
        let mut group = |source| -> usize {
            *numbers.entry(source).or_insert_with(|| {
                groups.push(Group { source: source.clone(), rules: Vec::new(), extras: Vec::new() });
                groups.len() - 1
            })
        };
        let of_rules: Vec<usize> = rules.iter().map(|rule| group(&rule.source)).collect();
        let of_extras: Vec<usize> = always.iter().map(|(source, _)| group(source)).collect();
        for (rule, group) in of_rules.iter().enumerate() {
            groups[*group].rules.push(number(rule));
        }
        for (entry, group) in of_extras.into_iter().enumerate() {
            groups[group].extras.push(entry);
        }
        let deferred = deferred.iter().map(|field| Box::from(*field)).collect();
        let of_rules = of_rules.into_iter().map(number).collect();
        let stock = Stock { rules, groups: of_rules, mapping, deferred, always: always.to_vec() };
        Self { stock, groups, plans: RwLock::default() }
    }

    /// Appends the rules that hold of the row, in the order of their indices.
    pub fn evaluate(&self, selection: &Selection, row: &Row<'_>, scratch: &mut Scratch, hits: &mut Vec<Hit>) {
        let index = selection.plan as usize;
        if !matches!(scratch.plans.get(index), Some(Some(_))) {
            let Some(plan) = self.plan(selection) else { return };
            scratch.add(index, plan, &self.stock);
        }
        scratch.run(index, &self.stock, row, hits);
    }

    /// The values of an `always` entry's fields in the row, none where the row's kind is not covered by its log source.
    /// Of several values the first; none for what is absent or null.
    #[must_use]
    pub fn extra(&self, entry: usize, selection: &Selection, row: &Row<'_>) -> Option<Vec<Option<String>>> {
        let plan = self.plan(selection)?;
        let (_, spots) = plan.extras.iter().find(|(known, _)| *known == entry)?;
        let mut values = Values::default();
        values.begin(&plan, row);
        // A field that repeats (the unnamed values of Office's message boxes) gives a line for each value.
        let mut text = |spot: &Spot| {
            let mut all: Option<String> = None;
            let mut next = values.first(&plan, row, *spot);
            while let Some(value) = next {
                if !Values::is_null(row, value) {
                    let text = String::from_utf8_lossy(values.text(row, value, false)).into_owned();
                    match &mut all {
                        Some(all) => all.extend(["\n", &text]),
                        None => all = Some(text),
                    }
                }
                // The entry for lineage takes the first value, as rules on it do.
                next = if entry == 0 { None } else { values.next(row, *spot, value) };
            }
            all
        };
        Some(spots.iter().map(&mut text).collect())
    }

    fn plan(&self, selection: &Selection) -> Option<Arc<Plan>> {
        self.read().list.get(selection.plan as usize).cloned()
    }

    /// Makes the plan of a kind, or finds the one that another kind has already.
    fn make(&self, key: &Key) -> Option<Arc<Selection>> {
        let covers = |(_, group): &(usize, &Group)| self.stock.mapping.covers(key, &group.source);
        let covering: Vec<(usize, &Group)> = self.groups.iter().enumerate().filter(covers).collect();
        let cover: Cover = (
            covering.iter().map(|(number, _)| *number).collect(),
            key.dialect,
            self.stock.mapping.class(key).map(|class| class.id.as_str().into()),
            self.stock.mapping.known_channel(key),
        );
        let exact = {
            let plans = self.read();
            let names = key.channel.len() + key.provider.len() + key.action.len();
            let exact = plans.by_key.len() < KINDS && names <= NAMES;
            if let Some(number) = plans.by_cover.get(&cover).filter(|_| !exact) {
                return plans.selection(*number);
            }
            exact
        };
        let mut rules: Vec<u32> = covering.iter().flat_map(|(_, group)| group.rules.iter().copied()).collect();
        let extras: Vec<usize> = covering.iter().flat_map(|(_, group)| group.extras.iter().copied()).collect();
        rules.sort_unstable();
        let (plan, identity) = self.stock.draft(key, exact, &rules, &extras);
        let mut plans = self.plans.write().unwrap_or_else(PoisonError::into_inner);
        let number = plans.add(plan, identity);
        if exact {
            plans.by_key.insert(key.clone(), number);
        } else {
            plans.by_cover.insert(cover, number);
        }
        plans.selection(number)
    }

    fn read(&self) -> RwLockReadGuard<'_, Plans> {
        self.plans.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Plans {
    fn add(&mut self, mut plan: Plan, identity: Identity) -> Option<u32> {
        if let Some(known) = self.by_identity.get(&identity) {
            return *known;
        }
        let next = number(self.list.len());
        let number = (!plan.idle()).then_some(next);
        if number.is_some() {
            plan.selection = Arc::new(Selection { plan: next, ..(*plan.selection).clone() });
            self.list.push(Arc::new(plan));
        }
        self.by_identity.insert(identity, number);
        number
    }

    fn selection(&self, number: Option<u32>) -> Option<Arc<Selection>> {
        self.list.get(number? as usize).map(|plan| plan.selection.clone())
    }
}

impl Selector for Matcher {
    fn select(&self, key: &Key) -> Option<Arc<Selection>> {
        let known = {
            let plans = self.read();
            plans.by_key.get(key).map(|number| plans.selection(*number))
        };
        known.unwrap_or_else(|| self.make(key))
    }
}
