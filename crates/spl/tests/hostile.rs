//! Texts that want too much: bounded in time and depth, and told.

use ddefend_spl::{Definition, Macros, read};

#[test]
fn deep_and_long_texts_are_bounded() {
    let deep = |open: &str, close: &str| format!("{}a=1{}", open.repeat(5000), close.repeat(5000));
    let texts = [
        deep("(", ")"),
        deep("NOT (", ")"),
        deep("[search ", "]"),
        format!("* | where {}", deep("(", ")")),
        format!("* | where {}1", "-".repeat(100_000)),
        format!("* | where a{}", "+a".repeat(100_000)),
        format!("* | where a{}", ".a".repeat(100_000)),
        format!("* | eval x={}", "if(a,b,".repeat(5000)),
        format!("a IN ({})", "x,".repeat(300_000)),
        "|".repeat(100_000),
        "a=1 | ".repeat(5000),
        "a OR ".repeat(200_000),
        "[".repeat(100_000),
        "`".repeat(100_001),
        format!("a=1 | foreach {} [eval x='<<FIELD>>']", "f ".repeat(50_000)),
        format!("* | stats {}", "count(".repeat(10_000)),
        format!("* | where NOT {}", "not ".repeat(100_000)),
        "x".repeat(2 << 20),
    ];
    for text in texts {
        let start = std::time::Instant::now();
        let _ = read("t.spl", &text, &Macros::new());
        let head: String = text.chars().take(30).collect();
        assert!(start.elapsed().as_secs() < 20, "{head}");
    }
}

#[test]
fn macros_that_grow_are_bounded() {
    let mut macros = Macros::new();
    for level in 0..40 {
        let text = format!("`m{0}` `m{0}` `m{0}` `m{0}`", level + 1);
        macros.insert(&format!("m{level}"), Definition { text, ..Definition::default() });
    }
    macros.insert("loop", Definition { text: "`loop`".to_owned(), ..Definition::default() });
    let big = Definition { arguments: vec!["x".to_owned()], text: "$x$".repeat(10_000), evaluated: false };
    macros.insert("big", big);
    for text in ["`m0`".to_owned(), "`loop`".to_owned(), format!("`big(\"{}\")`", "y".repeat(10_000))] {
        let (queries, problems) = read("t.spl", &text, &macros);
        assert!(queries.is_empty());
        assert_eq!(problems[0].code, "query.limit", "{:?}", problems[0]);
    }
}

/// Searches that between them use every way of reading.
const SEARCHES: &[&str] = &[
    r#"index=* (a="x*" OR NOT b IN (1, "y z")) "two words" CASE(X) earliest=-1d@d | where a . 'b c' LIKE "x%" AND len(d)>=.5"#,
    r#"| tstats `f(1)` count min(_time) AS t from datamodel=M.O where O.a="é*" by O.a _time span=1h | rename O.* AS *"#,
    r#"* [| inputlookup l where a=b* | fields a] | lookup t a AS b OUTPUT c | stats count(eval(x=1)) AS n, values(*) by a"#,
    r#"* | rex field=a max_match=0 "(?<n>\d+)" | rex mode=sed "s/a/b/g" | spath input=j path=a{}.b | makemv delim="," a"#,
    r#"* | table a b | foreach * [eval <<FIELD>>='<<FIELD>>'+1] | join a [search b] | appendpipe [stats count] | sort -num(a) d"#,
    r#"| multisearch [search a] [search b] ```note``` | timechart span=5m count | convert ctime(a*) | replace "*a" WITH b* IN c"#,
    r#"* | eval m=mvmap(a, a."x"), k=mvfilter(match(a, "^\w")), c=case(a=1, "é", true(), null()) | transaction a maxspan=1h"#,
];

#[test]
fn damaged_searches_neither_panic_nor_hang() {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut below = |limit: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % limit.max(1) as u64) as usize
    };
    let pieces: Vec<char> = "()[]|\"'`\\,=<>!*$% .ae1-@é\n".chars().collect();
    let mut macros = Macros::new();
    macros.insert("f", Definition { arguments: vec!["n".to_owned()], text: "a=$n$".to_owned(), evaluated: false });
    for search in SEARCHES {
        let (queries, problems) = read("t.spl", search, &macros);
        let known = queries.len() == 1 || problems.iter().all(|problem| problem.code == "query.unsupported");
        assert!(known, "{search}: {problems:?}");
        for _ in 0..4000 {
            let mut letters: Vec<char> = search.chars().collect();
            for _ in 0..=below(4) {
                let at = below(letters.len());
                match below(4) {
                    0 => letters.truncate(at),
                    1 if !letters.is_empty() => {
                        letters.remove(at);
                    }
                    2 => letters.insert(at, pieces[below(pieces.len())]),
                    _ if at < letters.len() => letters[at] = pieces[below(pieces.len())],
                    _ => {}
                }
            }
            let text: String = letters.into_iter().collect();
            let lines = text.split('\n').count();
            let (queries, problems) = read("t.spl", &text, &macros);
            assert!(!queries.is_empty() || problems.iter().any(|problem| !problem.warning), "nothing said: {text}");
            assert!(problems.iter().all(|problem| problem.line as usize <= lines), "{text}");
        }
    }
}
