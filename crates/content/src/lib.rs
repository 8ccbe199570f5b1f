//! Loads, validates and versions the data under `content/`, which is compiled into the program.
//!
//! [`Content::load`] reads what every scan needs; the longer texts for `explain` are read when they are asked for.

mod attack;
mod case;
mod catalog;
mod convert;
mod explain;
mod files;
mod mappings;
mod pack;
mod posture;
mod rules;
mod tables;
mod validate;

pub use attack::Techniques;
pub use explain::Explanation;

use ddefend_dde::{Knowledge, KnowledgeError};
use ddefend_event::{Mapping, MappingError};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;

/// Passwords that are tried without being asked for (`content/passwords.toml`).
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passwords {
    /// Office tries these itself.
    pub office_defaults: Vec<String>,
    /// Customary for archives of samples.
    pub archive_defaults: Vec<String>,
}

/// Everything that the shipped content says.
#[derive(Debug)]
pub struct Content {
    knowledge: Knowledge,
    passwords: Passwords,
    explanations: OnceLock<Vec<Explanation>>,
    catalog: OnceLock<Option<ddefend_posture::Catalog>>,
}

/// Why content cannot be used. The shipped content is tested, so a user sees this only with files of their own.
#[derive(Debug)]
pub enum ContentError {
    /// A file is not valid TOML or does not have the shape that it should have.
    Shape {
        /// The file under `content/`.
        file: &'static str,
        /// Where and what.
        source: Box<toml::de::Error>,
    },
    /// The lists contradict each other.
    Knowledge(KnowledgeError),
    /// The mappings contradict each other.
    Mapping(MappingError),
    /// A file of `content/catalog` does not have its shape.
    RuleCatalog(ddefend_catalog::KnowledgeError),
    /// The tables contradict each other.
    Tables(MappingError),
    /// The checks of `content/posture` contradict each other.
    Posture(ddefend_posture::CatalogError),
}

impl fmt::Display for ContentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shape { file, source } => write!(f, "content/{file}: {source}"),
            Self::Knowledge(error) => write!(f, "content: {error}"),
            Self::Mapping(error) => write!(f, "content/mappings: {error}"),
            Self::Tables(error) => write!(f, "content/tables: {error}"),
            Self::Posture(error) => write!(f, "content/posture: {error}"),
            Self::RuleCatalog(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ContentError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Shape { source, .. } => Some(source.as_ref()),
            Self::Knowledge(error) => Some(error),
            Self::Mapping(error) | Self::Tables(error) => Some(error),
            Self::Posture(error) => Some(error),
            Self::RuleCatalog(error) => Some(error),
        }
    }
}

impl Content {
    /// Reads the shipped content.
    ///
    /// # Errors
    /// Where a file does not have its shape; the tests hold that the shipped ones do.
    pub fn load() -> Result<Self, ContentError> {
        let (sources, passwords) = pack::load()?;
        let knowledge = Knowledge::new(sources).map_err(ContentError::Knowledge)?;
        Ok(Self { knowledge, passwords, explanations: OnceLock::new(), catalog: OnceLock::new() })
    }

    /// What judging needs to know.
    #[must_use]
    pub fn knowledge(&self) -> &Knowledge {
        &self.knowledge
    }

    /// Passwords that are tried without being asked for.
    #[must_use]
    pub fn passwords(&self) -> &Passwords {
        &self.passwords
    }

    /// Schemas that rules are converted to (`content/convert`).
    ///
    /// # Errors
    /// Where a file does not have its shape; the tests hold that the shipped ones do.
    pub fn profiles(&self) -> Result<ddefend_convert::Profiles, ContentError> {
        convert::load()
    }

    /// What records of a category usually hold, for proofs of conversions (`content/proof.toml`).
    ///
    /// # Errors
    /// Where the file does not have its shape; the tests hold that the shipped one does.
    pub fn proof_bases(&self) -> Result<ddefend_convert::proof::Bases, ContentError> {
        pack::parse(pack::PROOF)
    }

    /// What `rules check` knows beside the schemas (`content/lint.toml`).
    ///
    /// # Errors
    /// Where the file does not have its shape; the tests hold that the shipped one does.
    pub fn lint_lists(&self) -> Result<ddefend_lint::Lists, ContentError> {
        pack::parse(pack::LINT)
    }

    /// Which records a Sigma log source means, and where its fields stand in them (`content/mappings`).
    ///
    /// # Errors
    /// Where a file does not have its shape or two contradict each other; the tests hold that the shipped ones do not.
    pub fn mapping(&self) -> Result<Mapping, ContentError> {
        mappings::load()
    }

    /// Schemas with their tables (`content/tables`), for queries and for rules in other languages.
    ///
    /// # Errors
    /// Where a file does not have its shape or two contradict each other; the tests hold that the shipped ones do not.
    pub fn tables(&self) -> Result<ddefend_event::TableSet, ContentError> {
        tables::load()
    }

