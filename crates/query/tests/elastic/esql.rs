//! ES|QL: commands, functions and the rules about nothing and several values (Elasticsearch reference, "ES|QL").

use crate::eql::ids;
use crate::harness::{read, rows};
use ddefend_rule::ir::query::Language;
use serde_json::{Value, json};

fn events() -> Vec<Value> {
    vec![
        json!({"id": 1, "@timestamp": 60_000, "host": "a", "name": "cmd.exe", "size": 10, "args": ["x", "y"], "line": "user=bob ip=10.1.2.3 end"}),
        json!({"id": 2, "@timestamp": 61_000, "host": "a", "name": "CMD.exe", "size": 20, "message": "Quick brown"}),
        json!({"id": 3, "@timestamp": 180_000, "host": "b", "size": 5, "name": "ps.exe", "args": "x"}),
        json!({"id": 4, "@timestamp": 240_000, "host": "b"}),
    ]
}

#[test]
fn conditions() {
    let expect: &[(&str, &[i64])] = &[
        ("from x | where name == \"cmd.exe\"", &[1]),
        ("from x | where name != \"cmd.exe\"", &[2, 3]),
        ("from x | where not name == \"cmd.exe\"", &[2, 3]),
        ("FROM x, y-* METADATA _id, _index | WHERE name LIKE \"cmd*\"", &[1]),
        ("from x | where name not like \"cmd*\"", &[2, 3]),
        ("from x | where name like (\"cmd*\", \"ps.???\")", &[1, 3]),
        ("from x | where name rlike \"[a-z]+.exe\"", &[1, 3]),
        ("from x | where to_lower(name) == \"cmd.exe\"", &[1, 2]),
        ("from x | where name in (\"ps.exe\", \"cmd.exe\")", &[1, 3]),
        ("from x | where name not in (\"ps.exe\")", &[1, 2]),
        ("from x | where name is null", &[4]),
        ("from x | where name is not null and size > 5", &[1, 2]),
        ("from x | where size + 5 >= 15 // a comment\n or id == 4", &[1, 2, 4]),
        // Several values: null, so neither it nor its negation.
        ("from x | where args == \"x\"", &[3]),
        ("from x | where not args == \"x\"", &[]),
        ("from x | where mv_contains(args, \"x\")", &[1, 3]),
        // kuery within: its own rules.
        ("from x | where kql(\"\"\"args: x and not name: \"ps.exe\" \"\"\")", &[1]),
        ("from x | where not kql(\"\"\"name: *\"\"\")", &[4]),
        ("from x | where message : \"quick\"", &[2]),
        ("from x | where starts_with(name, \"cmd\") or ends_with(name, \"s.exe\")", &[1, 3]),
        ("from x | where @timestamp < now() - 1 hour | limit 2", &[1, 2]),
        ("from x | where size::string == \"20\"", &[2]),
        ("from x | sort size desc nulls last, id | limit 3", &[2, 1, 3]),
        ("from x | sort size | limit 1", &[3]),
    ];
    for (query, wanted) in expect {
        assert_eq!(ids(Language::Esql, query, &events()), *wanted, "{query}");
    }
}

fn one(query: &str) -> Value {
    let rows = rows(Language::Esql, query, &events());
    Value::Array(rows.into_iter().map(Value::Object).collect())
}

#[test]
fn functions() {
    let expect = [
        ("concat(\"a\", \"b\")", json!("ab")),
        ("substring(\"abcdef\", 2, 3)", json!("bcd")),
        ("substring(\"abcdef\", -2)", json!("ef")),
        ("left(\"abc\", 2)", json!("ab")),
        ("right(\"abc\", 2)", json!("bc")),
        ("replace(\"a1b2\", \"\"\"[0-9]\"\"\", \"-\")", json!("a-b-")),
        ("replace(\"ab\", \"(a)(b)\", \"$2$1\")", json!("ba")),
        ("split(\"a b\", \" \")", json!(["a", "b"])),
        ("mv_last(split(\"a b\", \" \"))", json!("b")),
        ("mv_concat([\"a\", \"b\"], \"-\")", json!("a-b")),
        ("mv_slice([1, 2, 3], 1, 2)", json!([2, 3])),
        ("mv_min([3, 1])", json!(1)),
        ("mv_count([3, 1])", json!(2)),
        ("mv_dedupe([1, 1])", json!(1)),
        ("locate(\"hello\", \"l\")", json!(3)),
        ("locate(\"hello\", \"z\")", json!(0)),
        ("length(\"\u{e4}b\")", json!(2)),
        ("case(false, 1, true, 2, 3)", json!(2)),
        ("coalesce(null, 7)", json!(7)),
        ("url_decode(\"a%2Fb+c\")", json!("a/b c")),
        ("to_integer(\"12\") + 1", json!(13)),
        ("\"3.5\"::double * 2", json!(7.0)),
        ("date_diff(\"minutes\", \"2026-01-01\", \"2026-01-01T01:00:30Z\")", json!(60)),
        ("to_ip(\"10.0.0.1\")", json!("10.0.0.1")),
        ("cidr_match(to_ip(\"10.0.0.1\"), \"192.0.2.0/24\", \"10.0.0.0/8\")", json!(true)),
        ("round(2.5)", json!(3.0)),
        ("7 / 2", json!(3)),
        ("-3 + 1", json!(-2)),
    ];
    for (expression, wanted) in expect {
        assert_eq!(one(&format!("row a = 1 | eval x = {expression} | keep x")), json!([{"x": wanted}]), "{expression}");
    }
}

