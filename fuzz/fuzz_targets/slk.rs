//! Fuzz target of the byte entry `slk`.
#![no_main]

ddefend_testkit::fuzz_target!("slk");
