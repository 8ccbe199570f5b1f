use crate::{Location, PartPath};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// What sort of instruction a link is. Only [`LinkKind::Dde`] and [`LinkKind::MacroDde`] are DDE; the others arrive the
/// same way and are judged under their own finding ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkKind {
    /// A DDE conversation: field, external link, formula, `office:dde-source` and the like.
    Dde,
    /// A DDE verb in macro code (`INITIATE`, `EXECUTE`, `POKE`, `DDEInitiate`, Access `DDE()`).
    MacroDde,
    /// A mail merge whose data source is reached through DDE or starts another application.
    MailMerge,
    /// A link to a range of another workbook: `[book.xls]Sheet1!A1`.
    ExternalWorkbook,
    /// A template loaded from elsewhere at open (T1221).
    RemoteTemplate,
    /// A frame or sub-document loaded from elsewhere.
    RemoteFrame,
    /// Foreign content merged at load from an external target (`altChunk`).
    RemoteChunk,
    /// LINK, INCLUDETEXT, INCLUDEPICTURE, INCLUDE, IMPORT, DATABASE fields.
    IncludeField,
    /// A linked OLE object, or a moniker (URL, file, composite, script, SOAP).
    OleLink,
    /// A file packaged as an OLE object.
    PackagedFile,
    /// An Equation Editor object (CVE-2017-11882 family).
    Equation,
    /// A macro call that starts a program (XLM `EXEC`, `CALL`, `REGISTER`, VBA is out of scope).
    MacroExec,
    /// A query that fetches data or formulas later (IQY, web query, connection, Power Query).
    Query,
    /// A formula that sends cell contents elsewhere (`WEBSERVICE`, `HYPERLINK`, `IMPORTXML`).
    Exfiltration,
    /// A click or hover action that starts a program (`ppaction://program`).
    ProgramAction,
}

/// What makes a link fire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trigger {
    /// When the document is opened, after the prompts that the application shows.
    Open,
    /// When fields or links are updated (F9, print preview, `updateFields`).
    Update,
    /// When the user clicks or activates it.
    Click,
    /// When formulas are calculated, on load included.
    Calculation,
    /// Never by itself: dead, locked or orphaned content, kept as a trace.
    Never,
}

impl fmt::Display for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "when the document is opened",
            Self::Update => "when fields or links are updated",
            Self::Click => "when it is clicked",
            Self::Calculation => "when formulas are calculated, on load included",
            Self::Never => "never by itself (dead, locked or orphaned)",
        })
    }
}

/// A hiding trick that a reader saw on the way to a link: a stable kebab-case id, explained in `content/tricks.toml`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Trick(pub Cow<'static, str>);

/// An instruction found in a part that makes an application contact another or start one. Readers report it as they
/// found it; whether it is bad is judged elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// What sort of instruction.
    pub kind: LinkKind,
    /// Id of the reader that found it (`docx`, `doc`, `xls`, `csv`, ...).
    pub carrier: Cow<'static, str>,
    /// DDE service (application) name, decoded, or the field keyword's, formula function's or object's class name for
    /// kinds that have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// DDE topic; for other kinds the arguments that follow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// DDE item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// URL or path that is reached, for kinds that are not DDE.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// What makes it fire.
    pub trigger: Trigger,
    /// The part that holds it.
    pub part: PartPath,
    /// Where in the part.
    pub location: Location,
    /// The instruction as it is stored, joined over runs, before any evaluation.
    pub raw: String,
    /// The instruction as the application would see it, where that differs from `raw`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective: Option<String>,
    /// What is shown in its place: the cached value or field result, where the lure often stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<String>,
    /// Hiding tricks seen, in the order in which they were met, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tricks: Vec<Trick>,
    /// How many equal links (same kind, service, topic, trigger, part) this one stands for; 1 where it is alone. Items
    /// of one conversation (a market feed has hundreds) are folded into the first.
    pub count: u32,
}

impl Link {
    /// A link with nothing but its kind, reader, part and place; fill in the rest.
    #[must_use]
    pub fn new(kind: LinkKind, carrier: &'static str, part: PartPath, location: Location) -> Self {
        Self {
            kind,
            carrier: Cow::Borrowed(carrier),
            service: None,
            topic: None,
            item: None,
            target: None,
            trigger: Trigger::Update,
            part,
            location,
            raw: String::new(),
            effective: None,
            shown: None,
            tricks: Vec::new(),
            count: 1,
        }
    }

    /// Notes a hiding trick once.
    pub fn saw(&mut self, trick: &'static str) {
        if !self.tricks.iter().any(|known| known.0 == trick) {
            self.tricks.push(Trick(Cow::Borrowed(trick)));
        }
    }
}

