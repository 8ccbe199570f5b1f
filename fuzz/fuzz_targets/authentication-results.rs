//! Fuzz target of the byte entry `authentication-results`.
#![no_main]

ddefend_testkit::fuzz_target!("authentication-results");
