//! Fuzz target of the byte entry `text-log`.
#![no_main]

ddefend_testkit::fuzz_target!("text-log");
