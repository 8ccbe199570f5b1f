//! The information group of RTF (`{\info ...}`; Rich Text Format Specification 1.9.1, "Information Group").

use super::values::Values;
use ddefend_container::text;
use ddefend_model::provenance::Metadata;

/// Bytes at the head in which the group is looked for.
const HEAD: usize = 2 << 20;
/// Bytes of the group.
const GROUP: usize = 64 << 10;

/// What an RTF document says of itself; none where the bytes are no such thing or say nothing.
pub(crate) fn rtf(part: &str, bytes: &[u8]) -> Option<Metadata> {
    let head = bytes.get(..HEAD).unwrap_or(bytes);
    if !head.trim_ascii_start().starts_with(b"{\\rt") {
        return None;
    }
    let mut values = Values::default();
    let code_page = number_behind(head, b"\\ansicpg").and_then(|page| u32::try_from(page).ok()).unwrap_or(1252);
    if let Some(at) = memchr::memmem::find(head, b"{\\info") {
        let group = bytes.get(at.saturating_add(6)..).unwrap_or_default();
        info(group.get(..GROUP).unwrap_or(group), code_page, &mut values);
    }
    for (word, name) in [(&b"{\\*\\generator "[..], "application"), (b"{\\*\\template ", "attached_template")] {
        if let Some(at) = memchr::memmem::find(head, word) {
            let rest = head.get(at.saturating_add(word.len())..).unwrap_or_default();
            let end = rest.iter().take(1_024).position(|byte| *byte == b'}').unwrap_or(0);
            values.add(name, rest_text(rest.get(..end).unwrap_or_default(), code_page).trim_end_matches(';'));
        }
    }
    if let Some(root) = number_behind(head, b"\\rsidroot") {
        values.add("rsid", &format!("{root:08X}"));
    }
    (!values.is_empty()).then(|| values.finish(part))
}

fn number_behind(head: &[u8], word: &[u8]) -> Option<i64> {
    let at = memchr::memmem::find(head, word)?.checked_add(word.len())?;
    let digits: Vec<u8> = head.get(at..)?.iter().copied().take(10).take_while(u8::is_ascii_digit).collect();
    std::str::from_utf8(&digits).ok()?.parse().ok()
}

/// Reads the groups inside, one word each, to the end of the information group.
fn info(group: &[u8], code_page: u32, values: &mut Values) {
    let mut depth = 1_u32;
    let mut start = 0_usize;
    let mut escaped = false;
    for (at, byte) in group.iter().enumerate() {
        if std::mem::take(&mut escaped) {
            continue;
        }
        match byte {
            b'\\' => escaped = matches!(group.get(at.saturating_add(1)), Some(b'{' | b'}' | b'\\')),
            b'{' => {
                depth = depth.saturating_add(1);
                if depth == 2 {
                    start = at.saturating_add(1);
                }
            }
            b'}' => {
                depth = depth.saturating_sub(1);
                match depth {
                    0 => return,
                    1 => one(group.get(start..at).unwrap_or_default(), code_page, values),
                    _ => {}
                }
            }
            _ => {}
        }
    }
}

fn one(group: &[u8], code_page: u32, values: &mut Values) {
    let group = group.strip_prefix(b"\\*").unwrap_or(group);
    let Some(rest) = group.strip_prefix(b"\\") else { return };
    let length = rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let (word, content) = rest.split_at_checked(length).unwrap_or((rest, &[]));
    let name = match word {
        b"title" => "title",
        b"subject" => "subject",
        b"author" => "creator",
        b"operator" => "last_modified_by",
        b"manager" => "manager",
        b"company" => "company",
        b"category" => "category",
        b"keywords" => "keywords",
        b"doccomm" => "comments",
        b"creatim" => return values.add("created", &time(content)),
        b"revtim" => return values.add("modified", &time(content)),
        b"printim" => return values.add("printed", &time(content)),
        b"edmins" => return values.add("edit_minutes", &rest_text(content, code_page)),
        _ => return,
    };
    values.add(name, &rest_text(content, code_page));
}

