//! Kusto's operators and null rules: a query that has its rows itself, and what must come out. Vectors from the examples of
//! Kusto's documentation, in own data.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use ddefend_event::{Column, Kind, Table};
use ddefend_query::{Program, Rows, Settings, Tables};
use ddefend_rule::ir::query::{Datum, Language};
use std::sync::Arc;

struct Known;

impl Tables for Known {
    fn table(&self, _: Language, name: &str) -> Option<Arc<Table>> {
        let column = |(name, kind): (&str, Kind)| Column { name: name.into(), kind };
        let columns = match name {
            "T" => vec![("Name", Kind::String), ("Size", Kind::Long), ("Time", Kind::DateTime)],
            "Open" => vec![("Name", Kind::String)],
            _ => return None,
        };
        let columns = columns.into_iter().map(column).collect();
        Some(Arc::new(Table { schema: "test".into(), name: name.into(), columns, open: name == "Open" }))
    }
}

fn settings() -> Settings {
    // 2026-01-02T00:00:00Z
    Settings { now: 17_673_120_000_000_000, rows: 100_000, bytes: 64 << 20, external: Default::default() }
}

fn shown(value: &Datum) -> String {
    match value {
        Datum::Null => "-".into(),
        Datum::Bool(value) => value.to_string(),
        Datum::Long(value) => value.to_string(),
        Datum::Real(value) => format!("{value:?}"),
        Datum::Text(text) => text.to_string(),
        Datum::Time(ticks) => format!("@{}", ticks / 10_000_000),
        Datum::Span(ticks) => format!("{}s", ticks / 10_000_000),
        Datum::List(list) => format!("[{}]", list.iter().map(shown).collect::<Vec<_>>().join(" ")),
        Datum::Map(map) => {
            let pairs: Vec<String> = map.iter().map(|(name, value)| format!("{name}:{}", shown(value))).collect();
            format!("{{{}}}", pairs.join(" "))
        }
    }
}

fn compiled(text: &str) -> Result<Program, String> {
    let (queries, problems) = ddefend_kql::read("test", text);
    if let Some(problem) = problems.iter().find(|problem| !problem.warning) {
        return Err(problem.to_string());
    }
    let query = queries.last().ok_or("no query")?;
    Program::compile(query, &Known, &settings()).map_err(|errors| {
        errors.iter().map(|error| error.problem("test", text).to_string()).collect::<Vec<_>>().join("; ")
    })
}

fn run(text: &str) -> Vec<String> {
    let program = compiled(text).unwrap_or_else(|why| panic!("{text}\n{why}"));
    let names: Vec<&str> = program.columns().iter().map(|column| &*column.name).collect();
    let mut lines = vec![names.join(",")];
    program
        .start()
        .finish(&mut |row: &[Datum]| lines.push(row.iter().map(shown).collect::<Vec<_>>().join(",")))
        .unwrap();
    lines
}

/// What a query makes: its columns, then its rows, separated by `;`.
fn check(query: &str, expected: &str) {
    let expected: Vec<&str> = expected.split(';').map(str::trim).collect();
    assert_eq!(run(query), expected, "{query}");
}

/// The one value that an expression makes.
fn value(expression: &str, expected: &str) {
    check(&format!("print x = {expression}"), &format!("x;{expected}"));
}

const A: &str = "let A = datatable(k:string, x:long)['a',1,'a',2,'b',3,'c',4];\n";
const B: &str = "let B = datatable(k:string, y:long)['b',10,'c',20,'c',30,'d',40];\n";

#[test]
fn nulls() {
    value("int(null) == 1", "false");
    value("int(null) != 1", "true");
    value("int(null) == int(null)", "-");
    value("int(null) > 1", "-");
    value("int(null) + 1", "-");
    value("isnull(int(null))", "true");
    value("iff(bool(null) and true, 1, 2)", "2");
    value("bool(null) or true", "true");
    value("bool(null) and false", "false");
    check("datatable(v:int)[5, int(null)] | where v > 3", "v;5");
    check("datatable(v:int)[5, int(null)] | where v != 5 | count", "Count;1");
    check("datatable(v:int)[5, int(null)] | where not(v > 3) | count", "Count;0");
    check("datatable(s:string)['', 'a'] | where s == '' | count", "Count;1");
}

