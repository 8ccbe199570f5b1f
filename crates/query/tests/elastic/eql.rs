//! What each operator and each rule about nothing means (Elasticsearch reference, "EQL syntax reference").

use crate::harness::{read, rows};
use ddefend_rule::ir::query::Language;
use serde_json::{Value, json};

/// The values of `id` of the rows.
pub(crate) fn ids(language: Language, text: &str, events: &[Value]) -> Vec<i64> {
    rows(language, text, events).iter().map(|row| row.get("id").and_then(Value::as_i64).unwrap_or(-1)).collect()
}

fn events() -> Vec<Value> {
    vec![
        json!({"id": 1, "@timestamp": 1000, "event.category": "process", "name": "cmd.exe", "pid": 4, "path": "C:\\Windows\\cmd.exe", "ip": "10.1.2.3", "signed": true}),
        json!({"id": 2, "@timestamp": 2000, "event.category": "process", "name": "CMD.EXE", "pid": 9, "args": ["a", "-Enc"]}),
        json!({"id": 3, "@timestamp": 3000, "event.category": "process", "pid": 7, "a-b": "x"}),
        json!({"id": 4, "@timestamp": 4000, "event.category": "file", "name": "cmd*.exe", "size": 3.5, "signed": false}),
    ]
}

#[test]
fn conditions_mean_what_elasticsearch_says() {
    let events = events();
    let expect: &[(&str, &[i64])] = &[
        // Categories.
        ("process where true", &[1, 2, 3]),
        ("any where true", &[1, 2, 3, 4]),
        ("\"file\" where true", &[4]),
        ("any where false", &[]),
        // Case and wildcards.
        ("any where name == \"cmd.exe\"", &[1]),
        ("any where name == \"cmd*.exe\"", &[4]),
        ("any where name : \"cmd.exe\"", &[1, 2]),
        ("any where name : \"cmd?exe\"", &[1, 2]),
        ("any where name : (\"c*.exe\", \"nothing\")", &[1, 2, 4]),
        ("any where name like \"cmd*\"", &[1, 4]),
        ("any where name like~ \"cmd*\"", &[1, 2, 4]),
        ("any where name regex \"[a-z]+[.]exe\"", &[1]),
        ("any where name regex \"cmd\"", &[]),
        ("any where name regex~ \"[a-z]+[.]exe\"", &[1, 2]),
        ("any where name in (\"cmd.exe\", \"x\")", &[1]),
        ("any where name in~ (\"cmd.exe\", \"x\")", &[1, 2]),
        ("any where path : \"c:\\\\windows\\\\*\"", &[1]),
        ("any where path : \"\"\"c:\\windows\\*\"\"\"", &[1]),
        ("any where path == \"C:\\\\Windows\\\\cmd.exe\"", &[1]),
        // Nothing: a missing field passes no test, and every negated test.
        ("any where name != \"cmd.exe\"", &[2, 3, 4]),
        ("any where not name == \"cmd.exe\"", &[2, 3, 4]),
        ("any where not name : \"cmd.exe\"", &[3, 4]),
        ("any where name not in (\"cmd.exe\")", &[2, 3, 4]),
        ("any where not (name : \"cmd*\" and pid == 4)", &[2, 3, 4]),
        ("any where name == null", &[3]),
        ("any where name != null", &[1, 2, 4]),
        ("any where not name == null", &[1, 2, 4]),
        ("any where ?nowhere == null", &[1, 2, 3, 4]),
        ("any where ?nowhere : \"x\"", &[]),
        // Orders of a missing field hold neither way.
        ("any where pid > 5", &[2, 3]),
        ("any where not pid > 5", &[1]),
        ("any where not (pid > 5 or name == \"x\")", &[1]),
        ("any where 5 < pid", &[2, 3]),
        ("any where size >= 3.5", &[4]),
        ("any where signed == true", &[1]),
        ("any where not signed == true", &[2, 3, 4]),
        // Several values: one that fits is enough.
        ("any where args : \"-enc\"", &[2]),
        ("any where args != \"a\"", &[1, 3, 4]),
        // Arithmetic and functions.
        ("any where pid + 1 == 5", &[1]),
        ("any where pid / 2 == 4", &[2]),
        ("any where pid % 4 == 3", &[3]),
        ("any where -pid == -4", &[1]),
        ("any where length(name) == 7", &[1, 2]),
        ("any where length(name) != 7", &[4]),
        ("any where not length(name) == 7", &[4]),
        ("any where startsWith(name, \"cmd\")", &[1, 4]),
        ("any where startsWith~(name, \"cmd\")", &[1, 2, 4]),
        ("any where endsWith~(name, \".exe\")", &[1, 2, 4]),
        ("any where stringContains(name, \"md\")", &[1, 4]),
        ("any where not stringContains(name, \"md\")", &[2, 3]),
        ("any where cidrMatch(ip, \"192.0.2.0/24\", \"10.0.0.0/8\")", &[1]),
        ("any where indexOf(name, \"d\") == 2", &[1, 4]),
        ("any where indexOf~(name, \"d\") == 2", &[1, 2, 4]),
        ("any where substring(name, -4) == \".exe\"", &[1, 4]),
        ("any where substring(name, 0, 3) == \"cmd\"", &[1, 4]),
        ("any where between(path, \"\\\\\", \"\\\\\") == \"Windows\"", &[1]),
        ("any where concat(name, \":\", pid) == \"cmd.exe:4\"", &[1]),
        ("any where string(pid) == \"4\"", &[1]),
        ("any where number(\"0x1f\", 16) == 31 and pid == 4", &[1]),
        ("any where add(pid, 1) == 5", &[1]),
        ("any where arrayContains~(args, \"A\")", &[2]),
        ("any where wildcard~(name, \"c?d.*\")", &[1, 2]),
        ("any where `a-b` == \"x\"", &[3]),
        // Precedence: not, and, or.
        ("any where pid == 4 or pid == 9 and name == \"none\"", &[1]),
        ("any where not pid == 4 and pid == 9", &[2]),
        // Pipes.
        ("any where true | head 2", &[1, 2]),
        ("any where true | tail 1", &[4]),
        ("any where true | filter pid > 4 | head 1", &[2]),
    ];
    for (query, wanted) in expect {
        assert_eq!(ids(Language::Eql, query, &events), *wanted, "{query}");
    }
}

