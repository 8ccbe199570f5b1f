//! Windows paths in one way of writing, and whether two may be the same file.

/// A path in one way of writing: lower case, `\`, without `\\?\`, `file:`, Office's URL schemes, streams and quotes;
/// `..` resolved; administrative shares as drives. `%NAME%` stays: its value depends on the user.
pub(crate) fn normalise(path: &str) -> String {
    /// Odd paths (`\\::`) take another round to settle.
    const ROUNDS: usize = 8;
    let mut text = once(path);
    for _ in 0..ROUNDS {
        let next = once(&text);
        if next == text {
            break;
        }
        text = next;
    }
    text
}

fn once(path: &str) -> String {
    let mut text = path.trim().trim_matches(['"', '\'']).trim().to_lowercase();
    // ms-word:ofe|u|https://host/x.docx
    if let Some((scheme, rest)) = text.split_once(':')
        && scheme.starts_with("ms-")
        && let Some((_, target)) = rest.rsplit_once("|u|")
    {
        text = target.to_owned();
    }
    if let Some(rest) = text.strip_prefix("file:") {
        let host_or_root = rest.trim_start_matches(['/', '\\']);
        let drive = host_or_root.get(1..2) == Some(":") || host_or_root.get(1..2) == Some("|");
        let decoded = percent(host_or_root);
        text = if drive || rest.len() == host_or_root.len() { decoded } else { format!(r"\\{decoded}") };
    } else if text.starts_with("http://") || text.starts_with("https://") {
        return percent(text.split(['?', '#']).next().unwrap_or(&text));
    }
    let mut text = text.replace('/', r"\");
    for prefix in [r"\\?\unc\", r"\\.\unc\", r"\??\unc\"] {
        if let Some(rest) = text.strip_prefix(prefix) {
            text = format!(r"\\{rest}");
        }
    }
    for prefix in [r"\\?\", r"\\.\", r"\??\"] {
        if let Some(rest) = text.strip_prefix(prefix) {
            text = rest.to_owned();
        }
    }
    // A stream's name behind the file's; the colon of a drive stands second.
    if let Some(at) = text.rfind(':').filter(|at| *at > 1 && !text.contains(r":\\")) {
        text.truncate(at);
    }
    resolve(&text)
}

fn percent(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let code = (*first == b'%').then(|| tail.get(..2)).flatten();
        let code = code.and_then(|digits| std::str::from_utf8(digits).ok());
        match code.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            None => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&out).to_lowercase()
}

