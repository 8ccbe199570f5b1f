//! Conditions of queries.

use crate::events::Hints;
use crate::knowledge::Knowledge;
use crate::literal::{Kind, pattern};
use crate::{Test, Tree};
use ddefend_rule::ir::query::{CompareOp, Datum, Language, Node, Pipeline, Query, Scalar, Source, TextOp};
use ddefend_rule::ir::{Piece, TextPattern};
use std::collections::HashMap;

/// Conditions inside each other.
const DEPTH: usize = 64;
/// Values that a list may put in.
const VALUES: usize = 5_000;

/// Columns that a query made: another name for a column of the table, or computed.
#[derive(Clone, Debug, Default)]
pub(super) struct Columns {
    made: HashMap<String, Option<Box<str>>>,
}

impl Columns {
    pub(super) fn rename(&mut self, new: &str, old: &str) {
        let column = self.resolve(old).unwrap_or_else(|| old.into());
        self.rename_resolved(new, column);
    }

    pub(super) fn rename_resolved(&mut self, new: &str, column: Box<str>) {
        self.made.insert(new.to_ascii_lowercase(), Some(column));
    }

    /// A column that holds something else than a column of the table. A computed one of the name of a column that it is
    /// computed from is still taken for that: it mostly is a cleaner spelling.
    pub(super) fn compute(&mut self, name: &str, value: &Scalar) {
        let own = matches!(&value.node, Node::Call(_, arguments) if arguments.iter().any(|argument| {
            matches!(&argument.node, Node::Column(column) if column.eq_ignore_ascii_case(name))
        }));
        if !own {
            self.made.insert(name.to_ascii_lowercase(), None);
        }
    }

    /// The column of the table behind a name; none where it is computed.
    fn resolve(&self, name: &str) -> Option<Box<str>> {
        match self.made.get(&name.to_ascii_lowercase()) {
            Some(made) => made.clone(),
            None => Some(name.into()),
        }
    }

    /// The column behind a scalar that is one, in whatever case or type.
    pub(super) fn plain(&self, scalar: &Scalar) -> Option<Box<str>> {
        match &scalar.node {
            Node::Column(name) => self.resolve(name),
            Node::AnyColumn => Some("*".into()),
            Node::Call(name, arguments) => {
                let same = [
                    "tolower",
                    "toupper",
                    "tostring",
                    "lower",
                    "upper",
                    "to_lower",
                    "to_upper",
                    "trim",
                    "coalesce",
                    "todynamic",
                    "parse_json",
                    "toint",
                    "tolong",
                    "tonumber",
                ];
                if same.contains(&&**name) { arguments.first().and_then(|first| self.plain(first)) } else { None }
            }
            Node::Member(inner, name) => self.plain(inner).map(|inner| format!("{inner}.{name}").into()),
            _ => None,
        }
    }
}

/// Conditions of one stage.
pub(super) struct Lowering<'a> {
    query: &'a Query,
    knowledge: &'a Knowledge,
    table: &'a str,
    columns: &'a Columns,
    /// What the conditions tell of the log.
    pub(super) hints: Hints,
    /// Event categories that they ask for.
    pub(super) categories: Vec<String>,
}

impl<'a> Lowering<'a> {
    pub(super) fn new(query: &'a Query, knowledge: &'a Knowledge, table: &'a str, columns: &'a Columns) -> Self {
        Self { query, knowledge, table, columns, hints: Hints::default(), categories: Vec::new() }
    }

    /// A filter. What only says which log is meant (operating system, category, type of event) becomes a hint.
    pub(super) fn filter(&mut self, filter: &Scalar) -> Tree {
        let tree = self.scalar(filter, 0);
        let members = match tree {
            Tree::All(members) => members,
            other => vec![other],
        };
        let kept: Vec<Tree> = members.into_iter().filter(|member| !self.tells_log(member)).collect();
        Tree::all(kept)
    }

    /// Takes a condition's hints; true where it is nothing but hints that its log already says.
    fn tells_log(&mut self, tree: &Tree) -> bool {
        let mut only = !matches!(tree, Tree::Other(_) | Tree::All(_));
        let logs = &self.knowledge.logs;
        let (mut ids, mut actions, mut systems, mut categories) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        tree.each(&mut |test, excluded| {
            let literal = &test.literal;
            let value = literal.value.to_ascii_lowercase();
            if excluded || literal.kind != Kind::Eq {
                only = false;
            } else if logs.hint("system", &literal.field) {
                systems.push(value);
            } else if logs.hint("category", &literal.field) {
                categories.push(value);
            } else if logs.hint("action", &literal.field) {
                actions.push(value);
            } else {
                if logs.hint("id", &literal.field) {
                    ids.push(literal.value.to_string());
                }
                only = false;
            }
        });
        let mixed = !only && matches!(tree, Tree::Any(_));
        if !mixed || !ids.is_empty() {
            self.hints.ids.extend(ids);
            self.hints.actions.extend(actions);
            self.hints.systems.extend(systems);
            self.categories.extend(categories);
        }
        only
    }

