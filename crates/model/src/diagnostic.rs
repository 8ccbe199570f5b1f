use crate::{Location, PartPath};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Something that could not be read, or a limit that was hit. Never silent, never fatal to the rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// Stable id, one of [`code`]. Ids that begin with `note.` do not make an artifact incomplete.
    pub code: Cow<'static, str>,
    /// The artifact's path; filled in by the engine.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub artifact: String,
    /// The part.
    pub part: PartPath,
    /// Where in the part.
    #[serde(default, skip_serializing_if = "Location::is_empty")]
    pub location: Location,
    /// What happened, in words: what was read, what was wanted, what was there.
    pub message: String,
}

impl Diagnostic {
    /// A diagnostic about a place in a part.
    #[must_use]
    pub fn new(code: &'static str, part: PartPath, location: Location, message: impl Into<String>) -> Self {
        Self { code: Cow::Borrowed(code), artifact: String::new(), part, location, message: message.into() }
    }

    /// A diagnostic about a whole artifact, or a place in it.
    #[must_use]
    pub fn about(code: &'static str, artifact: &str, location: Location, message: impl Into<String>) -> Self {
        let new = Self::new(code, PartPath::root(artifact), location, message);
        Self { artifact: artifact.to_owned(), ..new }
    }

    /// True where what it tells means that something may have been missed.
    #[must_use]
    pub fn is_gap(&self) -> bool {
        !self.code.starts_with("note.")
    }
}

