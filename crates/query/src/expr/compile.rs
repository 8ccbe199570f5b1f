use super::special::keys;
use super::{Compute, Each, Expr};
use crate::dialect;
use crate::error::CompileError;
use crate::run::Cx;
use crate::shape::{Found, Shape, WHOLE};
use ddefend_event::Kind;
use ddefend_functions::text::Compiled;
use ddefend_functions::value;
use ddefend_functions::{function, kql, missing};
use ddefend_model::code;
use ddefend_rule::ir::query::{CompareOp, Datum, Language, Node, Pipeline, Scalar, Span, TextOp};
use std::sync::Arc;

/// Levels of expressions in expressions.
const DEPTH: usize = 256;
/// Functions that are not made constant though their arguments are.
const VOLATILE: &[&str] = &["rand", "random", "new_guid"];

/// What compiles pipelines within expressions.
pub(crate) trait Subqueries {
    /// Runs the pipeline into a slot: which one, and the kind of its first column.
    fn slot(&mut self, pipeline: &Pipeline, span: Span) -> Result<(usize, Kind), CompileError>;

    /// Something to mind.
    fn warn(&mut self, warning: CompileError);
}

/// An expression with the kind of what it makes.
#[derive(Clone, Debug)]
pub(crate) struct Typed {
    pub(crate) expr: Expr,
    pub(crate) kind: Kind,
}

impl Typed {
    fn constant(value: Datum) -> Self {
        Self { kind: value::kind(&value), expr: Expr::Const(value) }
    }

    fn truth(expr: Expr) -> Self {
        Self { expr, kind: Kind::Bool }
    }
}

/// Compiles expressions over rows of a shape.
pub(crate) struct Compiler<'c> {
    pub(crate) language: Language,
    pub(crate) shape: &'c Shape,
    pub(crate) now: i64,
    pub(crate) subqueries: &'c mut dyn Subqueries,
    pub(crate) depth: usize,
}

impl<'c> Compiler<'c> {
    pub(crate) fn new(language: Language, shape: &'c Shape, now: i64, subqueries: &'c mut dyn Subqueries) -> Self {
        Self { language, shape, now, subqueries, depth: 0 }
    }

    pub(crate) fn compile(&mut self, scalar: &Scalar) -> Result<Typed, CompileError> {
        self.depth = self.depth.saturating_add(1);
        if self.depth > DEPTH {
            return Err(CompileError::new(
                scalar.span,
                code::QUERY_LIMIT,
                format!("expressions nest more than {DEPTH} levels"),
            ));
        }
        let made = self.node(scalar);
        self.depth = self.depth.saturating_sub(1);
        Ok(self.folded(made?))
    }

    /// A constant where everything in it is one.
    fn folded(&self, typed: Typed) -> Typed {
        if matches!(typed.expr, Expr::Const(_)) || !constant(&typed.expr) {
            return typed;
        }
        let cx = Cx::new(self.language, self.now, 0, 0, 0);
        let value = typed.expr.eval(&[], &cx).into_owned();
        Typed { expr: Expr::Const(value), kind: typed.kind }
    }

    fn node(&mut self, scalar: &Scalar) -> Result<Typed, CompileError> {
        let span = scalar.span;
        Ok(match &scalar.node {
            Node::Literal(value) => Typed::constant(value.clone()),
            Node::NullOf(kind) => Typed { expr: Expr::Const(dialect::absent(self.language, *kind)), kind: *kind },
            Node::Column(name) => match self.shape.find(name, span, self.language)? {
                Found::At(at, kind) => Typed { expr: Expr::Column(at), kind },
                Found::Absent => Typed { expr: Expr::Const(Datum::Null), kind: Kind::Dynamic },
            },
            Node::AnyColumn => {
                return Err(CompileError::new(
                    span,
                    code::QUERY_UNSUPPORTED,
                    "all columns at once are only looked into as text",
                ));
            }
            Node::Member(bag, name) => self.member(bag, name)?,
            Node::Index(from, at) => {
                let (from, at) = (self.compile(from)?, self.compile(at)?);
                Typed { expr: Expr::Index(Box::new(from.expr), Box::new(at.expr)), kind: Kind::Dynamic }
            }
            Node::And(all) => Typed::truth(Expr::And(self.conditions(all)?)),
            Node::Or(any) => Typed::truth(Expr::Or(self.conditions(any)?)),
            Node::Not(one) => Typed::truth(Expr::Not(Box::new(self.compile(one)?.expr))),
            Node::Text { op, cased, value, pattern } => {
                self.test(*op, *cased, false, value, std::slice::from_ref(pattern), span)?
            }
            Node::TextAny { op, cased, all, value, patterns } => self.test(*op, *cased, *all, value, patterns, span)?,
            Node::InTable { value, table, cased } => {
                let value = self.compile(value)?;
                let (slot, _) = self.subqueries.slot(table, span)?;
                Typed::truth(Expr::InTable(Box::new(value.expr), slot, *cased))
            }
            Node::Compare(op, left, right) => self.comparison(*op, left, right)?,
            Node::Arithmetic(op, left, right) => {
                let (left, right) = (self.compile(left)?, self.compile(right)?);
                let kind = dialect::arithmetic_kind(*op, left.kind, right.kind);
                Typed { expr: Expr::Arithmetic(*op, Box::new(left.expr), Box::new(right.expr)), kind }
            }
            Node::Call(name, arguments) => self.call(name, arguments, span)?,
            Node::Subquery(pipeline) => {
                let (slot, kind) = self.subqueries.slot(pipeline, span)?;
                Typed { expr: Expr::Slot(slot), kind }
            }
            Node::Lambda(..) => {
                return Err(CompileError::new(
                    span,
                    code::QUERY_UNSUPPORTED,
                    "a named element stands only in a function of lists",
                ));
            }
        })
    }