    /// Names and kinds of facts that `triage` works with (`content/triage.toml`).
    ///
    /// # Errors
    /// Where the file does not have its shape; the tests hold that the shipped one does.
    pub fn triage_lists(&self) -> Result<ddefend_triage::Lists, ContentError> {
        pack::parse(pack::TRIAGE)
    }

    /// What `memory` works with (`content/memory.toml`), with Office programs of `triage.toml` and the
    /// `SuspiciousDLLList` that drives the Sysmon rules; an organisation's own replaces the latter.
    ///
    /// # Errors
    /// Where a file does not have its shape; the tests hold that the shipped ones do.
    pub fn memory_lists(&self) -> Result<ddefend_memory::Lists, ContentError> {
        let mut lists: ddefend_memory::Lists = pack::parse(pack::MEMORY)?;
        lists.office = self.triage_lists()?.office;
        lists.suspicious_modules = self.placeholders()?.remove("SuspiciousDLLList").unwrap_or_default();
        Ok(lists)
    }

    /// The text of the shipped playbook with that id (`content/playbooks/ID.yml`); [`ddefend_triage::Playbook`] reads it.
    #[must_use]
    pub fn playbook_text(&self, id: &str) -> Option<&'static str> {
        case::playbook(id)
    }

    /// The scenarios of the lab (`content/lab`): path under `content/` and text of each, in the order of their paths.
    #[must_use]
    pub fn scenario_texts(&self) -> &'static [(&'static str, &'static str)] {
        crate::files::LAB
    }

    /// Checks, ways in and profiles of `posture` (`content/posture`).
    ///
    /// # Errors
    /// Where a file does not have its shape or ids contradict each other; the tests hold that the shipped ones do not.
    pub fn posture(&self) -> Result<ddefend_posture::Catalog, ContentError> {
        posture::load()
    }

    /// How detections are put into words, and which fields tell of processes (`content/hunt.toml`).
    ///
    /// # Errors
    /// Where the file does not have its shape; the tests hold that the shipped one does.
    pub fn wording(&self) -> Result<ddefend_hunt::Wording, ContentError> {
        pack::parse(pack::HUNT)
    }

    /// The built-in rules and filters (`content/rules`): path under `content/` and text of each file.
    #[must_use]
    pub fn rules(&self) -> Vec<(String, String)> {
        rules::files()
    }

    /// True and false samples of the built-in rules: path under `content/` (`X.samples.yml` beside `X.yml`) and text.
    #[must_use]
    pub fn rule_samples(&self) -> Vec<(String, String)> {
        rules::samples()
    }

    /// Values of the placeholders that the built-in rules use (`content/rules/placeholders.toml`), among them the
    /// mutable elements of ATT&CK's analytic AN1393: `AllowedParentChildPairs`, `TimeWindow`, `SuspiciousDLLList`.
    ///
    /// # Errors
    /// Where the file does not have its shape; the tests hold that the shipped one does.
    pub fn placeholders(&self) -> Result<BTreeMap<String, Vec<String>>, ContentError> {
        rules::placeholders()
    }

    /// The ATT&CK techniques that rules may name (`content/attack/techniques.toml`).
    ///
    /// # Errors
    /// Where the file does not have its shape; the tests hold that the shipped one does.
    pub fn techniques(&self) -> Result<Techniques, ContentError> {
        attack::load()
    }

    /// What `rules catalog` knows of fields, logs and techniques (`content/catalog`), with the shipped placeholders.
    ///
    /// # Errors
    /// Where a file does not have its shape; the tests hold that the shipped ones do.
    pub fn catalog_knowledge(&self) -> Result<ddefend_catalog::Knowledge, ContentError> {
        let mut knowledge = catalog::load()?;
        knowledge.placeholders = self.placeholders()?;
        Ok(knowledge)
    }

    /// Explains a finding id, a hiding trick's id, a diagnostic code, a fault, a check, a place of a check or a way in.
    #[must_use]
    pub fn explain(&self, id: &str) -> Option<Explanation> {
        let known = self.explanations().iter().find(|explanation| explanation.id == id).cloned();
        known.or_else(|| explain::of_posture(self.catalog.get_or_init(|| self.posture().ok()).as_ref()?, id))
    }

    /// Every explanation, findings first, then tricks, diagnostics, faults, checks and ways in; for the generated
    /// reference. Places of checks are told with their check.
    #[must_use]
    pub fn explanations(&self) -> &[Explanation] {
        self.explanations.get_or_init(|| explain::read().unwrap_or_default())
    }

    /// The version of the shipped content: the same as long as no byte of it changes.
    #[must_use]
    pub fn version(&self) -> String {
        pack::version()
    }

    /// What is wrong with the content beyond its shape, one sentence each; empty for the shipped one, a test holds that.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        validate::problems(self)
    }
}
