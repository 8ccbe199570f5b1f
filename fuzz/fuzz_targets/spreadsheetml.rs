//! Fuzz target of the byte entry `spreadsheetml`.
#![no_main]

ddefend_testkit::fuzz_target!("spreadsheetml");
