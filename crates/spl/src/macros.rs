use ddefend_model::code;
use ddefend_rule::Problem;
use ddefend_rule::ir::query::Span;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Bytes that a file of macros may have.
const FILE: usize = 8 << 20;
/// Arguments that a macro may have.
const ARGUMENTS: usize = 64;

/// What a macro stands for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Definition {
    /// Names of its arguments; `$name$` in the text stands for one.
    pub arguments: Vec<String>,
    /// The text.
    pub text: String,
    /// True where the text is an expression of `eval` that makes the text (`iseval = 1`).
    pub evaluated: bool,
}

/// Macros by name and number of arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Macros {
    known: BTreeMap<(String, usize), Definition>,
}

#[derive(Deserialize)]
struct Yaml {
    name: String,
    definition: String,
    #[serde(default)]
    arguments: Vec<String>,
}

/// Macros that Splunk's own add-ons bring.
const OWN: &str = include_str!("../../../content/spl/macros.conf");

impl Default for Macros {
    fn default() -> Self {
        let mut macros = Self { known: BTreeMap::new() };
        macros.conf(OWN);
        macros
    }
}

impl Macros {
    /// Those that Splunk's own add-ons bring (`content/spl/macros.conf`); macros of files win.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// True where there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Adds a macro; the last of a name and number of arguments counts.
    pub fn insert(&mut self, name: &str, definition: Definition) {
        self.known.insert((name.to_owned(), definition.arguments.len()), definition);
    }

    /// The macro of that name with so many arguments. One whose file declares no arguments but whose text uses none either
    /// is not found by another number.
    #[must_use]
    pub fn get(&self, name: &str, arguments: usize) -> Option<&Definition> {
        self.known.get(&(name.to_owned(), arguments))
    }

    /// Numbers of arguments that a name is known with.
    pub(crate) fn counts(&self, name: &str) -> Vec<usize> {
        self.known.keys().filter(|(known, _)| known == name).map(|(_, count)| *count).collect()
    }

    /// Adds the macros of a file: `macros.conf` of Splunk (stanzas `[name(2)]` with `definition`, `args`, `iseval`), or one
    /// macro as YAML with `name`, `definition` and `arguments` (splunk/security_content) where the name ends in `.yml`.
    ///
    /// # Errors
    /// What is wrong with the file; macros before that place are kept.
    pub fn read(&mut self, file: &str, text: &str) -> Result<(), Problem> {
        let whole = |code: &'static str, message: String| Problem {
            line: 0,
            column: 0,
            ..Problem::at(file, text, Span::default(), code, message)
        };
        if text.len() > FILE {
            return Err(whole(code::QUERY_LIMIT, format!("the file is larger than {FILE} bytes and was not read")));
        }
        if file.ends_with(".yml") || file.ends_with(".yaml") {
            let yaml: Yaml = yaml_serde::from_str(text)
                .map_err(|error| whole(code::QUERY_NAME, format!("this is no macro: {error}")))?;
            if yaml.arguments.len() > ARGUMENTS {
                return Err(whole(code::QUERY_LIMIT, "the macro has too many arguments".to_owned()));
            }
            let definition = Definition { arguments: yaml.arguments, text: yaml.definition, evaluated: false };
            self.insert(yaml.name.trim(), definition);
            return Ok(());
        }
        self.conf(text);
        Ok(())
    }

    /// `macros.conf` (Splunk Admin Manual): a backslash at a line's end goes on in the next line.
    fn conf(&mut self, text: &str) {
        let mut stanza: Option<(String, Definition)> = None;
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let mut line = line.trim().to_owned();
            while line.ends_with('\\') {
                line.pop();
                line.push('\n');
                line.push_str(lines.next().unwrap_or_default().trim_end());
            }
            if line.starts_with('#') || line.is_empty() {
                continue;
            }
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                if let Some((name, definition)) = stanza.take() {
                    self.insert(&name, definition);
                }
                let name = name.split('(').next().unwrap_or_default().trim();
                stanza = Some((name.to_owned(), Definition::default()));
            } else if let Some((_, definition)) = &mut stanza
                && let Some((key, value)) = line.split_once('=')
            {
                let value = value.trim();
                match key.trim() {
                    "definition" => value.clone_into(&mut definition.text),
                    "args" => {
                        definition.arguments =
                            value.split(',').take(ARGUMENTS).map(|name| name.trim().to_owned()).collect();
                    }
                    "iseval" => definition.evaluated = matches!(value, "1" | "true" | "t"),
                    _ => {}
                }
            }
        }
        if let Some((name, definition)) = stanza {
            self.insert(&name, definition);
        }
    }
}
