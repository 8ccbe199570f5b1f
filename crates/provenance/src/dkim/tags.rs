//! Tag lists (RFC 6376 3.2).

/// `tag=value` pairs in their order, names as written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags {
    pairs: Vec<(String, String)>,
}

/// Tags that are kept.
const MOST: usize = 64;

impl Tags {
    /// Reads a list; what has no `=` is passed over.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let pairs = text.split(';').filter_map(|pair| pair.split_once('='));
        let pairs = pairs.map(|(tag, value)| (tag.trim().to_owned(), value.trim().to_owned()));
        Self { pairs: pairs.take(MOST).collect() }
    }

    /// The first value of a tag.
    #[must_use]
    pub fn get(&self, tag: &str) -> Option<&str> {
        self.pairs.iter().find(|(name, _)| name == tag).map(|(_, value)| value.as_str())
    }

    /// The first tag that stands there twice.
    #[must_use]
    pub fn repeated(&self) -> Option<&str> {
        let mut seen = std::collections::BTreeSet::new();
        self.pairs.iter().map(|(tag, _)| tag.as_str()).find(|tag| !seen.insert(*tag))
    }
}

/// The value of a signature field with what stands behind `b=` taken out (RFC 6376 3.7).
pub(super) fn without_signature(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    for (index, pair) in value.split(|byte| *byte == b';').enumerate() {
        if index > 0 {
            out.push(b';');
        }
        let equals = pair.iter().position(|byte| *byte == b'=');
        match equals {
            Some(at) if pair.get(..at).unwrap_or_default().trim_ascii() == b"b" => {
                out.extend_from_slice(pair.get(..=at).unwrap_or_default());
            }
            _ => out.extend_from_slice(pair),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Tags, without_signature};

    #[test]
    fn tags() {
        let tags = Tags::parse("v=1; a = rsa-sha256;d=corp.example ; x; b=ab=c");
        assert_eq!((tags.get("a"), tags.get("b"), tags.get("x")), (Some("rsa-sha256"), Some("ab=c"), None));
        assert_eq!(tags.repeated(), None);
        assert_eq!(Tags::parse("d=a; d=b").repeated(), Some("d"));
        assert_eq!(without_signature(b" v=1;\r\n b = ab\r\n c;bh=x"), b" v=1;\r\n b =;bh=x");
        assert_eq!(without_signature(b"v=1; b=abc"), b"v=1; b=");
    }
}
