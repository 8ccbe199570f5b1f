//! Fuzz target of the byte entry `reg`.
#![no_main]

ddefend_testkit::fuzz_target!("reg");
