//! Fuzz target of the byte entry `xlsb-external-link`.
#![no_main]

ddefend_testkit::fuzz_target!("xlsb-external-link");
