//! Fuzz target of the byte entry `lucene`.
#![no_main]

ddefend_testkit::fuzz_target!("lucene");
