//! Fuzz target of the byte entry `policy-xml`.
#![no_main]

ddefend_testkit::fuzz_target!("policy-xml");
