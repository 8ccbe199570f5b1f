//! Embeds `content/rules`: rules, filters and their samples, one entry a file, in the order of their paths.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let home = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let content = home.join("../../content");
    let rules = content.join("rules");
    let mut paths = Vec::new();
    collect(&rules, &mut paths)?;
    paths.sort();
    let mut code = String::from("pub(crate) const FILES: &[(&str, &str)] = &[\n");
    for path in paths {
        let name = path.strip_prefix(&content).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        let place = format!("/../../content/{name}");
        let _ = writeln!(code, "({name:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {place:?}))),");
    }
    code.push_str("];\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("rules.rs");
    fs::write(out, code)
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    println!("cargo:rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, paths)?;
        } else if path.extension().is_some_and(|extension| extension == "yml") {
            println!("cargo:rerun-if-changed={}", path.display());
            paths.push(path);
        }
    }
    Ok(())
}
