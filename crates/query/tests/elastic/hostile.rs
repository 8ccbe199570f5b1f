//! Texts of pieces of the languages in any order: read, compiled and run without a panic, every problem in its text.

use crate::harness::{Open, read, settings};
use ddefend_query::Program;
use ddefend_rule::ir::query::Language;
use proptest::prelude::*;

const PIECES: &[&str] = &[
    "process",
    "any",
    "where",
    "sequence",
    "sample",
    "by",
    "with",
    "maxspan",
    "=",
    "5",
    "s",
    "runs",
    "until",
    "[",
    "]",
    "![",
    "(",
    ")",
    "{",
    "}",
    "and",
    "or",
    "not",
    "in",
    "in~",
    "like",
    "like~",
    "regex",
    "regex~",
    ":",
    "==",
    "!=",
    "<=",
    ">",
    "+",
    "-",
    "*",
    "/",
    "%",
    "a.b",
    "?a",
    "`x y`",
    "\"a*?b\"",
    "\"\"\"raw\"\"\"",
    "\"[a-z\"",
    "\"\\",
    "null",
    "true",
    "length(",
    "between(",
    "cidrMatch(",
    "|",
    "head",
    "tail",
    "unique",
    "from",
    "logs-*",
    "row",
    "eval",
    "stats",
    "count(*)",
    "keep",
    "drop",
    "rename",
    "as",
    "sort",
    "desc",
    "nulls",
    "limit",
    "grok",
    "dissect",
    "\"%{IP:a} %{b}\"",
    "mv_expand",
    "inline",
    "kql(",
    "::",
    "int",
    "is",
    "rlike",
    ",",
    "AND",
    "TO",
    "/x+*?/",
    "~2",
    "^3",
    "_exists_:",
    "now-1d/d",
    "\u{e4}\u{1f525}",
    "\\",
    "'",
    "//",
    "/*",
    "*/",
    "1e9999",
    "99999999999999999999",
    "\n",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]
    #[test]
    fn nothing_breaks(
        pieces in proptest::collection::vec((proptest::sample::select(PIECES), any::<bool>()), 0..24),
        head in proptest::sample::select(&["", "process where ", "from x | where ", "sequence by a [any where true] ", "a:"][..]),
    ) {
        let mut text = head.to_owned();
        for (piece, blank) in pieces {
            text += piece;
            if blank {
                text.push(' ');
            }
        }
        for language in [Language::Eql, Language::Esql, Language::Kuery, Language::Lucene] {
            let (queries, problems) = read(language, &text);
            prop_assert!(!queries.is_empty() || !problems.is_empty(), "{language:?}: {text}");
            for problem in problems {
                prop_assert!(problem.line as usize <= text.split('\n').count(), "{problem}");
            }
            for query in queries {
                if let Ok(program) = Program::compile(&query, &Open, &settings()) {
                    let mut run = program.start();
                    let _ = run.push(0, Vec::new(), &mut |_| {});
                    let _ = run.finish(&mut |_| {});
                }
            }
        }
    }
}
