//! Fuzz target of the byte entry `registry-pol`.
#![no_main]

ddefend_testkit::fuzz_target!("registry-pol");
