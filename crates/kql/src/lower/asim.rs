//! Parameters of the parser functions of the Advanced Security Information Model. They filter before the parser
//! normalises; over records that are normalised already they are tests of the columns named here (documentation of
//! Microsoft Sentinel, "ASIM schemas", filtering parser parameters).

use super::at;
use ddefend_rule::ir::query::{CompareOp, Datum, Node, Scalar, Span, TextOp};

/// What a parameter asks of a column.
#[derive(Clone, Copy)]
enum Asks {
    /// Not earlier, not later.
    Compare(CompareOp),
    /// One of the terms.
    HasAny,
    /// One of the values, whatever the case.
    InAny,
    /// The value, whatever the case; `*` asks nothing.
    Same,
    /// An address that begins so.
    Prefix,
}

const PARAMETERS: &[(&str, &str, Asks)] = &[
    ("starttime", "TimeGenerated", Asks::Compare(CompareOp::Ge)),
    ("endtime", "TimeGenerated", Asks::Compare(CompareOp::Le)),
    ("domain_has_any", "DnsQuery", Asks::HasAny),
    ("responsecodename", "DnsResponseCodeName", Asks::Same),
    ("response_has_any_prefix", "DnsResponseName", Asks::Prefix),
    ("srcipaddr_has_any_prefix", "SrcIpAddr", Asks::Prefix),
    ("dstipaddr_has_any_prefix", "DstIpAddr", Asks::Prefix),
    ("httpuseragent_has_any", "HttpUserAgent", Asks::HasAny),
    ("url_has_any", "Url", Asks::HasAny),
    ("hostname_has_any", "DvcHostname", Asks::HasAny),
    ("commandline_has_any", "CommandLine", Asks::HasAny),
    ("eventresult", "EventResult", Asks::Same),
    ("eventresultdetails_in", "EventResultDetails", Asks::InAny),
    ("eventtype_in", "EventType", Asks::InAny),
    ("dvcaction", "DvcAction", Asks::InAny),
    ("dstportnumber", "DstPortNumber", Asks::Compare(CompareOp::Eq)),
];

/// The test that a parameter stands for; none where the parameter is not known.
pub(super) fn test(parameter: &str, value: Scalar, span: Span) -> Option<Scalar> {
    let (_, column, asks) = PARAMETERS.iter().find(|(known, ..)| *known == parameter)?;
    let column = Box::new(at(Node::Column((*column).into()), span));
    let any = |op, value| Node::TextAny { op, cased: false, all: false, value: column.clone(), patterns: vec![value] };
    let node = match asks {
        Asks::Compare(op) => Node::Compare(*op, column, Box::new(value)),
        Asks::HasAny => any(TextOp::Has, value),
        Asks::InAny => any(TextOp::Equals, value),
        Asks::Same if matches!(&value.node, Node::Literal(Datum::Text(text)) if &**text == "*") => {
            Node::Literal(Datum::Bool(true))
        }
        Asks::Same => Node::Text { op: TextOp::Equals, cased: false, value: column, pattern: Box::new(value) },
        Asks::Prefix => Node::Call("has_any_ipv4_prefix".into(), vec![*column, value]),
    };
    Some(at(node, span))
}

/// What is known of a parameter that filters nothing.
pub(super) fn idle(parameter: &str) -> bool {
    matches!(parameter, "pack" | "disabled")
}

/// For the message: what the parameter is called with its function.
pub(super) fn unknown(parameter: &str, function: &str) -> String {
    format!("the argument {parameter} of {function}()")
}
