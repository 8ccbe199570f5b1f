use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// Where in a part something stands. Every field is optional: a reader fills what it knows, most exact first.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Location {
    /// Sheet name or part of it, for cells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// Cell in A1 notation, or the name of a defined name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cell: Option<String>,
    /// Paragraph, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paragraph: Option<u32>,
    /// Line, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Column in characters, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// Character positions (Word CP), first and one past the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chars: Option<(u32, u32)>,
    /// Byte offset in the part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// Length in bytes from `offset`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<u64>,
    /// Name of the record, element, property or control word that holds it (`SUPBOOK`, `w:fldSimple@w:instr`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<Cow<'static, str>>,
}

impl Location {
    /// A byte range.
    #[must_use]
    pub fn bytes(offset: u64, length: u64) -> Self {
        Self { offset: Some(offset), length: Some(length), ..Self::default() }
    }

    /// A cell in A1 notation, on a sheet where one is known.
    #[must_use]
    pub fn cell(sheet: Option<String>, cell: impl Into<String>) -> Self {
        Self { sheet, cell: Some(cell.into()), ..Self::default() }
    }

    /// A paragraph, counted from 1.
    #[must_use]
    pub fn paragraph(index: u32) -> Self {
        Self { paragraph: Some(index), ..Self::default() }
    }

    /// A line and column, both counted from 1.
    #[must_use]
    pub fn line(line: u32, column: u32) -> Self {
        Self { line: Some(line), column: Some(column), ..Self::default() }
    }

    /// The same place with the name of the record, element or property that holds it.
    #[must_use]
    pub fn held_by(mut self, holder: impl Into<Cow<'static, str>>) -> Self {
        self.holder = Some(holder.into());
        self
    }

    /// The same place with a byte range.
    #[must_use]
    pub fn at_bytes(mut self, offset: u64, length: u64) -> Self {
        self.offset = Some(offset);
        self.length = Some(length);
        self
    }

    /// True where nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words: Vec<String> = Vec::new();
        match (&self.sheet, &self.cell) {
            (Some(sheet), Some(cell)) => words.push(format!("{sheet}!{cell}")),
            (Some(sheet), None) => words.push(format!("sheet {sheet}")),
            (None, Some(cell)) => words.push(format!("cell {cell}")),
            (None, None) => {}
        }
        if let Some(paragraph) = self.paragraph {
            words.push(format!("paragraph {paragraph}"));
        }
        match (self.line, self.column) {
            (Some(line), Some(column)) => words.push(format!("line {line} column {column}")),
            (Some(line), None) => words.push(format!("line {line}")),
            _ => {}
        }
        if let Some((first, end)) = self.chars {
            words.push(format!("characters {first}..{end}"));
        }
        match (self.offset, self.length) {
            (Some(offset), Some(length)) => words.push(format!("bytes {offset:#x}+{length}")),
            (Some(offset), None) => words.push(format!("byte {offset:#x}")),
            _ => {}
        }
        if let Some(holder) = &self.holder {
            words.push(holder.to_string());
        }
        f.write_str(&words.join(", "))
    }
}
