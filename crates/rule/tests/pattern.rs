//! A pattern prints to Sigma text and reads back equal; no text makes the reader panic.

#![allow(clippy::unwrap_used, missing_docs)]

use ddefend_rule::front::sigma::{Options, read};
use ddefend_rule::ir::{Expr, Piece, Predicate, Test, TextPattern};
use proptest::prelude::*;

fn pieces() -> impl Strategy<Value = TextPattern> {
    let literal = "[a-z\\\\*?%'\" é-]{1,6}".prop_map(|text: String| Piece::Literal(text.into()));
    let piece = prop_oneof![literal, Just(Piece::One), Just(Piece::Any)];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| {
        let mut joined: Vec<Piece> = Vec::new();
        for piece in pieces {
            match (joined.last_mut(), piece) {
                (Some(Piece::Literal(before)), Piece::Literal(text)) => *before = format!("{before}{text}").into(),
                (Some(Piece::Any), Piece::Any) => {}
                (_, piece) => joined.push(piece),
            }
        }
        TextPattern { pieces: joined }
    })
}

fn read_value(text: &str) -> Option<TextPattern> {
    let quoted = text.replace('\'', "''");
    let rule =
        format!("title: T\nlogsource:\n  product: windows\ndetection:\n  s:\n    F: '{quoted}'\n  condition: s\n");
    let set = read(&[("a.yml".to_owned(), rule)], &Options::default());
    match &set.rules.first()?.detection {
        Expr::Is(Predicate { test: Test::Text { pattern, .. }, .. }) => Some(pattern.clone()),
        _ => None,
    }
}

const SKELETON: &str = "title: T\nid: r\nname: n\nlevel: high\nlogsource:\n  product: windows\ndetection:\n  s:\n    - A|contains|all: [x, 'y*']\n      B|re: 'a{2}'\n    - C|expand: '%p%'\n  f|windash: ' -a'\n  condition: 1 of s* and not f\n---\naction: repeat\nid: q\n---\ntitle: C\ncorrelation:\n  type: temporal\n  rules: [r, q]\n  timespan: 5m\n  condition: r and q\n---\ntitle: F\nfilter:\n  rules: any\n  s:\n    A: 1\n  condition: not s\n";

proptest! {
    #[test]
    fn prints_and_reads_back(pattern in pieces()) {
        prop_assert_eq!(read_value(&pattern.to_string()), Some(pattern));
    }

    #[test]
    fn any_text_is_read_without_panic(text in "(?s).{0,200}") {
        let _ = read(&[("a.yml".to_owned(), text.clone())], &Options::default());
        let _ = read_value(&text);
    }

    #[test]
    fn damaged_rules_are_read_without_panic(cut in 0..SKELETON.len(), len in 0..40_usize, with in "[-a-z0-9:|'\\[{*&%\\\\( \n]{0,12}") {
        let end = (cut + len).min(SKELETON.len());
        let text = format!("{}{with}{}", &SKELETON[..cut], &SKELETON[end..]);
        let set = read(&[("a.yml".to_owned(), text.clone())], &Options::default());
        for problem in &set.problems {
            prop_assert!(problem.line as usize <= text.lines().count() + 1, "{}", problem);
        }
    }
}
