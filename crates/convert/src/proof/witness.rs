//! A text that a regular expression finds.

use regex_syntax::hir::{Class, Hir, HirKind};

/// Letters that a witness may have.
const LENGTH: usize = 4096;

/// A text that the expression matches, as short as it can be (`more`: repetitions once where they may be left out).
/// None for expressions that cannot be read or whose witness would be too long.
pub(super) fn witness(source: &str, ignore_case: bool, more: bool) -> Option<String> {
    let mut parser = regex_syntax::ParserBuilder::new().case_insensitive(ignore_case).nest_limit(100).build();
    let hir = parser.parse(source).ok()?;
    let mut out = String::new();
    write(&hir, more, &mut out)?;
    Some(out)
}

fn write(hir: &Hir, more: bool, out: &mut String) -> Option<()> {
    if out.len() > LENGTH {
        return None;
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => out.push_str(std::str::from_utf8(&literal.0).ok()?),
        HirKind::Class(Class::Unicode(class)) => {
            let liked = ['a', 'x', '1', ' ', '\\', '-'];
            let holds = |letter: &char| class.iter().any(|range| range.start() <= *letter && *letter <= range.end());
            let letter = liked.into_iter().find(holds).or_else(|| class.iter().next().map(|range| range.start()))?;
            out.push(letter);
        }
        HirKind::Class(Class::Bytes(class)) => out.push(char::from(class.iter().next()?.start())),
        HirKind::Repetition(repetition) => {
            let most = repetition.max.unwrap_or(u32::MAX);
            let count = if more { repetition.min.max(1).min(most) } else { repetition.min };
            for _ in 0..count {
                write(&repetition.sub, more, out)?;
            }
        }
        HirKind::Capture(capture) => write(&capture.sub, more, out)?,
        HirKind::Concat(parts) => parts.iter().try_for_each(|part| write(part, more, out))?,
        HirKind::Alternation(parts) => write(parts.first()?, more, out)?,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn found_again() {
        for source in
            [r"\\cmd\.exe$", r"(?i)[a-f]{3}\s+(/c|-k)", r"^\d+-(x|y)*z", r"a.{2,5}b", r"\bword\b", r"[^a-z]{3}"]
        {
            let regex = regex::Regex::new(source).expect("an expression");
            for more in [false, true] {
                let text = witness(source, false, more).expect("a witness");
                assert!(regex.is_match(&text), "{source}: {text:?}");
            }
        }
        assert_eq!(witness("(", false, false), None);
        assert_eq!(witness("(?:a{1000}){1000}", false, false), None);
    }
}
