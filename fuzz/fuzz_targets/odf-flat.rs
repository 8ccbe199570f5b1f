//! Fuzz target of the byte entry `odf-flat`.
#![no_main]

ddefend_testkit::fuzz_target!("odf-flat");
