//! Writes every bomb into a folder: `cargo run -p ddefend-testkit --example bombs -- FOLDER`.

use ddefend_testkit::bombs;
use std::path::PathBuf;

fn main() -> std::io::Result<()> {
    let folder = PathBuf::from(std::env::args_os().nth(1).unwrap_or_else(|| "bombs".into()));
    std::fs::create_dir_all(&folder)?;
    for bomb in bombs::all() {
        std::fs::write(folder.join(bomb.file), (bomb.make)())?;
    }
    Ok(())
}
