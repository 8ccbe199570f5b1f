//! Fuzz target of the byte entry `zone-identifier`.
#![no_main]

ddefend_testkit::fuzz_target!("zone-identifier");
