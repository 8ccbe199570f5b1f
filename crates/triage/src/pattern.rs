//! Patterns of configuration: `*` is anything, `?` one character; case does not count.

/// True where the whole text fits the pattern.
#[must_use]
pub(crate) fn fits(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.to_lowercase().chars().collect();
    let text: Vec<char> = text.to_lowercase().chars().collect();
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == '?' || Some(c) == text.get(t) => {
                p += 1;
                t += 1;
            }
            _ => match star {
                // The last star takes one character more.
                Some((at, from)) => {
                    p = at + 1;
                    t = from + 1;
                    star = Some((at, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern.get(p..).is_none_or(|rest| rest.iter().all(|c| *c == '*'))
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn stars_and_questions() {
        assert!(fits(r"*\Run\*", r"HKU\S-1\Software\run\x") && fits("a*b*c", "aXbYbc") && fits("?b", "ab"));
        assert!(!fits("a*b", "abc") && !fits("", "x") && fits("", "") && fits("*", ""));
    }
}
