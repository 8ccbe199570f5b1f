//! Which columns rows have at a point of a pipeline.

use crate::dialect;
use crate::error::CompileError;
use ddefend_event::{Column, Kind};
use ddefend_model::code;
use ddefend_rule::ir::query::{Language, Span};

/// Columns of rows, by place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) columns: Vec<Column>,
    /// True where names that are not among the columns are null: rows of an open table.
    pub(crate) open: bool,
}

/// Name of the column that has the whole record as a bag.
pub(crate) const WHOLE: &str = "*";

/// What a name means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// The column at that place.
    At(usize, Kind),
    /// Null.
    Absent,
}

impl Shape {
    pub(crate) fn new(columns: Vec<Column>) -> Self {
        Self { columns, open: false }
    }

    pub(crate) fn push(&mut self, name: impl Into<Box<str>>, kind: Kind) {
        self.columns.push(Column { name: name.into(), kind });
    }

    /// The place of a column.
    pub(crate) fn place(&self, name: &str, language: Language) -> Option<usize> {
        let exact = self.columns.iter().position(|column| &*column.name == name);
        exact.or_else(|| {
            let folds = dialect::folds_names(language);
            folds.then(|| self.columns.iter().position(|column| column.name.eq_ignore_ascii_case(name))).flatten()
        })
    }

    /// What a name means here.
    pub(crate) fn find(&self, name: &str, span: Span, language: Language) -> Result<Found, CompileError> {
        if let Some(at) = self.place(name, language)
            && let Some(column) = self.columns.get(at)
        {
            return Ok(Found::At(at, column.kind));
        }
        if self.open || dialect::lenient_names(language) {
            return Ok(Found::Absent);
        }
        Err(CompileError::new(span, code::QUERY_NAME, self.unknown(name)))
    }

    /// Says that there is no such column and which one may be meant.
    pub(crate) fn unknown(&self, name: &str) -> String {
        let folded = name.to_ascii_lowercase();
        let near = (self.columns.iter().take(2000))
            .map(|column| (strsim::jaro_winkler(&column.name.to_ascii_lowercase(), &folded), &column.name))
            .filter(|(near, _)| *near > 0.8)
            .max_by(|a, b| a.0.total_cmp(&b.0));
        let known: Vec<&str> = self.columns.iter().take(8).map(|column| &*column.name).collect();
        match near {
            Some((_, near)) => format!("there is no column {name} here; {near} may be meant"),
            None if known.is_empty() => format!("there is no column {name} here"),
            None if self.columns.len() > known.len() => {
                format!("there is no column {name} here; there are {} and others", known.join(", "))
            }
            None => format!("there is no column {name} here; there are {}", known.join(", ")),
        }
    }

    /// Places of the columns whose names fit a pattern with `*`.
    pub(crate) fn fitting(&self, pattern: &str) -> Vec<usize> {
        let all = self.columns.iter().enumerate();
        all.filter(|(_, column)| fits(pattern, &column.name)).map(|(at, _)| at).collect()
    }

    /// A name with a number behind that no column has: `Column1`.
    pub(crate) fn fresh_numbered(&self, start: &str) -> Box<str> {
        let first = format!("{start}1");
        if self.columns.iter().any(|column| *column.name == *first) { self.fresh_from(start, 2) } else { first.into() }
    }

    /// A name that no column has: the same with 1, 2 ... behind where it is taken.
    pub(crate) fn fresh(&self, name: &str) -> Box<str> {
        let taken = |name: &str| self.columns.iter().any(|column| &*column.name == name);
        if !taken(name) {
            return name.into();
        }
        self.fresh_from(name, 1)
    }

    fn fresh_from(&self, start: &str, first: u32) -> Box<str> {
        let taken = |name: &str| self.columns.iter().any(|column| &*column.name == name);
        let found = (first..).map(|number| format!("{start}{number}")).find(|tried| !taken(tried));
        found.unwrap_or_else(|| start.to_owned()).into()
    }
}

/// True where a name fits a pattern in which `*` stands for any text.
pub(crate) fn fits(pattern: &str, name: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let mut pieces: Vec<&str> = pieces.collect();
    let Some(last) = pieces.pop() else { return rest.is_empty() };
    for piece in pieces {
        match rest.find(piece).and_then(|at| rest.get(at.saturating_add(piece.len())..)) {
            Some(behind) => rest = behind,
            None => return false,
        }
    }
    rest.ends_with(last)
}
