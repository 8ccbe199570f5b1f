//! What a hardening is made of.

use super::before::Before;
use crate::{Catalog, Profile};
use ddefend_model::posture::Layer;
use ddefend_registry::{Data, Root};

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Checks.
    pub catalog: &'a Catalog,
    /// Targets.
    pub profile: &'a Profile,
    /// Version directories to write for; empty for those that the audit met, and the newest where it met none.
    pub versions: &'a [String],
    /// Take away hardening that was applied wrongly, too.
    pub clean: bool,
}

/// The change for one machine or one user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Host.
    pub host: String,
    /// User; empty for the machine.
    pub user: String,
    /// Security identifier, where known.
    pub sid: String,
    /// Values that the profile wants, in its order.
    pub steps: Vec<Step>,
    /// What stays although it does not protect.
    pub left: Vec<Left>,
    /// Ways in that are not closed with the change applied, and settings that do not protect and that the profile leaves.
    pub stays: Vec<Stay>,
    /// Checks that come out otherwise with the change.
    pub checks: Vec<Moved>,
    /// Ways in that come out otherwise, or stay open.
    pub ways: Vec<Moved>,
    /// Checks that the profile wants secure and that are not, with the change applied; one sentence each.
    pub failed: Vec<String>,
    /// Checks that DDE servers need open ([`Profile::keeps`]) and that are shut, with the change applied.
    pub shut: Vec<String>,
}

/// Everything that a run of `harden` came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hardening {
    /// Name of the profile.
    pub profile: String,
    /// What it is for.
    pub about: String,
    /// Machines and users, each machine before its users.
    pub plans: Vec<Plan>,
    /// The changes, those that are the same put together.
    pub batches: Vec<Batch>,
    /// What it does to people.
    pub effects: Vec<Effect>,
    /// What becomes of the DDE servers that are to go on working, one sentence each.
    pub kept: Vec<String>,
    /// What does not come out as it should: the written files read back otherwise; one sentence each.
    pub faults: Vec<String>,
}

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The check.
    pub check: String,
    /// Its title.
    pub title: String,
    /// The place: `DDE-WORD-ALLOW.policy`.
    pub place: String,
    /// Its layer.
    pub layer: Layer,
    /// Application.
    pub application: String,
    /// Version directory; empty where there is none.
    pub version: String,
    /// [`Root::Machine`] or [`Root::User`].
    pub root: Root,
    /// Key below the root.
    pub key: String,
    /// Name of the value.
    pub value: String,
    /// Data to write; none where the value is taken away.
    pub data: Option<Data>,
    /// What was there.
    pub before: Before,
    /// The topmost key that was not there, where the inputs say so: the script's undo takes it away where it is
    /// empty then.
    pub made: Option<String>,
    /// Whether there is anything to do.
    pub state: State,
    /// Why, in one sentence without a full stop.
    pub why: String,
}

/// Whether there is anything to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It is written.
    Write,
    /// It is as the profile wants it, or safer.
    InOrder,
}

/// The change of several machines or users for whom it is the same, to the last bit of the way back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// A name for files: `machine`, `user-alice`, `users-2`.
    pub name: String,
    /// [`Root::Machine`] or [`Root::User`].
    pub root: Root,
    /// Whose: host and user.
    pub owners: Vec<(String, String)>,
    /// Steps that write.
    pub steps: Vec<Step>,
}

/// Something that stays although it does not protect.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Left {
    /// The check; empty where it belongs to none.
    pub check: String,
    /// Key, with its root.
    pub key: String,
    /// Value.
    pub value: String,
    /// Data.
    pub data: String,
    /// Why it stays, and what that means.
    pub why: String,
}

/// Something that is open with the change applied.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stay {
    /// Id of the way in or the check.
    pub id: String,
    /// What stays open and why, with the folder or data where that is it.
    pub what: String,
    /// How to close it by hand.
    pub how: String,
}

/// What a change does to people.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Effect {
    /// Id of the side effect; a check's id where it is that check's own.
    pub id: String,
    /// Who is hit.
    pub who: String,
    /// What stops.
    pub what: String,
    /// What to do instead; may be empty.
    pub instead: String,
}

impl Plan {
    /// Steps that write something.
    pub fn writes(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| step.state == State::Write)
    }
}

/// A check or a way in, before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Application.
    pub application: String,
    /// Version directory.
    pub version: String,
    /// What it came to, in words: `absent (insecure)`, `open`.
    pub before: String,
    /// What it comes to: `secure, policy, enforced`, `closed, enforced`.
    pub after: String,
    /// Whether it protects then.
    pub closed: bool,
}

/// A key with its root, as Windows writes it.
#[must_use]
pub fn full(root: &Root, key: &str) -> String {
    format!("{}\\{key}", hive(root))
}

/// The root's short name.
pub(super) fn hive(root: &Root) -> &'static str {
    match root {
        Root::Machine => "HKLM",
        Root::User | Root::Users(_) | Root::Files => "HKCU",
    }
}
