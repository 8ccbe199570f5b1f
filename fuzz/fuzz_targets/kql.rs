//! Fuzz target of the byte entry `kql`.
#![no_main]

ddefend_testkit::fuzz_target!("kql");
