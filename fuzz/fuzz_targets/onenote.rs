//! Fuzz target of the byte entry `onenote`.
#![no_main]

ddefend_testkit::fuzz_target!("onenote");
