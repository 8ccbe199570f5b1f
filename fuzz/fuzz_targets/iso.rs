//! Fuzz target of the byte entry `iso`.
#![no_main]

ddefend_testkit::fuzz_target!("iso");
