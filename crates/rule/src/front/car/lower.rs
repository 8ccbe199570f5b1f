use super::condition::{Condition, FieldTest, Operand, Value};
use super::statement::{Column, Name, Statement};
use crate::Problem;
use crate::ir::escape_like;
use crate::ir::query::{
    ArithmeticOp, Assignment, CompareOp, Datum, JoinKind, Language, Node, Operator, Pipeline, Query, Scalar, Source,
    Span, Step, TextOp,
};
use ddefend_model::code;

/// What is wrong with a text.
pub(super) struct Told<'t> {
    pub(super) name: &'t str,
    pub(super) text: &'t str,
    pub(super) problems: Vec<Problem>,
}

impl Told<'_> {
    pub(super) fn syntax(&mut self, span: Span, message: String) {
        self.problems.push(Problem::at(self.name, self.text, span, code::QUERY_SYNTAX, message));
    }

    fn warn(&mut self, span: Span, code: &'static str, message: String) {
        let problem = Problem::at(self.name, self.text, span, code, message);
        self.problems.push(Problem { warning: true, ..problem });
    }

    pub(super) fn has_syntax(&self) -> bool {
        self.problems.iter().any(|problem| !problem.warning)
    }

    pub(super) fn unclosed(&mut self, span: Span) {
        let message =
            "a bracket that opened before is not closed where the statement ends; it is taken as closed".to_owned();
        self.warn(span, code::QUERY_LEFTOVER, message);
    }

    pub(super) fn leftover(&mut self, span: Span) {
        let message =
            "this belongs to no statement and is left aside: a bracket or a quote too many before it".to_owned();
        self.warn(span, code::QUERY_LEFTOVER, message);
    }
}

/// A name with what it stands for.
struct Binding {
    name: String,
    pipeline: Pipeline,
    /// Set by `group`, used by `from`.
    groups: Vec<Name>,
}

/// A query per output; of the last name where nothing is put out.
pub(super) fn queries(statements: Vec<Statement>, told: &mut Told<'_>) -> Vec<Query> {
    if told.has_syntax() {
        return Vec::new();
    }
    let mut bindings: Vec<Binding> = Vec::new();
    let mut outputs: Vec<Name> = Vec::new();
    let mut last = Span::default();
    for statement in statements {
        if let Statement::Output(names) = statement {
            outputs.extend(names);
            continue;
        }
        match bound(&statement, &bindings, told) {
            Ok((span, binding)) => {
                last = span;
                bindings.push(binding);
            }
            Err((span, message)) => told.syntax(span, message),
        }
    }
    if told.has_syntax() {
        return Vec::new();
    }
    let query = |pipeline: &Pipeline| Query { language: Language::Car, pipeline: pipeline.clone(), shared: Vec::new() };
    let Some(newest) = bindings.last() else {
        told.syntax(Span::default(), "there is no search in it".to_owned());
        return Vec::new();
    };
    if outputs.is_empty() {
        if newest.name.is_empty() {
            return vec![query(&newest.pipeline)];
        }
        let message = format!("nothing is put out: `output {}` is missing at the end; it is taken", newest.name);
        told.warn(last, code::QUERY_NO_OUTPUT, message);
        return vec![query(&newest.pipeline)];
    }
    let mut found = Vec::new();
    for output in &outputs {
        let known = bindings.iter().rev().find(|binding| binding.name == output.text);
        let binding = known.unwrap_or_else(|| {
            let message =
                format!("nothing defines `{}`; `{}`, the last that is defined, is taken", output.text, newest.name);
            told.warn(output.span, code::QUERY_UNDEFINED, message);
            newest
        });
        let query = query(&binding.pipeline);
        if !found.contains(&query) {
            found.push(query);
        }
    }
    found
}

type Lowered<T> = Result<T, (Span, String)>;

