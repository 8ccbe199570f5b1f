//! The fast matcher says what the naive one says, of random rules over random records.

#![allow(clippy::expect_used)]

use ddefend_event::{
    Cell, Class, Dialect, Event, FieldSource, Head, Key, LogSource, Mapping, Place, Row, Selector, Tables, Time, Value,
    native,
};
use ddefend_matcher::{Matcher, Scratch, naive};
use ddefend_rule::ir::{
    Expr, FieldRelation, Meta, NumberTest, Piece, Predicate, RegexFlags, Rule, Test, TextPattern, TimePart,
};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A value as a reader gives it.
#[derive(Clone, Debug)]
enum Given {
    Null,
    Wide(Vec<u16>),
    Text(String),
    Uint(u64),
    Int(i64),
    Hex(u64),
    Bool(bool),
    Time(i64),
    Guid([u8; 16]),
    Bytes(Vec<u8>),
}

/// The bytes that a cell points at.
fn stored(given: &Given) -> Vec<u8> {
    match given {
        Given::Wide(units) => units.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
        Given::Bytes(bytes) => bytes.clone(),
        _ => Vec::new(),
    }
}

fn cell<'a>(given: &'a Given, stored: &'a [u8]) -> Cell<'a> {
    match given {
        Given::Null => Cell::Null,
        Given::Wide(_) => Cell::Utf16(stored),
        Given::Text(text) => Cell::Str(text),
        Given::Uint(value) => Cell::Uint(*value),
        Given::Int(value) => Cell::Int(*value),
        Given::Hex(value) => Cell::Hex(*value),
        Given::Bool(value) => Cell::Bool(*value),
        Given::Time(ticks) => Cell::Time(Time { ticks: *ticks, zone: ddefend_event::Zone::Utc }),
        Given::Guid(guid) => Cell::Guid(guid),
        Given::Bytes(_) => Cell::Bytes(stored),
    }
}

/// The same value in an owned event.
fn value(cell: Cell<'_>) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Uint(value) => Value::Uint(value),
        Cell::Int(value) => Value::Int(value),
        Cell::Bool(value) => Value::Bool(value),
        cell => Value::Text(cell.to_text().into()),
    }
}

const FIELDS: [&str; 6] = ["Image", "CommandLine", "Made", "Other", "Ancestor", "EventID"];
const NATIVE: [&str; 5] = ["NewImage", "commandline", "Other", "Ancestor", "Extra"];

fn text() -> impl Strategy<Value = String> {
    let letters = proptest::sample::select(vec![
        "a",
        "A",
        "b",
        "\\",
        ".",
        "é",
        "É",
        "İ",
        "\u{212A}",
        "k",
        "ß",
        "ẞ",
        "σ",
        "ς",
        "Σ",
        "1",
        "0x1",
        "-",
        "😀",
        "\n",
        "*",
        "10.0.0.1",
        "2021-01-03T23:59:59Z",
        "",
    ]);
    prop_oneof![
        4 => proptest::collection::vec(letters, 0..6).prop_map(|parts| parts.concat()),
        1 => Just("abcdefghijklmnopqrstuvwxyz AAAAAAAAAAAAAAAAAAAAAA.É".to_owned()),
    ]
}

fn given() -> impl Strategy<Value = Given> {
    prop_oneof![
        2 => Just(Given::Null),
        6 => text().prop_map(|text| Given::Wide(text.encode_utf16().collect())),
        6 => text().prop_map(Given::Text),
        1 => proptest::collection::vec(prop_oneof![Just(0x61_u16), Just(0xD800), Just(0xDC00), Just(0xE9)], 0..5)
            .prop_map(Given::Wide),
        1 => prop_oneof![0..20_u64, any::<u64>()].prop_map(Given::Uint),
        1 => prop_oneof![-5..5_i64, any::<i64>()].prop_map(Given::Int),
        1 => (0..20_u64).prop_map(Given::Hex),
        1 => any::<bool>().prop_map(Given::Bool),
        1 => (0..20_000_000_000_000_000_i64).prop_map(Given::Time),
        1 => any::<[u8; 16]>().prop_map(Given::Guid),
        1 => proptest::collection::vec(any::<u8>(), 0..3).prop_map(Given::Bytes),
    ]
}

fn pattern() -> impl Strategy<Value = TextPattern> {
    let literal =
        || text().prop_filter("not empty", |text| !text.is_empty()).prop_map(|text| Piece::Literal(text.into()));
    prop_oneof![
        literal().prop_map(|literal| vec![literal]),
        literal().prop_map(|literal| vec![literal, Piece::Any]),
        literal().prop_map(|literal| vec![Piece::Any, literal]),
        literal().prop_map(|literal| vec![Piece::Any, literal, Piece::Any]),
        proptest::collection::vec(prop_oneof![literal(), Just(Piece::One), Just(Piece::Any)], 0..5).prop_map(tidy),
    ]
    .prop_map(|pieces| TextPattern { pieces })
}

