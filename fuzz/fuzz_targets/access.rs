//! Fuzz target of the byte entry `access`.
#![no_main]

ddefend_testkit::fuzz_target!("access");
