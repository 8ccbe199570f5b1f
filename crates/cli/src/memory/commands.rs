//! Commands of a case, from what `scan` wrote.

use ddefend_memory::CaseCommand;
use serde_json::{Deserializer, Value};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Bytes of a file that are read.
const LARGEST: u64 = 256 << 20;

/// The commands of all findings in the json or jsonl of `scan`.
pub(super) fn read(path: &Path) -> Result<Vec<CaseCommand>, String> {
    let told = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let mut text = String::new();
    let file = File::open(path).map_err(|error| told(&error))?;
    file.take(LARGEST).read_to_string(&mut text).map_err(|error| told(&error))?;
    let mut commands = Vec::new();
    for value in Deserializer::from_str(&text).into_iter::<Value>() {
        collect(&value.map_err(|error| told(&error))?, &mut commands);
    }
    Ok(commands)
}

/// Findings stand in a list of results, in a result's list, or alone on a line.
fn collect(value: &Value, commands: &mut Vec<CaseCommand>) {
    let list = |name: &str| value.get(name).and_then(Value::as_array).into_iter().flatten();
    list("results").chain(list("findings")).for_each(|inner| collect(inner, commands));
    let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
    if !text("command").is_empty() && !text("id").is_empty() {
        let of = format!("{} in {}", text("id"), text("artifact"));
        let decoded = value.get("decoded").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        for command in std::iter::once(text("command")).chain(decoded) {
            commands.push(CaseCommand { of: of.clone(), text: command.to_owned() });
        }
    }
}