fn resolve(text: &str) -> String {
    let unc = text.starts_with(r"\\");
    let mut kept: Vec<&str> = Vec::new();
    for part in text.split('\\') {
        match part.trim_end_matches([' ', '.']) {
            "" if part.chars().all(|c| c == ' ') || part == "." => {}
            "" if part == ".." => {
                kept.pop();
            }
            trimmed => kept.push(trimmed),
        }
    }
    if unc {
        // \\host\c$\x is the drive of that host.
        if let [_, share, rest @ ..] = kept.as_slice()
            && share.len() == 2
            && share.ends_with('$')
        {
            let drive = share.trim_end_matches('$');
            return format!("{drive}:\\{}", rest.join(r"\"));
        }
        return format!(r"\\{}", kept.join(r"\"));
    }
    kept.join(r"\")
}

/// The file's name of a path, normalised or not, lower case.
pub(crate) fn name(path: &str) -> String {
    path.trim_end_matches(['\\', '/']).rsplit(['\\', '/']).next().unwrap_or(path).to_lowercase()
}

/// The Windows path of a collected file, as far as its place in the collection says: `C/Users/a/x.docx`,
/// `uploads/auto/C%3A/Users/a/x.docx`, `.../Users/a/x.docx`. Normalised; without a drive it begins with `?:`.
pub(crate) fn collected(path: &str) -> Option<String> {
    let parts: Vec<&str> = path.split(['/', '\\']).filter(|part| !part.is_empty()).collect();
    let last = parts.len().checked_sub(1)?;
    // A bare letter is a drive where a folder follows that drives have.
    let roots = ["users", "windows", "program files", "program files (x86)", "programdata", "temp"];
    let drive = |at: usize, part: &str| {
        let letter = part.trim_end_matches(':').trim_end_matches("%3A").trim_end_matches("%3a");
        let next = parts.get(at + 1).map(|next| next.to_lowercase()).unwrap_or_default();
        let marked = letter.len() < part.len() || roots.contains(&next.as_str());
        letter.len() == 1 && marked && letter.starts_with(|c: char| c.is_ascii_alphabetic())
    };
    let drive_at = parts.iter().take(last).enumerate().find(|(at, part)| drive(*at, part)).map(|(at, _)| at);
    if let Some(at) = drive_at {
        let letter = parts.get(at)?.get(..1)?;
        return Some(normalise(&format!(r"{letter}:\{}", parts.get(at + 1..)?.join(r"\"))));
    }
    let users = parts.iter().take(last).position(|part| part.eq_ignore_ascii_case("users"))?;
    Some(format!(r"?:\{}", normalise(&parts.get(users..)?.join(r"\"))))
}

/// How sure two normalised paths are the same file: 1 where they are equal, less where a short name (`INVOIC~1.DOC`), a
/// variable, a drive against a share or an unknown drive stands between; 0 where they are not.
pub(crate) fn same(a: &str, b: &str) -> f64 {
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    if a == b {
        return 1.0;
    }
    let (left, right): (Vec<&str>, Vec<&str>) = (parts(a), parts(b));
    let pairs = || left.iter().rev().zip(right.iter().rev());
    let mut short = false;
    let tail = pairs()
        .take_while(|(a, b)| {
            let by_short = a != b && (is_short_of(a, b) || is_short_of(b, a));
            short |= by_short;
            a == b || by_short
        })
        .count();
    let factor = if short { 0.95 } else { 1.0 };
    let (shorter, longer) = (left.len().min(right.len()), left.len().max(right.len()));
    if tail == longer && tail == shorter {
        return factor;
    }
    // What stands before the common end must leave it open whether both are the same.
    let open = |path: &str, parts: &[&str]| {
        let head = parts.len().saturating_sub(tail);
        let variable = parts.first().is_some_and(|first| first.starts_with('%') && first.ends_with('%'));
        let unknown = path.starts_with("?:") || path.starts_with(r"device\");
        (head <= 1 && (variable || unknown)) || (head == 0) || (path.starts_with(r"\\") && head <= 3)
    };
    let shared = a.starts_with(r"\\") != b.starts_with(r"\\");
    if tail < 2 {
        return 0.0;
    }
    let variable_or_unknown = |path: &str, parts: &[&str]| open(path, parts) && !path.starts_with(r"\\");
    if variable_or_unknown(a, &left) || variable_or_unknown(b, &right) {
        return 0.95 * factor;
    }
    if shared && (open(a, &left) || open(b, &right)) { 0.85 * factor } else { 0.0 }
}

fn parts(path: &str) -> Vec<&str> {
    path.split('\\').filter(|part| !part.is_empty()).collect()
}

/// `invoic~1.doc` for `invoice 2026.docx` (Microsoft Learn, "Naming Files, Paths, and Namespaces": 8.3 names): up to six
/// characters of the name, `~` and a number, up to three of the extension. Blanks and further points are left out.
pub(crate) fn is_short_of(short: &str, long: &str) -> bool {
    let Some((head, rest)) = short.split_once('~') else { return false };
    let (number, extension) = rest.split_once('.').unwrap_or((rest, ""));
    if number.is_empty() || number.len() > 3 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let (stem, long_extension) = long.rsplit_once('.').unwrap_or((long, ""));
    let stem: String = stem.chars().filter(|c| !matches!(c, ' ' | '.')).collect();
    let cut: String = long_extension.chars().take(3).collect();
    // With many alike Windows keeps two characters and puts four digits of a digest behind them.
    let hashed = head.len() == 6 && head.get(2..).is_some_and(|tail| tail.bytes().all(|b| b.is_ascii_hexdigit()));
    let begins = stem.starts_with(head) || hashed && head.get(..2).is_some_and(|two| stem.starts_with(two));
    begins && !head.is_empty() && cut == extension
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_way_of_writing() {
        for (path, expected) in [
            (r#""C:\Users\Alice\..\Bob\X.docx""#, r"c:\users\bob\x.docx"),
            (r"\\?\C:\A\B.doc", r"c:\a\b.doc"),
            (r"\\?\UNC\srv\share\b.doc", r"\\srv\share\b.doc"),
            ("file:///C:/My%20Files/b.doc", r"c:\my files\b.doc"),
            ("file://srv/share/b.doc", r"\\srv\share\b.doc"),
            (r"\\pc1\C$\Users\b.doc", r"c:\users\b.doc"),
            (r"C:\a\b.docx:Zone.Identifier", r"c:\a\b.docx"),
            ("ms-word:ofe|u|https://files.example/x/b.docx?v=1", "https://files.example/x/b.docx"),
            ("C:/a//b.doc", r"c:\a\b.doc"),
        ] {
            assert_eq!(normalise(path), expected, "{path}");
        }
    }

    #[test]
    fn the_same_file_in_other_words() {
        let same = |a: &str, b: &str| same(&normalise(a), &normalise(b));
        assert_eq!(same(r"C:\A\b.docx", r"c:\a\B.DOCX"), 1.0);
        assert_eq!(same(r"C:\Users\alice\INVOIC~1.DOC", r"C:\Users\alice\Invoice 2026.docx"), 0.95);
        assert_eq!(same(r"%TEMP%\x\b.docx", r"C:\Users\a\AppData\Local\Temp\x\b.docx"), 0.95);
        assert_eq!(same(r"H:\dept\b.docx", r"\\srv\home\dept\b.docx"), 0.85);
        assert_eq!(same(r"C:\Users\bob\Downloads\b.docx", r"C:\Users\alice\Downloads\b.docx"), 0.0);
        assert_eq!(same(r"C:\a\b.docx", r"D:\c\b.docx"), 0.0);
    }

    #[test]
    fn places_of_collections() {
        assert_eq!(collected("case/C/Users/a/X.docx").as_deref(), Some(r"c:\users\a\x.docx"));
        assert_eq!(collected("uploads/auto/C%3A/Users/a/X.docx").as_deref(), Some(r"c:\users\a\x.docx"));
        assert_eq!(collected("host1/Users/a/X.docx").as_deref(), Some(r"?:\users\a\x.docx"));
        assert_eq!(collected("docs/X.docx"), None);
        assert_eq!(same(r"c:\users\a\x.docx", r"?:\users\a\x.docx"), 0.95);
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(path in r#"[a-cA-C:\\/.~$%? "]{0,24}"#) {
            let once = normalise(&path);
            prop_assert_eq!(normalise(&once), once);
        }
    }
}
