//! Fuzz target of the byte entry `property-set`.
#![no_main]

ddefend_testkit::fuzz_target!("property-set");