/// `\yr2020\mo1\dy2\hr3\min4`, local time.
fn time(content: &[u8]) -> String {
    let field = |word: &[u8]| number_behind(content, word);
    match (field(b"\\yr"), field(b"\\mo"), field(b"\\dy")) {
        (Some(year), Some(month), Some(day)) if year > 0 => {
            let (hour, minute) = (field(b"\\hr").unwrap_or(0), field(b"\\min").unwrap_or(0));
            let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:00");
            ddefend_event::Time::parse(&text).map(|time| time.to_string()).unwrap_or_default()
        }
        _ => String::new(),
    }
}

/// Text with `\'hh` and `\uN` decoded; other words are left out.
fn rest_text(content: &[u8], code_page: u32) -> String {
    let encoding = text::code_page(code_page).unwrap_or(encoding_rs::WINDOWS_1252);
    let mut out = String::new();
    let mut bytes: Vec<u8> = Vec::new();
    let mut rest = content;
    let mut skip = 0_u32;
    let flush = |bytes: &mut Vec<u8>, out: &mut String| {
        out.push_str(&encoding.decode_without_bom_handling(bytes).0);
        bytes.clear();
    };
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        match (first, tail) {
            (b'\\', [b'\'', high, low, after @ ..]) => {
                let digits = [*high, *low];
                let value = std::str::from_utf8(&digits).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok());
                rest = after;
                if skip > 0 { skip = skip.saturating_sub(1) } else { bytes.extend(value) }
            }
            (b'\\', [escaped @ (b'{' | b'}' | b'\\'), after @ ..]) => {
                bytes.push(*escaped);
                rest = after;
            }
            (b'\\', _) => {
                let word = tail.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
                let sign = usize::from(tail.get(word) == Some(&b'-'));
                let from = word.saturating_add(sign);
                let digits = tail.get(from..).unwrap_or_default().iter().take_while(|b| b.is_ascii_digit()).count();
                let end = from.saturating_add(digits);
                let number = tail.get(word..end).and_then(|text| std::str::from_utf8(text).ok()?.parse::<i64>().ok());
                if let (Some(b"u"), Some(number)) = (tail.get(..word), number) {
                    flush(&mut bytes, &mut out);
                    let unit = u32::try_from(number.rem_euclid(0x1_0000)).unwrap_or_default();
                    out.push(char::from_u32(unit).unwrap_or('\u{fffd}'));
                    skip = 1;
                }
                let blank = usize::from(tail.get(end) == Some(&b' '));
                rest = tail.get(end.saturating_add(blank).max(1)..).unwrap_or_default();
            }
            (b'{' | b'}' | b'\r' | b'\n', _) => {}
            (byte, _) if skip > 0 => {
                let _ = byte;
                skip = skip.saturating_sub(1);
            }
            (byte, _) => bytes.push(*byte),
        }
    }
    flush(&mut bytes, &mut out);
    out.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::rtf;

    #[test]
    fn an_information_group() {
        let text = br"{\rtf1\ansi\ansicpg1252{\*\generator Riched20 10.0;}{\info{\title A \'e9 \u8364?}{\author Anna}{\operator {M}}{\creatim\yr2020\mo1\dy2\hr3\min4}{\*\company Corp}}{\*\rsidtbl \rsidroot123}body}";
        let seen = rtf("x", text).unwrap();
        let seen: Vec<(&str, &str)> = seen.values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(
            seen,
            [
                ("title", "A \u{e9} \u{20ac}"),
                ("creator", "Anna"),
                ("last_modified_by", "M"),
                ("created", "2020-01-02T03:04:00.0000000"),
                ("company", "Corp"),
                ("application", "Riched20 10.0"),
                ("rsid", "0000007B"),
            ]
        );
        for cut in 0..text.len() {
            let _ = rtf("x", &text[..cut]);
        }
        assert!(rtf("x", b"{\\rtf1 hello}").is_none() && rtf("x", b"hello").is_none());
    }
}