    fn conditions(&mut self, all: &[Scalar]) -> Result<Vec<Expr>, CompileError> {
        all.iter().map(|one| self.compile(one).map(|typed| typed.expr)).collect()
    }

    /// A member; `a.b` is also a column of that name (`process.name`).
    fn member(&mut self, bag: &Scalar, name: &str) -> Result<Typed, CompileError> {
        if let Some(path) = path(bag, name)
            && let Some(at) = self.shape.place(&path, self.language)
            && let Some(column) = self.shape.columns.get(at)
        {
            return Ok(Typed { expr: Expr::Column(at), kind: column.kind });
        }
        let bag = self.compile(bag)?;
        Ok(Typed { expr: Expr::Member(Box::new(bag.expr), name.into()), kind: Kind::Dynamic })
    }

    fn comparison(&mut self, op: CompareOp, left: &Scalar, right: &Scalar) -> Result<Typed, CompileError> {
        let span = left.span;
        let (left, right) = (self.compile(left)?, self.compile(right)?);
        if self.language == Language::Kql && apart(left.kind, right.kind) {
            let (left, right) = (said(left.kind), said(right.kind));
            let what = format!("{left} is compared with {right}: they are the same only where they are written alike");
            self.subqueries.warn(CompileError::warning(span, code::QUERY_VALUE, what));
        }
        Ok(Typed::truth(Expr::Compare(op, Box::new(left.expr), Box::new(right.expr))))
    }

    fn test(
        &mut self,
        op: TextOp,
        cased: bool,
        all: bool,
        value: &Scalar,
        patterns: &[Scalar],
        span: Span,
    ) -> Result<Typed, CompileError> {
        let (value, columns) = match value.node {
            Node::AnyColumn => (None, (0..self.shape.columns.len()).collect::<Box<[usize]>>()),
            _ => (Some(self.compile(value)?.expr), Box::default()),
        };
        let compiled = patterns.iter().map(|pattern| self.compile(pattern)).collect::<Result<Vec<_>, _>>()?;
        let mut known = Vec::new();
        let mut constant = true;
        for pattern in &compiled {
            match &pattern.expr {
                Expr::Const(Datum::List(list)) => known.extend(list.iter().cloned()),
                Expr::Const(Datum::Null) if self.language != Language::Kql => constant = false,
                Expr::Const(value) => known.push(value.clone()),
                _ => constant = false,
            }
        }
        let text = known.iter().all(|value| matches!(value, Datum::Text(_)));
        if constant && (text || op != TextOp::Equals) {
            let texts: Vec<_> = known.iter().map(value::text).collect();
            let texts: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
            let kernel = Compiled::new(op, cased, all, &texts)
                .map_err(|unfit| CompileError::new(span, code::QUERY_VALUE, unfit.to_string()))?;
            let kernel = Arc::new(kernel);
            return Ok(Typed::truth(match value {
                Some(value) => Expr::Test(Box::new(value), kernel),
                None => Expr::TestAny(columns, kernel),
            }));
        }
        if constant
            && !all
            && let Some(value) = &value
            && known.iter().all(|value| matches!(value, Datum::Long(_) | Datum::Real(_)))
            && !self.mixes()
        {
            return Ok(Typed::truth(Expr::Among(Box::new(value.clone()), Arc::new(keys(known.iter())))));
        }
        let patterns = compiled.into_iter().map(|pattern| pattern.expr).collect();
        Ok(Typed::truth(Expr::Compute(Box::new(Compute { op, cased, all, value, columns, patterns }))))
    }

