//! Fuzz target of the byte entry `compressed`.
#![no_main]

ddefend_testkit::fuzz_target!("compressed");
