//! Fuzz target of the byte entry `xls`.
#![no_main]

ddefend_testkit::fuzz_target!("xls");
