use super::{Datum, Kind, Pipeline, Span};

/// An expression that makes one value of a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Scalar {
    /// What it is.
    pub node: Node,
    /// Where it is written.
    pub span: Span,
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// A constant.
    Literal(Datum),
    /// A typed null (`int(null)`).
    NullOf(Kind),
    /// A column by name, as written; whether case counts is the language's.
    Column(Box<str>),
    /// Any column of the row (`* has "x"`, a keyword of SPL, Sigma, kuery): only as the value of [`Node::Text`].
    AnyColumn,
    /// A property of a bag: `a.b`, `a["b"]`.
    Member(Box<Scalar>, Box<str>),
    /// An element: `a[0]`, `a[i]`, `a[expression that gives a key]`.
    Index(Box<Scalar>, Box<Scalar>),
    /// All of them.
    And(Vec<Scalar>),
    /// At least one of them.
    Or(Vec<Scalar>),
    /// Not.
    Not(Box<Scalar>),
    /// A test of text.
    Text {
        /// What is asked.
        op: TextOp,
        /// Case counts.
        cased: bool,
        /// Of what.
        value: Box<Scalar>,
        /// Text, pattern or expression that it must fit; mostly a literal.
        pattern: Box<Scalar>,
    },
    /// One text test for several patterns: `has_any`, `has_all`, `in`, `in~`, `like~ (...)`. A single scalar that is a list
    /// stands for its elements.
    TextAny {
        /// What is asked.
        op: TextOp,
        /// Case counts.
        cased: bool,
        /// True where all patterns must hold, false where one is enough.
        all: bool,
        /// Of what.
        value: Box<Scalar>,
        /// Patterns.
        patterns: Vec<Scalar>,
    },
    /// The value is among the first column of a table (`in (T | project x)`).
    InTable {
        /// What is looked up.
        value: Box<Scalar>,
        /// Where.
        table: Box<Pipeline>,
        /// Case counts.
        cased: bool,
    },
    /// A comparison. Of text: case counts.
    Compare(CompareOp, Box<Scalar>, Box<Scalar>),
    /// Arithmetic.
    Arithmetic(ArithmeticOp, Box<Scalar>, Box<Scalar>),
    /// A function of the language, in lower case as the language calls it.
    Call(Box<str>, Vec<Scalar>),
    /// The first column of the first row of a table (`toscalar`).
    Subquery(Box<Pipeline>),
    /// What is asked of each element of a list, named (`filter(x, ...)`, SPL's `mvfilter` and `mvmap`).
    Lambda(Box<str>, Box<Scalar>),
}

/// Tests of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TextOp {
    /// The same text; numbers, times and the like are compared as such.
    Equals,
    /// Somewhere in it.
    Contains,
    /// At its start.
    StartsWith,
    /// At its end.
    EndsWith,
    /// As a term: not inside a longer run of letters and digits (Kusto `has`).
    Has,
    /// At the start of a term (Kusto `hasprefix`).
    HasPrefix,
    /// At the end of a term (Kusto `hassuffix`).
    HasSuffix,
    /// The whole text fits a pattern of `*` (any text) and `?` (one character); a backslash before `*`, `?` or a backslash
    /// takes its meaning, so that `\\*` is a backslash and then any text. [`crate::ir::TextPattern::like`] reads it,
    /// [`crate::ir::escape_like`] writes plain text so. Front ends rewrite their own wildcards to these.
    Like,
    /// An expression of the `regex` crate somewhere in it; front ends rewrite their own dialects.
    Regex,
    /// The whole text fits the expression.
    RegexWhole,
    /// An IP address in a network written `10.0.0.0/8`.
    Cidr,
}

/// Comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CompareOp {
    /// The same.
    Eq,
    /// Not the same.
    Ne,
    /// Less.
    Lt,
    /// Less or the same.
    Le,
    /// Greater.
    Gt,
    /// Greater or the same.
    Ge,
}

/// Arithmetic on numbers, times and spans; `Add` joins text where the language does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum ArithmeticOp {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
}
