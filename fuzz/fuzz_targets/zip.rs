//! Fuzz target of the byte entry `zip`.
#![no_main]

ddefend_testkit::fuzz_target!("zip");
