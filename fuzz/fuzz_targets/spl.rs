//! Fuzz target of the byte entry `spl`.
#![no_main]

ddefend_testkit::fuzz_target!("spl");
