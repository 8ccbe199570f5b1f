//! What judging needs to know, as it stands in `content/`: the serde shapes of its files and their compiled form.

mod tags;

use crate::indicators::Extensions;
use crate::phrase::Phrase;
use ddefend_model::{Confidence, Level, LinkKind};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;

pub use tags::Condition;
pub(crate) use tags::{Interner, TagSet};

/// `content/judgement.toml`: carriers, wordings, rules and adjustments.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judgement {
    /// Sizes at which judging stops looking.
    pub limits: Limits,
    /// Short wordings by key: `when.open`, `title.unknown` and the like.
    pub words: BTreeMap<String, String>,
    /// Reader ids and the applications that open what they read.
    #[serde(rename = "carrier")]
    pub carriers: Vec<Carrier>,
    /// Field keywords that only Word knows; they tell Word HTML from Excel HTML.
    pub field_keywords: Vec<String>,
    /// Functions of LibreOffice and its kin that Excel does not have.
    pub libreoffice_functions: Vec<Phrase>,
    /// Beginnings of part path steps that are bodies of mails.
    pub mail_steps: Vec<String>,
    /// Keywords of fields that load another file, lower case.
    pub loading_keywords: Vec<String>,
    /// Macro functions that are DDE verbs rather than service names, lower case.
    pub dde_verbs: Vec<String>,
    /// Macro functions that call into libraries, lower case.
    pub library_calls: Vec<String>,
    /// What readers write into the raw text of links.
    #[serde(default)]
    pub evidence: Vec<Evidence>,
    /// Rules, first match wins.
    #[serde(rename = "rule")]
    pub rules: Vec<Rule>,
    /// Adjustments, all that match apply in order.
    #[serde(rename = "adjust", default)]
    pub adjustments: Vec<Adjustment>,
    /// What a gap becomes.
    pub incomplete: Incomplete,
}

/// Sizes at which judging stops looking.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Characters of a command that are normalised and searched; the rest is cut off and the reasons say so.
    pub command_chars: usize,
    /// Encoded layers that are followed.
    pub layers: usize,
    /// Indicators that are kept for a finding.
    pub indicators: usize,
    /// Characters of a service or target that a title shows.
    pub title_chars: usize,
    /// Diagnostics that `scan.incomplete` names one by one.
    pub gaps: usize,
}

/// A reader id and the application that opens what it reads.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Carrier {
    /// Reader ids.
    pub ids: Vec<String>,
    /// Family: `word`, `excel`, `text` (opened by Excel, not written by it), `odf`, `html` and the like.
    pub family: String,
    /// The application's name for titles.
    pub app: String,
}

/// A tag (`evidence:ID`) for phrases in the raw text of links of one kind.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The tag's second half.
    pub id: String,
    /// Kind of the links.
    pub kind: LinkKind,
    /// Phrases.
    pub phrases: Vec<Phrase>,
}

/// A rule: tags in, judgement out.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Finding id.
    pub id: String,
    /// When it applies.
    #[serde(rename = "if")]
    pub condition: Condition,
    /// Level before adjustments.
    pub level: Level,
    /// Confidence before adjustments.
    pub confidence: Confidence,
    /// Title with `{placeholders}`.
    pub title: String,
    /// Reasons with `{placeholders}`, one sentence each.
    #[serde(default)]
    pub reasons: Vec<String>,
    /// ATT&CK techniques of the way in.
    #[serde(default)]
    pub techniques: Vec<String>,
    /// True where the finding carries the command that would run, its own techniques included.
    #[serde(default)]
    pub command: bool,
}

/// A change to a rule's judgement.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adjustment {
    /// When it applies; the tag `id:dde.launch` names the rule that matched.
    #[serde(rename = "if")]
    pub condition: Condition,
    /// Level steps up.
    #[serde(default)]
    pub raise: u8,
    /// Level steps down.
    #[serde(default)]
    pub lower: u8,
    /// Level at least this.
    #[serde(default)]
    pub at_least: Option<Level>,
    /// Level at most this.
    #[serde(default)]
    pub at_most: Option<Level>,
    /// Confidence at most this.
    #[serde(default)]
    pub confidence: Option<Confidence>,
    /// The sentence that says so.
    pub reason: String,
    /// Techniques that it adds.
    #[serde(default)]
    pub techniques: Vec<String>,
}

/// What gaps in reading become.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Incomplete {
    /// Finding id.
    pub id: String,
    /// Level.
    pub level: Level,
    /// Confidence.
    pub confidence: Confidence,
    /// Title, `{count}` for the number of gaps.
    pub title: String,
    /// Reason for each gap: `{code}`, `{part}`, `{location}`, `{message}`.
    pub gap: String,
    /// Reason that counts the gaps which are not named.
    pub more: String,
}

