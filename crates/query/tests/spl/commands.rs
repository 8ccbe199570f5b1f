use crate::harness::{lookup, run, run_with};
use serde_json::{Value, json};

fn events() -> Vec<Value> {
    vec![
        json!({"_time": 100, "host": "a", "user": "u1", "size": 10, "cmd": "calc /x=1"}),
        json!({"_time": 160, "host": "b", "user": "u2", "size": 5, "cmd": "whoami"}),
        json!({"_time": 220, "host": "a", "user": "u2", "size": 30, "cmd": "calc /x=2"}),
        json!({"_time": 400, "host": "c", "size": 7}),
    ]
}

fn check(text: &str, wanted: &str) {
    assert_eq!(run(text, &events()).replace('\n', " "), wanted, "{text}");
}

#[test]
fn stats_groups_and_orders() {
    check("* | stats count by host", "host|count a|2 b|1 c|1");
    check(
        "* | stats count, sum(size) as total, values(user) by host",
        "host|count|total|values(user) a|2|40|[u1 u2] b|1|5|u2 c|1|7|-",
    );
    check("* | stats count by user", "user|count u1|1 u2|2");
    check("* | stats count", "count 4");
    check(
        "* | stats dc(user) avg(size) max(size) min(cmd) range(size)",
        "dc(user)|avg(size)|max(size)|min(cmd)|range(size) 2|13|30|calc /x=1|25",
    );
    check("* | stats count(eval(size > 6)) as big, sum(eval(size * 2)) as twice", "big|twice 3|104");
    check(
        "* | stats earliest(host) latest(host) first(host) last(host)",
        "earliest(host)|latest(host)|first(host)|last(host) a|c|c|a",
    );
    check(
        "* | stats median(size) perc50(size) stdevp(size) mode(host)",
        "median(size)|perc50(size)|stdevp(size)|mode(host) 8.5|8.5|9.974968671630002|a",
    );
    check("* | stats list(user) as l", "l [u2 u2 u1]");
}

#[test]
fn rows_beside_rows() {
    check("* | eventstats avg(size) as m by host | table host, m", "host|m a|20 b|5 a|20 c|7");
    check("* | eventstats count as n by user | table host, n", "host|n a|1 b|2 a|2 c|-");
    check("* | streamstats count as n, sum(size) as s | table n, s", "n|s 1|7 2|37 3|42 4|52");
    check("* | top limit=1 user", "user|count|percent u2|2|66.666667");
    check("* | rare user showperc=f", "user|count u1|1 u2|2");
}

#[test]
fn order_and_choice() {
    check("* | sort -size | table size", "size 30 10 7 5");
    check("* | sort 2 host, -size | table host, size", "host|size a|30 a|10");
    check("* | head 2 | table host", "host c a");
    check("* | tail 2 | table host", "host a b");
    check("* | dedup host | table host, size", "host|size c|7 a|30 b|5");
    check("* | dedup user keepempty=t | table host", "host c a a");
    check("* | reverse | table host", "host a b a c");
    check("* | fields host | fields - _time, _raw | head 1", "host c");
    check("* | regex cmd=\"calc\" | table host", "host a a");
    check("* | regex cmd!=\"calc\" | table host", "host b c");
}

#[test]
fn text_that_is_a_number_is_sorted_as_one() {
    let records = [json!({"v": "10"}), json!({"v": "9"}), json!({"v": "x"}), json!({"v": 9.5})];
    assert_eq!(run("* | sort v | table v", &records), "v\n9\n9.5\n10\nx");
    assert_eq!(run("* | where v > \"9.2\" | stats count", &records), "count\n3");
}

#[test]
fn fields_are_made_and_renamed() {
    check("* | rename host AS h, user AS \"the user\" | head 1 | table h, \"the user\", host", "h|the user|host c|-|-");
    check("* | rex field=cmd \"x=(?<x>\\d)\" | table x", "x 1 - 2 -");
    check("* | rex field=cmd max_match=0 \"(?<c>[aw])\" | where host=\"b\" | table c", "c [w a]");
    check(
        "* | rex field=cmd mode=sed \"s/calc/notepad/g\" | where host=\"a\" | table cmd",
        "cmd notepad /x=1 notepad /x=2",
    );
    check("* | fillnull value=none user | table user", "user u1 u2 u2 none");
    check("* | sort _time | filldown user | table user", "user u1 u2 u2 u2");
    check("* | eval a=size*2, b=a+1 | where host=\"c\" | table a, b", "a|b 14|15");
    check("* | convert timeformat=\"%H:%M:%S\" ctime(_time) AS t | table t", "t 00:01:40 00:02:40 00:03:40 00:06:40");
    check("* | replace a WITH x, b WITH y IN host | table host", "host x y x c");
    check("* | strcat host \"-\" user hu | table hu", "hu a-u1 b-u2 a-u2 c-");
    check("* | foreach size [eval <<FIELD>>=<<FIELD>>+1] | table size", "size 11 6 31 8");
    check("* | makemv delim=\"/\" cmd | mvexpand cmd | where host=\"a\" | table cmd", "cmd calc  x=1 calc  x=2");
    check(
        "* | stats values(user) as user by host | nomv user | table user",
        "user u1\nu2 u2 -".replace('\n', " ").as_str(),
    );
}

