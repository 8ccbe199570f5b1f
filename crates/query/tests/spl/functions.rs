use crate::harness::{NOW, run};
use serde_json::json;

fn value(expression: &str) -> String {
    let record =
        json!({"_time": 1_700_000_000, "s": "Hello World", "n": 5, "t": "7.5", "m": ["b", "a", "b"], "ip": "10.1.2.3"});
    let out = run(&format!("* | eval x={expression} | table x"), &[record]);
    out.split_once('\n').map(|(_, row)| row.to_owned()).unwrap_or_default()
}

#[test]
fn functions_give_what_the_documentation_says() {
    for (expression, wanted) in [
        ("n + t", "12.5"),
        ("n . s", "5Hello World"),
        ("7 / 2", "3.5"),
        ("7 % 4", "3"),
        ("if(n > 3, \"big\", \"small\")", "big"),
        ("case(n = 1, \"one\", n = 5, \"five\")", "five"),
        ("case(n = 1, \"one\")", "-"),
        ("coalesce(none, s)", "Hello World"),
        ("isnull(none)", "true"),
        ("if(isnotnull(none), 1, 2)", "2"),
        ("len(s)", "11"),
        ("lower(s) . upper(s)", "hello worldHELLO WORLD"),
        ("substr(s, 1, 5)", "Hello"),
        ("substr(s, -5)", "World"),
        (r#"replace(s, "(\w+) (\w+)", "\2 \1")"#, "World Hello"),
        ("split(\"a,b,c\", \",\")", "[a b c]"),
        ("mvindex(split(\"a,b,c\", \",\"), -1)", "c"),
        ("mvindex(split(\"a,b,c\", \",\"), 0, 1)", "[a b]"),
        ("mvcount(m)", "3"),
        ("mvdedup(m)", "[b a]"),
        ("mvsort(m)", "[a b b]"),
        ("mvjoin(m, \"-\")", "b-a-b"),
        ("mvfind(m, \"a\")", "1"),
        ("mvappend(\"x\", m, none)", "[x b a b]"),
        ("mvzip(split(\"a,b\", \",\"), split(\"1,2\", \",\"))", "[a,1 b,2]"),
        ("mvfilter(m != \"a\")", "[b b]"),
        ("mvmap(m, m . \"!\")", "[b! a! b!]"),
        ("mvrange(1, 4)", "[1 2 3]"),
        ("tonumber(\"ff\", 16)", "255"),
        ("tonumber(\"x\")", "-"),
        ("tostring(255, \"hex\")", "0xFF"),
        ("tostring(1234567.891, \"commas\")", "1,234,567.89"),
        ("tostring(3661, \"duration\")", "01:01:01"),
        ("urldecode(\"a%20b%2\")", "a b%2"),
        ("md5(\"abc\")", "900150983cd24fb0d6963f7d28e17f72"),
        ("sha1(\"abc\")", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        ("round(3.14159, 2)", "3.14"),
        ("floor(2.9) + ceiling(2.1) + abs(-1)", "6"),
        ("pow(2, 10)", "1024"),
        ("min(3, \"2\", 10)", "2"),
        ("strftime(_time, \"%Y-%m-%dT%H:%M:%S %a %b %j\")", "2023-11-14T22:13:20 Tue Nov 318"),
        ("strptime(\"2023-11-14 22:13:20\", \"%Y-%m-%d %H:%M:%S\")", "1700000000"),
        ("strptime(\"14/Nov/2023:23:13:20 +0100\", \"%d/%b/%Y:%H:%M:%S %z\")", "1700000000"),
        ("relative_time(_time, \"-1d@d\")", "1699833600"),
        ("relative_time(_time, \"@w1\")", "1699833600"),
        ("relative_time(_time, \"-1mon@mon+2h\")", "1696125600"),
        ("_time - 1699999990", "10"),
        ("if(_time > 1699999999, 1, 0)", "1"),
        ("if(cidrmatch(\"10.0.0.0/8\", ip), \"in\", \"out\")", "in"),
        ("if(match(s, \"^H.*d$\"), 1, 0)", "1"),
        ("if(like(s, \"hello%\"), 1, 0)", "0"),
        ("if(s LIKE \"Hello%\", 1, 0)", "1"),
        ("if(s IN (\"x\", \"Hello World\"), 1, 0)", "1"),
        ("nullif(n, 5)", "-"),
        ("validate(isnum(n), \"no number\", n < 3, \"too large\")", "too large"),
    ] {
        assert_eq!(value(expression), wanted, "{expression}");
    }
    assert_eq!(value("now()"), NOW.to_string());
}

#[test]
fn where_is_three_valued_and_search_is_not() {
    let records = [json!({"i": 1, "a": "x"}), json!({"i": 2, "a": "y"}), json!({"i": 3})];
    let ids = |text: &str| run(&format!("{text} | table i"), &records).replace('\n', " ");
    assert_eq!(ids("a!=x"), "i 2");
    assert_eq!(ids("NOT a=x"), "i 2 3");
    assert_eq!(ids("a=X"), "i 1");
    assert_eq!(ids("* | where a!=\"x\""), "i 2");
    assert_eq!(ids("* | where NOT a=\"x\""), "i 2");
    assert_eq!(ids("* | where NOT match(a, \"x\")"), "i 2");
    assert_eq!(ids("* | where a=\"X\""), "i");
    assert_eq!(ids("NOT i>1"), "i 1");
    assert_eq!(ids("NOT a=*"), "i 3");
    assert_eq!(ids("i IN (1, \"3\")"), "i 1 3");
    assert_eq!(ids("y"), "i 2");
}

#[test]
fn several_values_fit_if_one_does() {
    let records = [json!({"i": 1, "m": ["a", "b"]}), json!({"i": 2, "m": "b"})];
    let ids = |text: &str| run(&format!("{text} | table i"), &records).replace('\n', " ");
    assert_eq!(ids("m=a"), "i 1");
    assert_eq!(ids("m=b"), "i 1 2");
    assert_eq!(ids("* | stats values(m) as m by i | search m!=b"), "i 1");
    assert_eq!(ids("* | stats values(m) as m by i | search NOT m=a"), "i 2");
}
