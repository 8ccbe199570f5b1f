//! Fuzz target of the byte entry `query-file`.
#![no_main]

ddefend_testkit::fuzz_target!("query-file");
