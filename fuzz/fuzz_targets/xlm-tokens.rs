//! Fuzz target of the byte entry `xlm-tokens`.
#![no_main]

ddefend_testkit::fuzz_target!("xlm-tokens");