/// No two literals and no two `Any` side by side.
fn tidy(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::new();
    for piece in pieces {
        match (out.last_mut(), piece) {
            (Some(Piece::Literal(known)), Piece::Literal(text)) => *known = format!("{known}{text}").into(),
            (Some(Piece::Any), Piece::Any) => {}
            (_, piece) => out.push(piece),
        }
    }
    out
}

fn test() -> impl Strategy<Value = Test> {
    let numbers =
        [NumberTest::Lt, NumberTest::Le, NumberTest::Gt, NumberTest::Ge, NumberTest::Eq, NumberTest::Ne].to_vec();
    let relations =
        [FieldRelation::Equals, FieldRelation::StartsWith, FieldRelation::EndsWith, FieldRelation::Contains].to_vec();
    let regexes = [
        "a",
        "^a",
        "a$",
        "(?i)É+b",
        "[ab]{2,3}",
        "a|\\\\",
        "(k|σ).",
        "",
        "é?a+",
        "[Aa][Bb]",
        "(?:a|b)\\.",
        "σ",
        "[[:alpha:]]k",
        "((",
        "a(?i:b|É)c?",
        "\\.(?:a{0,2}|b)a",
    ];
    prop_oneof![
        8 => (pattern(), proptest::bool::weighted(0.2)).prop_map(|(pattern, cased)| Test::Text { pattern, cased }),
        2 => (proptest::sample::select(regexes.to_vec()), any::<[bool; 3]>()).prop_map(|(source, flags)| Test::Regex {
            source: source.into(),
            flags: RegexFlags { ignore_case: flags[0], multi_line: flags[1], dot_all: flags[2] },
        }),
        1 => (0..=32_u8).prop_map(|prefix| Test::Cidr { network: [10, 0, 0, 0].into(), prefix }),
        1 => (proptest::sample::select(numbers), -2..18_i32).prop_map(|(test, bound)| Test::Number(test, bound.into())),
        1 => Just(Test::Null),
        1 => any::<bool>().prop_map(Test::Exists),
        1 => (proptest::sample::select(FIELDS.to_vec()), proptest::sample::select(relations), any::<bool>())
            .prop_map(|(other, relation, cased)| Test::FieldRef { other: other.into(), relation, cased }),
        1 => Just(Test::TimePart(TimePart::Hour, 23)),
    ]
}

fn expr() -> impl Strategy<Value = Expr> {
    let field = prop_oneof![
        7 => proptest::sample::select(FIELDS.to_vec()).prop_map(|field| Some(Box::from(field))),
        1 => prop_oneof![1 => Just(None), 2 => Just(Some(Box::from("Image")))],
    ];
    let leaf = prop_oneof![
        12 => (field, test()).prop_map(|(field, test)| Expr::Is(Predicate { field, test })),
        1 => (0..3_u32).prop_map(|id| Expr::Is(Predicate {
            field: Some("EventID".into()),
            test: Test::Text { pattern: TextPattern { pieces: vec![Piece::Literal(id.to_string().into())] }, cased: false },
        })),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Expr::And),
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Expr::Or),
            (0..4_u32, proptest::collection::vec(inner.clone(), 0..4))
                .prop_map(|(count, parts)| Expr::AtLeast(count, parts)),
            inner.prop_map(|part| Expr::Not(Box::new(part))),
        ]
    })
}

fn source() -> impl Strategy<Value = LogSource> {
    prop_oneof![
        3 => Just(LogSource { category: Some("process_creation".into()), ..LogSource::default() }),
        1 => Just(LogSource { service: Some("security".into()), ..LogSource::default() }),
        1 => Just(LogSource::default()),
    ]
}

fn mapping() -> Mapping {
    let fields = "Image = 'NewImage'\nMade = { from = ['NewImage', 'Extra'], with = 'first' }";
    let class = format!(
        "[service]\nsecurity = ['Security']\n[[class]]\nid = 'one'\ndialect = 'windows'\nchannel = ['Security']\nevent_id = [1]\n\
         category = ['process_creation']\n[class.fields]\n{fields}\n[class.when.process_creation]\nOther = ['a', 'É', '-', '1', '']\n"
    );
    let tables: Tables = toml::from_str(&class).expect("a table");
    let _: &Vec<Class> = &tables.class;
    Mapping::new(vec![tables]).expect("a mapping")
}

