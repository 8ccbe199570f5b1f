//! How many of the public Kusto queries compile and run, by corpus; what is missing, counted. Real files come from
//! DDEFEND_DATA; without it the test says so and passes.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "helpers of tests")]

use ddefend_event::{Column, Kind, Table};
use ddefend_query::{Program, Settings, Tables};
use ddefend_rule::ir::query::Language;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex};

/// The schemas of content; names that none has are open tables.
struct Schemas {
    known: HashMap<String, Arc<Table>>,
    used: Mutex<BTreeSet<String>>,
}

fn kind(word: &str) -> Kind {
    match word {
        "bool" => Kind::Bool,
        "int" => Kind::Int,
        "long" => Kind::Long,
        "real" | "double" => Kind::Real,
        "decimal" => Kind::Decimal,
        "datetime" => Kind::DateTime,
        "timespan" => Kind::TimeSpan,
        "guid" => Kind::Guid,
        "dynamic" => Kind::Dynamic,
        _ => Kind::String,
    }
}

impl Schemas {
    /// Tables of both schemas; a table that both have has the columns of both, as queries are written for either.
    fn read() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content/tables");
        let mut known: BTreeMap<String, Table> = BTreeMap::new();
        for name in ["xdr.tsv", "log-analytics.tsv", "asim.tsv"] {
            let Ok(text) = std::fs::read_to_string(folder.join(name)) else { continue };
            for line in text.lines().filter(|line| !line.starts_with('#')) {
                let Some((table, columns)) = line.split_once('\t') else { continue };
                let schema = name.split('.').next().unwrap_or_default();
                let made = known.entry(table.to_owned()).or_insert_with(|| Table {
                    schema: schema.into(),
                    name: table.into(),
                    ..Table::default()
                });
                for column in columns.split_whitespace() {
                    let (name, of) = column.split_once(':').unwrap_or((column, "string"));
                    if !made.columns.iter().any(|known| &*known.name == name) {
                        made.columns.push(Column { name: name.into(), kind: kind(of) });
                    }
                }
            }
        }
        let known = known.into_iter().map(|(name, table)| (name, Arc::new(table))).collect();
        Self { known, used: Mutex::default() }
    }
}

impl Tables for Schemas {
    fn table(&self, _: Language, name: &str) -> Option<Arc<Table>> {
        self.used.lock().unwrap().insert(name.to_owned());
        if let Some(table) = self.known.get(name) {
            return Some(Arc::clone(table));
        }
        Some(Arc::new(Table { schema: "unknown".into(), name: name.into(), columns: Vec::new(), open: true }))
    }
}

#[derive(Default)]
struct Count {
    all: usize,
    parsed: usize,
    ran: usize,
}

fn word(message: &str) -> String {
    // Names in a message are many; what is missing is one of few.
    message.chars().take(90).collect::<String>().replace(['\n', '\t'], " ")
}

/// Compiles and runs every query of a text on no rows.
fn tried(text: &str, tables: &Schemas, show: bool) -> (bool, Result<(), String>) {
    let (queries, problems) = ddefend_kql::read("query", text);
    if let Some(problem) = problems.iter().find(|problem| !problem.warning) {
        return (problem.code != "query.syntax", Err(format!("{}\t{}", problem.code, word(&problem.message))));
    }
    if queries.is_empty() {
        return (true, Err("query.syntax\tno statement makes rows".into()));
    }
    let settings = Settings { now: 17_673_120_000_000_000, rows: 1 << 20, bytes: 1 << 28, external: BTreeMap::new() };
    for query in &queries {
        let program = Program::compile(query, tables, &settings).map_err(|errors| {
            let first = errors.iter().find(|error| !error.warning).unwrap_or(&errors[0]);
            if show {
                eprintln!("{}", first.problem("query", text));
            }
            format!("{}\t{}", first.code, word(&first.message))
        });
        match program {
            Err(why) => return (true, Err(why)),
            Ok(program) => {
                if let Err(error) = program.start().finish(&mut |_| {}) {
                    return (true, Err(format!("{}\t{}", error.code, word(&error.message))));
                }
            }
        }
    }
    (true, Ok(()))
}

#[test]
fn public_queries_run() {
    let Ok(data) = std::env::var("DDEFEND_DATA") else {
        eprintln!("skipped: DDEFEND_DATA is not set");
        return;
    };
    let text = std::fs::read_to_string(Path::new(&data).join("rules/kql-queries.jsonl")).unwrap();
    let show = std::env::var("DDEFEND_SHOW").is_ok();
    let tables = Schemas::read();
    let mut counts: BTreeMap<String, Count> = BTreeMap::new();
    let mut why: BTreeMap<String, usize> = BTreeMap::new();
    let mut unknown = 0;
    for line in text.lines() {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        let query = record["query"].as_str().unwrap();
        tables.used.lock().unwrap().clear();
        let (parsed, ran) = tried(query, &tables, show);
        let used = tables.used.lock().unwrap().clone();
        let endpoint = used.iter().any(|name| name.starts_with("Device")) || query.contains("DeviceProcessEvents");
        if used.iter().any(|name| !tables.known.contains_key(name)) {
            unknown += 1;
        }
        let mut groups = vec!["all".to_owned(), format!("corpus {}", record["corpus"].as_str().unwrap())];
        if endpoint {
            groups.push("endpoint tables".into());
        }
        for group in groups {
            let count = counts.entry(group).or_default();
            count.all += 1;
            count.parsed += usize::from(parsed);
            count.ran += usize::from(ran.is_ok());
        }
        if let Err(reason) = ran {
            *why.entry(reason).or_default() += 1;
        }
    }
    let mut report = String::from(
        "# Public Kusto queries: how many parse, and compile and run on empty tables. Generated by a test.\n",
    );
    report.push_str("group\tqueries\tparse\trun\tper cent\n");
    for (group, count) in &counts {
        let share = count.ran as f64 * 100.0 / count.all as f64;
        writeln!(report, "{group}\t{}\t{}\t{}\t{share:.1}", count.all, count.parsed, count.ran).unwrap();
    }
    writeln!(report, "uses a table of no schema (open)\t{unknown}\t\t\t").unwrap();
    report.push_str("\ncode\twhat\tqueries\n");
    let mut reasons: Vec<_> = why.into_iter().collect();
    reasons.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    for (reason, count) in reasons.into_iter().take(400) {
        writeln!(report, "{reason}\t{count}").unwrap();
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/corpus-kql-run.tsv");
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    if std::env::var("DDEFEND_UPDATE").is_ok() {
        std::fs::write(&path, &report).unwrap();
    } else if committed != report {
        eprintln!("docs/reference/corpus-kql-run.tsv is not of this state: DDEFEND_UPDATE=1 writes it");
    }
    let share = |group: &str| counts.get(group).map_or(0.0, |count| count.ran as f64 / count.all as f64);
    assert!(share("all") >= 0.78, "{}", share("all"));
    assert!(share("endpoint tables") >= 0.86, "{}", share("endpoint tables"));
}
