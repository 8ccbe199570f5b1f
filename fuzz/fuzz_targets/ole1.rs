//! Fuzz target of the byte entry `ole1`.
#![no_main]

ddefend_testkit::fuzz_target!("ole1");
