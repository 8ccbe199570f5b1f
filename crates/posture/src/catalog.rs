//! What the content says: checks, ways in, applications, profiles (`content/posture/*.toml`, read by `content`).

mod arms;
mod beside;
mod valid;

use crate::index::{Index, Row};
use ddefend_model::Level;
use ddefend_model::posture::{Layer, Verdict};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

pub use beside::{Application, Evidence, Intune, Item, Misspelling, Product, Profile, Says, SideEffect, Target};

/// One setting in all the layers that can hold it, and what its data mean.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Stable id: `DDE-WORD-ALLOW`. Its places' ids are this and the layer: `DDE-WORD-ALLOW.policy`.
    pub id: String,
    /// Short: fits a column of 44.
    pub title: String,
    /// Application; `Office` for all of it, `Windows` for the system.
    pub application: String,
    /// Version directories that have it; empty where the key has no `<ver>`.
    #[serde(default)]
    pub versions: Vec<String>,
    /// How much it matters where it does not protect.
    pub level: Level,
    /// ATT&CK mitigation: `M1042`; empty for none.
    #[serde(default)]
    pub mitigation: String,
    /// `core`, `neighbour`, `baseline`, `strict`, `tamper`, `community`, `side-effect`, `informational`, `legacy`,
    /// `deprecated`, `hunt`.
    pub class: String,
    /// The type that the product reads.
    pub kind: Kind,
    /// What data mean; the first that fits counts. What fits none is [`ddefend_model::posture::fault::DATA`]. The verdict
    /// `unknown` is for what neither protects nor harms (informational and retired settings).
    #[serde(rename = "arm")]
    pub arms: Vec<Arm>,
    /// What holds where nothing is set; the first whose conditions hold counts.
    #[serde(rename = "default", default)]
    pub defaults: Vec<Default>,
    /// How several places of one layer are brought together.
    #[serde(default)]
    pub combine: Combine,
    /// Where it can stand.
    #[serde(rename = "at")]
    pub places: Vec<Place>,
    /// Other values that take away what this setting says; the first that fits counts.
    #[serde(rename = "cancel", default)]
    pub cancels: Vec<Cancel>,
    /// What `explain` says: what the setting does and why it matters.
    pub about: String,
    /// What breaks or changes for people when it is secured; empty for nothing worth saying.
    #[serde(default)]
    pub side_effect: String,
    /// Where it comes from: advisory, ADMX, benchmark id.
    pub references: Vec<String>,
    /// How sure the source is: `V` read in a primary source, `P` public secondary, `K` general knowledge.
    pub confidence: String,
}

/// A place that can hold a setting: a row of the reference table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Stable id: `DDE-WORD-ALLOW.policy`.
    pub id: String,
    /// Its layer.
    pub layer: Layer,
    /// `HKCU`, `HKLM` or `FILE`. A file's key is its path on the volume, without the drive;
    /// that it exists is the data.
    pub root: String,
    /// Key below the root. `<ver>` is the version directory, `<app>` any application, `*` any one name.
    pub key: String,
    /// Name of the value; empty for the default value, `*` for any.
    #[serde(default)]
    pub value: String,
    /// Version directories, where not all of the check's.
    #[serde(default)]
    pub versions: Vec<String>,
    /// The type here, where another than the check's (a policy's `REG_SZ "1"`).
    #[serde(default)]
    pub kind: Option<Kind>,
    /// The data is a list `name=number|name=number`; this name's number counts.
    #[serde(default)]
    pub pick: Option<String>,
    /// What stands for `*` where a change makes a new key: `Location99`.
    #[serde(default)]
    pub instance: String,
    /// Data that a change which opens writes here, where the arms alone would make up something no one would write
    /// (`%USERPROFILE%\Downloads\`); used where they read as that verdict.
    #[serde(default)]
    pub example: String,
}

/// Another value that takes away what a place says: `ActivationFilterOverride` beside a kill bit, the switch without which
/// the attack surface rules of group policy are not read, a policy that makes the user's trusted locations void. A place
/// that is cancelled says [`Cancel::verdict`] instead of what its arm says; its layer stays.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cancel {
    /// Layers whose places it is about; empty for all.
    #[serde(default)]
    pub layers: Vec<Layer>,
    /// `HKCU` or `HKLM`; empty for the place's own root.
    #[serde(default)]
    pub root: String,
    /// Its key, `<ver>` as in [`Place::key`]; empty for the very key that the place's value was found under.
    #[serde(default)]
    pub key: String,
    /// Name of the value.
    pub value: String,
    /// With which data it does so.
    pub is: Match,
    /// Also where it is not there, and the inputs would say so if it were.
    #[serde(default)]
    pub or_absent: bool,
    /// What the place says then.
    pub verdict: Verdict,
    /// In words: `a policy makes the user's trusted locations void`.
    pub means: String,
}

/// Types of data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// `REG_DWORD`.
    Dword,
    /// `REG_SZ`, `REG_EXPAND_SZ`.
    Text,
    /// A number as text (`REG_SZ "1"`).
    NumberText,
    /// `REG_MULTI_SZ` or text.
    List,
    /// Any type; or no value at all (keys, files).
    Any,
}

