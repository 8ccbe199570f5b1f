//! The correlation engine against a naive one that looks at every window by itself.

#![allow(clippy::unwrap_used, clippy::cast_precision_loss, missing_docs)]

use ddefend_event::{Dialect, Event, Head, Key, LogSource, Mapping, Place, Time, Value, Zone};
use ddefend_hunt::{CorrelateLimits, Correlated, Correlator};
use ddefend_rule::RuleSet;
use ddefend_rule::ir::{Compare, Correlation, CorrelationKind, Expr, Feed, Member, Meta, Require, Rule, Window};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A hit: seconds, rule, group, value; absent fields are none.
#[derive(Clone, Debug)]
struct Hit {
    at: i64,
    rule: usize,
    group: Option<String>,
    value: Option<u32>,
}

fn time(seconds: i64) -> Time {
    Time { ticks: seconds * Time::SECOND, zone: Zone::Utc }
}

fn event(hit: &Hit) -> Event {
    let key =
        Key { dialect: Dialect::Windows, channel: "C".into(), provider: "P".into(), event_id: 1, action: "".into() };
    let mut data: Vec<(Box<str>, Value)> = Vec::new();
    data.extend(hit.group.as_ref().map(|group| ("User".into(), Value::Text(group.as_str().into()))));
    data.extend(hit.value.map(|value| ("Size".into(), Value::Int(i64::from(value)))));
    let place = Place { source: Arc::from("log"), record: 1, offset: 0 };
    Event { head: Head { place, key, time: Some(time(hit.at)), host: "h".into() }, data }
}

fn rule() -> Rule {
    Rule { meta: Meta::default(), source: LogSource::default(), detection: Expr::And(Vec::new()), shown: false }
}

fn correlation(
    kind: CorrelationKind,
    rules: &[usize],
    condition: Compare,
    window: Window,
    timespan: u64,
) -> Correlation {
    let members = rules.iter().map(|rule| Member { feed: Feed::Rule(*rule), aliases: Vec::new() }).collect();
    Correlation {
        meta: Meta::default(),
        kind,
        members,
        group_by: vec!["User".into()],
        timespan,
        window,
        condition,
        require: None,
        shown: true,
    }
}

fn set(correlations: Vec<Correlation>) -> RuleSet {
    RuleSet { rules: vec![rule(), rule(), rule()], correlations, problems: Vec::new() }
}

/// What the engine says: time, group, numbers of the hits.
type Said = (i64, String, Vec<usize>);

fn said(results: Vec<Correlated<usize>>) -> Vec<Said> {
    let group = |one: &Correlated<usize>| one.group.first().map(|(_, value)| value.to_lowercase()).unwrap_or_default();
    results.into_iter().map(|one| (one.time.ticks / Time::SECOND, group(&one), one.places)).collect()
}

fn engine(correlation: &Correlation, hits: &[Hit]) -> Vec<Said> {
    let mut engine = Correlator::new(&set(vec![correlation.clone()]), CorrelateLimits::default());
    for (number, hit) in hits.iter().enumerate() {
        engine.take(hit.rule, &event(hit), &Mapping::default(), &number);
    }
    said(engine.flush(None))
}

fn takes_numbers(correlation: &Correlation) -> bool {
    matches!(
        correlation.kind,
        CorrelationKind::ValueSum(_)
            | CorrelationKind::ValueAvg(_)
            | CorrelationKind::ValueMedian(_)
            | CorrelationKind::ValuePercentile(..)
    )
}

/// The numbers of the hits that count, by group, in time order.
fn groups(correlation: &Correlation, hits: &[Hit]) -> BTreeMap<String, Vec<usize>> {
    let wanted: Vec<Feed> = correlation.members.iter().map(|member| member.feed).collect();
    let measured = takes_numbers(correlation) || matches!(correlation.kind, CorrelationKind::ValueCount(_));
    let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (number, hit) in hits.iter().enumerate() {
        let Some(group) = &hit.group else { continue };
        if wanted.contains(&Feed::Rule(hit.rule)) && (!measured || hit.value.is_some()) {
            groups.entry(group.to_lowercase()).or_default().push(number);
        }
    }
    for numbers in groups.values_mut() {
        numbers.sort_by_key(|number| (hits[*number].at, *number));
    }
    groups
}

