//! Fuzz target of the byte entry `sevenzip`.
#![no_main]

ddefend_testkit::fuzz_target!("sevenzip");