#[test]
fn commands() {
    assert_eq!(
        one(
            "from x | stats n = count(*), s = sum(size), big = count(*) where size > 5, v = values(name) by host | sort host"
        ),
        json!([
            {"n": 2, "s": 30, "big": 2, "v": ["CMD.exe", "cmd.exe"], "host": "a"},
            {"n": 2, "s": 5, "big": 0, "v": "ps.exe", "host": "b"},
        ])
    );
    assert_eq!(
        one(
            "from x | eval t = date_trunc(1 minute, @timestamp) | stats count(*) by t | keep `count(*)` | sort `count(*)`"
        ),
        json!([{"count(*)": 1}, {"count(*)": 1}, {"count(*)": 2}])
    );
    assert_eq!(
        one("from x | where id == 1 | rename name as other | keep other, size"),
        json!([{"other": "cmd.exe", "size": 10}])
    );
    assert_eq!(one("row a = 1, b = \"x\" | eval c = a + 1, d = c * 2 | drop b"), json!([{"a": 1, "c": 2, "d": 4}]));
    assert_eq!(one("row abc = 1, abd = 2, x = 3 | keep x, ab*"), json!([{"abc": 1, "abd": 2, "x": 3}]));
}

#[test]
fn lists_and_text_taken_apart() {
    assert_eq!(one("from x | where id == 1 | mv_expand args | keep args"), json!([{"args": "x"}, {"args": "y"}]));
    assert_eq!(one("from x | stats n = count(*) by args | where args == \"x\" | keep n"), json!([{"n": 2}]));
    assert_eq!(
        one("from x | where id == 1 | dissect line \"user=%{u.name} ip=%{ip} %{?rest}\" | keep u.name, ip"),
        json!([{"u.name": "bob", "ip": "10.1.2.3"}])
    );
    assert_eq!(
        one("from x | where id == 1 | grok line \"%{DATA}ip=%{IP:ip}\" | eval n = 1 | keep ip, n"),
        json!([{"ip": "10.1.2.3", "n": 1}])
    );
    assert_eq!(one("row a = \"n=12\" | grok a \"n=%{NUMBER:n:int}\" | eval m = n + 1 | keep m"), json!([{"m": 13}]));
    assert_eq!(
        one("from x | inline stats n = count(*) by host | where id == 1 | keep n, id"),
        json!([{"n": 2, "id": 1}])
    );
}

#[test]
fn what_is_not_there_is_named() {
    let expect = [
        ("from x | lookup join y on z", "query.unsupported"),
        ("from x | enrich p on q", "query.unsupported"),
        ("from x | completion a = b with {\"inference_id\": \"c\"}", "query.unsupported"),
        ("from x | where date_trunc(1 month, t) > 1", "query.unsupported"),
        ("from x | grok a \"%{NOPE:b}\"", "query.unsupported"),
        ("from x | grok a \"(?=x)\"", "query.unsupported"),
        ("from x | where", "query.syntax"),
        ("where x", "query.unsupported"),
        ("from x | where a = 1", "query.syntax"),
        ("from x | stats", "query.syntax"),
    ];
    for (query, code) in expect {
        let (queries, problems) = read(Language::Esql, query);
        assert!(queries.is_empty(), "{query}");
        assert_eq!(problems.first().map(|problem| problem.code), Some(code), "{query}");
    }
    let deep = format!("from x | where {}a == 1{}", "(".repeat(100_000), ")".repeat(100_000));
    let many = format!("from x{}", " | limit 1".repeat(10_000));
    for query in [&deep, &many] {
        let (queries, problems) = read(Language::Esql, query);
        assert!(queries.is_empty() && problems[0].code == "query.limit");
    }
}
