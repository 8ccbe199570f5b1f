//! Fuzz target of the byte entry `car`.
#![no_main]

ddefend_testkit::fuzz_target!("car");