/// A record, and the row a reader would give of it.
#[derive(Clone, Debug)]
struct Made {
    id: u32,
    data: Vec<(&'static str, Given)>,
}

fn record() -> impl Strategy<Value = Made> {
    let data = proptest::collection::vec((proptest::sample::select(NATIVE.to_vec()), given()), 0..7);
    (0..3_u32, data).prop_map(|(id, data)| Made { id, data })
}

fn check(rules: Vec<(Expr, LogSource)>, records: &[Made], later: &[String], times: u32) -> Result<(), TestCaseError> {
    let mapping = Arc::new(mapping());
    // What completes an event is no value of the record: keywords must not see it.
    let keywords = rules.iter().any(|(detection, _)| has_keywords(detection));
    let later = if keywords { &[] } else { later };
    let rule = |(detection, source)| Rule { meta: Meta::default(), source, detection, shown: true };
    let rules: Arc<[Rule]> = rules.into_iter().map(rule).collect();
    let always =
        [(LogSource { category: Some("process_creation".into()), ..LogSource::default() }, vec![Box::from("Image")])];
    let matcher = Matcher::new(rules.clone(), mapping.clone(), &["Ancestor"], &always);
    let mut scratch = Scratch::default();
    // Twice: what is remembered of a value must not change the answer.
    for record in records.iter().chain(records) {
        let key = Key {
            dialect: Dialect::Windows,
            channel: "Security".into(),
            provider: "P".into(),
            event_id: record.id,
            action: Box::default(),
        };
        let id = Given::Uint(record.id.into());
        let mut data = vec![(native::EVENT_ID, id)];
        data.extend(record.data.clone());
        let bytes: Vec<Vec<u8>> = data.iter().map(|(_, given)| stored(given)).collect();
        let cells: Vec<(&str, Cell<'_>)> =
            data.iter().zip(&bytes).map(|((name, given), bytes)| (*name, cell(given, bytes))).collect();
        let place = Place { source: Arc::from("log"), record: 1, offset: 0 };
        let head = Head { place, key: key.clone(), time: None, host: Box::default() };
        let event = Event { head, data: cells.iter().map(|(name, cell)| (Box::from(*name), value(*cell))).collect() };
        let mut completed = event.clone();
        completed.data.extend(later.iter().map(|text| ("Ancestor".into(), Value::Text(text.as_str().into()))));

        let mut hits = Vec::new();
        if let Some(selection) = matcher.select(&key) {
            let mut row = Row::default();
            for (name, cell) in &cells {
                let wanted = selection.wanted.iter().position(|wanted| wanted.eq_ignore_ascii_case(name));
                row.cells.extend(wanted.map(|at| (u16::try_from(at).expect("few fields"), *cell)));
                if selection.everything {
                    row.everything.push(*cell);
                }
            }
            for _ in 0..times {
                hits.clear();
                matcher.evaluate(&selection, &row, &mut scratch, &mut hits);
            }
            if record.id == 1 {
                let FieldSource::Native(name) = mapping.resolve(&key, &always[0].0, "Image") else { unreachable!() };
                let first = event.values(&name).next().filter(|value| **value != Value::Null);
                let wanted = vec![first.map(|value| value.cell().to_text())];
                prop_assert_eq!(matcher.extra(0, &selection, &row), Some(wanted));
            }
        }
        prop_assert!(hits.is_sorted());
        let settled = hits.iter().filter(|hit| {
            !hit.deferred || naive::matches(&rules[usize::try_from(hit.rule).expect("few rules")], &mapping, &completed)
        });
        let found: Vec<usize> = settled.map(|hit| usize::try_from(hit.rule).expect("few rules")).collect();
        let wanted: Vec<usize> =
            (0..rules.len()).filter(|rule| naive::matches(&rules[*rule], &mapping, &completed)).collect();
        prop_assert_eq!(found, wanted, "{:?}", event);
    }
    Ok(())
}

fn has_keywords(expr: &Expr) -> bool {
    match expr {
        Expr::And(parts) | Expr::Or(parts) | Expr::AtLeast(_, parts) => parts.iter().any(has_keywords),
        Expr::Not(part) => has_keywords(part),
        Expr::Is(predicate) => predicate.field.is_none(),
    }
}

fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(1500)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn fast_is_naive(
        rules in proptest::collection::vec((expr(), source()), 1..12),
        records in proptest::collection::vec(record(), 1..6),
        later in proptest::collection::vec(text(), 0..3),
    ) {
        check(rules, &records, &later, 1)?;
    }

    #[test]
    fn explanations_name_passing_fields(detection in expr(), record in record()) {
        let mapping = mapping();
        let rule = Rule { meta: Meta::default(), source: LogSource::default(), detection, shown: true };
        let bytes: Vec<Vec<u8>> = record.data.iter().map(|(_, given)| stored(given)).collect();
        let data = record.data.iter().zip(&bytes).map(|((name, given), bytes)| (Box::from(*name), value(cell(given, bytes))));
        let key = Key { dialect: Dialect::Windows, channel: "Security".into(), provider: "P".into(), event_id: 1, action: "".into() };
        let place = Place { source: Arc::from("log"), record: 1, offset: 0 };
        let event = Event { head: Head { place, key, time: None, host: "".into() }, data: data.collect() };
        let told = naive::explain(&rule, &mapping, &event);
        if naive::matches(&rule, &mapping, &event) {
            prop_assert!(told.iter().all(|matched| !matched.asked.is_empty()));
        } else {
            prop_assert!(told.is_empty());
        }
        let mut once = BTreeMap::new();
        for matched in told {
            prop_assert!(once.insert((matched.field, matched.value), matched.asked).is_none());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_learnt_changes_nothing(
        rules in proptest::collection::vec((expr(), source()), 20..21),
        records in proptest::collection::vec(record(), 12..13),
    ) {
        check(rules, &records, &[], 300)?;
    }
}
