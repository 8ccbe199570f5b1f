use ddefend_model::Level;
use ddefend_model::posture::{Audit, Check, Layer, Outcome, Standing, Subject, Turn, Verdict, Way};
use ddefend_registry::fold;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash;
use std::sync::Arc;

/// What was audited on one side of a comparison. Equal things are kept once: a user of a fleet is a list of numbers.
#[derive(Debug, Default)]
pub struct Side {
    pub(super) items: Table<Item>,
    pub(super) states: Table<State>,
    pub(super) members: Vec<Member>,
    /// Hosts that are group policies, by folded name.
    pub(super) policies: BTreeSet<String>,
}

impl Side {
    /// Whether nothing was audited on it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }
}

/// A machine or a user.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) host: String,
    pub(super) user: String,
    /// What it has: item and state, in the order of the audit.
    pub(super) held: Vec<(u32, u32)>,
}

/// What can differ.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Item {
    pub(super) subject: Subject,
    pub(super) id: String,
    pub(super) application: String,
    pub(super) version: String,
    /// Key and value of a fault: there may be several of one id.
    pub(super) place: String,
}

/// How it stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct State {
    pub(super) title: String,
    pub(super) level: Level,
    pub(super) standing: Standing,
    pub(super) who: String,
    pub(super) when: String,
}

/// Things by number.
#[derive(Debug)]
pub(super) struct Table<T> {
    numbers: HashMap<Arc<T>, u32>,
    things: Vec<Arc<T>>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { numbers: HashMap::new(), things: Vec::new() }
    }
}

impl<T: Hash + Eq> Table<T> {
    pub(super) fn number(&mut self, thing: T) -> u32 {
        if let Some(known) = self.numbers.get(&thing) {
            return *known;
        }
        let (number, thing) = (u32::try_from(self.things.len()).unwrap_or(u32::MAX), Arc::new(thing));
        self.numbers.insert(thing.clone(), number);
        self.things.push(thing);
        number
    }

    pub(super) fn get(&self, number: u32) -> Option<&T> {
        self.things.get(usize::try_from(number).ok()?).map(AsRef::as_ref)
    }
}

impl Side {
    /// Takes one audit.
    pub fn take(&mut self, audit: &Audit) {
        let mut held = Vec::new();
        let mut put = |item: Item, state: State| held.push((self.items.number(item), self.states.number(state)));
        for way in &audit.exposures {
            let item = item(Subject::Exposure, &way.id, &way.application, &way.version, String::new());
            let standing = Standing { state: Some(way.state), enforced: way.enforced, ..Standing::default() };
            let state = State {
                title: way.title.clone(),
                level: way.level,
                standing,
                who: way.decided_by.clone(),
                when: String::new(),
            };
            put(item, state);
        }
        for check in &audit.checks {
            let item = item(Subject::Check, &check.id, &check.application, &check.version, String::new());
            put(item, state(check));
        }
        let own = audit.faults.iter().map(|fault| (fault, None));
        let faults = audit.checks.iter().flat_map(|check| check.faults.iter().map(move |fault| (fault, Some(check))));
        for (fault, check) in faults.chain(own) {
            let (application, version) = check.map_or(("", ""), |check| (&check.application, &check.version));
            let item = item(Subject::Fault, &fault.id, application, version, format!(r"{}\{}", fault.key, fault.value));
            let standing = Standing { effective: Some(fault.data.clone()), ..Standing::default() };
            let level = check.map_or(Level::Low, |check| check.level);
            let (title, who) = (fault.message.clone(), String::new());
            put(item, State { title, level, standing, who, when: String::new() });
        }
        let (host, user) = (audit.host.clone(), audit.user.clone());
        if user == Audit::POLICY_USER {
            self.policies.insert(fold(&host));
        }
        self.members.push(Member { host, user, held });
    }

    /// Whether it is a group policy that stands alone, which says nothing of what it does not set.
    pub(super) fn is_policy(&self, member: &Member) -> bool {
        self.policies.contains(&fold(&member.host))
    }

    /// Machines and users by folded names, the first of each name.
    pub(super) fn by_name(&self) -> BTreeMap<(String, String), &Member> {
        let mut found = BTreeMap::new();
        for member in &self.members {
            found.entry((fold(&member.host), fold(&member.user))).or_insert(member);
        }
        found
    }
}

fn item(subject: Subject, id: &str, application: &str, version: &str, place: String) -> Item {
    Item { subject, id: id.to_owned(), application: application.to_owned(), version: version.to_owned(), place }
}

fn state(check: &Check) -> State {
    let written = |seen: &&ddefend_model::posture::Seen| seen.layer == check.layer && seen.origin != "deleted";
    let decides = check.evidence.iter().find(written);
    let who = match (decides.map(|seen| seen.policy.as_str()), check.layer) {
        (Some(policy), _) if !policy.is_empty() => policy.to_owned(),
        (_, Layer::User) => check.user.clone(),
        (_, Layer::Default) => String::new(),
        (_, layer) => layer.as_str().to_owned(),
    };
    let standing = Standing {
        verdict: Some(check.verdict),
        outcome: Some(check.outcome),
        effective: check.effective.clone(),
        means: check.means.clone(),
        layer: Some(check.layer),
        enforced: check.enforced,
        ..Standing::default()
    };
    let when = decides.map(|seen| seen.written.clone()).unwrap_or_default();
    State { title: check.title.clone(), level: check.level, standing, who, when }
}

/// Whether an input says nothing of it, so that nothing differs.
pub(super) fn silent(standing: &Standing, policy: bool) -> bool {
    standing.state == Some(Way::Unknown)
        || standing.verdict == Some(Verdict::Unknown)
        || (policy && standing.verdict == Some(Verdict::Absent))
}

/// For better or worse; none where nothing differs.
pub(super) fn turn(before: &Standing, after: &Standing) -> Option<Turn> {
    let strength = |standing: &Standing| {
        let closed = match (standing.state, standing.outcome) {
            (Some(Way::Closed), _) | (None, Some(Outcome::Secure)) => 3,
            (Some(Way::Clicks), _) => 2,
            (Some(Way::Unknown), _) | (None, Some(Outcome::Unknown)) => 1,
            (Some(Way::Open), _) | (None, Some(Outcome::Insecure) | None) => 0,
        };
        (closed, closed > 0 && standing.enforced)
    };
    let same = before.verdict == after.verdict
        && before.effective == after.effective
        && before.layer == after.layer
        && strength(before) == strength(after);
    if same {
        return None;
    }
    Some(match strength(after).cmp(&strength(before)) {
        std::cmp::Ordering::Less => Turn::Worse,
        std::cmp::Ordering::Equal => Turn::Changed,
        std::cmp::Ordering::Greater => Turn::Better,
    })
}
