/// Characters of a command line that are looked at; Windows itself ends them at 32,767 (CreateProcess).
const LONGEST: usize = 8_192;

/// The form of a command line: lower case, blanks collapsed, and what changes from run to run masked: GUIDs (`<guid>`),
/// hexadecimal (`<hex>`), numbers (`<n>`), user names in profile paths (`<user>`) and made-up names in temporary folders
/// (`<temp>`). What a command reaches stays: addresses, hosts, file names, encoded text. A `<` of the command itself
/// becomes `<<`, so that no command can pretend to be a mask.
#[must_use]
pub fn template(command: &str) -> String {
    let lower: String = command.chars().take(LONGEST).flat_map(char::to_lowercase).collect();
    let mut out = String::with_capacity(lower.len());
    let mut rest = lower.trim();
    while let Some(first) = rest.chars().next() {
        if first.is_whitespace() {
            if !out.ends_with(' ') {
                out.push(' ');
            }
            rest = rest.trim_start();
            continue;
        }
        let masked = boundary(&out).then(|| user(&out, rest).or_else(|| temporary(&out, rest))).flatten();
        let masked = masked.or_else(|| fresh(&out).then(|| guid(rest).or_else(|| hex(rest))).flatten());
        let masked = masked.or_else(|| number(rest));
        match masked {
            Some((mask, length)) => {
                out.push_str(&mask);
                rest = rest.get(length..).unwrap_or_default();
            }
            None => {
                // Numbers that belong to what a command reaches are copied whole.
                let length = address(rest).unwrap_or(first.len_utf8());
                if first == '<' {
                    out.push('<');
                }
                out.push_str(rest.get(..length).unwrap_or_default());
                rest = rest.get(length..).unwrap_or_default();
            }
        }
    }
    out
}

type Masked = (String, usize);

/// True where a path component may begin.
fn boundary(out: &str) -> bool {
    out.ends_with(['\\', '/'])
}

/// True where a word may begin.
fn fresh(out: &str) -> bool {
    !out.ends_with(|last: char| last.is_alphanumeric())
}

/// Bytes up to the end of a path component.
fn component(text: &str) -> &str {
    let end = text.find(['\\', '/', '"', '\'', ' ', ',', ';', '|', '&', '>', '<']).unwrap_or(text.len());
    text.get(..end).unwrap_or(text)
}

/// The user's name behind a folder of profiles. Names with blanks end at the next separator of the path.
fn user(out: &str, rest: &str) -> Option<Masked> {
    let parent = out.trim_end_matches(['\\', '/']);
    let profiles = ["\\users", "/users", "\\documents and settings", "/home"];
    if !profiles.iter().any(|folder| parent.ends_with(folder)) {
        return None;
    }
    let name = component(rest);
    let whole = rest.find(['\\', '/', '"', '\'', '|', '&', '>', '<']).and_then(|end| rest.get(..end)).unwrap_or(name);
    let name = if whole.chars().count() <= 64 { whole } else { name };
    if name.is_empty() || name == "public" { None } else { Some(("<user>".to_owned(), name.len())) }
}

/// A made-up name in a folder of temporary files, without its extension.
fn temporary(out: &str, rest: &str) -> Option<Masked> {
    let parent = out.trim_end_matches(['\\', '/']);
    let folders = ["\\temp", "/tmp", "%temp%", "%tmp%", "\\content.outlook"];
    if !folders.iter().any(|folder| parent.ends_with(folder)) {
        return None;
    }
    let name = component(rest);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let made_up = stem.starts_with('~') || stem.bytes().any(|byte| byte.is_ascii_digit());
    let hides = parent.ends_with("\\content.outlook");
    (!stem.is_empty() && (made_up || hides)).then(|| ("<temp>".to_owned(), stem.len()))
}

/// `8-4-4-4-12` hexadecimal digits.
fn guid(rest: &str) -> Option<Masked> {
    let text = rest.get(..36)?;
    let fits = text.bytes().enumerate().all(|(index, byte)| match index {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    });
    let ends = !rest.get(36..)?.starts_with(|next: char| next.is_alphanumeric());
    (fits && ends).then(|| ("<guid>".to_owned(), 36))
}

/// `0x...`, or eight and more hexadecimal digits with a letter and a digit among them, standing alone.
fn hex(rest: &str) -> Option<Masked> {
    let (prefix, digits) = rest.strip_prefix("0x").map_or((0, rest), |digits| (2, digits));
    let length = digits.bytes().take_while(u8::is_ascii_hexdigit).count();
    let (found, behind) = digits.split_at_checked(length)?;
    let mixed = found.bytes().any(|byte| byte.is_ascii_digit()) && found.bytes().any(|byte| byte.is_ascii_alphabetic());
    let alone = !behind.starts_with(|next: char| next.is_alphanumeric());
    let fits = if prefix == 2 { length > 0 } else { length >= 8 && mixed };
    (fits && alone).then(|| ("<hex>".to_owned(), prefix + length))
}

/// Digits, unless they begin an address.
fn number(rest: &str) -> Option<Masked> {
    let length = rest.bytes().take_while(u8::is_ascii_digit).count();
    (length > 0 && address(rest).is_none()).then(|| ("<n>".to_owned(), length))
}

/// Length of an IPv4 address in dotted form.
fn address(rest: &str) -> Option<usize> {
    let end = rest.find(|next: char| !next.is_ascii_digit() && next != '.').unwrap_or(rest.len());
    let text = rest.get(..end)?.trim_end_matches('.');
    let mut parts = 0;
    for part in text.split('.') {
        let _: u8 = part.parse().ok()?;
        parts += 1;
    }
    (parts == 4).then_some(text.len())
}
