//! Fuzz target of the byte entry `rar`.
#![no_main]

ddefend_testkit::fuzz_target!("rar");
