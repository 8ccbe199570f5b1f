//! Fuzz target of the byte entry `hive-log`.
#![no_main]

ddefend_testkit::fuzz_target!("hive-log");
