//! What binds to what: the searches of the seed documents word for word, and vectors from Splunk's documentation.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test"
)]

use ddefend_rule::ir::query::{CompareOp, Datum, Node, Operator, Scalar, Source, TextOp};
use ddefend_spl::{Macros, read};

fn datum(datum: &Datum) -> String {
    match datum {
        Datum::Null => "null".to_owned(),
        Datum::Bool(value) => value.to_string(),
        Datum::Long(value) => value.to_string(),
        Datum::Real(value) => format!("{value:?}"),
        Datum::Text(value) => format!("'{value}'"),
        other => format!("{other:?}"),
    }
}

fn list(parts: &[Scalar], between: &str) -> String {
    format!("({})", parts.iter().map(show).collect::<Vec<_>>().join(between))
}

fn show(scalar: &Scalar) -> String {
    match &scalar.node {
        Node::Literal(value) => datum(value),
        Node::Column(name) => name.to_string(),
        Node::AnyColumn => "any".to_owned(),
        Node::And(parts) => list(parts, " and "),
        Node::Or(parts) => list(parts, " or "),
        Node::Not(inner) => format!("not {}", show(inner)),
        Node::Text { op, cased, value, pattern } => {
            let op = match op {
                TextOp::Equals => "=",
                TextOp::Contains => "~",
                TextOp::StartsWith => "^",
                TextOp::EndsWith => "$",
                other => return format!("{other:?}({}, {}, {cased})", show(value), show(pattern)),
            };
            format!("{}{op}{}{}", show(value), show(pattern), if *cased { "!" } else { "" })
        }
        Node::TextAny { value, patterns, .. } => format!("{} in {}", show(value), list(patterns, ", ")),
        Node::Compare(op, left, right) => {
            let op = match op {
                CompareOp::Eq => "==",
                CompareOp::Ne => "!=",
                CompareOp::Lt => "<",
                CompareOp::Le => "<=",
                CompareOp::Gt => ">",
                CompareOp::Ge => ">=",
            };
            format!("{}{op}{}", show(left), show(right))
        }
        Node::Arithmetic(op, left, right) => format!("{op:?}({}, {})", show(left), show(right)),
        Node::Call(name, parts) => format!("{name}{}", list(parts, ", ")),
        other => format!("{other:?}"),
    }
}

fn filters(text: &str) -> Vec<String> {
    let (queries, problems) = read("t.spl", text, &Macros::new());
    assert!(problems.iter().all(|problem| problem.warning), "{text}: {problems:?}");
    let query = queries.first().expect("a query");
    let filters = query.pipeline.steps.iter().filter_map(|step| match &step.operator {
        Operator::Filter(scalar) => Some(show(scalar)),
        _ => None,
    });
    filters.collect()
}

fn filter(text: &str) -> String {
    filters(text).join(" | ")
}

#[test]
fn the_analytic_of_the_attack_page_binds_or_before_and() {
    let text = r#"(source="WinEventLog:Microsoft-Windows-Sysmon/Operational" EventCode="1") OR (source="WinEventLog:Security" EventCode="4688") Image="*.exe" (ParentImage="*excel.exe" OR ParentImage="*word.exe" OR ParentImage="*outlook.exe")"#;
    assert_eq!(
        filter(text),
        "(((source='WinEventLog:Microsoft-Windows-Sysmon/Operational' and EventCode=1) or \
         (source='WinEventLog:Security' and EventCode=4688)) and Image$'.exe' and \
         (ParentImage$'excel.exe' or ParentImage$'word.exe' or ParentImage$'outlook.exe'))"
    );
}

#[test]
fn the_search_of_the_car_analytic_reads_with_its_spaces() {
    let text = r#"index = * ParentImage="*excel.exe*" Image="*.exe" | table _raw, ParentImage, Image"#;
    assert_eq!(filter(text), "(Like(index, '*', false) and ParentImage~'excel.exe' and Image$'.exe')");
    let (queries, _) = read("t.spl", text, &Macros::new());
    let pipeline = &queries[0].pipeline;
    assert!(matches!(&pipeline.source, Source::Table { name, .. } if &**name == "*"));
    let Operator::Project(list) = &pipeline.steps[1].operator else { panic!("{:?}", pipeline.steps[1]) };
    let names: Vec<&str> = list.iter().map(|one| &*one.names[0]).collect();
    assert_eq!(names, ["_raw", "ParentImage", "Image"]);
    let span = pipeline.steps[1].span;
    assert_eq!(&text[span.start as usize..span.end as usize], "table _raw, ParentImage, Image");
}

#[test]
fn search_and_where_bind_the_other_way_round() {
    assert_eq!(filter("a=1 b=2 OR c=3"), "(a=1 and (b=2 or c=3))");
    assert_eq!(filter("a=1 OR b=2 c=3"), "((a=1 or b=2) and c=3)");
    assert_eq!(filter("NOT a=1 OR b=2"), "(not a=1 or b=2)");
    assert_eq!(filter("a=1 AND NOT b=2"), "(a=1 and not b=2)");
    assert_eq!(filter("* | where a=1 AND b=2 OR c=3"), "((a==1 and b==2) or c==3)");
    assert_eq!(filter("* | where a=1 OR b=2 AND c=3"), "(a==1 or (b==2 and c==3))");
    assert_eq!(filter("* | where NOT a=1 AND b=2"), "(not a==1 and b==2)");
}

