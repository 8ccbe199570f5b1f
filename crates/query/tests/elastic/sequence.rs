//! Sequences: the documented examples, and a naive oracle over random events.

use crate::harness::rows;
use ddefend_rule::ir::query::Language;
use proptest::prelude::*;
use serde_json::{Value, json};

fn event(id: i64, time: i64, tag: &str, key: Option<&str>) -> Value {
    let mut event = json!({"id": id, "@timestamp": time, "event.category": "process", "tag": tag});
    if let (Some(key), Some(map)) = (key, event.as_object_mut()) {
        map.insert("key".into(), key.into());
    }
    event
}

/// The ids of each sequence.
fn found(query: &str, events: &[Value]) -> Vec<Vec<i64>> {
    let mut out: Vec<Vec<i64>> = Vec::new();
    for row in rows(Language::Eql, query, events) {
        let number = usize::try_from(row["sequence.id"].as_i64().unwrap()).unwrap();
        out.resize(out.len().max(number), Vec::new());
        out[number - 1].push(row["id"].as_i64().unwrap());
    }
    out
}

#[test]
fn the_documented_state_machine() {
    // "How sequence queries handle matches": attrib, bash, cat by user.
    let rows = [
        ("attrib", "root"),
        ("attrib", "root"),
        ("bash", "elkbee"),
        ("bash", "root"),
        ("bash", "root"),
        ("attrib", "elkbee"),
        ("attrib", "root"),
        ("bash", "elkbee"),
        ("cat", "root"),
        ("cat", "elkbee"),
        ("cat", "root"),
    ];
    let events: Vec<Value> = (1_i64..).zip(rows).map(|(at, (tag, key))| event(at, at * 1000, tag, Some(key))).collect();
    let query = "sequence by key [process where tag == \"attrib\"] [process where tag == \"bash\"] [process where tag == \"cat\"]";
    assert_eq!(found(query, &events), [vec![2, 4, 9], vec![6, 8, 10]]);
    // The order of arrival does not count.
    let mut shuffled = events.clone();
    shuffled.reverse();
    assert_eq!(found(query, &shuffled), [vec![2, 4, 9], vec![6, 8, 10]]);
    assert_eq!(found(&format!("{query} | head 1"), &events), [vec![2, 4, 9]]);
}

#[test]
fn until_maxspan_runs_missing_and_keys() {
    let make = |tags: &str| -> Vec<Value> {
        (1_i64..).zip(tags.chars()).map(|(at, tag)| event(at, at * 1000, &tag.to_string(), Some("k"))).collect()
    };
    let term = |tag: &str| format!("[process where tag == \"{tag}\"]");
    let (a, b, c) = (term("a"), term("b"), term("c"));
    assert_eq!(found(&format!("sequence by key {a} {b} until {c}"), &make("ab")), [vec![1, 2]]);
    assert_eq!(found(&format!("sequence by key {a} {b} until {c}"), &make("abc")), [vec![1, 2]]);
    assert!(found(&format!("sequence by key {a} {b} until {c}"), &make("acb")).is_empty());
    assert_eq!(found(&format!("sequence with maxspan=1s {a} {b}"), &make("ab")), [vec![1, 2]]);
    assert!(found(&format!("sequence with maxspan=1s {a} {b}"), &make("acb")).is_empty());
    assert_eq!(found(&format!("sequence {a} with runs=3 {b}"), &make("acaab")), [vec![1, 3, 4, 5]]);
    assert!(found(&format!("sequence {a} with runs=3 {b}"), &make("aab")).is_empty());
    // One event is only in one place, and overlapping sequences are found.
    assert_eq!(found(&format!("sequence {a} {a}"), &make("aaa")), [vec![1, 2], vec![2, 3]]);
    // Missing events: between, before, after.
    assert_eq!(found(&format!("sequence with maxspan=9s {a} !{b} {c}"), &make("acabc")), [vec![1, 2]]);
    assert_eq!(found(&format!("sequence with maxspan=2s !{b} {a}"), &make("abcca")), [vec![1], vec![5]]);
    assert_eq!(found(&format!("sequence with maxspan=2s {a} !{b}"), &make("abaccb")), [vec![3]]);
    // Keys that are not there.
    let events = [event(1, 1000, "a", None), event(2, 2000, "b", None)];
    assert!(found(&format!("sequence by key {a} {b}"), &events).is_empty());
    assert_eq!(found(&format!("sequence by ?key {a} {b}"), &events), [vec![1, 2]]);
    assert!(found(&format!("sequence by ?key, id {a} {b}"), &events).is_empty());
    // Samples: any order, all different.
    let events = [event(1, 1000, "b", Some("k")), event(2, 2000, "a", Some("k")), event(3, 3000, "a", Some("l"))];
    assert_eq!(found(&format!("sample by key {a} {b}"), &events), [vec![2, 1]]);
    assert!(found(&format!("sample by key {a} [process where tag in (\"a\")]"), &events).is_empty());
}

