//! Fuzz target of the byte entry `mail`.
#![no_main]

ddefend_testkit::fuzz_target!("mail");
