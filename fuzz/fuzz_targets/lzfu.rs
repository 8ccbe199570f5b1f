//! Fuzz target of the byte entry `lzfu`.
#![no_main]

ddefend_testkit::fuzz_target!("lzfu");
