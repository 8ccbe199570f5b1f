//! Fuzz target of the byte entry `registry-dump`.
#![no_main]

ddefend_testkit::fuzz_target!("registry-dump");
