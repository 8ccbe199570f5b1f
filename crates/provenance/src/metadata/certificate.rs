//! Who a certificate says that it is for (RFC 5280 4.1.2.6). Nothing is validated: neither chain nor signature nor time.

use ddefend_guard::Cursor;

/// Bytes that are looked at.
const LONGEST: usize = 1 << 20;
/// Subjects that are told.
const MOST: usize = 8;

/// A DER element: tag and content.
fn element<'a>(cursor: &mut Cursor<'a>) -> Option<(u8, &'a [u8])> {
    let tag = cursor.u8("tag").ok()?;
    let length = match cursor.u8("length").ok()? {
        short @ 0..=0x7f => usize::from(short),
        0x81 => usize::from(cursor.u8("length").ok()?),
        0x82 => usize::from(cursor.u16_be("length").ok()?),
        0x83 => {
            let high = usize::from(cursor.u8("length").ok()?);
            high.checked_mul(0x1_0000)?.checked_add(usize::from(cursor.u16_be("length").ok()?))?
        }
        _ => return None,
    };
    Some((tag, cursor.take(length, "element").ok()?))
}

/// The subject of a certificate, as `CN=..., O=...`; none where the bytes are no certificate.
pub(super) fn subject(bytes: &[u8]) -> Option<String> {
    let (0x30, certificate) = element(&mut Cursor::new(bytes))? else { return None };
    let (0x30, signed) = element(&mut Cursor::new(certificate))? else { return None };
    let mut cursor = Cursor::new(signed);
    let (mut tag, _) = element(&mut cursor)?;
    if tag == 0xa0 {
        // The version is optional; the serial number follows.
        tag = element(&mut cursor)?.0;
    }
    if tag != 0x02 {
        return None;
    }
    let (0x30, _algorithm) = element(&mut cursor)? else { return None };
    let (0x30, _issuer) = element(&mut cursor)? else { return None };
    let (0x30, _validity) = element(&mut cursor)? else { return None };
    let (0x30, subject) = element(&mut cursor)? else { return None };
    let name = name(subject);
    (!name.is_empty()).then_some(name)
}

/// Object identifiers of the attributes that are shown (RFC 4519).
const ATTRIBUTES: [(&[u8], &str); 6] = [
    (&[0x55, 4, 3], "CN"),
    (&[0x55, 4, 10], "O"),
    (&[0x55, 4, 11], "OU"),
    (&[0x55, 4, 7], "L"),
    (&[0x55, 4, 6], "C"),
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1], "E"),
];

fn name(subject: &[u8]) -> String {
    let mut shown = Vec::new();
    let mut sets = Cursor::new(subject);
    while let Some((0x31, set)) = element(&mut sets) {
        let Some((0x30, pair)) = element(&mut Cursor::new(set)) else { continue };
        let mut pair = Cursor::new(pair);
        let (Some((0x06, id)), Some((kind, value))) = (element(&mut pair), element(&mut pair)) else { continue };
        if let Some((_, label)) = ATTRIBUTES.iter().find(|(known, _)| *known == id)
            && shown.len() < 16
        {
            // BMPString is UTF-16BE; all others are near enough to UTF-8.
            let text = match kind {
                0x1e => encoding_rs::UTF_16BE.decode_without_bom_handling(value).0.into_owned(),
                _ => String::from_utf8_lossy(value).into_owned(),
            };
            shown.push(format!("{label}={text}"));
        }
    }
    shown.join(", ")
}

/// Subjects of the certificates that stand somewhere in a signature's bytes (PKCS #7 inside Office's own structures).
pub(super) fn subjects_within(bytes: &[u8]) -> Vec<String> {
    let bytes = bytes.get(..LONGEST).unwrap_or(bytes);
    let mut found: Vec<String> = Vec::new();
    let mut at = 0_usize;
    // A certificate is long enough that its length takes two bytes.
    while let Some(next) = bytes.get(at..).and_then(|rest| memchr::memmem::find(rest, &[0x30, 0x82])) {
        at = at.saturating_add(next);
        let rest = bytes.get(at..).unwrap_or_default();
        match subject(rest) {
            Some(subject) => {
                if !found.contains(&subject) {
                    found.push(subject);
                }
                let length = element(&mut Cursor::new(rest)).map_or(0, |(_, content)| content.len());
                at = at.saturating_add(length.max(2));
            }
            None => at = at.saturating_add(2),
        }
        if found.len() >= MOST {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{subject, subjects_within};

    fn der(tag: u8, content: &[u8]) -> Vec<u8> {
        let mut out = vec![tag, 0x82];
        out.extend(u16::try_from(content.len()).unwrap().to_be_bytes());
        out.extend(content);
        out
    }

    #[test]
    fn a_subject() {
        let attribute =
            |id: &[u8], value: &str| der(0x31, &der(0x30, &[der(0x06, id), der(0x0c, value.as_bytes())].concat()));
        let name = der(0x30, &[attribute(&[0x55, 4, 3], "Corp Signer"), attribute(&[0x55, 4, 10], "Corp")].concat());
        let empty = der(0x30, &[]);
        let signed = [der(0xa0, &[]), der(0x02, &[1]), empty.clone(), empty.clone(), empty, name].concat();
        let certificate = der(0x30, &der(0x30, &signed));
        assert_eq!(subject(&certificate).as_deref(), Some("CN=Corp Signer, O=Corp"));
        let inside = [b"junk 0\x82\0".to_vec(), certificate.clone(), certificate.clone()].concat();
        assert_eq!(subjects_within(&inside), ["CN=Corp Signer, O=Corp"]);
        for cut in 0..certificate.len() {
            assert_eq!(subject(&certificate[..cut]), None);
        }
    }
}
