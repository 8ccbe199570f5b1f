//! The checks of `content/posture`: every id that was promised is there, every reference finds what it names.

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