#[test]
fn an_event_of_two_tables_does_not_follow_itself() {
    let events = [event(1, 1000, "a", Some("k")), event(2, 2000, "b", Some("k"))];
    assert_eq!(found("sequence [any where tag == \"a\"] [process where true]", &events), [vec![1, 2]]);
    assert!(found("sequence [any where tag == \"b\"] [process where true]", &events).is_empty());
}

/// One event of the oracle: time, tag, key.
type Small = (i64, u8, u8);

/// The way that Elasticsearch itself takes: not event by event but stage by stage. Each event of a stage takes the newest
/// sequence of the stage before that ended before it; older ones go.
fn naive(events: &[Small], terms: &[u8], until: Option<u8>, maxspan: Option<i64>) -> Vec<Vec<usize>> {
    let mut out = Vec::new();
    for key in 0..3_u8 {
        let of = |tag: u8| (0..events.len()).filter(move |at| events[*at].1 == tag && events[*at].2 == key);
        let mut group: Vec<Vec<usize>> = of(terms[0]).map(|at| vec![at]).collect();
        for term in &terms[1..] {
            let mut next = Vec::new();
            for at in of(*term) {
                let Some(newest) = group.iter().rposition(|held| held[held.len() - 1] < at) else { continue };
                let mut held = group.drain(..=newest).next_back().unwrap();
                let late = maxspan.is_some_and(|most| events[at].0 - events[held[0]].0 > most);
                let ended = until.and_then(|tag| of(tag).take_while(|other| *other < at).last());
                if late || ended.is_some_and(|ended| ended >= held[held.len() - 1]) {
                    continue;
                }
                held.push(at);
                next.push(held);
            }
            group = next;
        }
        out.extend(group);
    }
    out.sort();
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn sequences_are_those_of_the_oracle(
        gaps in proptest::collection::vec((0_i64..4, 0_u8..3, 0_u8..3), 0..40),
        terms in proptest::collection::vec(0_u8..3, 2..4),
        until in proptest::option::of(0_u8..3),
        maxspan in proptest::option::of(1_i64..8),
    ) {
        let mut time = 0;
        let small: Vec<Small> = gaps.iter().map(|(gap, tag, key)| { time += gap; (time, *tag, *key) }).collect();
        let events: Vec<Value> = (0_i64..).zip(&small).map(|(at, (time, tag, key))| {
            event(at, time * 1000, &tag.to_string(), Some(&key.to_string()))
        }).collect();
        let mut query = String::from("sequence by key");
        if let Some(maxspan) = maxspan {
            query += &format!(" with maxspan={maxspan}s");
        }
        for term in &terms {
            query += &format!(" [process where tag == \"{term}\"]");
        }
        if let Some(until) = until {
            query += &format!(" until [process where tag == \"{until}\"]");
        }
        let wanted: Vec<Vec<i64>> = naive(&small, &terms, until, maxspan)
            .into_iter().map(|found| found.into_iter().map(|at| at as i64).collect()).collect();
        prop_assert_eq!(found(&query, &events), wanted, "{}", query);
    }
}
