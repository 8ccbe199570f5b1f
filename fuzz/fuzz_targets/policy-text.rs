//! Fuzz target of the byte entry `policy-text`.
#![no_main]

ddefend_testkit::fuzz_target!("policy-text");