/// Ids of the hiding tricks that readers report. Each has an entry in `content/tricks.toml`; a test holds that.
pub mod trick {
    macro_rules! tricks {
        ($($(#[$doc:meta])* $name:ident = $id:literal;)*) => {
            $($(#[$doc])* pub const $name: &str = $id;)*
            /// Every id, for the test that each is explained.
            pub const ALL: &[&str] = &[$($id),*];
        };
    }
    tricks! {
        /// The instruction is cut over several runs or groups.
        SPLIT_RUNS = "split-runs";
        /// The field or its keyword runs over several paragraphs or lines.
        SPLIT_PARAGRAPHS = "split-paragraphs";
        /// The keyword or a part of it is quoted.
        QUOTED_KEYWORD = "quoted-keyword";
        /// The keyword is in unusual letter case.
        MIXED_CASE = "mixed-case";
        /// A field is marked dirty, so it updates at open.
        DIRTY_FIELD = "dirty-field";
        /// The settings make all fields update at open.
        UPDATE_FIELDS = "update-fields";
        /// A simple field holds it, or stands inside a complex one.
        SIMPLE_FIELD = "simple-field";
        /// The instruction or a part of it comes from a nested field.
        NESTED_FIELD = "nested-field";
        /// QUOTE with character codes spells it.
        QUOTE_CODES = "quote-codes";
        /// It comes through a bookmark or variable that SET defines.
        SET_REF = "set-ref";
        /// It is one branch of an IF or another conditional field.
        CONDITIONAL_FIELD = "conditional-field";
        /// It stands in the result of another field.
        FIELD_IN_RESULT = "field-in-result";
        /// The field or one before it is never closed.
        UNCLOSED_FIELD = "unclosed-field";
        /// It stands in deleted, hidden, content-control or alternate content.
        HIDDEN_CONTENT = "hidden-content";
        /// It stands in a header, footnote, comment, text box, glossary or other part than the main text.
        OTHER_STORY = "other-story";
        /// Parts do not have their usual names.
        RENAMED_PART = "renamed-part";
        /// Character references, CDATA, comments, entities or an unusual encoding break up the XML.
        XML_ENCODING = "xml-encoding";
        /// A Document Type Definition hides text in entities.
        XML_ENTITY = "xml-entity";
        /// Strict namespaces.
        STRICT_NAMESPACE = "strict-namespace";
        /// Unusual or no separators around the keyword.
        ODD_SEPARATORS = "odd-separators";
        /// The service is a path trick: `MSWord.exe\..\..\cmd.exe`.
        PATH_TRICK = "path-trick";
        /// Pieces in different encodings or out of order (fast save).
        MIXED_PIECES = "mixed-pieces";
        /// Text that a fast save left behind and that no piece reaches.
        DEAD_TEXT = "dead-text";
        /// The field-type byte says DDE and the text does not, or the reverse.
        FIELD_TYPE_MISMATCH = "field-type-mismatch";
        /// RTF escapes (`\'hh`, `\uN`, `\bin`, junk control words or groups) break up the text.
        RTF_ESCAPES = "rtf-escapes";
        /// A damaged or unusual RTF header.
        RTF_HEADER = "rtf-header";
        /// The mail body is stored RTF or encapsulated HTML.
        STORED_BODY = "stored-body";
        /// A formula prefix other than `=`.
        FORMULA_PREFIX = "formula-prefix";
        /// Quotes, blanks or control characters before a formula.
        FORMULA_PADDING = "formula-padding";
        /// Junk operands or several references chained in one formula.
        FORMULA_CHAIN = "formula-chain";
        /// A service name longer than the eight characters that count.
        LONG_SERVICE = "long-service";
        /// NUL bytes or blanks between letters.
        NUL_BYTES = "nul-bytes";
        /// Full-width characters.
        FULL_WIDTH = "full-width";
        /// UTF-16, UTF-7 or another unusual text encoding.
        TEXT_ENCODING = "text-encoding";
        /// A `sep=` line or an unusual delimiter.
        ODD_DELIMITER = "odd-delimiter";
        /// The extension names another type than the content is.
        EXTENSION_LIES = "extension-lies";
        /// Content types contradict each other.
        CONTENT_TYPE_CONFLICT = "content-type-conflict";
        /// Bytes stand after the end of the stream, archive or record stream.
        TRAILING_BYTES = "trailing-bytes";
        /// Two streams hold two versions of the workbook.
        DUAL_STREAM = "dual-stream";
        /// An outdated format (BIFF2 to BIFF5, Word 6) holds it.
        OLD_FORMAT = "old-format";
        /// Encrypted with a password that the application tries by itself.
        DEFAULT_PASSWORD = "default-password";
        /// The stream is not reachable through the directory tree.
        ORPHAN_STREAM = "orphan-stream";
        /// Archive directory and local headers disagree, or entries overlap or have equal names.
        ARCHIVE_MISMATCH = "archive-mismatch";
        /// Bytes stand before the first header.
        LEADING_JUNK = "leading-junk";
        /// An item that no cell uses, or a link to nothing: a trace of an edited link.
        ORPHAN_LINK = "orphan-link";
        /// The command is spelled with environment variables or parts of them.
        ENVIRONMENT = "environment-variable";
        /// Carets or quotes inside words, which the shell drops.
        CARETS = "carets";
        /// A part of the command is encoded (PowerShell `-EncodedCommand`, base64).
        ENCODED_COMMAND = "encoded-command";
        /// Strings joined, character codes or backticks spell the command.
        STRING_JOIN = "string-join";
    }
}
