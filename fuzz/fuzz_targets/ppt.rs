//! Fuzz target of the byte entry `ppt`.
#![no_main]

ddefend_testkit::fuzz_target!("ppt");
