//! Fuzz target of the byte entry `baseline`.
#![no_main]

ddefend_testkit::fuzz_target!("baseline");
