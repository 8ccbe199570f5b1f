//! A rule as conditions on tables of a target.

use crate::cond::{Column, Cond};
use crate::place::{Place, places};
use crate::profile::Profile;
use crate::refusal::Refusal;
use crate::rewrite::{self, Context};
use ddefend_event::Mapping;
use ddefend_rule::ir::{Expr, Rule};

/// What an emitter writes.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// A table each, with what its records are known by and what must hold of them.
    pub(crate) tables: Vec<Table>,
    pub(crate) notes: Vec<String>,
    /// Ids of the kinds of records that are looked at.
    pub(crate) places: Vec<String>,
}

/// One table of a plan.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) branches: Vec<Branch>,
}

/// Records of one table that are known by the same.
#[derive(Clone, Debug)]
pub(crate) struct Branch {
    pub(crate) filter: Cond,
    pub(crate) detection: Cond,
}

impl Table {
    /// Everything that must hold.
    pub(crate) fn cond(&self) -> Cond {
        let branch = |branch: &Branch| Cond::and(vec![branch.filter.clone(), branch.detection.clone()]);
        Cond::or(self.branches.iter().map(branch).collect())
    }
}

pub(crate) fn plan(rule: &Rule, profile: &Profile, mapping: &Mapping) -> Result<Plan, Vec<Refusal>> {
    let places = places(profile, mapping, &rule.source);
    if places.is_empty() {
        return Err(vec![Refusal::source(rule, profile)]);
    }
    let mut notes = Vec::new();
    let mut refusals: Vec<Refusal> = Vec::new();
    let mut dead: Vec<String> = Vec::new();
    let mut tables: Vec<Table> = Vec::new();
    let mut ids = Vec::new();
    for place in &places {
        let mut found = Vec::new();
        let mut context = Context { profile, place, notes: &mut notes };
        let detection = lower(&rule.detection, &mut context, &mut found);
        if !found.is_empty() {
            refusals.extend(found);
            continue;
        }
        if detection == Cond::FALSE {
            dead.push(place.table.clone());
            continue;
        }
        ids.push(place.id.clone());
        add(&mut tables, place, profile, detection);
    }
    // Kinds of records that cannot say it are left out only where they have no such field at all and others have: a rule
    // on EventType = SetValue needs no records of deleted keys.
    let only_missing = refusals.iter().all(|refusal| refusal.missing);
    if !refusals.is_empty() && (tables.is_empty() || !only_missing) {
        refusals.dedup();
        return Err(refusals);
    }
    let left: Vec<String> = refusals.iter().filter_map(|refusal| refusal.field.clone()).collect();
    if !left.is_empty() {
        notes.push(format!("kinds of records without {} are not looked at", unique(left).join(", ")));
    }
    if tables.is_empty() {
        return Err(vec![Refusal::dead(&unique(dead))]);
    }
    Ok(Plan { tables, notes, places: ids })
}

fn unique(mut names: Vec<String>) -> Vec<String> {
    names.sort();
    names.dedup();
    names
}

fn add(tables: &mut Vec<Table>, place: &Place, profile: &Profile, detection: Cond) {
    let column = |name: &str| Column { name: name.to_owned(), kind: profile.kind_of(name) };
    let filters = place.filter.iter().map(|(name, values)| filter(&column(name), values, profile.exact_filters));
    let filter = Cond::and(filters.collect());
    let branch = Branch { filter, detection };
    let Some(table) = tables.iter_mut().find(|table| table.name == place.table) else {
        tables.push(Table { name: place.table.clone(), branches: vec![branch] });
        return;
    };
    match table.branches.iter_mut().find(|known| known.detection == branch.detection) {
        Some(known) => known.filter = Cond::or(vec![known.filter.clone(), branch.filter]),
        None => table.branches.push(branch),
    }
}

fn filter(column: &Column, values: &[String], cased: bool) -> Cond {
    use crate::cond::Ask;
    use ddefend_event::Kind;
    use ddefend_rule::ir::NumberTest;
    match column.kind {
        Kind::Int | Kind::Long => {
            let numbers = values.iter().filter_map(|value| value.parse().ok());
            Cond::or(numbers.map(|number| Cond::is(column, Ask::Number(NumberTest::Eq, number))).collect())
        }
        _ => Cond::one_of(column, values.to_vec(), cased),
    }
}

fn lower(expr: &Expr, context: &mut Context, refusals: &mut Vec<Refusal>) -> Cond {
    let mut all = |items: &[Expr]| -> Vec<Cond> { items.iter().map(|item| lower(item, context, refusals)).collect() };
    match expr {
        Expr::And(items) => Cond::and(all(items)),
        Expr::Or(items) => Cond::or(all(items)),
        Expr::Not(inner) => Cond::not(lower(inner, context, refusals)),
        Expr::AtLeast(count, items) => match at_least(*count, &all(items)) {
            Some(cond) => cond,
            None => {
                refusals.push(Refusal::of(None, format!("{count} of {} conditions make too long a text", items.len())));
                Cond::TRUE
            }
        },
        Expr::Is(predicate) => match rewrite::predicate(predicate, context) {
            Ok(cond) => cond,
            Err(reason) => {
                let field = predicate.field.as_deref().map(str::to_owned);
                let mut refusal = Refusal::of(field, reason);
                refusal.missing = refusal.reason.ends_with("has no column for it");
                if !refusals.contains(&refusal) {
                    refusals.push(refusal);
                }
                Cond::TRUE
            }
        },
    }
}

/// At least so many of them, written out.
fn at_least(count: u32, items: &[Cond]) -> Option<Cond> {
    const MOST: usize = 64;
    let count = usize::try_from(count).ok()?;
    if count == 0 {
        return Some(Cond::TRUE);
    }
    if count > items.len() {
        return Some(Cond::FALSE);
    }
    let mut ways: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..count {
        let mut next = Vec::new();
        for way in &ways {
            let from = way.last().map_or(0, |last| last.saturating_add(1));
            next.extend((from..items.len()).map(|at| [way.as_slice(), &[at]].concat()));
        }
        if next.len() > MOST.saturating_mul(8) {
            return None;
        }
        ways = next;
    }
    if ways.len() > MOST {
        return None;
    }
    let and = |way: &Vec<usize>| Cond::and(way.iter().filter_map(|at| items.get(*at)).cloned().collect());
    Some(Cond::or(ways.iter().map(and).collect()))
}
