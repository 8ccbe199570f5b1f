//! Fuzz target of the byte entry `hive`.
#![no_main]

ddefend_testkit::fuzz_target!("hive");
