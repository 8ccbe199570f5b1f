//! Fuzz target of the byte entry `doc-tables`.
#![no_main]

ddefend_testkit::fuzz_target!("doc-tables");
