//! Conditions: "it is true" and "it is false" of each, by the language's rules for null.

use super::leaf::{self, Leaf};
use crate::dialect;
use crate::error::CompileError;
use ddefend_event::{Kind, Table};
use ddefend_functions::Context;
use ddefend_model::code;
use ddefend_rule::ir::Expr;
use ddefend_rule::ir::query::{CompareOp, Datum, Language, Node, Scalar, Span, TextOp};

/// Conditions in conditions.
const DEPTH: usize = 200;

/// A column that is tested.
pub(super) struct Column {
    pub(super) name: Box<str>,
    pub(super) kind: Kind,
    /// The table says nothing of its kind: text or number, as the record has it.
    pub(super) free: bool,
    /// What case its values are brought to before the test.
    pub(super) fold: Option<Fold>,
}

/// A function that changes case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fold {
    Lower,
    Upper,
}

/// What makes conditions over the columns of a table.
pub(super) struct Conditions<'t> {
    pub(super) language: Language,
    table: &'t Table,
    /// Columns that are no values of the record.
    outside: Vec<Box<str>>,
    pub(super) context: Context,
    pub(super) warnings: Vec<CompileError>,
}

type Made = Result<Expr, CompileError>;

impl<'t> Conditions<'t> {
    pub(super) fn new(language: Language, table: &'t Table, outside: Vec<Box<str>>) -> Self {
        Self { language, table, outside, context: Context::new(0), warnings: Vec::new() }
    }

    /// A filter: rows of which the condition is true. Parts on the time that all must hold are left out with a warning.
    pub(super) fn filter(&mut self, condition: &Scalar) -> Made {
        let mut kept = Vec::new();
        self.timeless(condition, &mut kept, DEPTH);
        let mut parts = kept.into_iter().map(|part| self.made(part, true, DEPTH)).collect::<Result<Vec<_>, _>>()?;
        Ok(if parts.len() == 1 { parts.pop() } else { None }.unwrap_or(Expr::And(parts)))
    }

