//! What outputs are held against: how they looked before, plain characters, their width, schemas, well-formed markup.
#![allow(dead_code, clippy::unwrap_used)]

use serde_json::Value;
use std::path::Path;
use unicode_width::UnicodeWidthStr;

/// Below the folder of this crate.
fn path(below: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(below)
}

/// The output is its snapshot; `DDEFEND_UPDATE` writes that anew.
pub(crate) fn as_before(name: &str, now: &str) {
    let path = path(&format!("tests/snapshots/{name}.txt"));
    if std::env::var_os("DDEFEND_UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, now).unwrap();
    }
    let before = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(now == before, "{name} differs from {}; DDEFEND_UPDATE=1 writes it anew:\n{now}", path.display());
}

/// The output ends its last line, and has no control characters nor marks that turn text round.
pub(crate) fn plain(name: &str, out: &str) {
    assert!(out.ends_with('\n'), "{name}");
    for character in out.chars() {
        let plain = !character.is_control() || matches!(character, '\n' | '\r');
        assert!(plain && character != '\u{202e}', "{name}: {character:?}");
    }
}

/// No line has more columns.
pub(crate) fn narrow(name: &str, out: &str, width: usize) {
    for line in out.lines() {
        assert!(line.width() <= width, "{name}: {} columns: {line}", line.width());
    }
}

/// The text without colours.
pub(crate) fn bare(coloured: &str) -> String {
    let mut bare = String::new();
    let mut rest = coloured;
    while let Some(at) = rest.find("\u{1b}[") {
        bare.push_str(&rest[..at]);
        let end = rest[at..].find('m').unwrap();
        rest = &rest[at + end + 1..];
    }
    bare + rest
}

/// No cell begins as a formula does.
pub(crate) fn no_formulas(csv: &str) {
    for line in csv.lines() {
        for cell in line.split("\",\"") {
            let first = cell.trim_start_matches('"').chars().next();
            assert!(!matches!(first, Some('=' | '+' | '-' | '@')), "{line}");
        }
    }
}

/// The schema of this program's own outputs.
pub(crate) const SHIPPED: &str = "../../docs/reference/output.schema.json";

/// A schema below the folder of this crate.
pub(crate) fn schema(below: &str) -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path(below)).unwrap()).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

/// A document or a line that fits a schema.
pub(crate) fn valid(text: &str, validator: &jsonschema::Validator) -> Value {
    let value: Value = serde_json::from_str(text).unwrap();
    assert!(validator.is_valid(&value), "{:?}\n{text}", validator.validate(&value).err().map(|e| e.to_string()));
    value
}

/// Markup of the inputs is text, and the one script is the one that the page's policy names.
pub(crate) fn only_its_own_script(page: &str) {
    use base64::Engine as _;
    use sha2::Digest as _;
    assert_eq!(page.matches("<script").count(), 1);
    assert!(page.contains("&lt;script&gt;") && !page.contains("<img"));
    let script = page.split_once("<script>").unwrap().1.split_once("</script>").unwrap().0;
    let digest = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(script));
    assert!(page.contains(&format!("script-src 'sha256-{digest}'")), "write {digest} to filter.sha256");
    assert!(page.contains("default-src 'none'"));
    assert!(!page.contains("href=\"javascript:"));
    assert!(page.contains("href=\"https://attack.mitre.org/techniques/T1559/002/\""));
}

/// Every element that is opened is closed.
pub(crate) fn closed(page: &str, tags: &[&str]) {
    for tag in tags {
        let opened = page.matches(&format!("<{tag}>")).count() + page.matches(&format!("<{tag} ")).count();
        assert_eq!(opened, page.matches(&format!("</{tag}>")).count(), "{tag}");
    }
}
