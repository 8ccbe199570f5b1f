//! Fuzz target of the byte entry `opc`.
#![no_main]

ddefend_testkit::fuzz_target!("opc");
