//! Fuzz target of the byte entry `cab`.
#![no_main]

ddefend_testkit::fuzz_target!("cab");
