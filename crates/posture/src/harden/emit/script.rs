//! Texts and data as PowerShell, YAML and base64 write them.

use ddefend_registry::Data;

/// A PowerShell literal in single quotes: nothing in it is expanded, and a quote of any kind that PowerShell takes for
/// one is doubled (about_Quoting_Rules; U+2018 to U+201B count as single quotes).
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("'");
    for c in text.chars() {
        match c {
            '\'' | '\u{2018}'..='\u{201b}' => out.extend([c, c]),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}

/// Text in a PowerShell comment block or a YAML comment: it cannot end either.
pub(super) fn comment(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.replace("#>", "# >")
}

/// Data as the arguments of `RegistryKey.SetValue` (.NET): kind and expression; numbers are signed there.
pub(super) fn powershell(data: &Data) -> (&'static str, String) {
    match data {
        Data::Sz(text) | Data::Link(text) => ("String", quoted(text)),
        Data::ExpandSz(text) => ("ExpandString", quoted(text)),
        Data::Dword(number) => ("DWord", format!("[int]{}", number.cast_signed())),
        Data::Qword(number) => ("QWord", format!("[long]{}", number.cast_signed())),
        Data::MultiSz(texts) => {
            let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
            ("MultiString", format!("[string[]]@({})", texts.join(", ")))
        }
        Data::None(bytes) => ("None", byte_array(bytes)),
        Data::Binary(_) | Data::DwordBe(_) | Data::Other { .. } => ("Binary", byte_array(&data.to_raw())),
    }
}

fn byte_array(bytes: &[u8]) -> String {
    let bytes: Vec<String> = bytes.iter().map(u8::to_string).collect();
    format!("[byte[]]@({})", bytes.join(", "))
}

/// A YAML scalar in single quotes (YAML 1.2, 7.3.2): a quote is doubled, nothing else means anything.
pub(super) fn yaml(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("'{}'", plain.replace('\'', "''"))
}

/// Base64 (RFC 4648, section 4).
pub(super) fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4_usize {
            let index = bits >> (18 - 6 * place) & 63;
            let letter = ALPHABET.get(index as usize).map_or('=', |byte| char::from(*byte));
            out.push(if place <= chunk.len() { letter } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_breaks_out_of_its_quotes() {
        assert_eq!(quoted("a'b\u{2019}$(x)\n"), "'a''b\u{2019}\u{2019}$(x) '");
        assert_eq!(yaml("it's: {{ x }}\n"), "'it''s: {{ x }} '");
        assert_eq!(comment("a #> b\r\nc"), "a # > b  c");
    }

    #[test]
    fn base64_as_the_rfc_shows_it() {
        for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn numbers_keep_their_bits() {
        assert_eq!(powershell(&Data::Dword(0xffff_ffff)), ("DWord", "[int]-1".to_owned()));
        assert_eq!(powershell(&Data::DwordBe(1)), ("Binary", "[byte[]]@(0, 0, 0, 1)".to_owned()));
    }
}
