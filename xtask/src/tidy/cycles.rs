use super::Violation;
use super::sources::Source;
use std::collections::{BTreeMap, BTreeSet};

type Graph = BTreeMap<String, BTreeSet<String>>;

/// No cycles between the top modules of a crate: `crate::a` that leads to `crate::b` must not lead back.
pub(super) fn check(sources: &[Source]) -> Vec<Violation> {
    let crates: BTreeSet<&str> = sources.iter().map(|source| source.krate.as_str()).collect();
    let mut found = Vec::new();
    for krate in crates {
        let own: Vec<&Source> = sources.iter().filter(|source| source.krate == krate && source.product).collect();
        let graph = graph(&own);
        for (module, reached) in closure(&graph) {
            if reached.contains(&module) {
                let through: Vec<&str> = graph[&module]
                    .iter()
                    .filter(|next| closure_of(&graph, next).contains(&module) || **next == module)
                    .map(String::as_str)
                    .collect();
                let message = format!("module {module} is in an import cycle through {}", through.join(", "));
                found.push(Violation::new(format!("crates/{krate}"), 0, message));
            }
        }
    }
    found
}

/// Which top module a file belongs to; none for the crate's root.
fn module_of(path: &str) -> Option<&str> {
    let inside = path.split_once("/src/")?.1;
    let first = inside.split('/').next()?.trim_end_matches(".rs");
    (!matches!(first, "lib" | "main" | "bin")).then_some(first)
}

fn graph(sources: &[&Source]) -> Graph {
    let modules: BTreeSet<&str> = sources.iter().filter_map(|source| module_of(&source.path)).collect();
    let root = sources.iter().find(|source| source.path.ends_with("/src/lib.rs"));
    let exported = root.map(|root| reexports(&root.text)).unwrap_or_default();
    let mut graph: Graph = modules.iter().map(|module| ((*module).to_owned(), BTreeSet::new())).collect();
    for source in sources {
        let Some(own) = module_of(&source.path) else { continue };
        let code: String = source.code_lines().map(|(_, line)| format!("{line}\n")).collect();
        for name in crate_names(&code) {
            let target = if modules.contains(name.as_str()) { Some(name) } else { exported.get(&name).cloned() };
            if let (Some(target), Some(edges)) = (target, graph.get_mut(own))
                && target != own
            {
                edges.insert(target);
            }
        }
    }
    graph
}

/// `pub use module::{A, B}` in the root: which module each name comes from.
fn reexports(root: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for statement in root.split(';') {
        let Some((_, path)) = statement.split_once("pub use ") else { continue };
        let Some((module, names)) = path.split_once("::") else { continue };
        for name in names.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|name| !name.is_empty()) {
            found.insert(name.to_owned(), module.trim().to_owned());
        }
    }
    found
}

/// First segments behind `crate::`, grouped imports included.
fn crate_names(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut word = String::new();
            let mut first = true;
            for character in group.chars() {
                match character {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => {
                        found.insert(std::mem::take(&mut word));
                        first = true;
                        continue;
                    }
                    _ if depth == 0 && first && (character.is_alphanumeric() || character == '_') => {
                        word.push(character);
                    }
                    ':' => first = false,
                    _ => {}
                }
            }
            found.insert(word);
        } else {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            found.insert(rest[..end].to_owned());
        }
    }
    found
}

fn closure(graph: &Graph) -> BTreeMap<String, BTreeSet<String>> {
    graph.keys().map(|module| (module.clone(), closure_of(graph, module))).collect()
}

/// Everything reachable from a module in one step or more.
fn closure_of(graph: &Graph, start: &str) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut queue: Vec<&String> = graph.get(start).into_iter().flatten().collect();
    while let Some(next) = queue.pop() {
        if reached.insert(next.clone()) {
            queue.extend(graph.get(next).into_iter().flatten());
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source { path: path.to_owned(), krate: "x".to_owned(), product: true, text: text.to_owned() }
    }

    #[test]
    fn finds_a_cycle_through_a_reexport_and_a_group() {
        let sources = [
            source("crates/x/src/lib.rs", "pub use a::Thing;"),
            source("crates/x/src/a.rs", "use crate::{b::f, std};"),
            source("crates/x/src/b/inner.rs", "use crate::Thing;"),
        ];
        let found = check(&sources);
        assert_eq!(found.len(), 2, "{found:?}");
    }

    #[test]
    fn is_silent_where_arrows_point_one_way() {
        let sources = [source("crates/x/src/a.rs", "use crate::b::f;"), source("crates/x/src/b.rs", "fn f() {}")];
        assert!(check(&sources).is_empty());
    }
}
