//! The query as written: one kind of expression for scalars and tables, since only names tell them apart.

use ddefend_rule::ir::query::{ArithmeticOp, CompareOp, Datum, Kind, Span, TextOp};

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Expr {
    pub(crate) node: Ex,
    pub(crate) span: Span,
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Ex {
    Literal(Datum),
    NullOf(Kind),
    /// A name; with `*` in it where tables or columns by pattern are meant.
    Name(Box<str>),
    Star,
    Path(Box<Expr>, Box<str>),
    Index(Box<Expr>, Box<Expr>),
    Call(Box<str>, Vec<Expr>),
    Negative(Box<Expr>),
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Compare(CompareOp, Box<Expr>, Box<Expr>),
    Arithmetic(ArithmeticOp, Box<Expr>, Box<Expr>),
    /// The test, whether case counts, negated.
    Text(TextOp, bool, bool, Box<Expr>, Box<Expr>),
    /// The test, whether case counts, all, negated.
    Any(TextOp, bool, bool, bool, Box<Expr>, Vec<Expr>),
    /// Value, lower and upper bound, negated.
    Between(Box<Expr>, Box<[Expr; 2]>, bool),
    /// `a = 1`, `(a, b) = f(x)`.
    Named(Vec<Box<str>>, Box<Expr>),
    /// `column: text` of `search`.
    Colon(Box<Expr>, Box<Expr>),
    /// A table and what is done to it; no table where the first operator makes one.
    Pipe(Option<Box<Expr>>, Vec<Operation>),
    Datatable(Vec<Declared>, Vec<Expr>),
    External(Vec<Declared>, Vec<Box<str>>),
    Function(Box<Function>),
    /// `typeof(string)`.
    TypeOf(Kind),
}

/// A function that the query defines.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Function {
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Vec<Statement>,
}

/// A parameter of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Parameter {
    pub(crate) name: Box<str>,
    /// None for a table.
    pub(crate) kind: Option<Kind>,
    pub(crate) default: Option<Expr>,
}

/// A column as declared.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Declared {
    pub(crate) name: Box<str>,
    pub(crate) kind: Kind,
    pub(crate) default: Option<Expr>,
}

/// A statement.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Statement {
    Let(Box<str>, Expr),
    /// `set name = value`: how the service runs it, not what it finds.
    Set,
    /// `declare query_parameters(...)`.
    Declare(Vec<(Parameter, Span)>),
    Query(Expr),
}

/// An operator with where it is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Operation {
    pub(crate) op: Op,
    pub(crate) span: Span,
}

/// `name=value` behind an operator's name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Setting {
    pub(crate) name: Box<str>,
    pub(crate) value: Expr,
}

/// A key of an order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Key {
    pub(crate) value: Expr,
    pub(crate) descending: Option<bool>,
    pub(crate) nulls_first: Option<bool>,
}

/// A column of `mv-expand` or `mv-apply` with the kind that its elements get.
pub(crate) type Expanded = (Expr, Option<Kind>);

/// A piece of a pattern of `parse`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Piece {
    Skip,
    Literal(Box<str>),
    Column(Box<str>, Kind),
}

/// A level of `top-nested`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Level {
    pub(crate) count: Option<Expr>,
    pub(crate) of: Expr,
    pub(crate) others: Option<Expr>,
    pub(crate) by: Expr,
    pub(crate) descending: bool,
}

/// A step of `scan`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ScanStep {
    pub(crate) name: Box<str>,
    pub(crate) optional: bool,
    pub(crate) output: Option<Box<str>>,
    pub(crate) condition: Expr,
    pub(crate) assignments: Vec<Expr>,
}

/// What an operator does.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Op {
    Where(Expr),
    Extend(Vec<Expr>),
    Project(Vec<Expr>),
    Away(Vec<Expr>),
    Keep(Vec<Expr>),
    Reorder(Vec<Key>),
    Rename(Vec<Expr>),
    Summarize(Vec<Expr>, Vec<Expr>),
    Join(Vec<Setting>, Expr, Vec<Expr>),
    Lookup(Vec<Setting>, Expr, Vec<Expr>),
    Union(Vec<Setting>, Vec<Expr>),
    Sort(Vec<Key>),
    Top(Expr, Vec<Key>),
    TopNested(Vec<Level>),
    TopHitters(Expr, Expr, Option<Expr>),
    Distinct(Vec<Expr>),
    Count(Option<Box<str>>),
    Take(Expr),
    Sample(Expr),
    SampleDistinct(Expr, Expr),
    Expand {
        legacy: bool,
        settings: Vec<Setting>,
        columns: Vec<Expanded>,
        limit: Option<Expr>,
    },
    Apply {
        settings: Vec<Setting>,
        columns: Vec<Expanded>,
        limit: Option<Expr>,
        body: Vec<Operation>,
    },
    Parse {
        only: bool,
        settings: Vec<Setting>,
        value: Expr,
        pieces: Vec<Piece>,
    },
    ParseKv {
        value: Expr,
        columns: Vec<Declared>,
        settings: Vec<Setting>,
    },
    Evaluate(Expr, Option<Vec<Declared>>),
    Invoke(Expr),
    MakeSeries {
        values: Vec<(Expr, Option<Expr>)>,
        on: Expr,
        from: Option<Expr>,
        to: Option<Expr>,
        step: Expr,
        by: Vec<Expr>,
    },
    Serialize(Vec<Expr>),
    Search {
        settings: Vec<Setting>,
        tables: Vec<Expr>,
        predicate: Expr,
    },
    Find {
        settings: Vec<Setting>,
        tables: Vec<Expr>,
        predicate: Expr,
        project: Option<Vec<Expr>>,
    },
    Scan {
        settings: Vec<Setting>,
        declared: Vec<Declared>,
        steps: Vec<ScanStep>,
    },
    Range(Box<str>, Box<[Expr; 3]>),
    Print(Vec<Expr>),
    Partition {
        by: Expr,
        body: Vec<Operation>,
        from: Option<Expr>,
    },
    Reduce {
        by: Expr,
        settings: Vec<Setting>,
    },
    As(Box<str>),
    GetSchema,
    /// `render`, `consume`: nothing that changes rows.
    Nothing,
    /// Read as far as its end, not run.
    Refused(Box<str>),
}
