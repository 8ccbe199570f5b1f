//! Fuzz target of the byte entry `office-crypto`.
#![no_main]

ddefend_testkit::fuzz_target!("office-crypto");
