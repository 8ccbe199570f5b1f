//! Fuzz target of the byte entry `msg`.
#![no_main]

ddefend_testkit::fuzz_target!("msg");
