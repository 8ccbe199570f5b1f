//! Fuzz target of the byte entry `rtf`.
#![no_main]

ddefend_testkit::fuzz_target!("rtf");
