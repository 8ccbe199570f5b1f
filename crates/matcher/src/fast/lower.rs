//! What a rule asks of records of one kind: fields become places in the record, tests of what the kind fixes become
//! constants.

use ddefend_event::{Cell, Dialect, FieldSource, Key, LogSource, Mapping, When, native};
use ddefend_rule::ir::{Expr, Predicate, Rule, Test};
use std::collections::HashMap;

/// A lowered boolean.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node<'r> {
    /// Known of every record of the kind.
    Known(bool),
    /// Not known before the run completes the event.
    May,
    /// All.
    And(Vec<Node<'r>>),
    /// One or more.
    Or(Vec<Node<'r>>),
    /// So many or more.
    AtLeast(u32, Vec<Node<'r>>),
    /// Not.
    Not(Box<Node<'r>>),
    /// A test of a field, by its number in [`Lowering::fields`]; the second field is that of a [`Test::FieldRef`].
    Is(u16, Option<u16>, &'r Test),
    /// What the mapping asks of a field beside the rule.
    When(u16, &'r When),
}

/// Where a field of a plan stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Place {
    /// In the record, or made from what stands there.
    At(FieldSource),
    /// Every value of the record.
    Everywhere,
}

/// Lowers rules for one kind of record.
pub(super) struct Lowering<'m> {
    key: &'m Key,
    mapping: &'m Mapping,
    deferred: &'m [Box<str>],
    /// False where only what the mapping says of the kind may be used, not the key itself.
    exact: bool,
    /// The fields met, in order.
    pub(super) fields: Vec<Place>,
    numbers: HashMap<Place, u16>,
    known: HashMap<(u32, &'m str), Resolved>,
    /// The log source of the rule at hand, and its number.
    source: (u32, &'m LogSource),
    /// What was decided, in order: equal trails of equal rules are equal plans.
    pub(super) trail: Vec<u32>,
}

#[derive(Clone, Copy)]
enum Resolved {
    Deferred,
    Head(Fixed),
    Field(u16),
}

/// What the key of a kind fixes.
#[derive(Clone, Copy)]
enum Fixed {
    EventId,
    Channel,
    Provider,
}

/// Marks in the trail; fields stand behind them.
const FALSE: u32 = 0;
const TRUE: u32 = 1;
const MAY: u32 = 2;
const FIELD: u32 = 3;
const RULE: u32 = 1 << 31;

impl<'m> Lowering<'m> {
    pub(super) fn new(key: &'m Key, mapping: &'m Mapping, deferred: &'m [Box<str>], exact: bool) -> Self {
        static ANY: LogSource = LogSource { category: None, product: None, service: None };
        Self {
            key,
            mapping,
            deferred,
            exact,
            fields: Vec::new(),
            numbers: HashMap::new(),
            known: HashMap::new(),
            source: (u32::MAX, &ANY),
            trail: Vec::new(),
        }
    }

    /// With the fields of an earlier lowering, numbered as there.
    pub(super) fn resume(mut self, fields: &[Place]) -> Self {
        fields.iter().for_each(|place| _ = self.field(place.clone()));
        self
    }

    /// A rule for this kind; none where it can never hold. `group` is the number of its log source.
    pub(super) fn rule(&mut self, index: u32, group: u32, rule: &'m Rule) -> Option<Node<'m>> {
        let before = self.trail.len();
        self.trail.push(RULE | index);
        self.source = (group, &rule.source);
        let node = self.expr(&rule.detection);
        if node == Node::Known(false) {
            self.trail.truncate(before);
            return None;
        }
        let conditions = self.mapping.conditions(self.key, &rule.source);
        if conditions.is_empty() {
            return Some(node);
        }
        let mut parts: Vec<Node<'m>> = conditions
            .iter()
            .map(|when| Node::When(self.field(Place::At(FieldSource::Native(when.native.clone()))), when))
            .collect();
        parts.push(node);
        Some(Node::And(parts))
    }

    fn expr(&mut self, expr: &'m Expr) -> Node<'m> {
        match expr {
            Expr::And(parts) => {
                let parts = self.parts(parts);
                if parts.contains(&Node::Known(false)) {
                    return Node::Known(false);
                }
                several(parts.into_iter().filter(|part| *part != Node::Known(true)).collect(), true, Node::And)
            }
            Expr::Or(parts) => {
                let parts = self.parts(parts);
                if parts.contains(&Node::Known(true)) {
                    return Node::Known(true);
                }
                several(parts.into_iter().filter(|part| *part != Node::Known(false)).collect(), false, Node::Or)
            }
            Expr::AtLeast(count, parts) => Node::AtLeast(*count, self.parts(parts)),
            Expr::Not(part) => match self.expr(part) {
                Node::Known(known) => Node::Known(!known),
                node => Node::Not(Box::new(node)),
            },
            Expr::Is(predicate) => self.predicate(predicate),
        }
    }

    fn parts(&mut self, parts: &'m [Expr]) -> Vec<Node<'m>> {
        parts.iter().map(|part| self.expr(part)).collect()
    }

    fn predicate(&mut self, predicate: &'m Predicate) -> Node<'m> {
        let Predicate { field, test } = predicate;
        let resolved = match field {
            None => Resolved::Field(self.field(Place::Everywhere)),
            Some(field) => self.resolve(field),
        };
        let second = match test {
            Test::FieldRef { other, .. } => match self.resolve(other) {
                Resolved::Deferred => {
                    self.trail.push(MAY);
                    return Node::May;
                }
                Resolved::Field(field) => Some(field),
                Resolved::Head(fixed) => Some(self.head(fixed)),
            },
            _ => None,
        };
        let node = match resolved {
            Resolved::Deferred => Node::May,
            Resolved::Field(field) => Node::Is(field, second, test),
            Resolved::Head(fixed) => match self.fixed(fixed, test) {
                Some(known) => Node::Known(known),
                None => Node::Is(self.head(fixed), second, test),
            },
        };
        match node {
            Node::Known(known) => self.trail.push(if known { TRUE } else { FALSE }),
            Node::Is(field, second, _) => {
                self.trail.push(FIELD + u32::from(field));
                self.trail.extend(second.map(|second| FIELD + u32::from(second)));
            }
            _ => self.trail.push(MAY),
        }
        node
    }

    fn head(&mut self, fixed: Fixed) -> u16 {
        let name = match fixed {
            Fixed::EventId => native::EVENT_ID,
            Fixed::Channel => native::CHANNEL,
            Fixed::Provider => native::PROVIDER,
        };
        self.field(Place::At(FieldSource::Native(name.into())))
    }

    fn resolve(&mut self, field: &'m str) -> Resolved {
        let asked = (self.source.0, field);
        if let Some(known) = self.known.get(&asked) {
            return *known;
        }
        let resolved = if self.deferred.iter().any(|deferred| deferred.eq_ignore_ascii_case(field)) {
            Resolved::Deferred
        } else {
            self.place(self.mapping.resolve(self.key, self.source.1, field))
        };
        self.known.insert(asked, resolved);
        resolved
    }

    fn place(&mut self, source: FieldSource) -> Resolved {
        let windows = self.exact && self.key.dialect == Dialect::Windows;
        let named = |name: &str| matches!(&source, FieldSource::Native(known) if known.eq_ignore_ascii_case(name));
        if windows && self.key.event_id != 0 && named(native::EVENT_ID) {
            Resolved::Head(Fixed::EventId)
        } else if windows && !self.key.channel.is_empty() && named(native::CHANNEL) {
            Resolved::Head(Fixed::Channel)
        } else if windows && !self.key.provider.is_empty() && named(native::PROVIDER) {
            Resolved::Head(Fixed::Provider)
        } else {
            Resolved::Field(self.field(Place::At(source)))
        }
    }

    /// A field's number.
    pub(super) fn field(&mut self, place: Place) -> u16 {
        let place = match place {
            Place::At(FieldSource::Native(name)) => {
                Place::At(FieldSource::Native(name.to_ascii_lowercase().into_boxed_str()))
            }
            place => place,
        };
        let next = u16::try_from(self.fields.len()).unwrap_or(u16::MAX);
        *self.numbers.entry(place).or_insert_with_key(|place| {
            self.fields.push(place.clone());
            next
        })
    }

    /// What a test says of a value that the key fixes; none where the key does not decide it.
    fn fixed(&self, fixed: Fixed, test: &Test) -> Option<bool> {
        if matches!(test, Test::FieldRef { .. }) {
            return None;
        }
        let check = super::check::Check::new(test);
        Some(match fixed {
            Fixed::EventId => check.holds_of(Cell::Uint(u64::from(self.key.event_id))),
            Fixed::Channel => check.holds_of(Cell::Str(&self.key.channel)),
            Fixed::Provider => check.holds_of(Cell::Str(&self.key.provider)),
        })
    }
}

fn several<'r>(mut parts: Vec<Node<'r>>, empty: bool, make: fn(Vec<Node<'r>>) -> Node<'r>) -> Node<'r> {
    match parts.len() {
        0 => Node::Known(empty),
        1 => parts.remove(0),
        _ => make(parts),
    }
}
