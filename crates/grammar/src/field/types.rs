//! Stories, fields and instructions as plain data.

use ddefend_model::Trigger;

/// A piece of a story, of an instruction or of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Plain text; paragraph ends are `\r` or `\n`.
    Text(String),
    /// A field.
    Field(Field),
}

/// A field as it is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    /// What stands between begin and separator.
    pub instruction: Vec<Piece>,
    /// What stands between separator and end.
    pub result: Vec<Piece>,
    /// Marked dirty: updates at open.
    pub dirty: bool,
    /// Locked: does not update.
    pub locked: bool,
    /// False where no end was found.
    pub closed: bool,
    /// Field type that the file stores beside the text (`flt` byte of MS-DOC 2.9.89), where it does.
    pub stored_type: Option<u8>,
    /// The carrier's own number for it, given back in [`Instruction::mark`]; carriers map it to a place.
    pub mark: u32,
    /// Hiding tricks that the carrier saw while it read this field (ids of [`ddefend_model::trick`]).
    pub tricks: Vec<&'static str>,
}

/// Text with its fields, in reading order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Story {
    /// The pieces.
    pub pieces: Vec<Piece>,
    /// Bookmarks around ordinary text, document variables and properties: name and text. A SET of the same name wins.
    pub names: Vec<(String, String)>,
}

/// The keywords that matter here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Keyword {
    /// DDE: on update.
    Dde,
    /// DDEAUTO: at open.
    DdeAuto,
    /// LINK: an OLE link; DDE to a running server in old versions.
    Link,
    /// INCLUDETEXT and INCLUDE.
    IncludeText,
    /// INCLUDEPICTURE and IMPORT.
    IncludePicture,
    /// DATABASE.
    Database,
}

/// An instruction that contacts or loads something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// Its keyword.
    pub keyword: Keyword,
    /// Arguments behind the keyword, unquoted and unescaped, switches left out: service, topic, item for DDE.
    pub arguments: Vec<String>,
    /// Switches with their arguments, as written (`\a`, `\d`).
    pub switches: Vec<String>,
    /// The stored text, nested fields in braces.
    pub raw: String,
    /// The text after evaluation, where it differs.
    pub effective: Option<String>,
    /// The field's result, the text that the reader sees.
    pub shown: Option<String>,
    /// When it fires, before document settings (`updateFields`) are applied.
    pub trigger: Trigger,
    /// Hiding tricks, the carrier's and those seen in the evaluation.
    pub tricks: Vec<&'static str>,
    /// [`Field::mark`] of the field whose instruction it is.
    pub mark: u32,
}

/// What [`super::examine`] found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evaluation {
    /// The instructions in reading order.
    pub instructions: Vec<Instruction>,
    /// True where values were cut because they grew beyond [`VALUE_CAP`] or the whole work's cap: something may be
    /// missing.
    pub cut: bool,
    /// True where fields nest deeper than was allowed; those were passed over.
    pub too_deep: bool,
}

/// How long the text that nested fields add to one instruction may become, bytes.
pub const VALUE_CAP: usize = 64 << 10;
