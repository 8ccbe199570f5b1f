//! Fuzz target of the byte entry `trust-record`.
#![no_main]

ddefend_testkit::fuzz_target!("trust-record");
