//! Builders of mail formats, written from the specifications.

use std::fmt::Write as _;

/// An RTF document with a DDEAUTO field.
pub(super) fn rtf() -> Vec<u8> {
    br#"{\rtf1\ansi {\field{\*\fldinst DDEAUTO "cmd.exe" "/c calc"}{\fldrslt x}}\par}"#.to_vec()
}

/// Word HTML with a DDEAUTO field.
pub(super) const HTML: &str = "<html xmlns:o=\"urn:schemas-microsoft-com:office:office\"><body><p>\
<!--[if supportFields]><span style='mso-element:field-begin'></span> DDEAUTO \"cmd.exe\" \"/c calc\" \
<span style='mso-element:field-separator'></span><![endif]-->x\
<!--[if supportFields]><span style='mso-element:field-end'></span><![endif]--></p></body></html>";

/// The same HTML wrapped in RTF (MS-OXRTFEX): markup in `\*\htmltag` groups.
pub(super) fn wrapped() -> Vec<u8> {
    let mut rtf = String::from("{\\rtf1\\ansi\\ansicpg1252\\fromhtml1 \\deff0{\\fonttbl{\\f0\\fswiss Arial;}}\r\n");
    let mut rest = HTML;
    // Markup up to each '>' in a group of its own, text between in the open, as mail programs write it.
    while let Some(start) = rest.find('<') {
        let end = rest[start..].find('>').map_or(rest.len(), |end| start + end + 1);
        if start > 0 {
            let _ = write!(rtf, "{{\\*\\htmltag84 {}}}", &rest[..start]);
        }
        let _ = write!(
            rtf,
            "{{\\*\\htmltag84 {}}}\\htmlrtf {{\\b \\htmlrtf0 \\htmlrtf }}\\htmlrtf0\r\n",
            &rest[start..end]
        );
        rest = &rest[end..];
    }
    rtf.push('}');
    rtf.into_bytes()
}

/// Compressed RTF with literals alone (MS-OXRTFCP): a control byte of 0 before every eight bytes.
pub(super) fn lzfu(rtf: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    let chunks = rtf.chunks_exact(8);
    let rest = chunks.remainder();
    for chunk in chunks {
        body.push(0);
        body.extend(chunk);
    }
    body.push(1 << rest.len());
    body.extend(rest);
    // The end is a reference to the place where the next byte would be written; the dictionary starts with 207 bytes.
    let end = u16::try_from((207 + rtf.len()) % 4096).unwrap_or_default() << 4;
    body.extend(end.to_be_bytes());
    container(*b"LZFu", &body, rtf.len())
}

/// Stored RTF.
pub(super) fn mela(rtf: &[u8]) -> Vec<u8> {
    container(*b"MELA", rtf, rtf.len())
}

fn container(kind: [u8; 4], body: &[u8], raw: usize) -> Vec<u8> {
    let size = |value: usize| u32::try_from(value).unwrap_or_default().to_le_bytes();
    [&size(body.len() + 12), &size(raw), &kind, &[0; 4], body].concat()
}

/// UTF-16 without an end mark.
pub(super) fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// One TNEF attribute: level, identifier, type, length, data, checksum (MS-OXTNEF 2.1.3.1).
pub(super) fn attribute(level: u8, id: u16, kind: u16, data: &[u8]) -> Vec<u8> {
    let sum = data.iter().fold(0_u16, |sum, byte| sum.wrapping_add(u16::from(*byte)));
    let length = u32::try_from(data.len()).unwrap_or_default();
    [&[level], &id.to_le_bytes()[..], &kind.to_le_bytes(), &length.to_le_bytes(), data, &sum.to_le_bytes()].concat()
}

/// A TNEF stream around attributes.
pub(super) fn tnef(attributes: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![0x78, 0x9f, 0x3e, 0x22, 1, 0];
    bytes.extend(attribute(1, 0x9006, 8, &[0, 0, 1, 0]));
    bytes.extend(attributes.concat());
    bytes
}

/// MAPI properties: count, then type, id, count of values, length, data and padding (MS-OXTNEF 2.1.3.4).
pub(super) fn properties(list: &[(u16, u16, &[u8])]) -> Vec<u8> {
    let mut bytes = u32::try_from(list.len() + 2).unwrap_or_default().to_le_bytes().to_vec();
    // A number and a named number before them, as real ones have.
    bytes.extend([3, 0, 0x17, 0, 1, 0, 0, 0]);
    bytes.extend([3, 0, 1, 0x80]);
    bytes.extend([0x11; 16]);
    bytes.extend([0, 0, 0, 0, 0x52, 0x85, 0, 0, 7, 0, 0, 0]);
    for (id, kind, data) in list {
        bytes.extend(kind.to_le_bytes());
        bytes.extend(id.to_le_bytes());
        bytes.extend(1_u32.to_le_bytes());
        bytes.extend(u32::try_from(data.len()).unwrap_or_default().to_le_bytes());
        bytes.extend(*data);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
    }
    bytes
}

/// Base64 in lines of 76 characters.
pub(super) fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for (index, chunk) in bytes.chunks(3).enumerate() {
        if index > 0 && index % 19 == 0 {
            text.push_str("\r\n");
        }
        let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for at in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * at) & 63) as usize];
            text.push(if at > chunk.len() { '=' } else { char::from(letter) });
        }
    }
    text
}

/// Quoted-printable of ASCII text: every `=` escaped, soft breaks in the middle of words.
pub(super) fn quoted_printable(text: &str) -> String {
    let escaped = text.replace('=', "=3D");
    let mut out = String::new();
    let mut column = 0;
    for c in escaped.chars() {
        // An escape is never cut: breaks come at letters alone.
        if column > 60 && c.is_ascii_lowercase() {
            out.push_str("=\r\n");
            column = 0;
        }
        column += 1;
        out.push(c);
    }
    out
}

/// Uuencoded lines.
pub(super) fn uuencode(name: &str, bytes: &[u8]) -> String {
    let letter = |value: u8| char::from(if value & 63 == 0 { b'`' } else { (value & 63) + 32 });
    let mut text = format!("begin 644 {name}\r\n");
    for line in bytes.chunks(45) {
        text.push(letter(u8::try_from(line.len()).unwrap_or_default()));
        for group in line.chunks(3) {
            let at = |index: usize| group.get(index).copied().unwrap_or_default();
            let (a, b, c) = (at(0), at(1), at(2));
            text.extend([letter(a >> 2), letter(a << 4 | b >> 4), letter(b << 2 | c >> 6), letter(c)]);
        }
        text.push_str("\r\n");
    }
    text + "`\r\nend\r\n"
}
