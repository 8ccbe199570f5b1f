//! Phrases fit whole words unless they say otherwise.
#![allow(missing_docs)]

use ddefend_dde::Phrase;

fn fits(phrase: &str, text: &str) -> bool {
    Phrase::from(phrase.to_owned()).fits(text)
}

#[test]
fn a_plain_phrase_fits_whole_words_only() {
    assert!(fits("iex", "powershell iex(...)"));
    assert!(fits("iex", "iex"));
    assert!(!fits("iex", "iexplore"));
    assert!(!fits("iex", "xiex"));
    assert!(fits("iex", "iexplore iex"));
}

#[test]
fn a_star_opens_its_end() {
    assert!(fits("iex*", "iexplore"));
    assert!(!fits("iex*", "xiex"));
    assert!(fits("*net.webclient*", "system.net.webclient)"));
}

#[test]
fn signs_at_the_ends_need_no_border() {
    assert!(fits("-enc", "powershell -enc x"));
    assert!(!fits("-enc", "-encoding"));
    assert!(fits("eval(", "xeval(1)") != fits("*eval(", "xeval(1)"));
}

#[test]
fn an_empty_phrase_fits_nothing() {
    assert!(!fits("", "x") && !fits("*", "x"));
}

#[test]
fn letters_beyond_ascii_are_letters() {
    assert!(!fits("gründe", "gründen"));
    assert!(fits("gründe", "die gründe."));
}
