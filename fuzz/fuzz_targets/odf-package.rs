//! Fuzz target of the byte entry `odf-package`.
#![no_main]

ddefend_testkit::fuzz_target!("odf-package");
