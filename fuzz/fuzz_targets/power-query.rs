//! Fuzz target of the byte entry `power-query`.
#![no_main]

ddefend_testkit::fuzz_target!("power-query");
