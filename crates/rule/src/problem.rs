use serde::Serialize;
use std::fmt;

/// A rule that could not be taken, or not as it stands, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Problem {
    /// The rule's file.
    pub file: String,
    /// Line, from 1; 0 where the whole file is meant.
    pub line: u32,
    /// Column in characters, from 1; 0 where the whole line is meant.
    pub column: u32,
    /// Characters that are meant, from the column on; 0 where that is not known.
    pub length: u32,
    /// Stable code such as `rule.yaml`, `rule.modifier`, `rule.condition`, explained by `ddefend explain`.
    pub code: &'static str,
    /// What is wrong and what would be right.
    pub message: String,
    /// True where the rule is used all the same.
    pub warning: bool,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {} [{}]", self.file, self.line, self.column, self.message, self.code)
    }
}

impl Problem {
    /// A problem at a piece of a text: line, column and length are those of the span.
    #[must_use]
    pub fn at(file: &str, text: &str, span: crate::ir::query::Span, code: &'static str, message: String) -> Self {
        let start = text.floor_char_boundary(span.start as usize);
        let end = text.floor_char_boundary((span.end as usize).max(start));
        let before = text.get(..start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let count = |from: usize, to: usize| text.get(from..to).map_or(0, |piece| piece.chars().count());
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Self {
            file: file.to_owned(),
            line: number(before.matches('\n').count().saturating_add(1)),
            column: number(count(line_start, start).saturating_add(1)),
            length: number(count(start, end)),
            code,
            message,
            warning: false,
        }
    }
}