/// What some data mean.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arm {
    /// Which data.
    pub is: Match,
    /// What that says.
    pub verdict: Verdict,
    /// In words: `DDE is off`. `{}` stands for the data.
    pub means: String,
    /// Its level, where another than the check's.
    #[serde(default)]
    pub level: Option<Level>,
}

/// Which data an [`Arm`] is for; all that are given must hold. Empty fits everything.
#[derive(Clone, Debug, Deserialize, std::default::Default)]
#[serde(deny_unknown_fields)]
pub struct Match {
    /// One of these numbers.
    #[serde(default)]
    pub number: Vec<u64>,
    /// At least this number.
    #[serde(default)]
    pub from: Option<u64>,
    /// All of these bits are set.
    #[serde(default)]
    pub bits: Option<u64>,
    /// None of these bits is set.
    #[serde(default)]
    pub clear: Option<u64>,
    /// One of these texts, without regard to case.
    #[serde(default)]
    pub text: Vec<String>,
    /// One of these patterns, without regard to case: `*` any characters.
    #[serde(default)]
    pub like: Vec<String>,
    /// All of these words stand in the list.
    #[serde(default)]
    pub all_of: Vec<String>,
    /// The text is empty.
    #[serde(default)]
    pub empty: bool,
    /// One of these patterns fits the value's name (places whose value is `*`), as in `like`.
    #[serde(default)]
    pub name: Vec<String>,
}

/// What holds where nothing is set.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Default {
    /// On which installations; empty for all.
    #[serde(default)]
    pub when: When,
    /// The data that it is as if were set, in words: `0`, `off`.
    #[serde(default)]
    pub effective: String,
    /// What that says: `secure`, `insecure` or `unknown`.
    pub verdict: Verdict,
    /// Why, in one sentence.
    pub why: String,
}

/// On which installations a default holds; all that are given must hold. What the inputs cannot decide makes the default
/// unknown, unless every default that may hold says the same.
#[derive(Clone, Debug, Deserialize, std::default::Default)]
#[serde(deny_unknown_fields)]
pub struct When {
    /// How it was installed.
    #[serde(default)]
    pub channel: Option<Channel>,
    /// Version directories.
    #[serde(default)]
    pub version: Vec<String>,
    /// From this build on: an id of [`Build`].
    #[serde(default)]
    pub from: Option<String>,
    /// Before this build.
    #[serde(default)]
    pub before: Option<String>,
}

/// How Office was installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// Click-to-Run.
    C2r,
    /// Windows Installer.
    Msi,
}

impl Channel {
    /// The word used in every output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::C2r => "c2r",
            Self::Msi => "msi",
        }
    }
}

/// An update that changed defaults: the first build that has it, by version directory.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Build {
    /// Id: `adv170021`.
    pub id: String,
    /// Version directory and first build of each channel.
    pub at: Vec<BuildAt>,
    /// Where that is said.
    pub reference: String,
}

/// The first build of an update.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BuildAt {
    /// Version directory.
    pub version: String,
    /// Channel.
    pub channel: Channel,
    /// First build, four numbers.
    pub build: String,
}

/// How several places of one layer (instances of `*`, kill-bit roots) are brought together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, std::default::Default)]
#[serde(rename_all = "lowercase")]
pub enum Combine {
    /// The first place that says something decides.
    #[default]
    First,
    /// Each instance counts, the worst decides.
    Worst,
    /// One secure instance is enough.
    Any,
}

/// A way in: barriers and what goes round them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Way {
    /// Stable id: `word-field`.
    pub id: String,
    /// Title, a sentence.
    pub title: String,
    /// Application.
    pub application: String,
    /// Version directories.
    pub versions: Vec<String>,
    /// Technique.
    pub technique: String,
    /// How much it matters when open.
    pub level: Level,
    /// Barriers, strongest first.
    #[serde(rename = "barrier")]
    pub barriers: Vec<Barrier>,
    /// What makes barriers void.
    #[serde(rename = "bypass", default)]
    pub bypasses: Vec<Bypass>,
    /// What `explain` says.
    pub about: String,
}

/// A barrier of a [`Way`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Barrier {
    /// Checks that hold it up, all of them needed (any one that fails brings it down).
    pub checks: Vec<String>,
    /// What it does where it holds.
    pub strength: Strength,
}

/// What a barrier does to a way in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Strength {
    /// The feature is off: nothing gets through.
    Closes,
    /// The behaviour is blocked: the link is followed, its program is not started.
    Blocks,
    /// The user has to do more than say yes (update the field by hand).
    Hinders,
    /// One click more (Protected View).
    Asks,
}

impl Strength {
    /// The word used in every output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closes => "closes",
            Self::Blocks => "blocks",
            Self::Hinders => "hinders",
            Self::Asks => "asks",
        }
    }
}

