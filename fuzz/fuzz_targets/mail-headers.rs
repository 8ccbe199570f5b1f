//! Fuzz target of the byte entry `mail-headers`.
#![no_main]

ddefend_testkit::fuzz_target!("mail-headers");
