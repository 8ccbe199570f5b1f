//! Fuzz target of the byte entry `dif`.
#![no_main]

ddefend_testkit::fuzz_target!("dif");