/// Something that makes barriers void where its check is insecure at level medium or above.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bypass {
    /// The check: trusted locations, mark of the web.
    pub check: String,
    /// The checks of barriers that it makes void.
    pub voids: Vec<String>,
    /// In one sentence.
    pub why: String,
}

/// The content's parts, as they were read.
#[derive(Clone, Debug, std::default::Default)]
pub struct Sources {
    /// Checks.
    pub checks: Vec<Check>,
    /// Ways in.
    pub ways: Vec<Way>,
    /// Applications.
    pub applications: Vec<Application>,
    /// Builds.
    pub builds: Vec<Build>,
    /// Profiles.
    pub profiles: Vec<Profile>,
    /// Side effects.
    pub side_effects: Vec<SideEffect>,
    /// Misspellings.
    pub misspellings: Vec<Misspelling>,
    /// Evidence of applications.
    pub evidence: Vec<Evidence>,
    /// Products.
    pub products: Vec<Product>,
    /// Names of Intune.
    pub intune: Vec<Intune>,
}

/// What the content says, checked.
#[derive(Clone, Debug)]
pub struct Catalog {
    sources: Sources,
    /// Numbers of checks by their ids.
    numbers: BTreeMap<String, usize>,
    index: Arc<Index>,
}

/// Why content cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogError {
    /// One sentence that names the id.
    pub message: String,
}

impl fmt::Display for CatalogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for CatalogError {}

impl Catalog {
    /// Checks that ids are unique and that what refers to an id finds it.
    ///
    /// # Errors
    /// Where that is not so.
    pub fn new(sources: Sources) -> Result<Self, CatalogError> {
        if let Some(message) = valid::broken(&sources).into_iter().next() {
            return Err(CatalogError { message });
        }
        let numbers = sources.checks.iter().enumerate().map(|(number, check)| (check.id.clone(), number)).collect();
        let index = Arc::new(index(&sources));
        Ok(Self { sources, numbers, index })
    }

    /// What is without effect, without words or against the rules of the schema, one sentence each; empty for the shipped
    /// content, a test holds that.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        valid::problems(&self.sources)
    }

    /// Keys and names of the content, folded and ready for looking up.
    pub(crate) fn index(&self) -> &Arc<Index> {
        &self.index
    }

    /// Evidence of applications.
    #[must_use]
    pub fn evidence(&self) -> &[Evidence] {
        &self.sources.evidence
    }

    /// Products.
    #[must_use]
    pub fn products(&self) -> &[Product] {
        &self.sources.products
    }

    /// Checks, in the order of the content.
    #[must_use]
    pub fn checks(&self) -> &[Check] {
        &self.sources.checks
    }

    /// The check of that id.
    #[must_use]
    pub fn check(&self, id: &str) -> Option<&Check> {
        self.sources.checks.get(self.number(id)?)
    }

    /// Where the check of that id stands among [`Catalog::checks`].
    pub(crate) fn number(&self, id: &str) -> Option<usize> {
        self.numbers.get(id).copied()
    }

    /// Ways in.
    #[must_use]
    pub fn ways(&self) -> &[Way] {
        &self.sources.ways
    }

    /// Applications.
    #[must_use]
    pub fn applications(&self) -> &[Application] {
        &self.sources.applications
    }

    /// Builds.
    #[must_use]
    pub fn builds(&self) -> &[Build] {
        &self.sources.builds
    }

    /// Profiles.
    #[must_use]
    pub fn profiles(&self) -> &[Profile] {
        &self.sources.profiles
    }

    /// Side effects.
    #[must_use]
    pub fn side_effects(&self) -> &[SideEffect] {
        &self.sources.side_effects
    }

    /// What Intune calls settings.
    #[must_use]
    pub fn intune(&self) -> &[Intune] {
        &self.sources.intune
    }

    /// Misspellings.
    #[must_use]
    pub fn misspellings(&self) -> &[Misspelling] {
        &self.sources.misspellings
    }
}

fn index(sources: &Sources) -> Index {
    let rows = sources.checks.iter().enumerate().flat_map(|(check, of)| {
        of.places.iter().enumerate().map(move |(place, at)| Row {
            check,
            place,
            root: &at.root,
            key: &at.key,
            value: &at.value,
            versions: if at.versions.is_empty() { &of.versions } else { &at.versions },
        })
    });
    let evidence = sources.evidence.iter().map(|evidence| (evidence.root.as_str(), evidence.key.as_str()));
    let applications = sources.applications.iter().map(|application| application.key.as_str());
    let misspellings = sources.misspellings.iter().map(|one| (one.wrong.as_str(), one.right.as_str()));
    let watched = sources.checks.iter().flat_map(|check| {
        let root = |cancel: &Cancel| {
            if cancel.root.is_empty() {
                check.places.first().map(|at| at.root.clone())
            } else {
                Some(cancel.root.clone())
            }
        };
        check
            .cancels
            .iter()
            .filter(|cancel| !cancel.key.is_empty())
            .filter_map(move |cancel| Some((root(cancel)?, cancel.key.as_str())))
    });
    Index::new(rows, evidence, watched, applications, misspellings)
}