    fn scalar(&mut self, scalar: &Scalar, depth: usize) -> Tree {
        if depth > DEPTH {
            return Tree::Other("a condition nested too deeply".into());
        }
        match &scalar.node {
            Node::And(list) => Tree::all(list.iter().map(|member| self.scalar(member, depth + 1)).collect()),
            Node::Or(list) => Tree::any(list.iter().map(|member| self.scalar(member, depth + 1)).collect()),
            Node::Not(inner) => self.scalar(inner, depth + 1).negate(),
            Node::Literal(Datum::Bool(true)) => Tree::All(Vec::new()),
            Node::Literal(Datum::Bool(false)) => Tree::Any(Vec::new()),
            Node::Column(_) => self.of(scalar, Kind::Eq, "true"),
            Node::Text { op, cased, value, pattern } => self.text(*op, *cased, value, pattern),
            Node::TextAny { op, cased, all, value, patterns } => {
                let tests: Vec<Tree> =
                    patterns.iter().take(VALUES).map(|pattern| self.text(*op, *cased, value, pattern)).collect();
                if *all { Tree::all(tests) } else { Tree::any(tests) }
            }
            Node::InTable { value, table, cased } => self.in_table(value, table, *cased),
            Node::Compare(op, left, right) => self.compare(*op, left, right),
            Node::Call(name, arguments) => self.call(name, arguments),
            _ => Tree::Other("a computed condition".into()),
        }
    }

    fn text(&mut self, op: TextOp, cased: bool, value: &Scalar, pattern: &Scalar) -> Tree {
        let Some(field) = self.columns.plain(value) else { return Tree::Other(computed(value).into()) };
        let mut tests = Vec::new();
        for text in texts(pattern) {
            tests.push(self.literal(&field, op, &text, cased));
        }
        if tests.is_empty() {
            return Tree::Other(format!("{field} against a computed value").into());
        }
        Tree::any(tests)
    }

    fn literal(&self, field: &str, op: TextOp, text: &str, cased: bool) -> Tree {
        let names = &self.knowledge.names;
        let (any, lit) = (Piece::Any, |text: &str| Piece::Literal(text.into()));
        let pieces = match op {
            TextOp::Equals => vec![lit(text)],
            TextOp::Contains => vec![any.clone(), lit(text), any],
            TextOp::StartsWith => vec![lit(text), any],
            TextOp::EndsWith => vec![any, lit(text)],
            TextOp::Like => pattern(text).pieces,
            TextOp::Has | TextOp::HasPrefix | TextOp::HasSuffix => {
                let literal = names.other(self.table, field, Kind::Has, text);
                return Tree::Test(Test { literal, cased });
            }
            TextOp::Regex | TextOp::RegexWhole => {
                let literal = names.other(self.table, field, Kind::RegexMatch, text);
                return Tree::Test(Test { literal, cased: true });
            }
            TextOp::Cidr => return Tree::test(names.other(self.table, field, Kind::Cidr, text)),
        };
        let pieces = if text.is_empty() && op == TextOp::Equals { Vec::new() } else { pieces };
        let literal = names.pattern(self.table, field, &TextPattern { pieces });
        Tree::Test(Test { literal, cased })
    }

    /// A test that is no pattern.
    fn of(&self, scalar: &Scalar, kind: Kind, value: &str) -> Tree {
        match self.columns.plain(scalar) {
            Some(field) => Tree::test(self.knowledge.names.other(self.table, &field, kind, value)),
            None => Tree::Other(computed(scalar).into()),
        }
    }

