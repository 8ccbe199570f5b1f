use super::side::{Item, Member, Side, State, silent, turn};
use ddefend_model::posture::{Difference, DifferenceSummary, Standing, Subject, Turn};
use std::collections::{BTreeMap, BTreeSet};

/// Compares two sides: hosts and users of the same name with each other; where a side has one host, or one user of a
/// host, that one with the other side's whatever they are called; a policy that stands alone with everybody. What one
/// side's inputs do not speak of does not differ.
pub fn compare(before: &Side, after: &Side, emit: &mut dyn FnMut(Difference)) -> DifferenceSummary {
    let mut summary = DifferenceSummary::default();
    let pairing = Pairing::new(before, after);
    let (mut met_before, mut met_after) = (BTreeSet::new(), BTreeSet::new());
    for (left, right) in pairing.pairs() {
        met_before.insert(name(left));
        met_after.insert(name(right));
        summary.compared += 1;
        pair(&Sided { side: before, member: left }, &Sided { side: after, member: right }, &mut |difference| {
            *summary.differences.entry(difference.turn.as_str().to_owned()).or_default() += 1;
            emit(difference);
        });
    }
    let left_over = |side: &Side, met: &BTreeSet<String>| {
        side.members.iter().map(name).filter(|name| !met.contains(name)).collect::<Vec<_>>()
    };
    summary.only_before = left_over(before, &met_before);
    summary.only_after = left_over(after, &met_after);
    summary
}

fn name(member: &Member) -> String {
    if member.user.is_empty() { member.host.clone() } else { format!(r"{}\{}", member.host, member.user) }
}

/// Hosts of a side by folded name, with their users.
type Hosts<'s> = BTreeMap<String, BTreeMap<String, &'s Member>>;

struct Pairing<'s> {
    before: Hosts<'s>,
    after: Hosts<'s>,
    /// One side is nothing but policies, so that it is for everybody of the other.
    every: bool,
}

impl<'s> Pairing<'s> {
    fn new(before: &'s Side, after: &'s Side) -> Self {
        let hosts = |side: &'s Side| {
            let mut hosts = Hosts::new();
            for ((host, user), member) in side.by_name() {
                hosts.entry(host).or_default().insert(user, member);
            }
            hosts
        };
        let policy = |side: &Side| side.members.iter().all(|member| side.is_policy(member));
        Self { before: hosts(before), after: hosts(after), every: policy(before) != policy(after) }
    }

    fn pairs(&self) -> Vec<(&'s Member, &'s Member)> {
        let mut pairs = Vec::new();
        let lone = self.before.len() == 1 && self.after.len() == 1;
        let every = self.every;
        for (name, left) in &self.before {
            for (other, right) in &self.after {
                if lone || every || name == other {
                    users(left, right, every, &mut pairs);
                }
            }
        }
        pairs
    }
}

/// The machine with the machine, users with users.
fn users<'s>(
    left: &BTreeMap<String, &'s Member>,
    right: &BTreeMap<String, &'s Member>,
    every: bool,
    pairs: &mut Vec<(&'s Member, &'s Member)>,
) {
    if let Some((left, right)) = left.get("").zip(right.get("")) {
        pairs.push((left, right));
    }
    let people = |side: &BTreeMap<String, &'s Member>| -> Vec<(String, &'s Member)> {
        side.iter().filter(|(name, _)| !name.is_empty()).map(|(name, member)| (name.clone(), *member)).collect()
    };
    let (left, right) = (people(left), people(right));
    let lone = left.len() == 1 && right.len() == 1;
    for (name, left) in &left {
        let same = right.iter().filter(|(other, _)| lone || every || name == other);
        pairs.extend(same.map(|(_, right)| (*left, *right)));
    }
}

/// A member of a side.
pub(super) struct Sided<'s> {
    pub(super) side: &'s Side,
    pub(super) member: &'s Member,
}

impl<'s> Sided<'s> {
    fn states(&self) -> BTreeMap<&'s Item, &'s State> {
        let held = self.member.held.iter();
        held.filter_map(|(item, state)| Some((self.side.items.get(*item)?, self.side.states.get(*state)?))).collect()
    }

    fn policy(&self) -> bool {
        self.side.is_policy(self.member)
    }
}

fn pair(before: &Sided<'_>, after: &Sided<'_>, emit: &mut dyn FnMut(Difference)) {
    let (left, right) = (before.states(), after.states());
    let items: BTreeSet<&Item> = left.keys().chain(right.keys()).copied().collect();
    let quiet = |state: Option<&&State>, policy| state.is_some_and(|state| silent(&state.standing, policy));
    let (policy_before, policy_after) = (before.policy(), after.policy());
    for item in items {
        let (left, right) = (left.get(item), right.get(item));
        if quiet(left, policy_before) || quiet(right, policy_after) {
            continue;
        }
        // An application that only one side has says something of what is installed, not of settings; ways in matter.
        if item.subject == Subject::Check && (left.is_none() || right.is_none()) {
            continue;
        }
        let turn = match (left, right) {
            (Some(left), Some(right)) => turn(&left.standing, &right.standing),
            (None, Some(right)) if item.subject == Subject::Exposure => turn(&Standing::default(), &right.standing),
            (Some(left), None) if item.subject == Subject::Exposure => turn(&left.standing, &Standing::default()),
            (None, Some(_)) => Some(Turn::Worse),
            (Some(_), None) => Some(Turn::Better),
            (None, None) => None,
        };
        let turn = match (left, right) {
            (Some(_), Some(_)) => turn,
            _ if item.subject == Subject::Exposure => turn.map(|_| Turn::Changed),
            _ => turn,
        };
        if let Some(turn) = turn {
            let (now, then) = (after.member, before.member);
            let mut difference = difference(item, left.copied(), right.copied(), turn);
            difference.host.clone_from(&now.host);
            difference.user.clone_from(&now.user);
            if let Some(standing) = &mut difference.before {
                let other = |then: &str, now: &str| if then == now { String::new() } else { then.to_owned() };
                standing.host = other(&then.host, &now.host);
                standing.user = other(&then.user, &now.user);
            }
            emit(difference);
        }
    }
}

/// A difference, of which only host and user are left to say.
pub(super) fn difference(item: &Item, before: Option<&State>, after: Option<&State>, turn: Turn) -> Difference {
    let told = after.or(before);
    Difference {
        id: item.id.clone(),
        subject: item.subject,
        title: told.map(|state| state.title.clone()).unwrap_or_default(),
        host: String::new(),
        user: String::new(),
        application: item.application.clone(),
        version: item.version.clone(),
        turn,
        // It matters as much as the worse of the two sides.
        level: before.into_iter().chain(after).map(|state| state.level).max().unwrap_or(ddefend_model::Level::Info),
        before: before.map(|state| state.standing.clone()),
        after: after.map(|state| state.standing.clone()),
        who: after.map(|state| state.who.clone()).unwrap_or_default(),
        when: after.map(|state| state.when.clone()).unwrap_or_default(),
        majority: None,
    }
}