impl Default for Incomplete {
    fn default() -> Self {
        Self {
            id: String::new(),
            level: Level::Info,
            confidence: Confidence::High,
            title: String::new(),
            gap: String::new(),
            more: String::new(),
        }
    }
}

/// `content/services.toml`: DDE servers that are no shells.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Services {
    /// Applications that serve their own documents over DDE.
    #[serde(rename = "application")]
    pub applications: Vec<Application>,
    /// Market data and process data servers, lower case.
    pub feeds: Vec<String>,
    /// Topics that mean the application itself rather than a document, lower case.
    pub plain_topics: Vec<String>,
}

/// An application that serves its own documents over DDE.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// DDE service names and program names without extension, lower case.
    pub names: Vec<String>,
    /// What it is called in titles.
    pub title: String,
}

/// `content/commands.toml`: programs, what they do, and what a command line betrays.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Commands {
    /// Programs.
    #[serde(rename = "program")]
    pub programs: Vec<Program>,
    /// What phrases in a command betray.
    #[serde(rename = "trait")]
    pub traits: Vec<Trait>,
    /// Environment variables with their usual values, names in upper case.
    pub environment: BTreeMap<String, String>,
    /// Words behind which a command begins (`start`, `call`), lower case.
    pub starters: Vec<String>,
    /// Service names count this many characters in Excel.
    pub service_chars: usize,
    /// File name extensions by sort.
    pub extensions: Extensions,
}

/// A program that a command may start.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// Names without extension, lower case.
    pub names: Vec<String>,
    /// `shell`, `script` (script host), `lolbin`, `plain`.
    pub sort: String,
    /// ATT&CK techniques.
    #[serde(default)]
    pub techniques: Vec<String>,
    /// What it is, for the reasons.
    pub about: String,
}

/// What phrases in a command betray.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trait {
    /// Tag (`does:ID`).
    pub id: String,
    /// Phrases, any of which betrays it.
    pub phrases: Vec<Phrase>,
    /// ATT&CK techniques.
    #[serde(default)]
    pub techniques: Vec<String>,
    /// The sentence for the reasons.
    pub reason: String,
}

/// A question that an application shows.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PromptRule {
    /// Stable id.
    pub id: String,
    /// When it is shown.
    #[serde(rename = "if")]
    pub condition: Condition,
    /// The wording with `{placeholders}`.
    pub text: String,
    /// The answer that lets the link fire.
    pub lets_through: String,
    /// Where the wording is from.
    pub source: String,
}

/// A setting that stops a link.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockerRule {
    /// Stable id.
    pub id: String,
    /// When it helps.
    #[serde(rename = "if")]
    pub condition: Condition,
    /// What it is called.
    pub name: String,
    /// Registry key and value name.
    pub registry: String,
    /// The value that blocks.
    pub value: String,
    /// Where that is from.
    pub source: String,
}

/// What judging says of a hiding trick.
#[derive(Clone, Debug)]
pub struct TrickText {
    /// Trick id.
    pub id: String,
    /// One sentence.
    pub short: String,
}

/// The parts of a [`Knowledge`], as the content crate reads them.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// `judgement.toml`.
    pub judgement: Judgement,
    /// `services.toml`.
    pub services: Services,
    /// `commands.toml`.
    pub commands: Commands,
    /// `prompts.toml`, in the order in which they are shown.
    pub prompts: Vec<PromptRule>,
    /// `blockers.toml`, strongest first.
    pub blockers: Vec<BlockerRule>,
    /// Phrases of `lures.toml`.
    pub lures: Vec<Phrase>,
    /// From `tricks.toml`.
    pub tricks: Vec<TrickText>,
}

/// Why a knowledge cannot be built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KnowledgeError {
    /// More different tags than the sets can hold.
    TooManyTags {
        /// How many a set holds.
        most: usize,
    },
    /// A name stands twice.
    Twice {
        /// The name.
        name: String,
        /// The list that it stands in.
        list: &'static str,
    },
}

impl fmt::Display for KnowledgeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooManyTags { most } => write!(f, "the conditions name more than {most} different tags"),
            Self::Twice { name, list } => write!(f, "'{name}' stands twice among the {list}"),
        }
    }
}

impl std::error::Error for KnowledgeError {}

