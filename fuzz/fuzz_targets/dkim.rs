//! Fuzz target of the byte entry `dkim`.
#![no_main]

ddefend_testkit::fuzz_target!("dkim");
