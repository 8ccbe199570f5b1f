//! Fuzz target of the byte entry `write`.
#![no_main]

ddefend_testkit::fuzz_target!("write");