/// The naive engine.
fn naive(correlation: &Correlation, hits: &[Hit]) -> Vec<Said> {
    let span = i64::try_from(correlation.timespan).unwrap();
    let compare = &correlation.condition;
    let bounded = compare.lt.is_some() || compare.lte.is_some() || compare.eq.is_some() || compare.neq.is_some();
    let whole = bounded || takes_numbers(correlation) || correlation.require.is_some();
    let mut out: Vec<(i64, usize, Said)> = Vec::new();
    for (group, numbers) in groups(correlation, hits) {
        let mut fired: Vec<(usize, Vec<usize>)> = Vec::new();
        let windows = match correlation.window {
            Window::Sliding => {
                for (end, last) in numbers.iter().enumerate() {
                    let now = hits[*last].at;
                    let quiet = fired.last().is_some_and(|(since, _)| now < hits[*since].at + span);
                    let window: Vec<usize> =
                        numbers[..=end].iter().copied().filter(|number| hits[*number].at > now - span).collect();
                    if !quiet {
                        fired.extend(enough(correlation, hits, &window).map(|used| (*last, used)));
                    }
                }
                Vec::new()
            }
            Window::Tumbling => split(&numbers, hits, |begin, _, now| now.div_euclid(span) != begin.div_euclid(span)),
            Window::Session(gap) => {
                let gap = i64::try_from(gap).unwrap();
                split(&numbers, hits, |begin, last, now| now - last > gap || now - begin > span)
            }
        };
        for window in windows {
            let from = if whole { window.len() } else { 1 };
            fired.extend((from..=window.len()).find_map(|length| {
                enough(correlation, hits, &window[..length]).map(|used| (window[length - 1], used))
            }));
        }
        out.extend(fired.into_iter().map(|(last, used)| (hits[last].at, last, (hits[last].at, group.clone(), used))));
    }
    out.sort();
    out.into_iter().map(|(_, _, said)| said).collect()
}

fn split(numbers: &[usize], hits: &[Hit], over: impl Fn(i64, i64, i64) -> bool) -> Vec<Vec<usize>> {
    let mut windows: Vec<Vec<usize>> = Vec::new();
    for number in numbers {
        let now = hits[*number].at;
        match windows.last_mut() {
            Some(open) if !over(hits[open[0]].at, hits[*open.last().unwrap()].at, now) => open.push(*number),
            _ => windows.push(vec![*number]),
        }
    }
    windows
}

/// The hits that a window rests on, where it is enough.
fn enough(correlation: &Correlation, hits: &[Hit], window: &[usize]) -> Option<Vec<usize>> {
    let mut values: Vec<f64> = window.iter().filter_map(|number| hits[*number].value).map(f64::from).collect();
    values.sort_by(f64::total_cmp);
    let rules: BTreeSet<usize> = window.iter().map(|number| hits[*number].rule).collect();
    let measure = match &correlation.kind {
        CorrelationKind::EventCount => window.len() as f64,
        CorrelationKind::ValueCount(_) => {
            window.iter().filter_map(|number| hits[*number].value).collect::<BTreeSet<_>>().len() as f64
        }
        CorrelationKind::Temporal => {
            if correlation.require.as_ref().is_some_and(|require| !meets(require, correlation, &rules)) {
                return None;
            }
            rules.len() as f64
        }
        CorrelationKind::TemporalOrdered => {
            // The latest beginning from which the order is found.
            return (0..window.len()).rev().find_map(|begin| {
                let mut steps = correlation.members.iter().map(|member| member.feed).peekable();
                if steps.peek() != Some(&Feed::Rule(hits[window[begin]].rule)) {
                    return None;
                }
                for number in &window[begin..] {
                    steps.next_if_eq(&Feed::Rule(hits[*number].rule));
                }
                steps.peek().is_none().then(|| window[begin..].to_vec())
            });
        }
        CorrelationKind::ValueSum(_) => values.iter().sum(),
        CorrelationKind::ValueAvg(_) => values.iter().sum::<f64>() / values.len() as f64,
        CorrelationKind::ValueMedian(_) => {
            let middle = values.len() / 2;
            if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) }
        }
        CorrelationKind::ValuePercentile(_, rank) => {
            assert!((*rank - 100.0).abs() < f64::EPSILON, "the test asks for the maximum");
            *values.last().unwrap()
        }
    };
    correlation.condition.holds(measure).then(|| window.to_vec())
}

fn meets(require: &Require, correlation: &Correlation, rules: &BTreeSet<usize>) -> bool {
    match require {
        Require::And(parts) => parts.iter().all(|part| meets(part, correlation, rules)),
        Require::Or(parts) => parts.iter().any(|part| meets(part, correlation, rules)),
        Require::Not(inner) => !meets(inner, correlation, rules),
        Require::Member(index) => rules.iter().any(|rule| correlation.members[*index].feed == Feed::Rule(*rule)),
    }
}

fn hits() -> impl Strategy<Value = Vec<Hit>> {
    let group = prop_oneof![9 => "[aAb]".prop_map(Some), 1 => Just(None)];
    let value = prop_oneof![8 => (0..6_u32).prop_map(Some), 1 => Just(None)];
    let hit = (0..60_i64, 0..3_usize, group, value).prop_map(|(at, rule, group, value)| Hit { at, rule, group, value });
    prop::collection::vec(hit, 0..40)
}

