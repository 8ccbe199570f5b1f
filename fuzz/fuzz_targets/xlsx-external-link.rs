//! Fuzz target of the byte entry `xlsx-external-link`.
#![no_main]

ddefend_testkit::fuzz_target!("xlsx-external-link");
