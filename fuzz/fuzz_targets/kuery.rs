//! Fuzz target of the byte entry `kuery`.
#![no_main]

ddefend_testkit::fuzz_target!("kuery");
