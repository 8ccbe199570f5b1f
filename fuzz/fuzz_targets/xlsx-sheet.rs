//! Fuzz target of the byte entry `xlsx-sheet`.
#![no_main]

ddefend_testkit::fuzz_target!("xlsx-sheet");