fn bound(statement: &Statement, bindings: &[Binding], told: &mut Told<'_>) -> Lowered<(Span, Binding)> {
    let plain = |name: &Name, pipeline| (name.span, Binding { name: name.text.clone(), pipeline, groups: Vec::new() });
    Ok(match statement {
        Statement::Search { name, tables, condition } => {
            let table = |table: &Name| Pipeline {
                source: Source::Table { name: table.text.as_str().into(), span: table.span },
                steps: Vec::new(),
            };
            let mut pipeline = match tables.as_slice() {
                [one] => table(one),
                _ => {
                    let members = tables.iter().map(table).collect();
                    Pipeline {
                        source: Source::Union { members, outer: true, fuzzy: false, source_column: None },
                        steps: Vec::new(),
                    }
                }
            };
            if let Some(condition) = condition {
                pipeline.steps.push(filter(condition)?);
            }
            plain(name, pipeline)
        }
        Statement::Filter { name, of, condition } => {
            let mut pipeline = find(of.as_ref(), name, bindings, told)?.pipeline.clone();
            pipeline.steps.push(filter(condition)?);
            plain(name, pipeline)
        }
        Statement::Join { name, of, condition } => plain(name, join(name, of, condition, bindings, told)?),
        Statement::Group { name, of, by } => {
            let of = find(Some(of), name, bindings, told)?;
            let mut pipeline = of.pipeline.clone();
            let by_columns = by.iter().map(|field| assigned(&field.text, column(field))).collect();
            pipeline.steps.push(step(name.span, Operator::Summarise { aggregates: Vec::new(), by: by_columns }));
            // What follows may ask for aggregates of the groups.
            let (span, mut binding) = plain(name, pipeline);
            binding.groups = by.clone();
            (span, binding)
        }
        Statement::Select { name, of, columns } => plain(name, select(name, of, columns, bindings, told)?),
        Statement::Copy { name, field, from } => {
            let mut pipeline = find(Some(name), name, bindings, told)?.pipeline.clone();
            let path = from.text.split_once('.').map_or(from.text.as_str(), |(_, path)| path);
            let value = Scalar { node: Node::Column(path.into()), span: from.span };
            pipeline.steps.push(step(name.span, Operator::Extend(vec![assigned(&field.text, value)])));
            plain(name, pipeline)
        }
        Statement::Bare(condition) => {
            let source = Source::Table { name: "*".into(), span: Span::default() };
            let pipeline = Pipeline { source, steps: vec![filter(condition)?] };
            (Span::default(), Binding { name: String::new(), pipeline, groups: Vec::new() })
        }
        Statement::Output(_) => return Err((Span::default(), "an output is no search".to_owned())),
    })
}

/// What a name stands for. Where nothing is called so, the last thing that is defined is taken, and told.
fn find<'b>(of: Option<&Name>, at: &Name, bindings: &'b [Binding], told: &mut Told<'_>) -> Lowered<&'b Binding> {
    let newest = bindings.last().ok_or_else(|| (at.span, "nothing was searched before this".to_owned()))?;
    let Some(of) = of else { return Ok(newest) };
    if let Some(known) = bindings.iter().rev().find(|binding| binding.name == of.text) {
        return Ok(known);
    }
    // `process` for `processes`, `filter` for what was filtered.
    let close = bindings.iter().rev().find(|known| {
        let shorter = known.name.len().min(of.text.len()).saturating_sub(1).max(4);
        known.name.get(..shorter).is_some() && known.name.get(..shorter) == of.text.get(..shorter)
    });
    let taken = close.unwrap_or(newest);
    told.warn(of.span, code::QUERY_UNDEFINED, format!("nothing defines `{}`; `{}` is taken", of.text, taken.name));
    Ok(taken)
}

