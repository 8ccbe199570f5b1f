//! Detections, conditions, documents, filters, correlations: what is read, and where problems point.

#![allow(clippy::unwrap_used, dead_code, missing_docs, unreachable_pub)]

mod common;

use common::{load, load_with, rule, show, show_or_problem};
use ddefend_rule::front::sigma::{Options, read};
use ddefend_rule::ir::{CorrelationKind, Feed, Require, Window};

fn detection(detections: &str, condition: &str) -> String {
    show_or_problem(&load(&rule(detections, condition)))
}

const ABC: &str = "    a: [x]\n    b: [y]\n    _c: [z]";

#[test]
fn conditions() {
    let table = [
        ("a", "_=*x*"),
        ("a and b", "(_=*x* & _=*y*)"),
        ("a or b and not _c", "(_=*x* | (_=*y* & !_=*z*))"),
        ("(a or b) and not _c", "((_=*x* | _=*y*) & !_=*z*)"),
        ("1 of them", "(_=*x* | _=*y*)"),
        ("any of them", "(_=*x* | _=*y*)"),
        ("all of them", "(_=*x* & _=*y*)"),
        ("not 1 of them", "!(_=*x* | _=*y*)"),
        ("2 of *", "2of(_=*x*, _=*y*, _=*z*)"),
        ("all of _*", "_=*z*"),
        ("[a, b and _c]", "(_=*x* | (_=*y* & _=*z*))"),
        ("a and d", "9:5 rule.condition"),
        ("1 of d*", "9:5 rule.condition"),
        ("a and", "9:5 rule.condition"),
        ("a | count() > 5", "9:5 rule.condition"),
        ("[]", "9:5 rule.condition"),
    ];
    for (condition, expected) in table {
        assert_eq!(detection(ABC, condition), expected, "{condition}");
    }
    let deep = format!("{}a{}", "(".repeat(10_000), ")".repeat(10_000));
    assert_eq!(detection(ABC, &deep), "9:5 rule.condition");
    assert_eq!(detection(ABC, &format!("{} a", "not ".repeat(3_000))), "9:5 rule.condition");
    assert_eq!(detection(ABC, &format!("a{}", " and a".repeat(10_000))), "9:5 rule.condition");
}

#[test]
fn detections() {
    let table = [
        ("    s:\n        A: 1\n        B: [x, y]", "(A#1 & (B=x | B=y))"),
        ("    s:\n        - A: 1\n          B: 2\n        - C: 3", "((A#1 & B#2) | C#3)"),
        ("    s:\n        - word\n        - A: 1", "(_=*word* | A#1)"),
        ("    s: word", "_=*word*"),
        ("    s:\n        - a*b\n        - 7", "(_=*a*b* | _=*7*)"),
        ("    s:\n        '|all': [a, b]", "(_=*a* & _=*b*)"),
        ("    s:\n        '|re': a+", "_~/a+/"),
        ("    s: {A: 1, B: 2}", "(A#1 & B#2)"),
        ("    s:", "6:5 rule.detection"),
        ("    s: {}", "6:5 rule.detection"),
        ("    s:\n        - - a", "7:9 rule.detection"),
        ("    s:\n        A: 1\n        A: 2", "0:0 rule.yaml"),
    ];
    for (detections, expected) in table {
        let shown = detection(detections, "s");
        if expected.ends_with("rule.yaml") {
            assert!(shown.ends_with("rule.yaml"), "{detections}: {shown}");
        } else {
            assert_eq!(shown, expected, "{detections}");
        }
    }
}

