//! Fuzz target of the byte entry `tnef`.
#![no_main]

ddefend_testkit::fuzz_target!("tnef");