fn compare() -> impl Strategy<Value = Compare> {
    let bound = || (1..8_u32).prop_map(f64::from);
    prop_oneof![
        4 => bound().prop_map(at_least),
        1 => bound().prop_map(|gt| Compare { gt: Some(gt), ..Compare::default() }),
        1 => bound().prop_map(|lt| Compare { lt: Some(lt), ..Compare::default() }),
        1 => bound().prop_map(|eq| Compare { eq: Some(eq), ..Compare::default() }),
        1 => (bound(), bound()).prop_map(|(gte, lte)| Compare { gte: Some(gte), lte: Some(lte), ..Compare::default() }),
        1 => bound().prop_map(|neq| Compare { neq: Some(neq), ..Compare::default() }),
    ]
}

fn correlations() -> impl Strategy<Value = Correlation> {
    let size = || Box::<str>::from("Size");
    let kind = prop_oneof![
        Just(CorrelationKind::EventCount),
        Just(CorrelationKind::ValueCount(vec![size()])),
        Just(CorrelationKind::Temporal),
        Just(CorrelationKind::TemporalOrdered),
        Just(CorrelationKind::ValueSum(size())),
        Just(CorrelationKind::ValueAvg(size())),
        Just(CorrelationKind::ValueMedian(size())),
        Just(CorrelationKind::ValuePercentile(size(), 100.0)),
    ];
    let window = prop_oneof![Just(Window::Sliding), Just(Window::Tumbling), (1..6_u64).prop_map(Window::Session)];
    let rules =
        prop_oneof![Just(vec![0, 1]), Just(vec![1]), Just(vec![2, 0, 1]), Just(vec![0, 0, 1]), Just(vec![0, 1, 0])];
    (kind, rules, compare(), window, 1..20_u64, any::<bool>()).prop_map(
        |(kind, mut rules, mut condition, window, span, words)| {
            let words = words && kind == CorrelationKind::Temporal;
            if kind == CorrelationKind::TemporalOrdered {
                condition = at_least(rules.len() as f64);
            } else {
                rules.dedup();
                rules.truncate(2);
            }
            let mut made = correlation(kind, &rules, condition, window, span);
            if words {
                made.condition = Compare::default();
                let not = Require::Not(Box::new(Require::Member(rules.len() - 1)));
                made.require = Some(Require::And(vec![Require::Member(0), not]));
            }
            made
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn agrees_with_the_naive_engine(correlation in correlations(), hits in hits()) {
        prop_assert_eq!(engine(&correlation, &hits), naive(&correlation, &hits));
    }

    #[test]
    fn the_same_in_pieces(
        correlation in correlations(),
        hits in hits(),
        cuts in prop::collection::btree_set(0..60_i64, 0..6),
    ) {
        let mut hits = hits;
        hits.sort_by_key(|hit| hit.at);
        let mut in_pieces = Correlator::new(&set(vec![correlation.clone()]), CorrelateLimits::default());
        let mut results = Vec::new();
        let mut cuts = cuts.into_iter().peekable();
        for (number, hit) in hits.iter().enumerate() {
            while let Some(cut) = cuts.next_if(|cut| *cut < hit.at) {
                results.extend(in_pieces.flush(Some(time(cut))));
            }
            in_pieces.take(hit.rule, &event(hit), &Mapping::default(), &number);
        }
        results.extend(in_pieces.flush(None));
        prop_assert_eq!(in_pieces.unused().late, 0);
        let mut pieces = said(results);
        let mut whole = engine(&correlation, &hits);
        pieces.sort();
        whole.sort();
        prop_assert_eq!(pieces, whole);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn chains_in_pieces(
        inner in correlations(),
        window in prop_oneof![Just(Window::Sliding), Just(Window::Tumbling), Just(Window::Session(7))],
        hits in hits(),
        cuts in prop::collection::btree_set(0..80_i64, 0..8),
    ) {
        let mut hits = hits;
        hits.sort_by_key(|hit| hit.at);
        let mut outer = correlation(CorrelationKind::Temporal, &[2], at_least(2.0), window, 15);
        outer.members.push(Member { feed: Feed::Correlation(0), aliases: Vec::new() });
        let set = set(vec![inner, outer]);
        let run = |cuts: Vec<i64>| {
            let mut engine = Correlator::new(&set, CorrelateLimits::default());
            let mut cuts = cuts.into_iter().peekable();
            let mut results = Vec::new();
            for (number, hit) in hits.iter().enumerate() {
                while let Some(cut) = cuts.next_if(|cut| *cut < hit.at) {
                    results.extend(engine.flush(Some(time(cut))));
                }
                engine.take(hit.rule, &event(hit), &Mapping::default(), &number);
            }
            for cut in cuts {
                results.extend(engine.flush(Some(time(cut))));
            }
            results.extend(engine.flush(None));
            let late = engine.unused().late;
            let mut results: Vec<_> = results.into_iter().map(|one| (one.correlation, one.time.ticks, one.places)).collect();
            results.sort();
            (late, results)
        };
        prop_assert_eq!(run(cuts.into_iter().collect()), run(Vec::new()));
    }
}

fn hit(at: i64, rule: usize, group: &str) -> Hit {
    Hit { at, rule, group: Some(group.to_owned()), value: None }
}

fn at_least(number: f64) -> Compare {
    Compare { gte: Some(number), ..Compare::default() }
}

#[test]
fn a_flood_fires_once_a_window() {
    let flood: Vec<Hit> = (0..1_000).map(|at| hit(at, 0, "a")).collect();
    let found = engine(&correlation(CorrelationKind::EventCount, &[0], at_least(10.0), Window::Sliding, 300), &flood);
    assert_eq!(found.iter().map(|(at, _, _)| *at).collect::<Vec<_>>(), [9, 309, 609, 909]);
    assert_eq!(found[0].2, (0..10).collect::<Vec<_>>());
}

#[test]
fn correlations_feed_correlations() {
    let inner = Correlation {
        shown: false,
        ..correlation(CorrelationKind::EventCount, &[0], at_least(3.0), Window::Tumbling, 10)
    };
    let mut outer = correlation(CorrelationKind::TemporalOrdered, &[1], at_least(2.0), Window::Sliding, 60);
    outer.members.insert(0, Member { feed: Feed::Correlation(0), aliases: Vec::new() });
    let hits = [hit(1, 0, "a"), hit(2, 0, "a"), hit(3, 0, "A"), hit(4, 0, "a"), hit(8, 1, "b"), hit(30, 1, "a")];
    let mut engine = Correlator::new(&set(vec![inner, outer]), CorrelateLimits::default());
    for (number, hit) in hits.iter().enumerate() {
        engine.take(hit.rule, &event(hit), &Mapping::default(), &number);
    }
    let found = engine.flush(None);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].correlation, found[0].time, &found[0].places), (1, time(30), &vec![0, 1, 2, 5]));
    assert_eq!(found[0].group, [("User".into(), "a".to_owned())]);
}

