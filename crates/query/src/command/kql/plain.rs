use crate::command::Command;
use crate::error::CompileError;
use crate::expr::Expr;
use crate::operator::{Made, Map, Take};
use crate::plan::{Call, Planned, Planner};
use crate::shape::Shape;
use ddefend_event::{Column, Kind};
use ddefend_functions::value;
use ddefend_model::code;
use ddefend_rule::ir::query::{Assignment, Datum, Ends, Language, Node, Operator, Scalar, SortKey, Span, Step};
use std::sync::Arc;

pub(super) const COMMANDS: &[Command] = &[
    Command { name: "sample", compile: sample },
    Command { name: "sample-distinct", compile: sample_distinct },
    Command { name: "top-hitters", compile: top_hitters },
    Command { name: "getschema", compile: getschema },
    Command { name: "serialize", compile: same },
    Command { name: "render", compile: same },
    Command { name: "as", compile: same },
    Command { name: "consume", compile: same },
    Command { name: "invoke FileProfile", compile: file_profile },
    Command { name: "invoke fileprofile", compile: file_profile },
];

pub(super) fn wrong<T>(span: Span, what: &str) -> Result<T, CompileError> {
    Err(CompileError::new(span, code::QUERY_VALUE, what))
}

/// A name, value pair as the front end packs it.
pub(super) fn assigned(scalar: &Scalar) -> Assignment {
    if let Node::Call(name, arguments) = &scalar.node
        && &**name == "assign"
        && let Some((value, names)) = arguments.split_last()
    {
        let text = |name: &Scalar| match &name.node {
            Node::Literal(Datum::Text(text)) => Some(Box::from(&**text)),
            _ => None,
        };
        return Assignment { names: names.iter().filter_map(text).collect(), value: value.clone() };
    }
    Assignment { names: Vec::new(), value: scalar.clone() }
}

pub(super) fn step(operator: Operator, span: Span) -> Step {
    Step { operator, span }
}

fn number(planner: &mut dyn Planner, call: &Call<'_>) -> Result<u64, CompileError> {
    let Some(first) = call.plain().next() else { return wrong(call.span, "a number of rows is missing") };
    match planner.constant(first)? {
        Datum::Long(number) => Ok(u64::try_from(number).unwrap_or_default()),
        _ => wrong(first.span, "this must be a whole number"),
    }
}

fn same(_: &mut dyn Planner, call: &Call<'_>) -> Result<Planned, CompileError> {
    Ok(Planned::Rows(call.node, call.shape.clone()))
}

/// Any rows: the first, so that the same input gives the same output.
fn sample(planner: &mut dyn Planner, call: &Call<'_>) -> Result<Planned, CompileError> {
    let left = number(planner, call)?;
    Ok(Planned::of("sample", call.shape.clone(), move || Take { left }))
}

fn sample_distinct(planner: &mut dyn Planner, call: &Call<'_>) -> Result<Planned, CompileError> {
    let most = number(planner, call)?;
    let Some(of) = call.plain().nth(1) else { return wrong(call.span, "sample-distinct takes a number and a value") };
    let distinct = Operator::Distinct(vec![assigned(of)]);
    let steps = [step(distinct, call.span), step(Operator::Take(most), call.span)];
    let (node, shape) = planner.steps((call.node, call.shape.clone()), &steps)?;
    Ok(Planned::Rows(node, shape))
}

/// The most frequent values, or those with the largest sums.
fn top_hitters(planner: &mut dyn Planner, call: &Call<'_>) -> Result<Planned, CompileError> {
    let most = number(planner, call)?;
    let Some(of) = call.plain().nth(1) else { return wrong(call.span, "top-hitters takes a number and a value") };
    let span = call.span;
    let of = assigned(of);
    let (name, value) = match call.named("by") {
        Some(by) => ("approximate_sum", Node::Call("sum".into(), vec![by.clone()])),
        None => ("approximate_count", Node::Call("count".into(), Vec::new())),
    };
    let aggregate = Assignment { names: vec![name.into()], value: Scalar { node: value, span } };
    let key = Scalar { node: Node::Column(name.into()), span };
    let steps = [
        step(Operator::Summarise { aggregates: vec![aggregate], by: vec![of] }, span),
        step(Operator::Top(most, vec![SortKey { value: key, descending: true, nulls: Ends::Last }]), span),
    ];
    let (node, shape) = planner.steps((call.node, call.shape.clone()), &steps)?;
    Ok(Planned::Rows(node, shape))
}

