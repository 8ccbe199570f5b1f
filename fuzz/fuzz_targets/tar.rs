//! Fuzz target of the byte entry `tar`.
#![no_main]

ddefend_testkit::fuzz_target!("tar");
