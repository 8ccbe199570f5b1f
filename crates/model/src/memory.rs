//! What a process dump or memory image holds.

use crate::{Diagnostic, Level};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A process dump or memory image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemoryImage {
    /// The artifact's path.
    pub path: String,
    /// SHA-256, lower-case hexadecimal.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
    /// `minidump` or `raw`.
    pub format: String,
    /// RFC 3339: when it was taken; empty where it does not say.
    pub taken: String,
    /// Windows version, processor.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub system: String,
    /// The process, for a dump.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process: Option<DumpedProcess>,
    /// Modules that do not belong into the process.
    pub modules: Vec<Module>,
    /// How many modules there are in all.
    pub module_count: u64,
    /// What was found in memory: worst first, then in the order of offsets.
    pub hits: Vec<MemoryHit>,
    /// Hits that were only counted.
    pub more_hits: u64,
    /// True where it was read to its end.
    pub complete: bool,
    /// What could not be read.
    pub diagnostics: Vec<Diagnostic>,
}

/// The process of a dump.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DumpedProcess {
    /// Process id.
    pub pid: u64,
    /// Path of its main module.
    pub image: String,
    /// Command line, where the process environment block or a text that begins with the image is in the dump.
    pub command: String,
    /// True where the command line is such a text: it may be another's, or an old one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub inferred: bool,
    /// RFC 3339.
    pub started: String,
}

/// A module.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Module {
    /// Path.
    pub path: String,
    /// Base address.
    pub base: u64,
    /// Bytes.
    pub size: u64,
    /// File version.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// Why it does not belong there.
    pub why: String,
    /// How bad.
    pub level: Option<Level>,
}

/// Something found in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemoryHit {
    /// `dde-field`, `dde-formula`, `command-line`, `case-command`, `url` ...
    pub kind: String,
    /// Byte offset in the file.
    pub offset: u64,
    /// Address in the process, for a dump.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<u64>,
    /// `ascii` or `utf-16`.
    pub encoding: String,
    /// Region: protection and type, or the file offset's range.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub region: String,
    /// Module that it stands in; empty where in none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub module: String,
    /// The text, cut to a limit.
    pub text: String,
    /// Command that it would run, where it is a link that was judged.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub command: String,
    /// How bad.
    pub level: Option<Level>,
    /// For `case-command`: which finding's command it is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub of: String,
    /// How many times the same text is there in this encoding, where more than once; the first is told.
    #[serde(default, skip_serializing_if = "is_alone")]
    pub count: u64,
}

fn is_alone(count: &u64) -> bool {
    *count <= 1
}

/// A run over images in figures.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemorySummary {
    /// Dumps and images.
    pub images: u64,
    /// Those that could not be fully read.
    pub incomplete: u64,
    /// Bytes of all.
    pub bytes: u64,
    /// Hits and modules that were told, per level.
    pub found: BTreeMap<String, u64>,
    /// Milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elapsed: Option<u64>,
}

impl MemorySummary {
    /// Counts one image.
    pub fn add(&mut self, image: &MemoryImage) {
        self.images += 1;
        self.incomplete += u64::from(!image.complete);
        self.bytes += image.size;
        let hits = image.hits.iter().filter_map(|hit| hit.level);
        for level in hits.chain(image.modules.iter().filter_map(|module| module.level)) {
            *self.found.entry(level.to_string()).or_default() += 1;
        }
    }
}