#[test]
fn arithmetic() {
    value("7 / 2", "3");
    value("7 / 2.0", "3.5");
    value("1 / 0", "-");
    value("5 % 3", "2");
    value("-5 % 3", "1");
    value("1d / 1h", "24.0");
    value("1h * 2", "7200s");
    value("datetime(2026-01-02) - datetime(2026-01-01)", "86400s");
    value("datetime(2026-01-01) + 1d == datetime(2026-01-02)", "true");
    value("'A' == 'a'", "false");
    value("'A' =~ 'a'", "true");
    value("now() - ago(1d)", "86400s");
    value("5 between (1 .. 5)", "true");
    value("5 !between (1 .. 4)", "true");
}

#[test]
fn dynamic() {
    value("dynamic([1,2,3])[1]", "2");
    value("dynamic([1,2,3])[-1]", "3");
    value("dynamic([1,2,3])[9]", "-");
    value("dynamic({'a':{'b':5}}).a.b", "5");
    value("dynamic({'a':{'b':5}})['a']['b']", "5");
    value("dynamic({'a':5}).x", "-");
    value("dynamic({'a':5}).a == 5", "true");
    value("tostring(dynamic({'a':5}))", "{\"a\":5}");
    value("isnull(dynamic({'a':5}).x)", "true");
    check("print d = dynamic({'a':[1,2]}) | extend d.a[1]", "d,d_a_1;{a:[1 2]},2");
}

#[test]
fn texts() {
    value("'KustoExplorerQueryRun' has 'Explorer'", "false");
    value("'a powershell.exe b' has 'powershell'", "true");
    value("'abc' contains 'B'", "true");
    value("'abc' contains_cs 'B'", "false");
    value("'abc' in ('ABC', 'x')", "false");
    value("'abc' in~ ('ABC', 'x')", "true");
    value("'abc' !in~ ('ABC', 'x')", "false");
    value("'cmd.exe /c calc' has_any (dynamic(['whoami','calc']))", "true");
    value("'cmd.exe /c calc' has_all ('cmd', 'calc')", "true");
    value("3 in (1, 2, 3)", "true");
    value("'abc' matches regex 'b.$'", "true");
    check("datatable(a:string, b:string)['x y','z', 'q','r'] | where * has 'z'", "a,b;x y,z");
}

#[test]
fn columns() {
    check("print a=1, b=2 | project b, c = a + b, a + 1", "b,c,Column1;2,3,2");
    check("print a=1, b=2 | extend a = a + 1, c = a", "a,b,c;2,2,1");
    check("print a=1, ab=2, c=3 | project-away a*", "c;3");
    check("print a=1, ab=2, c=3 | project-keep c, a*", "a,ab,c;1,2,3");
    check("print a=1, b=2 | project-rename c = a", "c,b;1,2");
    check("print a=1, b=2, c=3 | project-reorder c, *", "c,a,b;3,1,2");
    check("print 1, 'x'", "print_0,print_1;1,x");
    check("print a=1 | getschema", "ColumnName,ColumnOrdinal,DataType,ColumnType;a,0,System.Int64,long");
}

#[test]
fn groups() {
    check(&format!("{A}A | summarize count() by k | sort by k asc"), "k,count_;a,2;b,1;c,1");
    check(&format!("{A}A | summarize sum(x), max(x), n = count()"), "sum_x,max_x,n;10,4,4");
    check(&format!("{A}A | summarize arg_max(x, *) by k | sort by k asc"), "k,x;a,2;b,3;c,4");
    check(&format!("{A}A | summarize make_set(k)"), "set_k;[a b c]");
    check(&format!("{A}A | summarize by k | count"), "Count;3");
    check(&format!("{A}A | summarize total = sum(x) * 2 by k = toupper(k) | top 1 by total"), "k,total;C,8");
    check(&format!("{A}A | where x > 9 | summarize count()"), "count_;0");
    check(&format!("{A}A | where x > 9 | summarize count() by k"), "k,count_");
    check(&format!("{A}A | summarize count() by bin(x, 2) | sort by x asc"), "x,count_;0,1;2,2;4,1");
    check(&format!("{A}A | summarize countif(x > 1), dcount(k)"), "countif_,dcount_k;3,3");
    check(
        "datatable(v:int)[1, int(null), 3] | summarize avg(v), count(), countif(isnotnull(v))",
        "avg_v,count_,countif_;2.0,3,2",
    );
    check(&format!("{A}A | distinct k"), "k;a;b;c");
}

