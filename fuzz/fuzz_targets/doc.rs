//! Fuzz target of the byte entry `doc`.
#![no_main]

ddefend_testkit::fuzz_target!("doc");