#[test]
fn what_cannot_be_used_is_counted() {
    let one = correlation(CorrelationKind::EventCount, &[0], at_least(2.0), Window::Sliding, 300);
    let mut engine = Correlator::new(&set(vec![one]), CorrelateLimits { entries: 2, places: 1 });
    assert!(engine.wants(0) && !engine.wants(1));
    let mapping = Mapping::default();
    let mut undated = event(&hit(1, 0, "a"));
    undated.head.time = None;
    engine.take(0, &undated, &mapping, &0);
    for at in [1, 2, 3] {
        engine.take(0, &event(&hit(at, 0, "a")), &mapping, &usize::try_from(at).unwrap());
    }
    let found = engine.flush(Some(time(5)));
    assert_eq!((found.len(), found[0].places.len(), found[0].total), (1, 1, 2));
    engine.take(0, &event(&hit(6, 0, "b")), &mapping, &0);
    let unused = engine.unused();
    assert_eq!((unused.dropped, unused.undated, unused.late), (2, 1, 0), "the window still holds two");
    engine.flush(Some(time(1_000)));
    engine.take(0, &event(&hit(4, 0, "b")), &mapping, &0);
    assert_eq!(engine.unused().late, 1);
}

#[test]
fn long_values_that_group_are_kept_apart_but_not_whole() {
    let long = |end: &str| Some(format!("{}{end}", "x".repeat(100_000)));
    let kind = CorrelationKind::EventCount;
    let two = Compare { gte: Some(2.0), ..Compare::default() };
    let set = RuleSet {
        rules: vec![rule()],
        correlations: vec![correlation(kind, &[0], two, Window::Sliding, 60)],
        problems: Vec::new(),
    };
    let mut correlator = Correlator::new(&set, CorrelateLimits::default());
    let mapping = Mapping::new(Vec::new()).unwrap();
    for (at, end) in [(0, "a"), (1, "b"), (2, "B")] {
        let hit = Hit { at, rule: 0, group: long(end), value: None };
        correlator.take(0, &event(&hit), &mapping, &at);
    }
    let results = correlator.flush(None);
    assert_eq!(results.iter().map(|result| result.places.clone()).collect::<Vec<_>>(), [vec![1, 2]]);
    assert!(results.iter().flat_map(|result| &result.group).all(|(_, value)| value.len() <= 1024));
}