#[test]
fn what_is_not_understood_is_named_with_its_place() {
    let expect = [
        ("process where a == ", "query.syntax", 1, 20),
        ("process where a = \"x\"", "query.syntax", 1, 17),
        ("process where\n  descendant of [process where true]", "query.unsupported", 2, 3),
        ("process where nope(a)", "query.unsupported", 1, 15),
        ("process where a == 'x'", "query.syntax", 1, 20),
        ("process where a == \"x", "query.syntax", 1, 20),
        ("sequence [process where true]", "query.syntax", 1, 30),
        ("sequence [process where true] ![file where true]", "query.syntax", 1, 31),
        ("sequence by a [process where true] by b [file where true]", "query.syntax", 1, 41),
        ("join [process where true] [file where true]", "query.unsupported", 1, 1),
        ("process where a[0] == 1", "query.unsupported", 1, 16),
    ];
    for (query, code, line, column) in expect {
        let (queries, problems) = read(Language::Eql, query);
        assert!(queries.is_empty(), "{query}");
        let first = problems.first().expect(query);
        assert_eq!((first.code, first.line, first.column), (code, line, column), "{query}: {first}");
    }
}

#[test]
fn kuery_means_what_kibana_says() {
    let mut events = events();
    events.push(
        json!({"id": 5, "@timestamp": 5000, "message": "The quick Brown fox", "tag": "quick brown", "port": 443}),
    );
    let expect: &[(&str, &[i64])] = &[
        ("name: cmd.exe", &[1]),
        ("name: \"cmd.exe\"", &[1]),
        ("name: cmd*", &[1, 4]),
        ("name: \"cmd*.exe\"", &[4]),
        ("name: cmd\\*.exe", &[4]),
        ("name: *", &[1, 2, 4]),
        ("not name: cmd.exe", &[2, 3, 4, 5]),
        ("not name: *", &[3, 5]),
        ("name: (cmd.exe or CMD.EXE)", &[1, 2]),
        ("name: (* and not cmd*)", &[2]),
        ("args: (a and \"-Enc\")", &[2]),
        ("pid >= 7", &[2, 3]),
        ("pid < 7 and name: *", &[1]),
        ("name: CMD.EXE or pid: 7 and name: nothing", &[2]),
        ("(name: CMD.EXE or pid: 7) and pid > 8", &[2]),
        ("port: 443", &[5]),
        ("signed: true", &[1]),
        ("signed: false", &[4]),
        ("tag: quick brown", &[5]),
        ("tag: quick", &[]),
        ("message: \"quick brown\"", &[5]),
        ("message: \"brown quick\"", &[]),
        ("message: (fox or wolf)", &[5]),
        ("quick", &[5]),
        ("*", &[1, 2, 3, 4, 5]),
        ("@timestamp >= \"1970-01-01T00:00:04Z\"", &[4, 5]),
        ("@timestamp < now-1d and pid: *", &[1, 2, 3]),
        ("path: C\\:\\\\Windows*", &[1]),
        ("process: { pid: 3 } or pid: 4", &[1]),
    ];
    for (query, wanted) in expect {
        assert_eq!(ids(Language::Kuery, query, &events), *wanted, "{query}");
    }
}