    /// True where a text may be the same as a number.
    fn mixes(&self) -> bool {
        self.language != Language::Kql
    }

    fn call(&mut self, name: &str, arguments: &[Scalar], span: Span) -> Result<Typed, CompileError> {
        if let Some(made) = self.special(name, arguments, span)? {
            return Ok(made);
        }
        let Some(known) = function(self.language, name) else {
            let why = missing(self.language, name).map(|why| format!(": {why}")).unwrap_or_default();
            let what = format!("the function {name} is not supported{why}");
            return Err(CompileError::new(span, code::QUERY_UNSUPPORTED, what));
        };
        if arguments.len() < known.least || arguments.len() > known.most {
            let wanted = match (known.least, known.most) {
                (least, most) if least == most => least.to_string(),
                (least, usize::MAX) => format!("at least {least}"),
                (least, most) => format!("{least} to {most}"),
            };
            let what = format!("the function {name} takes {wanted} arguments, here are {}", arguments.len());
            return Err(CompileError::new(span, code::QUERY_VALUE, what));
        }
        let mut compiled = arguments.iter().map(|argument| self.compile(argument)).collect::<Result<Vec<_>, _>>()?;
        let kinds: Vec<Kind> = compiled.iter().map(|argument| argument.kind).collect();
        let mut kind = (known.returns)(&kinds);
        if let (Some(Node::NullOf(asked)), Some(last)) = (arguments.last().map(|last| &last.node), compiled.last_mut())
            && self.language == Language::Kql
            && kql::TYPED.contains(&(name, arguments.len()))
        {
            // A type literal: the function gets its name, and makes values of it.
            last.expr = Expr::Const(Datum::Text(asked.name().into()));
            kind = *asked;
        }
        if let Some((_, place)) = kql::EXPRESSIONS.iter().find(|(of, _)| self.language == Language::Kql && *of == name)
            && let Some(Expr::Const(Datum::Text(pattern))) = compiled.get(*place).map(|argument| &argument.expr)
        {
            Compiled::new(TextOp::Regex, true, false, &[pattern])
                .map_err(|unfit| CompileError::new(span, code::QUERY_VALUE, unfit.to_string()))?;
        }
        let arguments = compiled.into_iter().map(|argument| argument.expr).collect();
        Ok(Typed { expr: Expr::Call(known, arguments), kind })
    }

    /// Functions that are about columns or whose arguments are not all evaluated.
    fn special(&mut self, name: &str, arguments: &[Scalar], span: Span) -> Result<Option<Typed>, CompileError> {
        if let [first, rest @ ..] = arguments
            && let Some(each) = Each::by_name(name)
            && let Some((list, variable, body)) = each_of(first, rest)
        {
            return self.each(each, list, variable, body).map(Some);
        }
        match (name, arguments) {
            ("column_ifexists" | "columnifexists", [named, default]) => {
                let Expr::Const(Datum::Text(named)) = self.compile(named)?.expr else {
                    return Err(CompileError::new(span, code::QUERY_VALUE, "the name of the column must be a text"));
                };
                match self
                    .shape
                    .place(&named, self.language)
                    .and_then(|at| Some((at, self.shape.columns.get(at)?.kind)))
                {
                    Some((at, kind)) => Ok(Some(Typed { expr: Expr::Column(at), kind })),
                    None => self.compile(default).map(Some),
                }
            }
            ("pack_all" | "bag_pack_columns", _) if name == "pack_all" || !arguments.is_empty() => {
                self.pack(name, arguments).map(Some)
            }
            ("iff" | "iif" | "if", [condition, then, otherwise]) => self.case(&[condition, then, otherwise]).map(Some),
            ("case", arms) if arms.len() >= 2 => self.case(&arms.iter().collect::<Vec<_>>()).map(Some),
            _ => Ok(None),
        }
    }

    fn case(&mut self, arms: &[&Scalar]) -> Result<Typed, CompileError> {
        let arms = arms.iter().map(|arm| self.compile(arm)).collect::<Result<Vec<_>, _>>()?;
        let last = arms.len().saturating_sub(1);
        let results = arms.iter().enumerate().filter(|(at, _)| at % 2 == 1 || (*at == last && last % 2 == 0));
        let kind = results.map(|(_, arm)| arm.kind).reduce(common).unwrap_or_default();
        Ok(Typed { expr: Expr::Case(arms.into_iter().map(|arm| arm.expr).collect()), kind })
    }

