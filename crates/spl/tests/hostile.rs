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
