//! Kinds that an expression shows without a schema.

use ddefend_rule::ir::query::{ArithmeticOp, Datum, Kind, Node, Scalar};

/// The kind of a value, where its form tells.
pub(super) fn of(value: &Scalar) -> Option<Kind> {
    match &value.node {
        Node::Literal(datum) => of_datum(datum),
        Node::NullOf(kind) => Some(*kind),
        Node::And(_)
        | Node::Or(_)
        | Node::Not(_)
        | Node::Compare(..)
        | Node::Text { .. }
        | Node::TextAny { .. }
        | Node::InTable { .. } => Some(Kind::Bool),
        Node::Member(..) | Node::Index(..) => Some(Kind::Dynamic),
        // A type literal says what kind the result is.
        Node::Call(name, arguments) if matches!(&**name, "extract" | "extract_json" | "extractjson") => {
            match arguments.last().map(|last| &last.node) {
                Some(Node::NullOf(kind)) => Some(*kind),
                _ => Some(Kind::String),
            }
        }
        Node::Call(name, _) => of_call(name),
        Node::Arithmetic(op, left, right) => match (op, of(left), of(right)) {
            (ArithmeticOp::Subtract, Some(Kind::DateTime), Some(Kind::DateTime)) => Some(Kind::TimeSpan),
            (_, Some(Kind::DateTime), _) | (_, _, Some(Kind::DateTime)) => Some(Kind::DateTime),
            (ArithmeticOp::Divide, Some(Kind::TimeSpan), Some(Kind::TimeSpan)) => Some(Kind::Real),
            (_, Some(Kind::TimeSpan), Some(_)) | (_, Some(_), Some(Kind::TimeSpan)) => Some(Kind::TimeSpan),
            (_, Some(Kind::Real), Some(_)) | (_, Some(_), Some(Kind::Real)) => Some(Kind::Real),
            (_, Some(Kind::Long), Some(Kind::Long)) => Some(Kind::Long),
            _ => None,
        },
        Node::Column(_) | Node::AnyColumn | Node::Subquery(_) | Node::Lambda(..) => None,
    }
}

fn of_datum(datum: &Datum) -> Option<Kind> {
    Some(match datum {
        Datum::Null => return None,
        Datum::Bool(_) => Kind::Bool,
        Datum::Long(_) => Kind::Long,
        Datum::Real(_) => Kind::Real,
        Datum::Text(_) => Kind::String,
        Datum::Time(_) => Kind::DateTime,
        Datum::Span(_) => Kind::TimeSpan,
        Datum::List(_) | Datum::Map(_) => Kind::Dynamic,
    })
}

fn of_call(name: &str) -> Option<Kind> {
    Some(match name {
        "now"
        | "ago"
        | "todatetime"
        | "startofday"
        | "startofweek"
        | "startofmonth"
        | "startofyear"
        | "endofday"
        | "endofweek"
        | "endofmonth"
        | "endofyear"
        | "make_datetime"
        | "datetime_add"
        | "ingestion_time"
        | "unixtime_seconds_todatetime"
        | "unixtime_milliseconds_todatetime" => Kind::DateTime,
        "totimespan" | "make_timespan" => Kind::TimeSpan,
        "tostring"
        | "strcat"
        | "tolower"
        | "toupper"
        | "substring"
        | "trim"
        | "extract"
        | "replace_string"
        | "replace_regex"
        | "strcat_array"
        | "base64_decode_tostring"
        | "format_datetime"
        | "hash_sha256" => Kind::String,
        "tolong" | "strlen" | "array_length" | "countof" | "datetime_diff" | "indexof" => Kind::Long,
        "toint" | "getyear" | "hourofday" | "dayofmonth" | "monthofyear" => Kind::Int,
        "toreal" | "todouble" => Kind::Real,
        "tobool" | "toboolean" | "isempty" | "isnotempty" | "isnull" | "isnotnull" | "not" => Kind::Bool,
        "todynamic" | "parse_json" | "split" | "pack_array" | "bag_pack" | "pack" | "set_union" | "array_concat"
        | "extract_all" | "parse_url" | "parse_path" | "bag_merge" | "set_difference" | "set_intersect"
        | "bag_keys" | "pack_all" => Kind::Dynamic,
        _ => return None,
    })
}
