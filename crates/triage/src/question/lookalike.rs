//! Domains that look like another: the skeleton of Unicode Technical Standard 39, approximated by a table of what mail
//! domains are faked with, and the number of typing mistakes apart (Damerau and Levenshtein).

/// Letters that look like others: the Latin letter, and what is taken for it (UTS 39, confusables.txt, the part that is
/// met in domain names; digits and pairs from typosquatting).
const CONFUSABLE: &[(char, &str)] = &[
    ('a', "аɑαａàáâãäåāăą@4"),
    ('b', "ЬƄｂ"),
    ('c', "сϲⅽｃçćč"),
    ('d', "ԁⅾｄđď"),
    ('e', "еҽｅèéêëēĕėęě3"),
    ('f', "ſｆ"),
    ('g', "ɡցｇğģ9"),
    ('h', "һհｈħ"),
    ('i', "іɩιıｉìíîïīĭįl1|ⅼӏΙ"),
    ('j', "јϳｊ"),
    ('k', "κкｋ"),
    ('m', "ⅿｍ"),
    ('n', "ոｎñńņňη"),
    ('o', "оοօσｏòóôõöøōŏő0"),
    ('p', "рρｐ"),
    ('q', "ԛգｑ"),
    ('r', "гｒŕř"),
    ('s', "ѕʂｓśşš5"),
    ('t', "тｔţť7"),
    ('u', "υսцｕùúûüũūŭů"),
    ('v', "νѵｖⅴ"),
    ('w', "ԝѡｗ"),
    ('x', "хⅹｘ×"),
    ('y', "уүｙýÿ"),
    ('z', "ｚźżž2"),
];

/// Pairs of letters that look like one.
const PAIRS: [(&str, &str); 4] = [("rn", "m"), ("vv", "w"), ("cl", "d"), ("nn", "m")];

/// What a domain looks like.
fn skeleton(domain: &str) -> String {
    let mut out = String::with_capacity(domain.len());
    for letter in domain.chars().flat_map(char::to_lowercase) {
        let plain = CONFUSABLE.iter().find(|(plain, looks)| *plain == letter || looks.contains(letter));
        match plain {
            Some((plain, _)) => out.push(*plain),
            None if letter == '-' => {}
            None => out.push(letter),
        }
    }
    for (pair, one) in PAIRS {
        out = out.replace(pair, one);
    }
    out
}

/// Decodes the labels of an internationalised domain (RFC 3492); what is no Punycode stays.
fn decoded(domain: &str) -> String {
    let labels = domain.split('.').map(|label| {
        let encoded = label.get(..4).filter(|prefix| prefix.eq_ignore_ascii_case("xn--")).and_then(|_| label.get(4..));
        encoded.and_then(punycode).unwrap_or_else(|| label.to_owned())
    });
    labels.collect::<Vec<_>>().join(".")
}

/// RFC 3492, section 6.2.
fn punycode(text: &str) -> Option<String> {
    const LONGEST: usize = 63;
    if text.len() > LONGEST {
        return None;
    }
    let (basic, encoded) = text.rsplit_once('-').unwrap_or(("", text));
    let mut out: Vec<char> = basic.chars().collect();
    let (mut n, mut i, mut bias, mut first) = (128_u32, 0_u32, 72_u32, true);
    let mut digits = encoded.bytes().peekable();
    while digits.peek().is_some() {
        let (old, mut weight, mut k) = (i, 1_u32, 36_u32);
        loop {
            let digit = match digits.next()? {
                byte @ b'a'..=b'z' => u32::from(byte - b'a'),
                byte @ b'A'..=b'Z' => u32::from(byte - b'A'),
                byte @ b'0'..=b'9' => u32::from(byte - b'0') + 26,
                _ => return None,
            };
            i = i.checked_add(digit.checked_mul(weight)?)?;
            let threshold = k.saturating_sub(bias).clamp(1, 26);
            if digit < threshold {
                break;
            }
            weight = weight.checked_mul(36 - threshold)?;
            k += 36;
        }
        let length = u32::try_from(out.len()).ok()? + 1;
        bias = adapt(i - old, length, first);
        first = false;
        n = n.checked_add(i / length)?;
        i %= length;
        out.insert(usize::try_from(i).ok()?, char::from_u32(n)?);
        i += 1;
    }
    Some(out.into_iter().collect())
}

/// RFC 3492, section 6.1.
fn adapt(delta: u32, length: u32, first: bool) -> u32 {
    let mut delta = if first { delta / 700 } else { delta / 2 };
    delta += delta / length;
    let mut k = 0;
    while delta > 455 {
        delta /= 35;
        k += 36;
    }
    k + 36 * delta / (delta + 38)
}

/// The protected domain that another looks like, without being it or a part of it.
pub(super) fn looks_like<'p>(domain: &str, protected: &'p [String], distance: usize) -> Option<&'p str> {
    let domain = domain.trim_end_matches('.').to_lowercase();
    let shown = decoded(&domain);
    let own = protected.iter().any(|known| {
        let known = known.to_lowercase();
        domain == known || domain.strip_suffix(&known).is_some_and(|rest| rest.ends_with('.'))
    });
    if own || domain.is_empty() {
        return None;
    }
    protected.iter().map(String::as_str).find(|known| {
        let known = known.to_lowercase();
        if skeleton(&shown) == skeleton(&known) {
            return true;
        }
        // Short names are near to half of all names: the part before the last dot must be long enough to mean something.
        let stem = |name: &str| name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned();
        let (a, b) = (stem(&shown), stem(&known));
        let long = b.chars().count() > distance * 2 && b.chars().count() >= 4;
        let same_stem = a == b && a.chars().count() >= 4;
        let near = strsim::damerau_levenshtein(&a, &b) <= distance;
        same_stem || (long && near) || a.contains(&format!("{b}-")) || a.contains(&format!("-{b}"))
    })
}

#[cfg(test)]
mod tests {
    use super::looks_like;

    #[test]
    fn fakes_are_seen_and_neighbours_are_not() {
        let protected = ["corp.example".to_owned(), "partner.example".to_owned()];
        for fake in [
            "c0rp.example",
            "cοrp.example",
            "partmer.example",
            "partnre.example",
            "par-tner.example",
            "corp-mail.example",
            "pаrtner.example",
            "corp.test",
        ] {
            let found = looks_like(fake, &protected, 2);
            assert!(found.is_some(), "{fake}");
        }
        assert_eq!(looks_like("xn--crp-sed.example", &protected, 2), Some("corp.example"));
        for other in ["corp.example", "mail.corp.example", "PARTNER.example", "invoices.example", "weather.example", ""]
        {
            assert_eq!(looks_like(other, &protected, 2), None, "{other}");
        }
    }
}