fn join(
    name: &Name,
    of: &[Name],
    condition: &Condition,
    bindings: &[Binding],
    told: &mut Told<'_>,
) -> Lowered<Pipeline> {
    let [left_name, right_name] = of else {
        return Err((name.span, format!("two searches are joined, not {}", of.len())));
    };
    let mut left = find(Some(left_name), name, bindings, told)?.pipeline.clone();
    let mut right = find(Some(right_name), name, bindings, told)?.pipeline.clone();
    let (mut on, mut rest) = (Vec::new(), Vec::new());
    let parts = match condition {
        Condition::And(parts) => parts.clone(),
        other => vec![other.clone()],
    };
    let mut flat = Vec::new();
    for part in parts {
        match part {
            Condition::And(inner) => flat.extend(inner),
            other => flat.push(other),
        }
    }
    for part in flat {
        if let Condition::Compare { left: Operand::Field(a), op: CompareOp::Eq, right: Operand::Field(b), .. } = &part {
            let side =
                |field: &Name, side: &Name| field.text.strip_prefix(&format!("{}.", side.text)).map(str::to_owned);
            let pair = match (side(a, left_name), side(b, right_name), side(b, left_name), side(a, right_name)) {
                (Some(left), Some(right), ..) | (.., Some(left), Some(right)) => Some((left, right)),
                _ => None,
            };
            if let Some((left, right)) = pair {
                let scalar = |text: String, span| Scalar { node: Node::Column(text.into()), span };
                on.push((scalar(left, a.span), scalar(right, b.span)));
                continue;
            }
        }
        rest.push(part);
    }
    if on.is_empty() {
        return Err((name.span, "a join needs fields of both sides that are the same".to_owned()));
    }
    // Fields that the rest compares get columns of their own, because both sides call theirs alike.
    for (side, pipeline) in [(left_name, &mut left), (right_name, &mut right)] {
        let mut fields = Vec::new();
        rest.iter().for_each(|part| qualified(part, &side.text, &mut fields));
        fields.sort();
        fields.dedup();
        if !fields.is_empty() {
            let own = |field: &String| {
                let plain = Name { text: field.clone(), span: side.span };
                assigned(&format!("{}.{field}", side.text), column(&plain))
            };
            pipeline.steps.push(step(side.span, Operator::Extend(fields.iter().map(own).collect())));
        }
    }
    left.steps.push(step(name.span, Operator::Join { kind: JoinKind::Inner, right: Box::new(right), on }));
    if !rest.is_empty() {
        left.steps.push(filter(&Condition::And(rest))?);
    }
    Ok(left)
}

/// Fields of a side that a condition names with the side's name.
fn qualified(condition: &Condition, side: &str, found: &mut Vec<String>) {
    let mut take = |name: &Name| found.extend(name.text.strip_prefix(&format!("{side}.")).map(str::to_owned));
    match condition {
        Condition::And(parts) | Condition::Or(parts) => parts.iter().for_each(|part| qualified(part, side, found)),
        Condition::Not(part) => qualified(part, side, found),
        Condition::Field { field, .. } | Condition::Exists(field, _) => take(field),
        Condition::Compare { left, right, .. } => {
            [left, right].into_iter().for_each(|side| operand_fields(side, &mut take))
        }
        Condition::Anywhere(_) => {}
    }
}

fn operand_fields(operand: &Operand, take: &mut dyn FnMut(&Name)) {
    match operand {
        Operand::Field(name) => take(name),
        Operand::Sum(left, right, _) => [left, right].into_iter().for_each(|side| operand_fields(side, take)),
        Operand::Number(..) | Operand::Time(..) => {}
    }
}

fn select(name: &Name, of: &Name, columns: &[Column], bindings: &[Binding], told: &mut Told<'_>) -> Lowered<Pipeline> {
    let of = find(Some(of), name, bindings, told)?;
    let mut pipeline = of.pipeline.clone();
    let aggregates = columns.iter().any(|column| column.function.is_some());
    let named = |it: &Column| {
        let value = match &it.function {
            Some(function) => {
                let call = function.text.to_ascii_lowercase();
                Scalar { node: Node::Call(call.into(), vec![column(&it.field)]), span: function.span }
            }
            None => column(&it.field),
        };
        let name = it.alias.as_ref().or(it.function.as_ref()).unwrap_or(&it.field);
        assigned(&name.text, value)
    };
    if !aggregates {
        pipeline.steps.push(step(name.span, Operator::Project(columns.iter().map(named).collect())));
        return Ok(pipeline);
    }
    // The groups of `group` were made without aggregates.
    if matches!(pipeline.steps.last(), Some(Step { operator: Operator::Summarise { .. }, .. })) && !of.groups.is_empty()
    {
        pipeline.steps.pop();
    }
    let by = of.groups.iter().map(|field| assigned(&field.text, column(field))).collect();
    let aggregates = columns.iter().map(named).collect();
    pipeline.steps.push(step(name.span, Operator::Summarise { aggregates, by }));
    Ok(pipeline)
}

fn filter(condition: &Condition) -> Lowered<Step> {
    let scalar = scalar(condition)?;
    Ok(step(scalar.span, Operator::Filter(scalar)))
}

fn step(span: Span, operator: Operator) -> Step {
    Step { operator, span }
}

fn assigned(name: &str, value: Scalar) -> Assignment {
    Assignment { names: vec![name.into()], value }
}