#[test]
fn metadata() {
    let text = "title: 'A title'\nid: 11111111-2222-3333-4444-555555555555\nname: short\nstatus: test\nlevel: informational\n\
                description: |\n    Two\n    lines.\nauthor: A, B\ndate: 2024-01-02\nreferences:\n    - https://a.example/\n\
                tags:\n    - attack.t1559.002\n    - attack.T1204\n    - attack.execution\nfalsepositives:\n    - None\n\
                fields: [Image]\ntuning:\n    - one\n    - two\nanalytic: AN1393\nlogsource:\n    product: windows\n    category: process_creation\n\
                detection:\n    s:\n        A: 1\n    condition: s\n";
    let set = load(text);
    assert_eq!(set.problems, []);
    let rule = set.rules.first().unwrap();
    let meta = &rule.meta;
    assert_eq!((meta.title.as_str(), meta.name.as_deref()), ("A title", Some("short")));
    assert_eq!(meta.level, Some(ddefend_model::Level::Info));
    assert_eq!(meta.description, "Two\nlines.");
    assert_eq!(meta.techniques, ["T1559.002", "T1204"]);
    assert_eq!(meta.custom.get("tuning").map(String::as_str), Some("one\ntwo"));
    assert_eq!(meta.custom.get("analytic").map(String::as_str), Some("AN1393"));
    assert_eq!(meta.custom.len(), 2);
    assert_eq!(meta.false_positives, ["None"]);
    assert_eq!((meta.origin.file.as_str(), meta.origin.line), ("a.yml", 1));
    assert_eq!(rule.source.category.as_deref(), Some("process_creation"));
    assert!(rule.shown);
    let set = load(&text.replace("informational", "terrible").replace("status: test", "status: great"));
    let lines: Vec<_> = set.problems.iter().map(|problem| (problem.line, problem.code, problem.warning)).collect();
    assert_eq!(lines, [(4, "rule.metadata", true), (5, "rule.metadata", true)]);
    assert_eq!(set.rules.len(), 1);
}

#[test]
fn one_bad_document_does_not_hide_the_others() {
    let good = rule("    s:\n        A: 1", "s");
    let text = format!("{good}---\ntitle: [broken\n---\n{good}\n---\nfoo: bar\n---\n- a\n- b\n---\n{good}");
    let set = load(&text);
    assert_eq!(set.rules.len(), 3);
    let places: Vec<_> = set.problems.iter().filter(|problem| !problem.warning).map(|p| (p.line, p.code)).collect();
    assert_eq!(places, [(11, "rule.yaml"), (22, "rule.logsource"), (23, "rule.yaml")]);
}

#[test]
fn problems_point_at_lines_in_later_documents() {
    let good = rule("    s:\n        A: 1", "s");
    let bad = "title: T\nlogsource:\n    product: windows\ndetection:\n    s:\n        - A|contains:\n            - fine\n            - 'x'\n          B|re:\n            - ok\n            - '(?=no)'\n    condition: s\n";
    let set = load(&format!("{good}---\n{bad}"));
    assert_eq!(set.rules.len(), 1);
    let problem = set.problems.first().unwrap();
    assert_eq!((problem.line, problem.column, problem.code), (20, 13, "rule.regex"));
    assert_eq!(problem.to_string().split(": ").next(), Some("a.yml:20:13"));
}

#[test]
fn lists_at_the_indentation_of_their_key() {
    let text = "title: T\nlogsource:\n  product: windows\ndetection:\n  s:\n    A|re:\n    - a\n    - '(?=b)'\n    - c\n  condition: s\n";
    let set = load(text);
    let problem = set.problems.first().unwrap();
    assert_eq!((problem.line, problem.column), (8, 5));
}

#[test]
fn actions() {
    let text = "action: global\ntitle: G\nlevel: high\ndetection:\n    condition: s\n---\nlogsource:\n    product: windows\ndetection:\n    s:\n        A: 1\n\
                ---\naction: repeat\ntitle: R\ndetection:\n    s:\n        A|re: '('\n---\naction: repeat\ndetection:\n    s:\n        A: 3\n\
                ---\naction: reset\n---\naction: dance\n---\ntitle: X\nlogsource:\n    product: windows\ndetection:\n    s:\n        A: 4\n    condition: s\n";
    let set = load(text);
    let shown: Vec<_> = set.rules.iter().map(|rule| (rule.meta.title.as_str(), show(&rule.detection))).collect();
    // The second `repeat` repeats what the first one made of the rule, whose expression it adds to.
    assert_eq!(shown[0], ("G", "A#1".to_owned()));
    assert_eq!(shown.last().unwrap(), &("X", "A#4".to_owned()));
    let bad: Vec<_> = set.problems.iter().filter(|problem| !problem.warning).map(|p| (p.line, p.code)).collect();
    assert!(bad.contains(&(17, "rule.regex")), "{bad:?}");
    assert!(bad.contains(&(26, "rule.action")), "{bad:?}");
    assert_eq!(load("action: repeat\ntitle: T\n").problems.first().unwrap().code, "rule.action");
}

