//! The shipped content is whole: it loads, explains every id, and no condition names a tag that nothing sets.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use ddefend_content::Content;

#[test]
fn shipped_content_has_no_problems() {
    let content = Content::load().unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(content.problems(), Vec::<String>::new());
}

#[test]
fn every_sort_of_id_is_explained() {
    let content = Content::load().unwrap();
    for id in ["dde.launch", "scan.incomplete", "path-trick", "limit.ratio"] {
        let explanation = content.explain(id).unwrap();
        assert_eq!(explanation.id, id);
    }
    assert_eq!(content.explain("no.such-id"), None);
}

#[test]
fn version_is_stable_and_names_the_release() {
    let content = Content::load().unwrap();
    assert_eq!(content.version(), Content::load().unwrap().version());
    assert!(content.version().starts_with(env!("CARGO_PKG_VERSION")));
}
