//! Fuzz target of the byte entry `evtx`.
#![no_main]

ddefend_testkit::fuzz_target!("evtx");
