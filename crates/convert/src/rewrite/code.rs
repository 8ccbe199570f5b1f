//! Words that stand as codes there.

use super::{Context, Reason, direct, holds};
use crate::cond::{Ask, Column, Cond};
use ddefend_rule::ir::Test;

/// A test on the word becomes a list of the codes whose words pass it.
pub(super) fn rewrite(
    table: &[(&str, &str)],
    open: bool,
    columns: &[Column],
    test: &Test,
    context: &mut Context,
) -> Result<Cond, Reason> {
    // Of several columns the first that the records are known by tells most.
    let known = columns.iter().find(|column| context.place.filter.iter().any(|(name, _)| *name == column.name));
    let column = known.or(columns.first()).ok_or("no column has it")?;
    let word = |native: &str| {
        let line = table.iter().find(|(code, _)| code.eq_ignore_ascii_case(native));
        line.map_or_else(|| native.to_owned(), |(_, word)| (*word).to_owned())
    };
    if let Some((_, values)) = context.place.filter.iter().find(|(name, _)| *name == column.name) {
        let answers: Option<Vec<bool>> = values.iter().map(|value| holds(test, &word(value))).collect();
        if let Some(answers) = answers {
            let hold: Vec<String> =
                values.iter().zip(&answers).filter(|(_, holds)| **holds).map(|(value, _)| value.clone()).collect();
            return Ok(match hold.len() {
                0 => Cond::FALSE,
                all if all == values.len() => Cond::TRUE,
                _ => Cond::one_of(column, hold, false),
            });
        }
    }
    match test {
        Test::Null | Test::Exists(false) => Ok(Cond::is(column, Ask::Empty)),
        Test::Exists(true) => Ok(Cond::is(column, Ask::There)),
        Test::Text { pattern, .. } => {
            let mut codes: Vec<String> = Vec::new();
            for (code, word) in table {
                if holds(test, word) == Some(true) {
                    codes.push((*code).to_owned());
                }
            }
            let mut ways = vec![Cond::one_of(column, codes.clone(), false)];
            let word_known = |text: &str| table.iter().any(|(_, word)| word.eq_ignore_ascii_case(text));
            match crate::pattern::as_literal(pattern) {
                Some(text) if open && !word_known(text) => ways.push(direct(column, test, context)?),
                Some(_) => {}
                None if open && codes.is_empty() => ways.push(direct(column, test, context)?),
                None => {}
            }
            Ok(Cond::or(ways))
        }
        _ => Err("it stands as a code there".to_owned()),
    }
}