    fn timeless<'s>(&mut self, condition: &'s Scalar, kept: &mut Vec<&'s Scalar>, depth: usize) {
        match &condition.node {
            Node::And(parts) if depth > 0 => {
                parts.iter().for_each(|part| self.timeless(part, kept, depth.saturating_sub(1)));
            }
            Node::Compare(op, left, right)
                if *op != CompareOp::Ne && *op != CompareOp::Eq && self.is_time(left) != self.is_time(right) =>
            {
                let (time, bound) = if self.is_time(left) { (left, right) } else { (right, left) };
                if !moving(bound, 16) {
                    kept.push(condition);
                    return;
                }
                let name = path(time).unwrap_or_default();
                let what =
                    format!("the condition on {name} is left out: hunt looks at all records, whenever they are from");
                self.warnings.push(CompileError::warning(condition.span, code::QUERY_VALUE, what));
            }
            _ => kept.push(condition),
        }
    }

    fn is_time(&self, scalar: &Scalar) -> bool {
        let Some(name) = path(scalar) else { return false };
        self.known(&name).is_some_and(|column| column.kind == Kind::DateTime) || name == "_time"
    }

    fn known(&self, name: &str) -> Option<&ddefend_event::Column> {
        let folds = dialect::folds_names(self.language);
        let same = |known: &str| known == name || (folds && known.eq_ignore_ascii_case(name));
        self.table.columns.iter().find(|column| same(&column.name))
    }

    /// The expression that holds where the condition is `wanted`.
    pub(super) fn made(&self, condition: &Scalar, wanted: bool, depth: usize) -> Made {
        let span = condition.span;
        let depth = depth.checked_sub(1).ok_or_else(|| {
            CompileError::new(span, code::QUERY_LIMIT, "conditions stand too deep in each other for a rule")
        })?;
        let each = |parts: &[Scalar]| parts.iter().map(|part| self.made(part, wanted, depth)).collect::<Result<_, _>>();
        match &condition.node {
            Node::Literal(value) => Ok(holds(dialect::truth(value) == Some(wanted))),
            Node::NullOf(_) => Ok(holds(false)),
            Node::And(parts) if wanted => Ok(Expr::And(each(parts)?)),
            Node::And(parts) => Ok(Expr::Or(each(parts)?)),
            Node::Or(parts) if wanted => Ok(Expr::Or(each(parts)?)),
            Node::Or(parts) => Ok(Expr::And(each(parts)?)),
            Node::Not(inner) => self.negated(inner, wanted, depth),
            Node::Text { op, cased, value, pattern } => {
                self.tests((*op, *cased, false), value, std::slice::from_ref(pattern), wanted, span)
            }
            Node::TextAny { op, cased, all, value, patterns } => {
                self.tests((*op, *cased, *all), value, patterns, wanted, span)
            }
            Node::Compare(op, left, right) => self.comparison(*op, left, right, wanted, span),
            Node::Call(name, arguments) => self.call(name, arguments, wanted, depth, span),
            Node::Column(_) | Node::Member(..) => {
                let column = self.column(condition)?;
                match column.kind {
                    Kind::Bool => Ok(leaf::truth(&column, true).form(None, wanted)),
                    _ => Err(self.refused(span, &format!("{} alone as a condition", column.name))),
                }
            }
            Node::InTable { .. } | Node::Subquery(_) => Err(self.refused(span, "a table within a condition")),
            Node::Arithmetic(..) => Err(self.refused(span, "arithmetic in a condition")),
            _ => Err(self.refused(span, "such a condition")),
        }
    }

    fn negated(&self, inner: &Scalar, wanted: bool, depth: usize) -> Made {
        match (wanted, dialect::two_valued(self.language)) {
            (true, true) => Ok(not(self.made(inner, true, depth)?)),
            (true, false) => self.made(inner, false, depth),
            (false, _) => self.made(inner, true, depth),
        }
    }

    fn tests(
        &self,
        (op, cased, all): (TextOp, bool, bool),
        value: &Scalar,
        patterns: &[Scalar],
        wanted: bool,
        span: Span,
    ) -> Made {
        if value.node == Node::AnyColumn {
            return Err(self.refused(span, "a word in any column"));
        }
        let mut items = Vec::new();
        for pattern in patterns {
            match &pattern.node {
                Node::Literal(Datum::List(list)) => items.extend(list.iter().cloned()),
                Node::Literal(item) => items.push(item.clone()),
                _ => return Err(self.refused(pattern.span, "a pattern that is no constant")),
            }
        }
        if let Node::Literal(Datum::Null) = value.node {
            return Err(self.refused(value.span, "a column that a step before has left out"));
        }
        let column = self.column(value)?;
        let one = |item: &Datum| match item {
            Datum::Text(text) => self.text(op, cased, &column, text, wanted, span),
            Datum::Long(_) | Datum::Real(_) if op == TextOp::Equals => {
                self.number(CompareOp::Eq, &column, item, wanted, span)
            }
            Datum::Bool(value) if op == TextOp::Equals => self.flag(CompareOp::Eq, &column, *value, wanted, span),
            _ => Err(self.refused(span, "a pattern that is no text and no number")),
        };
        let mut made = items.iter().map(one).collect::<Result<Vec<_>, _>>()?;
        if made.len() == 1 {
            return Ok(made.pop().unwrap_or(Expr::Or(made)));
        }
        Ok(if all == wanted { Expr::And(made) } else { Expr::Or(made) })
    }

    /// What a test of text is of nothing, as `expr` has it.
    fn of_nothing(&self, leaf: &dyn Fn(&str) -> bool) -> Option<bool> {
        match self.language {
            Language::Kql => Some(leaf("")),
            Language::Eql | Language::Esql | Language::Sql => None,
            _ => Some(false),
        }
    }

    pub(super) fn text(
        &self,
        op: TextOp,
        cased: bool,
        column: &Column,
        pattern: &str,
        wanted: bool,
        span: Span,
    ) -> Made {
        if matches!(column.kind, Kind::Int | Kind::Long) && op == TextOp::Equals {
            // A number's text is its decimal digits.
            return match pattern.parse::<i64>() {
                Ok(number) if number.to_string() == pattern => {
                    self.number(CompareOp::Eq, column, &Datum::Long(number), wanted, span)
                }
                _ => Err(self.refused(span, "a number that is compared with text")),
            };
        }
        if column.kind != Kind::String && !column.free {
            return Err(self.refused(span, &format!("a test of {} as text", column.name)));
        }
        let leaf = leaf::text(op, cased, column, pattern).map_err(|what| self.refused(span, &what))?;
        let test = |value: &str| ddefend_functions::text::test(op, cased, value, pattern, &self.context);
        Ok(leaf.form(self.of_nothing(&test), wanted))
    }

    fn comparison(&self, op: CompareOp, left: &Scalar, right: &Scalar, wanted: bool, span: Span) -> Made {
        let (value, constant, op) = match (&left.node, &right.node) {
            (_, Node::Literal(constant)) => (left, constant, op),
            (Node::Literal(constant), _) => (right, constant, turned(op)),
            (_, Node::NullOf(_)) => (left, &Datum::Null, op),
            _ => return Err(self.refused(span, "a comparison with something that is no constant")),
        };
        if matches!(value.node, Node::Literal(_)) {
            return Err(self.refused(value.span, "a comparison of constants"));
        }
        let column = self.column(value)?;
        match constant {
            Datum::Null => {
                let of_null = dialect::compare(op, &Datum::Null, &Datum::Null, self.language, &self.context);
                let of_text = dialect::compare(op, &Datum::Long(1), &Datum::Null, self.language, &self.context);
                self.presence(&column, dialect::truth(&of_null), dialect::truth(&of_text), wanted, span)
            }
            Datum::Long(_) | Datum::Real(_) => self.number(op, &column, constant, wanted, span),
            Datum::Bool(value) => self.flag(op, &column, *value, wanted, span),
            Datum::Text(text) => self.same(op, &column, text, wanted, span),
            Datum::Time(_) | Datum::Span(_) => Err(self.refused(span, "a comparison of times")),
            _ => Err(self.refused(span, "a comparison with a list or a bag")),
        }
    }

    /// Text that is compared: case counts.
    fn same(&self, op: CompareOp, column: &Column, text: &str, wanted: bool, span: Span) -> Made {
        let differs = match op {
            CompareOp::Eq => false,
            CompareOp::Ne => true,
            _ => return Err(self.refused(span, "an order of texts")),
        };
        let numeric = ddefend_functions::value::numeral(text);
        if column.kind == Kind::Bool {
            return Err(self.refused(span, "a comparison of true or false with text"));
        }
        if self.language == Language::Spl && numeric.is_some() {
            return Err(self.refused(span, "a comparison with a number in quotes"));
        }
        if column.kind != Kind::String && !column.free {
            return self.text(TextOp::Equals, true, column, text, wanted != differs, span);
        }
        let absent = dialect::absent(self.language, column.kind);
        let nothing = dialect::compare(
            CompareOp::Eq,
            &absent,
            &ddefend_functions::value::from_text(text),
            self.language,
            &self.context,
        );
        let leaf = leaf::text(TextOp::Equals, true, column, text).map_err(|what| self.refused(span, &what))?;
        Ok(leaf.form(dialect::truth(&nothing), wanted != differs))
    }

    fn number(&self, op: CompareOp, column: &Column, bound: &Datum, wanted: bool, span: Span) -> Made {
        if matches!(column.kind, Kind::Bool | Kind::DateTime | Kind::TimeSpan | Kind::Guid) || column.fold.is_some() {
            return Err(self.refused(span, &format!("a comparison of {} with a number", column.name)));
        }
        if column.kind == Kind::Dynamic && !column.free {
            return Err(self.refused(span, &format!("a comparison of the bag {}", column.name)));
        }
        let (op, wanted) = if op == CompareOp::Ne { (CompareOp::Eq, !wanted) } else { (op, wanted) };
        let absent = dialect::absent(self.language, column.kind);
        let nothing = dialect::compare(op, &absent, bound, self.language, &self.context);
        let other =
            dialect::compare(op, &ddefend_functions::value::from_text("x"), bound, self.language, &self.context);
        let leaf = leaf::number(op, column, bound, dialect::truth(&other)).map_err(|what| self.refused(span, &what))?;
        Ok(leaf.form(dialect::truth(&nothing), wanted))
    }

    fn flag(&self, op: CompareOp, column: &Column, value: bool, wanted: bool, span: Span) -> Made {
        let differs = op == CompareOp::Ne;
        if column.kind != Kind::Bool || !matches!(op, CompareOp::Eq | CompareOp::Ne) {
            return Err(self.refused(span, &format!("a comparison of {} with true or false", column.name)));
        }
        let nothing = dialect::compare(CompareOp::Eq, &Datum::Null, &Datum::Bool(value), self.language, &self.context);
        Ok(leaf::truth(column, value).form(dialect::truth(&nothing), wanted != differs))
    }

    /// A condition that asks only whether there is a value.
    fn presence(
        &self,
        column: &Column,
        of_null: Option<bool>,
        of_value: Option<bool>,
        wanted: bool,
        span: Span,
    ) -> Made {
        if self.language == Language::Kql && column.kind == Kind::String {
            return Ok(holds(of_value == Some(wanted)));
        }
        if column.fold.is_some() {
            return Err(self.refused(span, "whether a made text is there"));
        }
        let there = leaf::there(column).map_err(|what| self.refused(span, &what))?;
        Ok(match (of_null == Some(wanted), of_value == Some(wanted)) {
            (true, true) => holds(true),
            (false, false) => holds(false),
            (false, true) => there,
            (true, false) => not(there),
        })
    }

    fn call(&self, name: &str, arguments: &[Scalar], wanted: bool, depth: usize, span: Span) -> Made {
        match (name, arguments) {
            ("isnull" | "isnotnull", [value]) => {
                let null = name == "isnull";
                self.presence(&self.column(value)?, Some(null), Some(!null), wanted, span)
            }
            ("isempty" | "isnotempty" | "notempty", [value]) if self.language == Language::Kql => {
                let column = self.column(value)?;
                if column.kind != Kind::String {
                    let empty = name == "isempty";
                    return self.presence(&column, Some(empty), Some(!empty), wanted, span);
                }
                self.text(TextOp::Equals, true, &column, "", wanted == (name == "isempty"), span)
            }
            ("not", [inner]) => self.negated(inner, wanted, depth),
            ("coalesce", [inner, Scalar { node: Node::Literal(Datum::Bool(false)), .. }]) => {
                let made = self.made(inner, true, depth)?;
                Ok(if wanted { made } else { not(made) })
            }
            ("match", [value, Scalar { node: Node::Literal(Datum::Text(pattern)), .. }])
                if self.language == Language::Spl && wanted =>
            {
                self.text(TextOp::Regex, true, &self.column(value)?, pattern, true, span)
            }
            ("search_ne", [value, Scalar { node: Node::Literal(Datum::Text(pattern)), .. }])
                if self.language == Language::Spl =>
            {
                let column = self.column(value)?;
                let own: Vec<String> = pattern.split('*').map(ddefend_rule::ir::escape_like).collect();
                let mut fits = vec![self.text(TextOp::Like, false, &column, &own.join("*"), true, span)?];
                if let Some(number) = ddefend_functions::value::numeral(pattern) {
                    fits.push(self.number(CompareOp::Eq, &column, &number, true, span)?);
                }
                let there = leaf::there(&column).map_err(|what| self.refused(span, &what))?;
                let differs = Expr::And(vec![there, not(Expr::Or(fits))]);
                Ok(if wanted { differs } else { not(differs) })
            }
            _ => Err(self.refused(span, &format!("the function {name}"))),
        }
    }

    /// The column that a value is, looked at through functions that only change case.
    fn column(&self, value: &Scalar) -> Result<Column, CompileError> {
        if let Node::Call(name, arguments) = &value.node
            && let [inner] = arguments.as_slice()
        {
            let fold = match &**name {
                "tolower" | "lower" | "to_lower" => Some(Fold::Lower),
                "toupper" | "upper" | "to_upper" => Some(Fold::Upper),
                "tostring" | "to_string" | "string" => None,
                _ => return Err(self.refused(value.span, &format!("the function {name}"))),
            };
            let column = self.column(inner)?;
            if column.fold.is_some() || (column.kind != Kind::String && !column.free) {
                return Err(self.refused(value.span, &format!("the function {name} of {}", column.name)));
            }
            return Ok(Column { fold, ..column });
        }
        let Some(name) = path(value) else {
            return Err(self.refused(value.span, "a test of a value that is no column"));
        };
        let known = self.known(&name);
        if self.outside.iter().any(|outside| outside.eq_ignore_ascii_case(&name)) {
            return Err(self.refused(value.span, &format!("{name}, which no field of a record holds,")));
        }
        if known.is_none() && !self.table.open {
            return Err(self.refused(value.span, &format!("{name}, which is no column of {},", self.table.name)));
        }
        let kind = known.map_or(Kind::Dynamic, |column| column.kind);
        Ok(Column { name: name.into(), kind, free: known.is_none(), fold: None })
    }

    fn refused(&self, span: Span, what: &str) -> CompileError {
        super::refused(span, what)
    }
}

