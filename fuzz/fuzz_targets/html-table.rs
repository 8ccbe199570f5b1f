//! Fuzz target of the byte entry `html-table`.
#![no_main]

ddefend_testkit::fuzz_target!("html-table");