    fn compare(&mut self, op: CompareOp, left: &Scalar, right: &Scalar) -> Tree {
        let (field, value, op) = match (self.columns.plain(left), self.columns.plain(right)) {
            (Some(_), Some(other)) if op == CompareOp::Eq => {
                return self.of(left, Kind::FieldRef, &format!("is {other}"));
            }
            (Some(_), Some(other)) if op == CompareOp::Ne => {
                return self.of(left, Kind::FieldRef, &format!("is {other}")).negate();
            }
            (Some(field), None) => (field, right, op),
            (None, Some(field)) => (field, left, turned(op)),
            _ => return Tree::Other(computed(left).into()),
        };
        let Node::Literal(datum) = &value.node else {
            return Tree::Other(format!("{field} against a computed value").into());
        };
        let kind = match op {
            CompareOp::Eq | CompareOp::Ne => Kind::Eq,
            CompareOp::Lt => Kind::Lt,
            CompareOp::Le => Kind::Le,
            CompareOp::Gt => Kind::Gt,
            CompareOp::Ge => Kind::Ge,
        };
        let names = &self.knowledge.names;
        let test = match (kind, datum) {
            (_, Datum::Null) => Tree::test(names.other(self.table, &field, Kind::Null, "")),
            (Kind::Eq, _) => {
                let cased = matches!(self.query.language, Language::Kql | Language::Eql | Language::Esql);
                let Some(text) = text(datum) else { return Tree::Other(format!("{field} against a list").into()) };
                self.literal(&field, TextOp::Equals, &text, cased && matches!(datum, Datum::Text(_)))
            }
            _ => Tree::test(names.other(self.table, &field, kind, &text(datum).unwrap_or_default())),
        };
        if op == CompareOp::Ne { test.negate() } else { test }
    }

    fn call(&mut self, name: &str, arguments: &[Scalar]) -> Tree {
        let (Some(first), second) = (arguments.first(), arguments.get(1)) else {
            return Tree::Other(format!("{name}()").into());
        };
        let op = match name {
            "isnotempty" | "isnotnull" => return self.of(first, Kind::Exists, ""),
            "isempty" | "isnull" => return self.of(first, Kind::Exists, "").negate(),
            "match" | "matches_regex" | "regex" => TextOp::Regex,
            "like" => TextOp::Like,
            "startswith" | "starts_with" => TextOp::StartsWith,
            "endswith" | "ends_with" => TextOp::EndsWith,
            "stringcontains" | "contains" | "searchmatch" => TextOp::Contains,
            "cidrmatch" | "ipv4_is_in_range" | "cidr_match" => TextOp::Cidr,
            "wildcard" => TextOp::Like,
            _ => return Tree::Other(format!("{name}(...)").into()),
        };
        match (second, op) {
            // EQL has the address first, SPL the network.
            (Some(second), TextOp::Cidr) if self.columns.plain(first).is_none() => self.text(op, false, second, first),
            (Some(_), _) => {
                Tree::any(arguments.iter().skip(1).map(|pattern| self.text(op, false, first, pattern)).collect())
            }
            (None, _) => Tree::Other(format!("{name}(...)").into()),
        }
    }

    /// `in (table)`: the values are seen where the table is written out in the query.
    fn in_table(&mut self, value: &Scalar, table: &Pipeline, cased: bool) -> Tree {
        let table = match &table.source {
            Source::Shared(index) => self.query.shared.get(*index).unwrap_or(table),
            _ => table,
        };
        match &table.source {
            Source::Rows { rows, .. } => {
                let firsts = rows.iter().take(VALUES).filter_map(|row| row.first());
                Tree::any(firsts.map(|first| self.text(TextOp::Equals, cased, value, first)).collect())
            }
            _ => Tree::Other("a value of another table".into()),
        }
    }
}

fn turned(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Lt => CompareOp::Gt,
        CompareOp::Le => CompareOp::Ge,
        CompareOp::Gt => CompareOp::Lt,
        CompareOp::Ge => CompareOp::Le,
        same => same,
    }
}

fn computed(scalar: &Scalar) -> String {
    match &scalar.node {
        Node::Column(name) => format!("{name}, which the query computes"),
        Node::Call(name, _) => format!("{name}(...)"),
        _ => "a computed value".to_owned(),
    }
}

/// Constant texts of a scalar; lists become their elements.
fn texts(scalar: &Scalar) -> Vec<String> {
    match &scalar.node {
        Node::Literal(Datum::List(list)) => list.iter().take(VALUES).filter_map(text).collect(),
        Node::Literal(datum) => text(datum).into_iter().collect(),
        Node::Call(name, arguments)
            if matches!(&**name, "dynamic" | "tolower" | "lower" | "pack_array" | "mvappend") =>
        {
            arguments.iter().flat_map(texts).take(VALUES).collect()
        }
        _ => Vec::new(),
    }
}

fn text(datum: &Datum) -> Option<String> {
    match datum {
        Datum::Null | Datum::List(_) | Datum::Map(_) => None,
        Datum::Bool(value) => Some(value.to_string()),
        Datum::Long(value) => Some(value.to_string()),
        Datum::Real(value) => Some(value.to_string()),
        Datum::Text(value) => Some(value.to_string()),
        Datum::Time(ticks) => Some(format!("time {ticks}")),
        Datum::Span(ticks) => Some(format!("{} s", ticks / 10_000_000)),
    }
}
