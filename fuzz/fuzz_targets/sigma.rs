//! Fuzz target of the byte entry `sigma`.
#![no_main]

ddefend_testkit::fuzz_target!("sigma");
