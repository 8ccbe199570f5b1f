//! Fuzz target of the byte entry `sql`.
#![no_main]

ddefend_testkit::fuzz_target!("sql");
