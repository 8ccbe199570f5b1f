//! The checks of `content/posture`: every id that was promised is there, all are explained.
#![allow(clippy::expect_used)]

use ddefend_content::Content;
use std::collections::BTreeSet;

#[test]
fn every_promised_place_is_there() {
    let catalog = Content::load().expect("content").posture().expect("posture");
    let known: BTreeSet<&str> =
        catalog.checks().iter().flat_map(|check| &check.places).map(|place| place.id.as_str()).collect();
    let ids: Vec<&str> = include_str!("posture/ids.txt").lines().collect();
    assert_eq!(ids.len(), 180);
    let missing: Vec<&&str> = ids.iter().filter(|id| !known.contains(**id)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn checks_places_ways_and_faults_are_explained() {
    let content = Content::load().expect("content");
    let check = content.explain("DDE-WORD-ALLOW").expect("check");
    let place = content.explain("dde-word-allow.POLICY").expect("place");
    assert_eq!((check.sort, place.id.as_str()), ("check", "DDE-WORD-ALLOW.policy"));
    let stands = |it: &ddefend_content::Explanation| it.more.iter().find(|more| more.0 == "Where it stands").cloned();
    assert_eq!(stands(&check).expect("places").1.lines().count(), 3);
    let place = stands(&place).expect("place").1;
    assert_eq!(
        place,
        r"DDE-WORD-ALLOW.policy (policy): HKCU\Software\Policies\Microsoft\Office\<ver>\Word\Security, value AllowDDE"
    );
    let way = content.explain("word-field").expect("way");
    assert!(way.more.iter().any(|more| more.1.starts_with("closes DDE-WORD-ALLOW")), "{way:?}");
    assert_eq!(content.explain("fault.key-for-value").expect("fault").sort, "fault");
    assert!(content.explain("DDE-WORD-ALLOW.nowhere").is_none());
    for id in include_str!("posture/ids.txt").lines() {
        assert!(content.explain(id).is_some(), "{id}");
    }
}

#[test]
fn every_part_of_a_check_can_have_an_effect() {
    let catalog = Content::load().expect("content").posture().expect("posture");
    assert_eq!(catalog.problems(), Vec::<String>::new());
}
