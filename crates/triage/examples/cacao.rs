//! Prints a playbook as CACAO 2.0: `cargo run -p ddefend-triage --example cacao -- FILE`.
#![allow(clippy::print_stdout, reason = "it prints")]

use ddefend_triage::Playbook;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().nth(1).ok_or("name a playbook")?;
    let playbook = Playbook::read(&std::fs::read_to_string(file)?)?;
    println!("{:#}", ddefend_triage::playbook::cacao(&playbook));
    Ok(())
}
