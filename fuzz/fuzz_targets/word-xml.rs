//! Fuzz target of the byte entry `word-xml`.
#![no_main]

ddefend_testkit::fuzz_target!("word-xml");
