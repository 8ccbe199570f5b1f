//! Fuzz target of the byte entry `xlsb-sheet`.
#![no_main]

ddefend_testkit::fuzz_target!("xlsb-sheet");
