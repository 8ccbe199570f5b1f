//! The file of a baseline: TOML, versioned, read under limits because it may come from anywhere.

use super::{Baseline, Pair, Provenance, Seen};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// Bytes of a baseline file that are read.
pub const MAX_BYTES: usize = 64 << 20;
/// Pairs of a baseline.
pub const MAX_PAIRS: usize = 200_000;
/// Characters of a name or a form.
const MAX_TEXT: usize = 64 << 10;

const FORMAT: &str = "ddefend-baseline";
const VERSION: u32 = 1;

/// Why a baseline file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BaselineError {
    /// Larger than [`MAX_BYTES`], has more pairs than [`MAX_PAIRS`], or an entry is too long: which.
    TooLarge(String),
    /// Not TOML, or not of this shape: what is wrong, with line and column.
    Malformed(String),
    /// Another format, or a version that this ddefend does not know: what it says.
    Unknown(String),
    /// It contradicts itself: a pair stands twice, or counts do not fit.
    Contradiction(String),
}

impl fmt::Display for BaselineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge(what) => write!(f, "the baseline is too large: {what}"),
            Self::Malformed(what) => write!(f, "not a baseline: {what}"),
            Self::Unknown(what) => write!(f, "unknown baseline: {what}; learn it anew with this version"),
            Self::Contradiction(what) => write!(f, "the baseline contradicts itself: {what}"),
        }
    }
}

impl std::error::Error for BaselineError {}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    version: u32,
    provenance: Provenance,
    #[serde(default)]
    pair: Vec<Row>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    parent: String,
    child: String,
    command: String,
    hosts: u64,
    days: u64,
    count: u64,
}

/// What is read first: a newer version may have another shape.
#[derive(Debug, Deserialize)]
struct Head {
    #[serde(default)]
    format: String,
    #[serde(default)]
    version: u32,
}

impl Baseline {
    /// The baseline as a file, pairs in order.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let row = |(pair, seen): (&Pair, &Seen)| Row {
            parent: pair.parent.clone(),
            child: pair.child.clone(),
            command: pair.command.clone(),
            hosts: seen.hosts,
            days: seen.days,
            count: seen.count,
        };
        let file = File {
            format: FORMAT.to_owned(),
            version: VERSION,
            provenance: self.provenance.clone(),
            pair: self.pairs.iter().map(row).collect(),
        };
        // Strings and numbers within i64 always fit TOML; counts are of records that were read one by one.
        toml::to_string(&file).unwrap_or_default()
    }

    /// Reads a baseline file.
    ///
    /// # Errors
    /// Where it is larger than the limits, no baseline, of another version, or contradicts itself.
    pub fn from_toml(text: &str) -> Result<Self, BaselineError> {
        if text.len() > MAX_BYTES {
            return Err(BaselineError::TooLarge(format!("{} bytes, {MAX_BYTES} allowed", text.len())));
        }
        // Each pair is a table with a header line: counted before the parser makes values of them.
        let tables = text.lines().filter(|line| line.trim_start().starts_with("[[")).count();
        if tables > MAX_PAIRS {
            return Err(BaselineError::TooLarge(format!("{tables} pairs, {MAX_PAIRS} allowed")));
        }
        let malformed = |error: toml::de::Error| BaselineError::Malformed(error.to_string());
        let head: Head = toml::from_str(text).map_err(malformed)?;
        if head.format != FORMAT || head.version != VERSION {
            let found = format!("format {:?} version {}, wanted {FORMAT} version {VERSION}", head.format, head.version);
            return Err(BaselineError::Unknown(found));
        }
        let file: File = toml::from_str(text).map_err(malformed)?;
        if file.pair.len() > MAX_PAIRS {
            return Err(BaselineError::TooLarge(format!("{} pairs, {MAX_PAIRS} allowed", file.pair.len())));
        }
        let mut pairs = BTreeMap::new();
        for row in file.pair {
            let name = format!("{:?} -> {:?}", brief(&row.parent), brief(&row.child));
            if [&row.parent, &row.child, &row.command].iter().any(|text| text.len() > MAX_TEXT) {
                return Err(BaselineError::TooLarge(format!("an entry of {name}")));
            }
            if row.hosts == 0 || row.hosts > row.count || row.hosts > file.provenance.hosts || row.days > row.count {
                return Err(BaselineError::Contradiction(format!("the counts of {name}")));
            }
            let seen = Seen { hosts: row.hosts, days: row.days, count: row.count };
            let pair = Pair { parent: row.parent, child: row.child, command: row.command };
            if pairs.insert(pair, seen).is_some() {
                return Err(BaselineError::Contradiction(format!("{name} stands twice")));
            }
        }
        Ok(Self::new(file.provenance, pairs))
    }
}

fn brief(text: &str) -> String {
    text.chars().take(64).collect()
}