/// The names that Kusto and .NET have for a kind.
fn names(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Bool => ("System.SByte", "bool"),
        Kind::Int => ("System.Int32", "int"),
        Kind::Long => ("System.Int64", "long"),
        Kind::Real => ("System.Double", "real"),
        Kind::Decimal => ("System.Data.SqlTypes.SqlDecimal", "decimal"),
        Kind::String => ("System.String", "string"),
        Kind::DateTime => ("System.DateTime", "datetime"),
        Kind::TimeSpan => ("System.TimeSpan", "timespan"),
        Kind::Guid => ("System.Guid", "guid"),
        Kind::Dynamic => ("System.Object", "dynamic"),
    }
}

/// The columns themselves: the rows do not matter.
fn getschema(_: &mut dyn Planner, call: &Call<'_>) -> Result<Planned, CompileError> {
    let columns = [
        ("ColumnName", Kind::String),
        ("ColumnOrdinal", Kind::Int),
        ("DataType", Kind::String),
        ("ColumnType", Kind::String),
    ];
    let shape = Shape::new(columns.map(|(name, kind)| Column { name: name.into(), kind }).to_vec());
    let rows = call.shape.columns.iter().zip(0_i64..).map(|(column, at)| {
        let (data, kind) = names(column.kind);
        vec![value::from_text(&column.name), Datum::Long(at), value::from_text(data), value::from_text(kind)]
    });
    let rows = Arc::new(rows.collect::<Vec<_>>());
    Ok(Planned::of("getschema", shape, move || Made { rows: Arc::clone(&rows) }))
}

/// What Defender knows of files lies outside (advanced hunting reference, "FileProfile"): its columns are empty here.
fn file_profile(planner: &mut dyn Planner, call: &Call<'_>) -> Result<Planned, CompileError> {
    let what = "FileProfile asks Defender's service about files; nothing is asked here, so its columns are empty";
    planner.warning(CompileError::warning(call.span, code::QUERY_EXTERNAL, what));
    let columns = [
        ("SHA1", Kind::String),
        ("SHA256", Kind::String),
        ("MD5", Kind::String),
        ("FileSize", Kind::Long),
        ("GlobalPrevalence", Kind::Long),
        ("GlobalFirstSeen", Kind::DateTime),
        ("GlobalLastSeen", Kind::DateTime),
        ("Signer", Kind::String),
        ("Issuer", Kind::String),
        ("SignerHash", Kind::String),
        ("IsCertificateValid", Kind::Bool),
        ("IsRootSignerMicrosoft", Kind::Bool),
        ("SignatureState", Kind::String),
        ("IsExecutable", Kind::Bool),
        ("ThreatName", Kind::String),
        ("Publisher", Kind::String),
        ("SoftwareName", Kind::String),
        ("ProfileAvailability", Kind::String),
    ];
    let mut shape = call.shape.clone();
    let (mut places, mut values) = (Vec::new(), Vec::new());
    for (name, kind) in columns {
        if shape.place(name, planner.language()).is_none() {
            places.push(shape.columns.len());
            values.push(Expr::Const(crate::dialect::absent(Language::Kql, kind)));
            shape.push(name, kind);
        }
    }
    let (places, values): (Arc<[usize]>, Arc<[Expr]>) = (places.into(), values.into());
    Ok(Planned::of("invoke", shape, move || Map { values: Arc::clone(&values), places: Some(Arc::clone(&places)) }))
}
