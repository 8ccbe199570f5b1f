//! Fuzz target of the byte entry `word-html`.
#![no_main]

ddefend_testkit::fuzz_target!("word-html");