#[test]
fn joins() {
    let with = |kind: &str| format!("{A}{B}A | join kind={kind} B on k | sort by k asc, x asc, y asc");
    check(&format!("{A}{B}A | join B on k | sort by k asc, y asc"), "k,x,k1,y;b,3,b,10;c,4,c,20;c,4,c,30");
    check(&with("inner"), "k,x,k1,y;b,3,b,10;c,4,c,20;c,4,c,30");
    check(&with("leftouter"), "k,x,k1,y;a,1,,-;a,2,,-;b,3,b,10;c,4,c,20;c,4,c,30");
    check(&with("rightouter"), "k,x,k1,y;,-,d,40;b,3,b,10;c,4,c,20;c,4,c,30");
    check(&with("fullouter"), "k,x,k1,y;,-,d,40;a,1,,-;a,2,,-;b,3,b,10;c,4,c,20;c,4,c,30");
    check(&format!("{A}{B}A | join kind=leftsemi B on k"), "k,x;b,3;c,4");
    check(&format!("{A}{B}A | join kind=leftanti B on k"), "k,x;a,1;a,2");
    check(&format!("{A}{B}A | join kind=rightsemi B on k"), "k,y;b,10;c,20;c,30");
    check(&format!("{A}{B}A | join kind=rightanti B on k"), "k,y;d,40");
    check(&format!("{A}A | join kind=innerunique (A | project k) on k | count"), "Count;4");
    check(&format!("{A}{B}A | lookup B on k | sort by x asc, y asc"), "k,x,y;a,1,-;a,2,-;b,3,10;c,4,20;c,4,30");
    check(&format!("{A}{B}A | join kind=inner (B | project z = k, y) on $left.k == $right.z | count"), "Count;3");
}

#[test]
fn unions() {
    check(&format!("{A}{B}union A, B | count"), "Count;8");
    let other = "let C = datatable(x:string)['q'];\n";
    check(&format!("{A}{other}union A, C | where x_string == 'q' or x_long == 4"), "k,x_long,x_string;c,4,;,-,q");
    check(&format!("{A}{B}union kind=inner A, B | distinct k | count"), "Count;4");
    check(&format!("{A}{B}A | union B | where k == 'd'"), "k,x,y;d,-,40");
}

#[test]
fn lists() {
    check("print a = dynamic([1,2]), b = 'x' | mv-expand a", "a,b;1,x;2,x");
    check("print a = dynamic([]) | mv-expand a | count", "Count;0");
    check("print a = dynamic(null) | mv-expand a | count", "Count;1");
    check("print a = dynamic({'p':1,'q':2}) | mv-expand a", "a;{p:1};{q:2}");
    check("print a = dynamic([1,2]), b = dynamic(['x']) | mv-expand a, b", "a,b;1,x;2,-");
    check("print a = dynamic([5,7]) | mv-expand with_itemindex=i a to typeof(long)", "a,i;5,0;7,1");
    check(
        "datatable(n:string, v:dynamic)['a', dynamic([1,5,3]), 'b', dynamic([2])] | mv-apply v to typeof(long) on (top 1 by v)",
        "n,v;a,5;b,2",
    );
    check(
        "datatable(n:string, v:dynamic)['a', dynamic([1,5,3]), 'b', dynamic([2])] | mv-apply v to typeof(long) on (summarize s = sum(v))",
        "n,s;a,9;b,2",
    );
}

#[test]
fn parts() {
    check(
        "print t = 'id=7, name=bob end' | parse t with 'id=' id:long ', name=' name ' ' *",
        "t,id,name;id=7, name=bob end,7,bob",
    );
    check("print t = 'nothing' | parse t with 'id=' id:long ',' *", "t,id;nothing,-");
    check("datatable(t:string)['id=1','x'] | parse-where t with 'id=' id:long", "t,id;id=1,1");
}

#[test]
fn orders() {
    check(&format!("{A}A | sort by x | take 1"), "k,x;c,4");
    check(&format!("{A}A | top 2 by x asc"), "k,x;a,1;a,2");
    check("datatable(v:int)[2, int(null), 1] | sort by v asc", "v;-;1;2");
    check("datatable(v:int)[2, int(null), 1] | sort by v desc", "v;2;1;-");
    check(
        &format!("{A}A | sort by x asc | extend n = row_number(), p = prev(x), q = next(x, 1, 0)"),
        "k,x,n,p,q;a,1,1,-,2;a,2,2,1,3;b,3,3,2,4;c,4,4,3,0",
    );
    check(&format!("{A}A | sort by x asc | extend s = row_cumsum(x, k != prev(k)) | project s"), "s;1;3;3;4");
    check("range x from 1 to 5 step 2", "x;1;3;5");
}