fn column(name: &Name) -> Scalar {
    Scalar { node: Node::Column(name.text.as_str().into()), span: name.span }
}

fn scalar(condition: &Condition) -> Lowered<Scalar> {
    let many = |parts: &[Condition]| parts.iter().map(scalar).collect::<Lowered<Vec<_>>>();
    let cover = |parts: &[Scalar]| Span {
        start: parts.first().map_or(0, |part| part.span.start),
        end: parts.last().map_or(0, |part| part.span.end),
    };
    Ok(match condition {
        Condition::And(parts) => {
            let parts = many(parts)?;
            Scalar { span: cover(&parts), node: Node::And(parts) }
        }
        Condition::Or(parts) => {
            let parts = many(parts)?;
            Scalar { span: cover(&parts), node: Node::Or(parts) }
        }
        Condition::Not(part) => {
            let part = scalar(part)?;
            Scalar { span: part.span, node: Node::Not(Box::new(part)) }
        }
        Condition::Field { field, test, values, span } => {
            let tests: Vec<_> =
                values.iter().map(|value| field_test(field, *test, value, *span)).collect::<Lowered<_>>()?;
            match <[Scalar; 1]>::try_from(tests) {
                Ok([one]) => one,
                Err(tests) => Scalar { node: Node::Or(tests), span: *span },
            }
        }
        Condition::Compare { left, op, right, span } => {
            let node = Node::Compare(*op, Box::new(operand(left)), Box::new(operand(right)));
            Scalar { node, span: *span }
        }
        Condition::Exists(field, span) => {
            Scalar { node: Node::Call("isnotnull".into(), vec![column(field)]), span: *span }
        }
        Condition::Anywhere(value) => Scalar {
            node: Node::Text {
                op: TextOp::Contains,
                cased: false,
                value: Box::new(Scalar { node: Node::AnyColumn, span: value.span }),
                pattern: Box::new(text(&value.text, value.span)),
            },
            span: value.span,
        },
    })
}

fn operand(operand: &Operand) -> Scalar {
    match operand {
        Operand::Field(name) => column(name),
        Operand::Number(value, span) => Scalar { node: Node::Literal(Datum::Real(*value)), span: *span },
        Operand::Time(ticks, span) => Scalar { node: Node::Literal(Datum::Span(*ticks)), span: *span },
        Operand::Sum(left, right, minus) => {
            let op = if *minus { ArithmeticOp::Subtract } else { ArithmeticOp::Add };
            let (left, right) = (self::operand(left), self::operand(right));
            let span = Span { start: left.span.start, end: right.span.end };
            Scalar { node: Node::Arithmetic(op, Box::new(left), Box::new(right)), span }
        }
    }
}

fn text(text: &str, span: Span) -> Scalar {
    Scalar { node: Node::Literal(Datum::Text(text.into())), span }
}

fn field_test(field: &Name, test: FieldTest, value: &Value, span: Span) -> Lowered<Scalar> {
    let column = column(field);
    if !value.quoted && value.text.eq_ignore_ascii_case("null") {
        let node = Node::Call("isnull".into(), vec![column]);
        return Ok(Scalar { node, span });
    }
    let network = value
        .text
        .split_once('/')
        .is_some_and(|(address, bits)| address.parse::<core::net::IpAddr>().is_ok() && bits.parse::<u8>().is_ok());
    let (op, pattern) = match test {
        FieldTest::Match => {
            regex::Regex::new(&value.text)
                .map_err(|_| (value.span, "this is no regular expression that is supported".to_owned()))?;
            (TextOp::Regex, value.text.clone())
        }
        _ if network && !value.quoted => (TextOp::Cidr, value.text.clone()),
        FieldTest::Like => (TextOp::Like, wildcards(&value.text)),
        FieldTest::Contains => (TextOp::Like, wildcards(&format!("*{}*", value.text))),
    };
    let node = Node::Text {
        op,
        cased: test == FieldTest::Match,
        value: Box::new(column),
        pattern: Box::new(text(&pattern, value.span)),
    };
    Ok(Scalar { node, span })
}

/// `*` stays a wildcard, everything else is text.
fn wildcards(text: &str) -> String {
    text.split('*').map(escape_like).collect::<Vec<_>>().join("*")
}
