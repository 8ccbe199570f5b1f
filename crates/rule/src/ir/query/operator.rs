use super::{Kind, Pipeline, Scalar, Span};

/// One operator of a pipeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What it does.
    pub operator: Operator,
    /// Where it is written.
    pub span: Span,
}

/// A value with the columns that get it.
#[derive(Clone, Debug, PartialEq)]
pub struct Assignment {
    /// Names; empty where the language makes one up (`count_`, `Column1`), several for functions with several results
    /// (`arg_max`, `split`).
    pub names: Vec<Box<str>>,
    /// What they get.
    pub value: Scalar,
}

/// What is done to rows.
#[derive(Clone, Debug, PartialEq)]
pub enum Operator {
    /// Keeps rows for which it is true.
    Filter(Scalar),
    /// Adds or replaces columns, in order, each seeing those before it only where the language says so (SPL).
    Extend(Vec<Assignment>),
    /// Only these columns.
    Project(Vec<Assignment>),
    /// Columns whose names fit stay.
    Keep(Vec<Pattern>),
    /// Columns whose names fit go.
    Away(Vec<Pattern>),
    /// New name, old name (which may be a pattern with `*` in SPL).
    Rename(Vec<(Box<str>, Box<str>)>),
    /// These columns first.
    Reorder(Vec<Pattern>),
    /// One row per group.
    Summarise {
        /// Calls of aggregates, or scalars of them.
        aggregates: Vec<Assignment>,
        /// Groups.
        by: Vec<Assignment>,
    },
    /// Aggregates beside every row (`eventstats`, `streamstats`).
    Window {
        /// Calls of aggregates.
        aggregates: Vec<Assignment>,
        /// Groups.
        by: Vec<Assignment>,
        /// Over which rows.
        mode: WindowMode,
    },
    /// In order; stable.
    Sort(Vec<SortKey>),
    /// The first so many.
    Take(u64),
    /// The last so many (SPL `tail`).
    Tail(u64),
    /// Sorted, the first so many.
    Top(u64, Vec<SortKey>),
    /// Different rows of these columns; none: of all.
    Distinct(Vec<Assignment>),
    /// The first so many rows of each group (SPL `dedup`); rows without a key go unless kept.
    Dedup {
        /// How many.
        count: u64,
        /// Keys.
        by: Vec<Box<str>>,
        /// Rows without a key stay.
        keep_empty: bool,
        /// Only rows in a row count.
        consecutive: bool,
    },
    /// How many rows.
    Count,
    /// Rows of both sides.
    Join {
        /// How.
        kind: JoinKind,
        /// The other side.
        right: Box<Pipeline>,
        /// What must be the same: an expression of the left, one of the right.
        on: Vec<(Scalar, Scalar)>,
    },
    /// Rows of others as well.
    Union {
        /// The others.
        members: Vec<Pipeline>,
        /// Columns that not all have are kept.
        outer: bool,
        /// Column that gets the name of the table that a row is from.
        source_column: Option<Box<str>>,
        /// Members whose table no schema has count as empty (`isfuzzy=true`), as long as one has.
        fuzzy: bool,
    },
    /// A row per element of lists (`mv-expand`, `mvexpand`).
    Expand {
        /// Column, list, kind of the elements.
        columns: Vec<(Box<str>, Scalar, Option<Kind>)>,
        /// Column for the element's number, from 0.
        index: Option<Box<str>>,
        /// At most so many elements a row.
        limit: Option<u64>,
    },
    /// A pipeline over the elements of lists, per row (`mv-apply`).
    Apply {
        /// Column, list, kind of the elements.
        columns: Vec<(Box<str>, Scalar, Option<Kind>)>,
        /// What is done to them.
        body: Vec<Step>,
    },
    /// Text taken apart (`parse`, `parse-where`).
    Parse {
        /// Text.
        value: Scalar,
        /// How.
        kind: ParseKind,
        /// Pieces.
        pattern: Vec<ParsePiece>,
        /// Rows that do not fit go.
        only_fitting: bool,
    },
    /// Named groups of an expression as columns (`rex`, `grok`, `dissect`).
    Extract {
        /// Text.
        value: Scalar,
        /// How.
        extraction: Extraction,
    },
    /// A value for columns that have none (`fillnull`); no columns: all.
    Fill {
        /// Columns.
        columns: Vec<Box<str>>,
        /// What they get.
        value: Scalar,
    },
    /// A pipeline per group (`partition`, `appendpipe` with no keys adds its rows).
    Partition {
        /// Keys.
        by: Vec<Scalar>,
        /// What is done to each group.
        body: Vec<Step>,
        /// The rows themselves stay.
        keep: bool,
    },
    /// Whatever only one language has: by the language's own name, with its arguments (named ones first have their name).
    /// Evaluators that do not know the name say so.
    Command {
        /// `make-series`, `evaluate bag_unpack`, `transaction`, `timechart`, `spath` ...
        name: Box<str>,
        /// Arguments in order.
        arguments: Vec<(Option<Box<str>>, Scalar)>,
        /// Pipelines among the arguments.
        tables: Vec<Pipeline>,
    },
}

/// A column's name, or several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// Name; `*` stands for any text.
    pub name: Box<str>,
    /// Where it is written.
    pub span: Span,
}

/// Over which rows a window runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowMode {
    /// All rows of the group.
    All,
    /// This row and those before it, at most so many (0: all); false: without this row.
    Running(u64, bool),
}

/// What rows are sorted by.
#[derive(Clone, Debug, PartialEq)]
pub struct SortKey {
    /// The value.
    pub value: Scalar,
    /// Largest first.
    pub descending: bool,
    /// Where rows without a value go.
    pub nulls: Ends,
}

/// One end of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// At the start.
    First,
    /// At the end.
    Last,
}

/// How rows of two sides are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JoinKind {
    /// One left row per key (Kusto's default).
    InnerUnique,
    /// Every pair.
    Inner,
    /// Every pair, and left rows without one.
    LeftOuter,
    /// Every pair, and right rows without one.
    RightOuter,
    /// Every pair, and rows of both sides without one.
    FullOuter,
    /// Left rows with a partner.
    LeftSemi,
    /// Right rows with a partner.
    RightSemi,
    /// Left rows without a partner.
    LeftAnti,
    /// Right rows without a partner.
    RightAnti,
    /// Left rows with the columns of their partners; the keys once (`lookup kind=leftouter`).
    Lookup,
    /// The same, only where there is a partner (`lookup kind=inner`).
    LookupInner,
}

/// How `parse` reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParseKind {
    /// Everything must fit, types included.
    Simple,
    /// Types need not fit: null.
    Relaxed,
    /// Literals are expressions.
    Regex,
}

/// A piece of a `parse` pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParsePiece {
    /// This text (or expression).
    Literal(Box<str>),
    /// Any text.
    Skip,
    /// A column that gets what stands there.
    Column(Box<str>, Kind),
}

/// How columns are taken out of text.
#[derive(Clone, Debug, PartialEq)]
pub enum Extraction {
    /// Named groups of an expression (`regex` crate); at most so many matches a row, several make lists (0: all).
    Groups {
        /// The expression.
        regex: Box<str>,
        /// Most matches.
        most: u64,
    },
    /// `sed`-like replacing (SPL `rex mode=sed`): `s/a/b/g`.
    Replace(Box<str>),
    /// A value at a path of JSON or XML (`spath`); no path: all values under their paths.
    Path {
        /// The path.
        path: Option<Box<str>>,
        /// Column that gets it.
        output: Option<Box<str>>,
    },
}