/// Stable diagnostic ids. `limit.*`: a budget was spent. `broken.*`: the bytes contradict the format.
/// `unreadable.*`: the format or key is not ours to read. `note.*`: worth knowing, nothing was missed.
pub mod code {
    /// The artifact is larger than the limit; its head was read.
    pub const LIMIT_ARTIFACT_SIZE: &str = "limit.artifact-size";
    /// A part is larger than the limit; its head was read.
    pub const LIMIT_PART_SIZE: &str = "limit.part-size";
    /// All parts together are larger than the limit.
    pub const LIMIT_TOTAL_SIZE: &str = "limit.total-size";
    /// The artifact and the nested parts on the way to this one fill the memory that they may have together.
    pub const LIMIT_MEMORY: &str = "limit.memory";
    /// A part inflates beyond the allowed ratio.
    pub const LIMIT_RATIO: &str = "limit.ratio";
    /// Too many parts.
    pub const LIMIT_PARTS: &str = "limit.parts";
    /// Parts are nested too deeply.
    pub const LIMIT_DEPTH: &str = "limit.depth";
    /// Too many links or diagnostics; the rest were counted only.
    pub const LIMIT_RESULTS: &str = "limit.results";
    /// A structure inside a part (elements, records, groups, fields) is nested too deeply or too long.
    pub const LIMIT_STRUCTURE: &str = "limit.structure";
    /// The time for one artifact ran out.
    pub const LIMIT_TIME: &str = "limit.time";
    /// The data ends too early.
    pub const BROKEN_TRUNCATED: &str = "broken.truncated";
    /// A structure contradicts its format.
    pub const BROKEN_STRUCTURE: &str = "broken.structure";
    /// A compressed stream cannot be inflated to its end.
    pub const BROKEN_COMPRESSION: &str = "broken.compression";
    /// A checksum or a declared size does not fit the data.
    pub const BROKEN_CHECKSUM: &str = "broken.checksum";
    /// Malformed XML; what stood before was read.
    pub const BROKEN_XML: &str = "broken.xml";
    /// A hive's last write did not end, and its transaction logs are not there or cannot be used.
    pub const BROKEN_UNFLUSHED: &str = "broken.unflushed";
    /// A hive's transaction log is damaged or belongs to another state; what can be applied was.
    pub const BROKEN_LOG: &str = "broken.log";
    /// Inputs of one user contradict each other.
    pub const BROKEN_DISAGREEMENT: &str = "broken.disagreement";
    /// Encrypted, and no known password opens it.
    pub const UNREADABLE_ENCRYPTED: &str = "unreadable.encrypted";
    /// A format or method that ddefend does not read.
    pub const UNREADABLE_FORMAT: &str = "unreadable.format";
    /// The operating system refused to hand over the bytes.
    pub const UNREADABLE_IO: &str = "unreadable.io";
    /// A reader failed in a way that it must not; please report it.
    pub const INTERNAL: &str = "internal.failure";
    /// The extension names another type than the content is.
    pub const NOTE_EXTENSION: &str = "note.extension";
    /// Archive directories disagree, names repeat or entries overlap; all versions were read.
    pub const NOTE_ARCHIVE: &str = "note.archive";
    /// A password opened it.
    pub const NOTE_PASSWORD: &str = "note.password";
    /// A Document Type Definition was met; external entities were not fetched.
    pub const NOTE_DTD: &str = "note.dtd";
    /// What was done with a hive: logs were applied, or it is of a kind that holds no setting of interest.
    pub const NOTE_HIVE: &str = "note.hive";
    /// Something odd that hides nothing.
    pub const NOTE_ODD: &str = "note.odd";
    /// The text is no YAML, or a document of it is no rule.
    pub const RULE_YAML: &str = "rule.yaml";
    /// A rule file, or what its values unfold to, is larger than the limits.
    pub const RULE_LIMIT: &str = "rule.limit";
    /// `action` of a collection of rules cannot be followed.
    pub const RULE_ACTION: &str = "rule.action";
    /// Something that a rule says of itself means nothing.
    pub const RULE_METADATA: &str = "rule.metadata";
    /// A rule does not say which logs it is for.
    pub const RULE_LOGSOURCE: &str = "rule.logsource";
    /// Detections of a rule are not what Sigma defines.
    pub const RULE_DETECTION: &str = "rule.detection";
    /// A condition cannot be read or names what is not there.
    pub const RULE_CONDITION: &str = "rule.condition";
    /// A modifier is unknown, or modifiers contradict each other.
    pub const RULE_MODIFIER: &str = "rule.modifier";
    /// A value is not what its modifiers want.
    pub const RULE_VALUE: &str = "rule.value";
    /// A regular expression cannot be used.
    pub const RULE_REGEX: &str = "rule.regex";
    /// A placeholder has no values.
    pub const RULE_PLACEHOLDER: &str = "rule.placeholder";
    /// A filter cannot be applied.
    pub const RULE_FILTER: &str = "rule.filter";
    /// A correlation cannot be used.
    pub const RULE_CORRELATION: &str = "rule.correlation";
    /// A query cannot be read at a place.
    pub const QUERY_SYNTAX: &str = "query.syntax";
    /// A query uses something of its language that is not supported; the message names it.
    pub const QUERY_UNSUPPORTED: &str = "query.unsupported";
    /// A query, or what its definitions and macros unfold to, is larger than the limits.
    pub const QUERY_LIMIT: &str = "query.limit";
    /// A query names something that nothing in it defines.
    pub const QUERY_UNDEFINED: &str = "query.undefined";
    /// Pseudocode puts nothing out.
    pub const QUERY_NO_OUTPUT: &str = "query.no-output";
    /// A piece of a text belongs to no statement.
    pub const QUERY_LEFTOVER: &str = "query.leftover";
    /// A macro that a search calls is not known.
    pub const QUERY_MACRO: &str = "query.macro";
    /// A query held more rows or bytes than it may, and was stopped.
    pub const QUERY_MEMORY: &str = "query.memory";
    /// A query reads data from elsewhere, which are never fetched.
    pub const QUERY_EXTERNAL: &str = "query.external";
    /// A text names an ATT&CK technique by an id that moved, or in a form that is none.
    pub const LINT_TECHNIQUE: &str = "lint.technique";
    /// A text names an analytic by the id of its draft.
    pub const LINT_DRAFT: &str = "lint.draft";
    /// A column that holds whole paths is compared with a bare file name.
    pub const LINT_PATH: &str = "lint.path";
    /// A query looks for a term in command lines that hardly ever occurs.
    pub const LINT_TERM: &str = "lint.term";
    /// A column is compared with a value in the spelling of another log.
    pub const LINT_VALUE: &str = "lint.value";
    /// A rule asks for a field that the events which it looks at do not have.
    pub const LINT_FIELD: &str = "lint.field";
    /// A query runs in one schema and not in another that has its tables.
    pub const LINT_SCHEMA: &str = "lint.schema";
    /// Two rules have one id.
    pub const RULE_TWIN: &str = "rule.twin";
    /// More hits wait to be correlated than may be held; the rest were dropped.
    pub const LIMIT_CORRELATION: &str = "limit.correlation";
    /// A query names a table, column or function that is not there.
    pub const QUERY_NAME: &str = "query.name";
    /// A value in a query is not of the kind that its place wants.
    pub const QUERY_VALUE: &str = "query.value";
    /// Every id, for the generated reference.
    pub const ALL: &[&str] = &[
        LIMIT_ARTIFACT_SIZE,
        LIMIT_PART_SIZE,
        LIMIT_TOTAL_SIZE,
        LIMIT_MEMORY,
        LIMIT_RATIO,
        LIMIT_PARTS,
        LIMIT_DEPTH,
        LIMIT_RESULTS,
        LIMIT_STRUCTURE,
        LIMIT_TIME,
        BROKEN_TRUNCATED,
        BROKEN_STRUCTURE,
        BROKEN_COMPRESSION,
        BROKEN_CHECKSUM,
        BROKEN_XML,
        BROKEN_UNFLUSHED,
        BROKEN_LOG,
        BROKEN_DISAGREEMENT,
        UNREADABLE_ENCRYPTED,
        UNREADABLE_FORMAT,
        UNREADABLE_IO,
        NOTE_EXTENSION,
        NOTE_ARCHIVE,
        NOTE_PASSWORD,
        NOTE_DTD,
        NOTE_HIVE,
        NOTE_ODD,
        QUERY_SYNTAX,
        QUERY_UNSUPPORTED,
        QUERY_LIMIT,
        QUERY_UNDEFINED,
        QUERY_NO_OUTPUT,
        QUERY_LEFTOVER,
        QUERY_MACRO,
        QUERY_MEMORY,
        QUERY_EXTERNAL,
        LINT_TECHNIQUE,
        LINT_DRAFT,
        LINT_PATH,
        LINT_TERM,
        LINT_VALUE,
        LINT_FIELD,
        LINT_SCHEMA,
        RULE_YAML,
        RULE_LIMIT,
        RULE_ACTION,
        RULE_METADATA,
        RULE_LOGSOURCE,
        RULE_DETECTION,
        RULE_CONDITION,
        RULE_MODIFIER,
        RULE_VALUE,
        RULE_REGEX,
        RULE_PLACEHOLDER,
        RULE_FILTER,
        RULE_CORRELATION,
        RULE_TWIN,
        LIMIT_CORRELATION,
        QUERY_NAME,
        QUERY_VALUE,
    ];
}
