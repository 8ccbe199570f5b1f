//! Embeds what has many files: `content/rules` (rules, filters, samples), `content/posture`, `content/playbooks` and
//! `content/lab`, in the order of their paths.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let home = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let content = home.join("../../content");
    let mut code = String::new();
    embed(&content, "rules", "yml", "FILES", &mut code)?;
    embed(&content, "posture", "toml", "POSTURE", &mut code)?;
    embed(&content, "playbooks", "yml", "PLAYBOOKS", &mut code)?;
    embed(&content, "lab", "yml", "LAB", &mut code)?;
    embed(&content, "convert", "toml", "CONVERT", &mut code)?;
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("files.rs");
    fs::write(out, code)
}

/// Writes a constant with path under `content/` and text of each file below a folder.
fn embed(content: &Path, folder: &str, extension: &str, constant: &str, code: &mut String) -> io::Result<()> {
    let mut paths = Vec::new();
    collect(&content.join(folder), extension, &mut paths)?;
    paths.sort();
    let _ = writeln!(code, "pub(crate) const {constant}: &[(&str, &str)] = &[");
    for path in paths {
        let name = path.strip_prefix(content).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        let place = format!("/../../content/{name}");
        let _ = writeln!(code, "({name:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {place:?}))),");
    }
    code.push_str("];\n");
    Ok(())
}

fn collect(folder: &Path, wanted: &str, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    println!("cargo:rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, wanted, paths)?;
        } else if path.extension().is_some_and(|extension| extension == wanted) {
            println!("cargo:rerun-if-changed={}", path.display());
            paths.push(path);
        }
    }
    Ok(())
}
