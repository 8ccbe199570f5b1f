//! Fuzz target of the byte entry `pdf`.
#![no_main]

ddefend_testkit::fuzz_target!("pdf");
