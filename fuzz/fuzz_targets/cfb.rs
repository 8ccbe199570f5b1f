//! Fuzz target of the byte entry `cfb`.
#![no_main]

ddefend_testkit::fuzz_target!("cfb");