impl Leaf {
    /// The expression that holds where the test is `wanted`; `nothing` is what the test is of an absent value.
    pub(super) fn form(self, nothing: Option<bool>, wanted: bool) -> Expr {
        let Self { holds, there } = self;
        match (wanted, nothing) {
            (true, Some(true)) => not(Expr::And(vec![there, not(holds)])),
            (true, _) => holds,
            (false, Some(false)) => not(holds),
            (false, _) => Expr::And(vec![there, not(holds)]),
        }
    }
}

/// True where the bound moves with the time at which the query is run.
fn moving(bound: &Scalar, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    match &bound.node {
        Node::Call(name, arguments) => {
            matches!(&**name, "now" | "ago" | "current_timestamp" | "relative_time" | "time")
                || arguments.iter().any(|argument| moving(argument, depth))
        }
        Node::Arithmetic(_, left, right) => moving(left, depth) || moving(right, depth),
        _ => false,
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

/// `a.b.c` as a column's name.
pub(super) fn path(scalar: &Scalar) -> Option<String> {
    let mut names: Vec<&str> = Vec::new();
    let mut at = scalar;
    loop {
        match &at.node {
            Node::Member(inner, name) if names.len() < 16 => {
                names.push(name);
                at = inner;
            }
            Node::Column(name) => {
                names.push(name);
                names.reverse();
                return Some(names.join("."));
            }
            _ => return None,
        }
    }
}

pub(super) fn holds(always: bool) -> Expr {
    if always { Expr::And(Vec::new()) } else { Expr::Or(Vec::new()) }
}

pub(super) fn not(expr: Expr) -> Expr {
    Expr::Not(Box::new(expr))
}
