//! Fuzz target of the byte entry `esql`.
#![no_main]

ddefend_testkit::fuzz_target!("esql");
