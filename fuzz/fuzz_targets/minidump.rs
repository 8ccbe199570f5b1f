//! Fuzz target of the byte entry `minidump`.
#![no_main]

ddefend_testkit::fuzz_target!("minidump");
