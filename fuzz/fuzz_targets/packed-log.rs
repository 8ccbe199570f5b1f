//! Fuzz target of the byte entry `packed-log`.
#![no_main]

ddefend_testkit::fuzz_target!("packed-log");