#[test]
fn tables_in_expressions() {
    check(&format!("{A}{B}A | where k in (B | project k) | count"), "Count;2");
    check(&format!("{A}{B}A | where k !in ((B | project k)) | count"), "Count;2");
    check(&format!("{A}let m = toscalar(A | summarize max(x)); A | where x == m"), "k,x;c,4");
    check("let s = materialize(datatable(a:int)[1,2]); s | join kind=inner s on a | count", "Count;2");
    check("T | where Name in~ ((T | summarize by Name)) | count", "Count;0");
}

#[test]
fn commands() {
    check(
        "datatable(n:string, b:dynamic)['a', dynamic({'x':1,'y':'q'})] | evaluate bag_unpack(b) | project n, x, y",
        "n,x,y;a,1,q",
    );
    check(&format!("{A}A | evaluate pivot(k, sum(x)) | project a, b, c"), "a,b,c;3,3,4");
    check(
        "datatable(t:datetime, v:long)[datetime(2026-01-01), 1, datetime(2026-01-03), 5] | make-series s = sum(v) default=0 on t from datetime(2026-01-01) to datetime(2026-01-04) step 1d | project s",
        "s;[1 0 5]",
    );
    check(&format!("{A}A | sample 2 | count"), "Count;2");
}

#[test]
fn unknown_names_are_told_with_their_place() {
    let why = |text: &str| compiled(text).err().unwrap_or_default();
    assert!(
        why("T\n| where Nmae == 'x'").starts_with("test:2:9: there is no column Nmae here; Name may be meant"),
        "{}",
        why("T\n| where Nmae == 'x'")
    );
    assert!(why("Nowhere | take 1").contains("no schema"), "{}", why("Nowhere | take 1"));
    assert!(compiled("Open | where Anything == 1 | project Anything, Name").is_ok());
}

#[test]
fn a_missing_table_of_a_fuzzy_union_is_empty() {
    let program = compiled("union isfuzzy=true T, Nowhere | count").unwrap();
    assert!(program.warnings()[0].to_string().contains("no schema that is in use has a table Nowhere"));
    assert!(compiled("union isfuzzy=true Nowhere | count").is_err());
    assert!(compiled("union isfuzzy=true T, (T | where Nmae == 'x') | count").is_err());
    assert!(compiled("union T, Nowhere | count").is_err());
}

#[test]
fn data_that_lie_outside_are_empty_unless_given() {
    let text = "externaldata(a:string, b:long)['https://feed.example/list.csv'] | where b > 1";
    let program = compiled(text).unwrap();
    assert_eq!(program.warnings()[0].code, "query.external");
    let (queries, _) = ddefend_kql::read("test", text);
    let column = |name: &str| Column { name: name.into(), kind: Kind::String };
    let row = |a: &str, b: &str| vec![Datum::Text(a.into()), Datum::Text(b.into())];
    let given = Rows { columns: vec![column("a"), column("b")], rows: vec![row("x", "1"), row("y", "2")] };
    let mut settings = settings();
    settings.external.insert("https://feed.example/list.csv".into(), given);
    let mut rows = Vec::new();
    let program = Program::compile(&queries[0], &Known, &settings).unwrap();
    program.start().finish(&mut |row: &[Datum]| rows.push(row.to_vec())).unwrap();
    assert_eq!(rows, [vec![Datum::Text("y".into()), Datum::Long(2)]]);
}

#[test]
fn only_columns_that_are_named_are_read() {
    let program = compiled("T | where Size > 1 | summarize count() by Size").unwrap();
    let scan = &program.scans()[0];
    assert_eq!(scan.columns.iter().map(|column| &*column.name).collect::<Vec<_>>(), ["Size"]);
    assert_eq!(compiled("T | where Size > 1").unwrap().scans()[0].columns.len(), 3);
}

#[test]
fn what_is_held_is_bounded() {
    let (queries, _) = ddefend_kql::read("test", "T | sort by Size asc");
    let small = Settings { rows: 10, ..settings() };
    let program = Program::compile(&queries[0], &Known, &small).unwrap();
    let mut run = program.start();
    let row = || vec![Datum::Text("a".into()), Datum::Long(1), Datum::Null];
    let told = (0..20).find_map(|_| run.push(0, row(), &mut |_| {}).err()).unwrap();
    assert_eq!(told.code, "query.memory");
    assert!(told.message.starts_with("sort"));
    let (queries, _) = ddefend_kql::read("test", "T | top 3 by Size asc");
    let program = Program::compile(&queries[0], &Known, &Settings { rows: 200, ..settings() }).unwrap();
    let mut run = program.start();
    assert!((0..5000).all(|_| run.push(0, row(), &mut |_| {}).is_ok()));
}