#[test]
fn time_in_bins() {
    check("* | bin span=2m _time | stats count by _time", "_time|count @0|1 @120|2 @360|1");
    check("* | bin span=10 size | stats count by size", "size|count 0|2 10|1 30|1");
    check("* | timechart span=2m count", "_time|count @0|1 @120|2 @240|0 @360|1");
    check("earliest=150 latest=300 | stats count", "count 2");
    check(
        "| tstats count from datamodel=Endpoint.Processes where Processes.host=a by Processes.host, _time span=1m | rename Processes.* AS *",
        "host|_time|count a|@60|1 a|@180|1",
    );
}

#[test]
fn searches_together() {
    check(
        "* | stats count by host | append [search host=a | stats sum(size) as s]",
        "host|count|s a|2|- b|1|- c|1|- -|-|40",
    );
    check("* | stats count by host | appendpipe [stats sum(count) as count]", "host|count a|2 b|1 c|1 -|4");
    check(
        "* | stats count by host | join host [search user=u2 | stats max(size) as m, count by host]",
        "host|count|m a|1|30 b|1|5",
    );
    check(
        "* | stats count by host | join type=left host [search user=u1 | stats max(size) as m by host]",
        "host|count|m a|2|10 b|1|- c|1|-",
    );
    check("* [search user=u1 | fields host] | table size", "size 10 30");
    check("* NOT [search user=u1 | fields host] | table size", "size 5 7");
    check("* [search user=u2 | table host, user] | table size", "size 5 30");
    check(
        "host=a | join host [search user=u2 | stats max(size) as size by host] | table host, size",
        "host|size a|30 a|30",
    );
    check("* | stats count by host | appendcols [search * | stats sum(size) as s]", "host|count|s a|2|52 b|1|- c|1|-");
    check("| multisearch [search host=a] [search host=b] | stats count by host", "host|count a|2 b|1");
    check("| makeresults count=2 | eval x=1 | table x", "x 1 1");
    check(
        "* | transaction user maxspan=5m | sort duration | table user, duration, eventcount",
        "user|duration|eventcount u1|0|1 u2|60|2",
    );
}

#[test]
fn lookups() {
    let owners = lookup("owners", &["machine", "owner"], &[&["a", "ann"], &["b", "bob"], &["c", ""]]);
    let text = "| inputlookup owners | table machine, owner";
    assert_eq!(run_with(text, &events(), &owners).replace('\n', " "), "machine|owner a|ann b|bob c|");
    let text = "* | lookup owners machine AS host OUTPUT owner AS who | table host, who";
    assert_eq!(run_with(text, &events(), &owners).replace('\n', " "), "host|who a|ann b|bob a|ann c|");
    let owners = lookup("owners", &["machine", "owner"], &[&["a", "ann"], &["b", "bob"], &["c", ""]]);
    let text = "* | lookup owners machine AS host OUTPUT owner AS who | stats count by who";
    assert_eq!(run_with(text, &events(), &owners).replace('\n', " "), "who|count |1 ann|2 bob|1");
    let text = "| inputlookup owners where owner=*o* | table machine";
    assert_eq!(run_with(text, &events(), &owners).replace('\n', " "), "machine b");
    let sizes = lookup("sizes", &["size"], &[&["10"], &["7"]]);
    let text = "* [| inputlookup sizes | fields size] | table host";
    assert_eq!(run_with(text, &events(), &sizes).replace('\n', " "), "host a c");
    let text = "* [| inputlookup owners | search owner=ann | rename machine AS host | fields host] | table size";
    assert_eq!(run_with(text, &events(), &owners).replace('\n', " "), "size 10 30");
}

#[test]
fn fields_out_of_text() {
    let records = [
        json!({"j": "{\"a\": {\"b\": [1, 2]}, \"c\": \"x\"}", "x": "<Data><Command>calc</Command></Data>", "k": "a=1 b=\"two words\""}),
    ];
    assert_eq!(run("* | spath input=j path=a.b{} output=v | table v", &records), "v\n[1 2]");
    assert_eq!(run("* | spath input=j | table c, a.b{}", &records), "c|a.b{}\nx|[1 2]");
    assert_eq!(run("* | xmlkv x | table Command", &records), "Command\ncalc");
    assert_eq!(run("* | rename k as _raw | extract | table a, b", &records), "a|b\n1|two words");
}