#[test]
fn hostile_files_are_cheap() {
    use std::fmt::Write as _;
    let mut bomb = String::from("title: T\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..20 {
        let below = level - 1;
        writeln!(bomb, "a{level}: &a{level} [{}]", vec![format!("*a{below}"); 10].join(", ")).unwrap();
    }
    for text in [
        bomb,
        "a: ".to_owned() + &"[".repeat(100_000),
        "- ".repeat(100_000),
        "a:\n".to_owned() + &"{".repeat(50_000),
        "&a [*a]".to_owned(),
        "x".repeat(5 << 20),
        "---\n".repeat(20_000) + "a: b\n",
        "a: b\n---\n".repeat(11_000),
        "\u{0}".to_owned(),
        String::new(),
    ] {
        let start = std::time::Instant::now();
        let set = load(&text);
        assert!(start.elapsed().as_secs() < 5);
        assert_eq!(set.rules.len(), 0);
        assert!(text.is_empty() || !set.problems.is_empty(), "{}", text.chars().take(40).collect::<String>());
    }
}

const FILTER: &str = "title: F\nid: f\nlogsource:\n    product: windows\nfilter:\n    rules:\n        - r\n    own:\n        User: admin\n    condition: not own\n";

#[test]
fn filters() {
    let base = rule("    s:\n        A: 1", "s");
    let set = load(&format!("{FILTER}---\n{base}"));
    assert_eq!(set.problems, []);
    assert_eq!(show(&set.rules[0].detection), "(A#1 & !User=admin)");
    let off = Options { disabled_filters: vec!["f".to_owned()], ..Options::default() };
    assert_eq!(show(&load_with(&format!("{FILTER}---\n{base}"), &off).rules[0].detection), "A#1");
    let any = FILTER.replace("        - r\n", "        - any\n");
    assert_eq!(show(&load(&format!("{any}---\n{base}")).rules[0].detection), "(A#1 & !User=admin)");
    let other = FILTER.replace("windows", "linux");
    assert_eq!(show(&load(&format!("{other}---\n{base}")).rules[0].detection), "A#1", "of another log source");
    let set = load(&FILTER.replace("        - r\n", "        - nobody\n"));
    assert_eq!(
        set.problems.iter().map(|p| (p.line, p.code, p.warning)).collect::<Vec<_>>(),
        [(7, "rule.filter", true)]
    );
    let set = load(&FILTER.replace("    rules:\n        - r\n", ""));
    assert_eq!(
        set.problems.iter().map(|p| (p.line, p.code, p.warning)).collect::<Vec<_>>(),
        [(5, "rule.filter", false)]
    );
}

fn correlation(body: &str, top: &str) -> String {
    let one = rule("    s:\n        A: 1", "s");
    let two = one.replace("id: r", "id: q\nname: second");
    format!("title: C\nid: c\nname: corr\n{top}correlation:\n{body}---\n{one}---\n{two}")
}

#[test]
fn correlations() {
    let body = "    type: event_count\n    rules:\n        - r\n        - second\n    group-by: [User, from]\n    timespan: 5m\n    condition:\n        gte: 10\n    aliases:\n        from:\n            second: SourceIp\n            r: IpAddress\n";
    let set = load(&correlation(body, ""));
    assert_eq!(set.problems, []);
    let found = &set.correlations[0];
    assert_eq!((found.kind.clone(), found.timespan, found.window), (CorrelationKind::EventCount, 300, Window::Sliding));
    assert_eq!(found.members.iter().map(|member| member.feed).collect::<Vec<_>>(), [Feed::Rule(0), Feed::Rule(1)]);
    assert_eq!(found.members[1].aliases, [("from".into(), "SourceIp".into())]);
    assert!(found.shown && set.rules.iter().all(|rule| !rule.shown), "rules that feed are not shown");
    assert!(load(&correlation(body, "generate: true\n")).rules.iter().all(|rule| rule.shown));

    let temporal = "    type: temporal\n    rules: [r, q]\n    timespan: 30s\n";
    assert_eq!(load(&correlation(temporal, "")).correlations[0].condition.gte, Some(2.0));
    let words = format!("{temporal}    condition: r and not second\n");
    let require = load(&correlation(&words, "")).correlations[0].require.clone();
    assert_eq!(require, Some(Require::And(vec![Require::Member(0), Require::Not(Box::new(Require::Member(1)))])));
    let median = "    type: value_percentile\n    rules: r\n    timespan: 1d\n    window: session\n    gap: 10m\n    condition:\n        gt: 1.5\n        field: Size\n        percentile: 95\n";
    let found = load(&correlation(median, "")).correlations[0].clone();
    assert_eq!(
        (found.kind, found.window),
        (CorrelationKind::ValuePercentile("Size".into(), 95.0), Window::Session(600))
    );
}

