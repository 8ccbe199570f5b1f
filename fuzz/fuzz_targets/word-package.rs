//! Fuzz target of the byte entry `word-package`.
#![no_main]

ddefend_testkit::fuzz_target!("word-package");