#[test]
fn what_is_not_there_does_not_fit_unless_negated() {
    assert_eq!(filter("a!=x"), "(Like(a, '*', false) and not a='x')");
    assert_eq!(filter("NOT a=x"), "not a='x'");
    assert_eq!(filter("a>5"), "(isnotnull(a) and a>5)");
    assert_eq!(filter(r#"* | where NOT like(a, "x%")"#), "(isnotnull(a) and not Like(a, 'x*', true))");
}

#[test]
fn wildcards_words_and_phrases() {
    assert_eq!(filter(r"a=C:\Windows\*"), r"a^'C:\Windows\'");
    assert_eq!(filter(r#"a="*\\cmd.exe""#), r"a$'\cmd.exe'");
    assert_eq!(filter(r#"a="x*\y?z*""#), r"Like(a, 'x*\\y\?z*', false)");
    assert_eq!(filter("excel"), "Has(any, 'excel', false)");
    assert_eq!(filter(r#""two words""#), "Has(any, 'two words', false)");
    assert_eq!(filter("*dde*"), "any~'dde'");
    assert_eq!(filter("CASE(Dde)"), "Has(any, 'Dde', true)");
    assert_eq!(filter(r#"a IN (x, "y z", w*)"#), "(a='x' or a='y z' or a^'w')");
    assert_eq!(filter("a IN (1, 2)"), "a in (1, 2)");
    assert_eq!(filter("NOT a IN (1, 2)"), "not a in (1, 2)");
    assert_eq!(filter("a=*"), "Like(a, '*', false)");
    assert_eq!(filter("*"), "");
}

#[test]
fn expressions() {
    assert_eq!(filter(r#"* | where a . "-" . 'b c' == "x""#), ".(.(a, '-'), b c)=='x'");
    assert_eq!(filter("* | where 1+2*3-x > .5"), "Subtract(Add(1, Multiply(2, 3)), x)>0.5");
    assert_eq!(filter(r#"* | where match(a, "\\d+\.exe$")"#), r"Regex(a, '\d+\.exe$', true)");
    assert_eq!(filter(r#"* | where cidrmatch("10.0.0.0/8", ip)"#), "Cidr(ip, '10.0.0.0/8', true)");
    assert_eq!(filter(r#"* | where if(isnull(a), 1, len(b)) IN (1, -2)"#), "if(isnull(a), 1, len(b)) in (1, -2)");
    assert_eq!(filter("earliest=-24h@h a=1"), "(_time>=relative_time(now(), '-24h@h') and a=1)");
}

#[test]
fn data_models_lose_their_prefix() {
    let text = "| tstats count min(_time) as first from datamodel=Endpoint.Processes where \
                Processes.process_name=cmd.exe by Processes.dest _time span=1h | rename Processes.* AS * | search dest=a*";
    assert_eq!(filter(text), "process_name='cmd.exe' | isnotnull(dest) | dest^'a'");
    let (queries, _) = read("t.spl", text, &Macros::new());
    let rename = queries[0].pipeline.steps.iter().find_map(|step| match &step.operator {
        Operator::Rename(pairs) => Some(pairs.clone()),
        _ => None,
    });
    assert_eq!(rename, Some(vec![("dest".into(), "Processes.dest".into())]));
}

#[test]
fn problems_point_at_the_text_and_name_what_lacks() {
    let wrong = |text: &str| {
        let (queries, problems) = read("t.spl", text, &Macros::new());
        assert!(queries.is_empty(), "{text}");
        let problem = problems.into_iter().find(|problem| !problem.warning).expect("a problem");
        (problem.line, problem.column, problem.length, problem.code, problem.message)
    };
    let (line, column, length, code, message) = wrong("a=1\n| map search=\"x\"");
    assert_eq!((line, column, length, code), (2, 3, 3, "query.unsupported"));
    assert!(message.contains("map"), "{message}");
    let (_, column, length, code, message) = wrong("a=1 | `no_such(1)` | table a");
    assert_eq!((column, length, code), (7, 12, "query.name"));
    assert!(message.contains("no_such"), "{message}");
    assert_eq!(wrong("* | where (a=1").3, "query.syntax");
    assert_eq!(wrong("a=\"x").3, "query.syntax");
    assert_eq!(wrong("* | nosuchcommand x").3, "query.name");
    assert_eq!(wrong(r#"* | regex a="x(?=y)""#).3, "query.unsupported");
    let (queries, _) = read("t.spl", "a=1 | `my_filter`", &Macros::new());
    assert_eq!(queries.len(), 1, "a filter macro keeps everything");
}