#[test]
fn correlations_that_are_wrong() {
    let table = [
        ("    type: dance\n    rules: r\n    timespan: 1m\n    condition:\n        gte: 1\n", 5),
        (
            "    type: event_count\n    rules:\n        - r\n        - nobody\n    timespan: 1m\n    condition:\n        gte: 1\n",
            8,
        ),
        ("    type: event_count\n    rules: r\n    condition:\n        gte: 1\n", 4),
        ("    type: event_count\n    rules: r\n    timespan: soon\n    condition:\n        gte: 1\n", 7),
        ("    type: event_count\n    rules: r\n    timespan: 1m\n", 4),
        ("    type: value_count\n    rules: r\n    timespan: 1m\n    condition:\n        gte: 1\n", 8),
        ("    type: event_count\n    rules: r\n    timespan: 1m\n    condition:\n        about: 1\n", 9),
        ("    type: event_count\n    rules: corr\n    timespan: 1m\n    condition:\n        gte: 1\n", 6),
        ("    type: event_count\n    timespan: 1m\n    condition:\n        gte: 1\n", 4),
        ("    type: temporal_ordered\n    rules: [r, q]\n    timespan: 1m\n    condition:\n        gte: 1\n", 8),
    ];
    for (body, line) in table {
        let set = load(&correlation(body, ""));
        let found: Vec<_> = set.problems.iter().map(|problem| (problem.line, problem.code)).collect();
        assert_eq!(found, [(line, "rule.correlation")], "{body}: {:?}", set.problems);
        assert!(set.correlations.is_empty());
        assert_eq!(set.rules.len(), 2, "the rest of the file is used");
    }
}

#[test]
fn correlations_of_correlations_stand_behind_them() {
    let outer = "title: O\nid: o\ncorrelation:\n    type: event_count\n    rules: corr\n    timespan: 1h\n    condition:\n        gte: 2\n";
    let inner =
        correlation("    type: event_count\n    rules: r\n    timespan: 1m\n    condition:\n        gte: 2\n", "");
    let files = [("b.yml".to_owned(), outer.to_owned()), ("c.yml".to_owned(), inner)];
    let set = read(&files, &Options::default());
    assert_eq!(set.problems, []);
    let shown: Vec<_> = set.correlations.iter().map(|known| (known.meta.id.as_str(), known.shown)).collect();
    assert_eq!(shown, [("c", false), ("o", true)]);
    assert_eq!(set.correlations[1].members[0].feed, Feed::Correlation(0));
}

#[test]
fn correlations_that_wait_for_each_other_or_for_wrong_ones() {
    let one = |id: &str, rules: &str| {
        format!(
            "title: {id}\nid: {id}\ncorrelation:\n    type: event_count\n    rules: {rules}\n    timespan: 1h\n    condition:\n        gte: 2\n---\n"
        )
    };
    let set = load(&[one("a", "b"), one("b", "a"), one("c", "d"), one("d", "nobody")].concat());
    let found: Vec<_> =
        set.problems.iter().map(|problem| problem.message.split(' ').take(3).collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(found, ["the correlation feeds", "the correlation feeds", "no rule has", "no rule has"]);
}

#[test]
fn detections_named_over_and_over_are_refused() {
    let words: String = (0..2_000).map(|number| format!("            - w{number}\n")).collect();
    let detections = format!("    s:\n        A|contains:\n{words}");
    let many = vec!["s"; 60].join(" or ");
    assert_eq!(load(&rule(&detections, &many)).problems.first().unwrap().code, "rule.condition");
    assert_eq!(load(&rule(&detections, "s or s")).problems, []);
}

#[test]
fn twins_are_named() {
    let one = rule("    s:\n        A: 1", "s");
    let set = load(&format!("{one}---\n{one}"));
    assert_eq!(set.rules.len(), 2);
    assert_eq!(set.problems.iter().map(|p| (p.line, p.code)).collect::<Vec<_>>(), [(10, "rule.twin")]);
}
