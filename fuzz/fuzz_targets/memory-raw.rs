//! Fuzz target of the byte entry `memory-raw`.
#![no_main]

ddefend_testkit::fuzz_target!("memory-raw");
