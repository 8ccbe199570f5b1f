//! Fuzz target of the byte entry `disk`.
#![no_main]

ddefend_testkit::fuzz_target!("disk");
