//! What columns are called where the query does not say.

use ddefend_rule::ir::query::{Datum, Language, Node, Scalar};

/// Functions of Kusto whose result is called like their (first) argument (ResultNameKind of Microsoft's Kusto.Language 12.4.1).
const CALLED_LIKE_ARGUMENT: &[&str] = &[
    "abs",
    "acos",
    "asin",
    "atan",
    "atan2",
    "bin",
    "bin_at",
    "bin_auto",
    "binary_all_and",
    "binary_all_or",
    "binary_all_xor",
    "binary_and",
    "binary_not",
    "binary_or",
    "binary_shift_left",
    "binary_shift_right",
    "binary_xor",
    "bitset_count_ones",
    "ceiling",
    "cos",
    "erf",
    "erfc",
    "exp",
    "exp10",
    "exp2",
    "floor",
    "format_bytes",
    "format_datetime",
    "format_timespan",
    "gamma",
    "log",
    "log10",
    "log2",
    "loggamma",
    "make_datetime",
    "make_timespan",
    "parse_csv",
    "parse_json",
    "parse_xml",
    "parsejson",
    "pow",
    "rand",
    "round",
    "series_fill_backward",
    "series_fill_const",
    "series_fill_forward",
    "series_fill_linear",
    "series_fir",
    "series_iir",
    "series_outliers",
    "sin",
    "split",
    "sqrt",
    "startofday",
    "take_any",
    "take_anyif",
    "tan",
    "tobool",
    "toboolean",
    "todatetime",
    "todecimal",
    "todouble",
    "todynamic",
    "toguid",
    "tohex",
    "toint",
    "tolong",
    "toobject",
    "toreal",
    "tostring",
    "totime",
    "totimespan",
];

/// The name that an expression gives to its column; none where it gives none.
pub(super) fn of_value(value: &Scalar, language: Language) -> Option<Box<str>> {
    match &value.node {
        Node::Column(name) => Some(name.clone()),
        Node::Member(bag, name) => {
            if language == Language::Kql {
                Some(format!("{}_{name}", of_value(bag, language)?).into())
            } else {
                written(value)
            }
        }
        Node::Index(from, at) => match &at.node {
            Node::Literal(Datum::Long(at)) => Some(format!("{}_{at}", of_value(from, language)?).into()),
            Node::Literal(Datum::Text(at)) => Some(format!("{}_{at}", of_value(from, language)?).into()),
            _ => None,
        },
        Node::Call(name, arguments) if language == Language::Kql => {
            let first = arguments.first()?;
            match (&**name, &first.node) {
                ("make_datetime" | "make_timespan", _) if arguments.len() > 1 => None,
                ("column_ifexists" | "columnifexists", Node::Literal(Datum::Text(name))) => Some((&**name).into()),
                ("strlen" | "string_size" | "dcount_hll", _) => {
                    Some(format!("{name}_{}", of_value(first, language)?).into())
                }
                ("gettype", _) => Some(format!("type_{}", of_value(first, language)?).into()),
                (name, _) if CALLED_LIKE_ARGUMENT.contains(&name) => of_value(first, language),
                _ => None,
            }
        }
        _ => None,
    }
}

/// `a.b` as it is written.
fn written(value: &Scalar) -> Option<Box<str>> {
    match &value.node {
        Node::Column(name) => Some(name.clone()),
        Node::Member(bag, name) => Some(format!("{}.{name}", written(bag)?).into()),
        _ => None,
    }
}

/// What an aggregate's column is called by Kusto: the start of the name, then the argument.
pub(super) fn of_aggregate(name: &str, arguments: &[Scalar], language: Language) -> Box<str> {
    let argument = arguments.first().and_then(|argument| of_value(argument, language));
    if language != Language::Kql {
        return match (name, argument) {
            ("count", None) => "count".into(),
            (_, Some(argument)) => format!("{name}({argument})").into(),
            (_, None) => format!("{name}()").into(),
        };
    }
    let start = match name {
        "make_set" | "makeset" | "make_set_if" => "set",
        "make_list" | "makelist" | "make_list_if" | "make_list_with_nulls" => "list",
        "make_bag" | "make_bag_if" => "bag",
        "make_dictionary" => "dictionary",
        "any" | "anyif" => "any",
        "tdigest_merge" | "merge_tdigest" => "merge_tdigests",
        "buildschema" => "schema",
        "argmin" => "min",
        "argmax" => "max",
        other => other,
    };
    match (start, argument) {
        (_, Some(argument)) if CALLED_LIKE_ARGUMENT.contains(&name) => argument,
        ("count", _) | (_, None) => format!("{start}_").into(),
        (_, Some(argument)) => format!("{start}_{argument}").into(),
    }
}
