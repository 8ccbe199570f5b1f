//! What columns are called where the query does not say.

use ddefend_rule::ir::query::{Datum, Language, Node, Scalar};

/// Functions of Kusto whose result is called like their (first) argument.
const CALLED_LIKE_ARGUMENT: &[&str] = &[
    "bin",
    "bin_at",
    "bin_auto",
    "floor",
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
    "tolower",
    "toobject",
    "toreal",
    "tostring",
    "totimespan",
    "toupper",
    "parse_json",
    "parsejson",
    "make_datetime",
    "startofday",
    "startofweek",
    "startofmonth",
    "startofyear",
    "endofday",
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
        Node::Call(name, arguments) if language == Language::Kql && CALLED_LIKE_ARGUMENT.contains(&&**name) => {
            of_value(arguments.first()?, language)
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
        "take_any" | "any" | "take_anyif" | "anyif" => "any",
        "count_distinct" => "count_distinct",
        other => other,
    };
    match (start, argument) {
        ("any", Some(argument)) if name.starts_with("take") => argument,
        ("count" | "countif", _) | (_, None) => format!("{start}_").into(),
        (_, Some(argument)) => format!("{start}_{argument}").into(),
    }
}
