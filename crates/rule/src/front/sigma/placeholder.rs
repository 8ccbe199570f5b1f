//! `%name%` in values of keys with `expand` (Sigma specification 2.1, "Placeholders").

use super::limits;
use ddefend_model::code;
use std::collections::BTreeMap;
use std::fmt;

/// Why a value cannot be filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unfilled {
    /// Nobody gave values for it.
    Unknown(String),
    /// The product of all values is too large.
    TooMany,
}

impl Unfilled {
    /// Code of the problem.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) => code::RULE_PLACEHOLDER,
            Self::TooMany => code::RULE_LIMIT,
        }
    }
}

impl fmt::Display for Unfilled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(name) => {
                write!(
                    f,
                    "the placeholder %{name}% has no values; the rule is loaded but cannot fire until it is given some"
                )
            }
            Self::TooMany => write!(f, "the placeholders make more than {} patterns", limits::EXPANSIONS),
        }
    }
}

/// The value with each placeholder replaced by each of its values. A backslash before `%` makes it plain.
pub(super) fn fill(text: &str, values: &BTreeMap<String, Vec<String>>) -> Result<Vec<String>, Unfilled> {
    let mut out = vec![String::new()];
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        let (head, tail) = rest.split_at(at);
        let after = tail.get(1..).unwrap_or_default();
        let name = after.find('%').and_then(|end| after.get(..end)).filter(|name| is_name(name));
        let escaped = head.ends_with('\\');
        match name {
            Some(name) if !escaped => {
                append(&mut out, head);
                let known = values
                    .get(name)
                    .filter(|known| !known.is_empty())
                    .ok_or_else(|| Unfilled::Unknown(name.to_owned()))?;
                if out.len().saturating_mul(known.len()) > limits::EXPANSIONS {
                    return Err(Unfilled::TooMany);
                }
                out = out.iter().flat_map(|head| known.iter().map(move |value| format!("{head}{value}"))).collect();
                rest = after.get(name.len() + 1..).unwrap_or_default();
            }
            _ => {
                append(&mut out, if escaped { head.strip_suffix('\\').unwrap_or(head) } else { head });
                append(&mut out, "%");
                rest = after;
            }
        }
    }
    append(&mut out, rest);
    Ok(out)
}

fn append(all: &mut [String], text: &str) {
    for one in all {
        one.push_str(text);
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-'))
}
