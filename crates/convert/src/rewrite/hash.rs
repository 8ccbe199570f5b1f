//! Sysmon's list of hashes as a column each.

use super::{Reason, pattern_of, presence};
use crate::cond::{Column, Cond};
use crate::pattern::{Shape, shape};
use ddefend_rule::ir::Test;

/// Names in the order of the columns, with how many digits each has.
const ORDER: [(&str, usize); 4] = [("MD5", 32), ("SHA1", 40), ("SHA256", 64), ("IMPHASH", 32)];

pub(super) fn rewrite(columns: &[Option<Column>], test: &Test) -> Result<Cond, Reason> {
    let known: Vec<&Column> = columns.iter().flatten().collect();
    if let Some(cond) = presence(&known, test) {
        return Ok(cond);
    }
    let part = || "each hash stands in a column of its own there; only whole ones can be asked for".to_owned();
    let (pattern, _) = pattern_of(test).ok_or_else(part)?;
    let text = match shape(pattern) {
        Shape::Equals(text) | Shape::StartsWith(text) | Shape::EndsWith(text) | Shape::Contains(text) => text,
        Shape::Other => return Err(part()),
    };
    let column = |at: usize| columns.get(at).cloned().flatten();
    let mut conds = Vec::new();
    let pieces = text.trim_matches(',').split(',');
    for piece in pieces {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
        match piece.split_once('=') {
            Some((name, value)) => {
                let found = ORDER.iter().position(|(known, _)| known.eq_ignore_ascii_case(name)).ok_or_else(part)?;
                let whole = ORDER.get(found).is_some_and(|(_, length)| value.len() == *length) && digits(value);
                if !whole {
                    return Err(part());
                }
                let column = column(found).ok_or_else(|| format!("there is no column for the {name} hash"))?;
                conds.push(Cond::literal(&column, &value.to_ascii_lowercase(), false));
            }
            None if digits(piece) => {
                let ways: Vec<Cond> = ORDER
                    .iter()
                    .enumerate()
                    .filter(|(_, (_, length))| *length == piece.len())
                    .filter_map(|(at, _)| column(at))
                    .map(|column| Cond::literal(&column, &piece.to_ascii_lowercase(), false))
                    .collect();
                if ways.is_empty() {
                    return Err(part());
                }
                conds.push(Cond::or(ways));
            }
            None => return Err(part()),
        }
    }
    Ok(Cond::and(conds))
}
