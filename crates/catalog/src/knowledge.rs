//! What the catalog knows of vendors, logs and techniques: the files under `content/catalog`, with the mapping of events.

use crate::attack::Attack;
use crate::events::{Logs, Titles};
use crate::infer::Signature;
use crate::names::{Alias, Names};
use ddefend_event::Mapping;
use ddefend_language::Macros;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;

/// A file that does not have its shape.
#[derive(Debug)]
pub struct KnowledgeError {
    /// The file under `content/catalog`.
    pub file: &'static str,
    /// Where and what.
    pub source: Box<toml::de::Error>,
}

impl fmt::Display for KnowledgeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "content/catalog/{}: {}", self.file, self.source)
    }
}

impl std::error::Error for KnowledgeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(self.source.as_ref())
    }
}

/// Everything that reading and counting need to know.
#[derive(Clone, Debug)]
pub struct Knowledge {
    /// Which records log sources mean.
    pub mapping: Mapping,
    /// Techniques.
    pub attack: Attack,
    /// Fields of all vendors by Sigma's names.
    pub names: Names,
    /// Techniques that predicates give away.
    pub signatures: Vec<Signature>,
    /// Values for `%placeholder%` in Sigma rules.
    pub placeholders: BTreeMap<String, Vec<String>>,
    /// Macros that searches take for granted.
    pub macros: Macros,
    pub(crate) logs: Logs,
}

/// The texts of the files under `content/catalog`.
#[derive(Clone, Copy, Debug)]
pub struct Texts<'a> {
    /// `attack.tsv`.
    pub attack: &'a str,
    /// `fields.toml`.
    pub fields: &'a str,
    /// `logs.toml`.
    pub logs: &'a str,
    /// `signatures.toml`.
    pub signatures: &'a str,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldsFile {
    #[serde(default)]
    alias: Vec<Alias>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignaturesFile {
    #[serde(default)]
    signature: Vec<Signature>,
}

impl Knowledge {
    /// Reads the files.
    ///
    /// # Errors
    /// Where one does not have its shape.
    pub fn new(texts: Texts<'_>, mapping: Mapping) -> Result<Self, KnowledgeError> {
        let fields: FieldsFile = parse("fields.toml", texts.fields)?;
        let logs: Titles = parse("logs.toml", texts.logs)?;
        let signatures: SignaturesFile = parse("signatures.toml", texts.signatures)?;
        Ok(Self {
            attack: Attack::read(texts.attack),
            names: Names::new(&fields.alias, &mapping),
            signatures: signatures.signature,
            placeholders: BTreeMap::new(),
            macros: Macros::default(),
            logs: Logs::new(logs),
            mapping,
        })
    }
}

fn parse<T: serde::de::DeserializeOwned>(file: &'static str, text: &str) -> Result<T, KnowledgeError> {
    toml::from_str(text).map_err(|source| KnowledgeError { file, source: Box::new(source) })
}
