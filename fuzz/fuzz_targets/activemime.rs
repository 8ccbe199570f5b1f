//! Fuzz target of the byte entry `activemime`.
#![no_main]

ddefend_testkit::fuzz_target!("activemime");
