//! Fuzz target of the byte entry `eql`.
#![no_main]

ddefend_testkit::fuzz_target!("eql");