    fn pack(&mut self, name: &str, arguments: &[Scalar]) -> Result<Typed, CompileError> {
        let mut columns = Vec::new();
        if name == "pack_all" {
            let named = self.shape.columns.iter().enumerate().filter(|(_, column)| &*column.name != WHOLE);
            columns.extend(named.map(|(at, column)| (column.name.clone(), at)));
        } else {
            for argument in arguments {
                if let Node::Column(name) = &argument.node
                    && let Found::At(at, _) = self.shape.find(name, argument.span, self.language)?
                {
                    columns.push((name.clone(), at));
                }
            }
        }
        Ok(Typed { expr: Expr::Bag(columns.into()), kind: Kind::Dynamic })
    }

    fn each(&mut self, each: Each, list: &Scalar, variable: &str, body: &Scalar) -> Result<Typed, CompileError> {
        let list = self.compile(list)?.expr;
        let mut shape = self.shape.clone();
        for column in &mut shape.columns {
            if &*column.name == variable {
                column.name = Box::from("");
            }
        }
        shape.push(variable, Kind::Dynamic);
        let mut inner = Compiler::new(self.language, &shape, self.now, &mut *self.subqueries);
        inner.depth = self.depth;
        let body = inner.compile(body)?;
        let kind = if matches!(each, Each::Any | Each::All) { Kind::Bool } else { Kind::Dynamic };
        Ok(Typed { expr: Expr::Each(each, Box::new((list, body.expr))), kind })
    }

    /// A constant; an error where it is none.
    pub(crate) fn constant(&mut self, scalar: &Scalar) -> Result<Datum, CompileError> {
        match self.compile(scalar)?.expr {
            Expr::Const(value) => Ok(value),
            _ => Err(CompileError::new(scalar.span, code::QUERY_VALUE, "this must be a constant")),
        }
    }
}

/// The list and what is asked of its elements: either may come first; without a list, the variable is the list.
fn each_of<'s>(first: &'s Scalar, rest: &'s [Scalar]) -> Option<(&'s Scalar, &'s str, &'s Scalar)> {
    match (&first.node, rest) {
        (_, [Scalar { node: Node::Lambda(variable, body), .. }]) => Some((first, variable, body)),
        (Node::Lambda(variable, body), [list]) => Some((list, variable, body)),
        _ => None,
    }
}

/// True where values of the kinds are seldom meant to be compared; dynamic values are compared by what they are.
fn apart(left: Kind, right: Kind) -> bool {
    let class = |kind: Kind| match kind {
        Kind::String => Some(0),
        Kind::Int | Kind::Long | Kind::Real | Kind::Decimal => Some(1),
        Kind::DateTime => Some(2),
        Kind::TimeSpan => Some(3),
        Kind::Bool | Kind::Guid | Kind::Dynamic => None,
    };
    matches!((class(left), class(right)), (Some(a), Some(b)) if a != b)
}

fn said(kind: Kind) -> &'static str {
    match kind {
        Kind::Bool => "true or false",
        Kind::Int | Kind::Long => "a whole number",
        Kind::Real | Kind::Decimal => "a fraction",
        Kind::String => "a text",
        Kind::DateTime => "a time",
        Kind::TimeSpan => "a length of time",
        Kind::Guid => "a GUID",
        Kind::Dynamic => "a dynamic value",
    }
}

/// The kind that holds values of both.
pub(crate) fn common(left: Kind, right: Kind) -> Kind {
    match (left, right) {
        (a, b) if a == b => a,
        (Kind::Int, Kind::Long) | (Kind::Long, Kind::Int) => Kind::Long,
        (Kind::Int | Kind::Long, Kind::Real) | (Kind::Real, Kind::Int | Kind::Long) => Kind::Real,
        _ => Kind::Dynamic,
    }
}

/// `a.b.c` as a name.
fn path(bag: &Scalar, name: &str) -> Option<String> {
    let mut names = vec![name];
    let mut at = bag;
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

/// True where nothing in it depends on the row or the run.
fn constant(expr: &Expr) -> bool {
    let is = |expr: &Expr| matches!(expr, Expr::Const(_));
    match expr {
        Expr::Const(_) => true,
        Expr::Member(a, _) | Expr::Not(a) | Expr::Test(a, _) | Expr::Among(a, _) | Expr::Cast(a, _) => is(a),
        Expr::Index(a, b) | Expr::Compare(_, a, b) | Expr::Arithmetic(_, a, b) => is(a) && is(b),
        Expr::And(all) | Expr::Or(all) => all.iter().all(is),
        Expr::Case(all) => all.iter().all(is),
        Expr::Call(function, all) => !VOLATILE.contains(&function.name) && all.iter().all(is),
        Expr::Compute(test) => test.value.as_ref().is_some_and(is) && test.patterns.iter().all(is),
        _ => false,
    }
}
