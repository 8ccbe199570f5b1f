//! Fuzz target of the byte entry `provenance`.
#![no_main]

ddefend_testkit::fuzz_target!("provenance");