#[test]
fn lucene_means_what_its_classic_parser_says() {
    let mut events = events();
    events.push(json!({"id": 5, "@timestamp": 5000, "message": "The quick Brown fox", "port": 443}));
    let expect: &[(&str, &[i64])] = &[
        ("name:cmd.exe", &[1]),
        ("name:cmd.exe name:CMD.EXE", &[1, 2]),
        ("name:(cmd.exe OR CMD.EXE)", &[1, 2]),
        ("name:cm?.exe", &[1]),
        ("name:cmd*", &[1, 4]),
        ("name:cmd\\*.exe", &[4]),
        ("name:/cm[a-d].exe/", &[1]),
        ("NOT name:cmd.exe", &[2, 3, 4, 5]),
        ("-name:cmd.exe", &[2, 3, 4, 5]),
        ("+name:cmd* -pid:4", &[4]),
        ("name:cmd* AND NOT pid:4", &[4]),
        ("pid:7 OR name:cmd.exe AND pid:4", &[1]),
        ("_exists_:name", &[1, 2, 4]),
        ("name:*", &[1, 2, 4]),
        ("pid:[4 TO 7]", &[1, 3]),
        ("pid:{4 TO 7]", &[3]),
        ("pid:>=7", &[2, 3]),
        ("pid:(>=5 AND <9)", &[3]),
        ("pid:[8 TO *]", &[2]),
        ("message:\"quick brown\"", &[5]),
        ("message:wolf message:fox^2", &[5]),
        ("fox", &[5]),
        ("*:*", &[1, 2, 3, 4, 5]),
    ];
    for (query, wanted) in expect {
        assert_eq!(ids(Language::Lucene, query, &events), *wanted, "{query}");
    }
    for query in ["name:cmd~2", "message:\"a b\"~3", "na*e:x"] {
        let (queries, problems) = read(Language::Lucene, query);
        assert!(queries.is_empty() && problems.iter().any(|problem| problem.code == "query.unsupported"), "{query}");
    }
}

#[test]
fn hostile_texts_are_bounded() {
    let deep = format!("any where {}a == 1{}", "(".repeat(100_000), ")".repeat(100_000));
    let nots = format!("any where {} a == 1", "not ".repeat(100_000));
    let sums = format!("any where a == 1{}", " + 1".repeat(100_000));
    let list = format!("any where a in ({}1)", "1,".repeat(400_000));
    let runs = "sequence [any where true] with runs=100 ".to_owned() + &"[any where true] with runs=100".repeat(50);
    for query in [&deep, &nots, &sums, &list, &runs] {
        let (queries, problems) = read(Language::Eql, query);
        assert!(queries.is_empty() && problems.len() == 1, "{:?}", problems.first());
    }
    let deep = format!("{}a: 1{}", "(".repeat(100_000), ")".repeat(100_000));
    let nots = format!("{}a: 1", "not ".repeat(100_000));
    for query in [&deep, &nots] {
        assert!(read(Language::Kuery, query).0.is_empty());
        assert!(read(Language::Lucene, query).0.is_empty() || query == &nots);
    }
}