/// Everything that judging needs to know, compiled.
#[derive(Clone, Debug)]
pub struct Knowledge {
    pub(crate) judgement: Judgement,
    pub(crate) services: Services,
    pub(crate) commands: Commands,
    pub(crate) prompts: Vec<PromptRule>,
    pub(crate) blockers: Vec<BlockerRule>,
    pub(crate) lures: Vec<Phrase>,
    pub(crate) tags: Interner,
    tricks: BTreeMap<String, String>,
    programs: BTreeMap<String, usize>,
    applications: BTreeMap<String, usize>,
    carriers: BTreeMap<String, usize>,
}

impl Knowledge {
    /// Whether a name is a known DDE server that is no shell: a feed, or an application that serves its documents.
    #[must_use]
    pub fn is_server(&self, name: &str) -> bool {
        let is = |known: &String| known.eq_ignore_ascii_case(name.trim());
        self.services.feeds.iter().any(is) || self.services.applications.iter().any(|it| it.names.iter().any(is))
    }

    /// Compiles the files' contents.
    ///
    /// # Errors
    /// Where a name stands twice in a list that is looked up by name, or the conditions name too many tags.
    pub fn new(sources: Sources) -> Result<Self, KnowledgeError> {
        let Sources { mut judgement, services, commands, mut prompts, mut blockers, lures, tricks } = sources;
        let mut tags = Interner::default();
        let conditions = judgement.rules.iter_mut().map(|rule| &mut rule.condition);
        let conditions = conditions.chain(judgement.adjustments.iter_mut().map(|adjust| &mut adjust.condition));
        let conditions = conditions.chain(prompts.iter_mut().map(|prompt| &mut prompt.condition));
        for condition in conditions.chain(blockers.iter_mut().map(|blocker| &mut blocker.condition)) {
            condition.compile(&mut tags)?;
        }
        let programs = by_name(commands.programs.iter().map(|program| &program.names), "programs")?;
        let applications = by_name(services.applications.iter().map(|app| &app.names), "applications")?;
        let carriers = by_name(judgement.carriers.iter().map(|carrier| &carrier.ids), "carriers")?;
        let tricks = tricks.into_iter().map(|trick| (trick.id, trick.short)).collect();
        Ok(Self {
            judgement,
            services,
            commands,
            prompts,
            blockers,
            lures,
            tags,
            tricks,
            programs,
            applications,
            carriers,
        })
    }

    /// The program of that name (without extension, lower case).
    #[must_use]
    pub fn program(&self, name: &str) -> Option<&Program> {
        self.commands.programs.get(*self.programs.get(name)?)
    }

    /// The application of that name (without extension, lower case).
    #[must_use]
    pub fn application(&self, name: &str) -> Option<&Application> {
        self.services.applications.get(*self.applications.get(name)?)
    }

    /// What is known of a reader's files.
    #[must_use]
    pub fn carrier(&self, id: &str) -> Option<&Carrier> {
        self.judgement.carriers.get(*self.carriers.get(id)?)
    }

    /// A wording, or nothing where the content has none.
    pub(crate) fn word(&self, key: &str) -> &str {
        self.judgement.words.get(key).map_or("", String::as_str)
    }

    /// The sentence about a hiding trick.
    pub(crate) fn trick(&self, id: &str) -> Option<&str> {
        self.tricks.get(id).map(String::as_str)
    }

    /// Environment variables, names in upper case, with the values that commands are expanded with.
    pub fn environment(&self) -> impl Iterator<Item = (&str, &str)> {
        self.commands.environment.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The rules, for validation and generated references.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.judgement.rules
    }

    /// The finding id of a scan with gaps.
    #[must_use]
    pub fn incomplete_id(&self) -> &str {
        &self.judgement.incomplete.id
    }

    /// Every tag that a condition names, for validation.
    pub fn named_tags(&self) -> impl Iterator<Item = &str> {
        self.tags.names()
    }

    /// Every technique id that can stand in a finding, for validation.
    pub fn techniques(&self) -> impl Iterator<Item = &str> {
        let rules = self.judgement.rules.iter().flat_map(|rule| &rule.techniques);
        let adjustments = self.judgement.adjustments.iter().flat_map(|adjust| &adjust.techniques);
        let programs = self.commands.programs.iter().flat_map(|program| &program.techniques);
        let traits = self.commands.traits.iter().flat_map(|found| &found.techniques);
        rules.chain(adjustments).chain(programs).chain(traits).map(String::as_str)
    }
}

fn by_name<'n>(
    lists: impl Iterator<Item = &'n Vec<String>>,
    list: &'static str,
) -> Result<BTreeMap<String, usize>, KnowledgeError> {
    let mut names = BTreeMap::new();
    for (index, entry) in lists.enumerate() {
        for name in entry {
            if names.insert(name.clone(), index).is_some() {
                return Err(KnowledgeError::Twice { name: name.clone(), list });
            }
        }
    }
    Ok(names)
}
