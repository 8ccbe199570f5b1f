//! Fuzz target of the byte entry `csv`.
#![no_main]

ddefend_testkit::fuzz_target!("csv");
