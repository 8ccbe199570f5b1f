//! Texts that are remembered from record to record have an end: what a hostile log says in place of a name is not kept whole.

use std::hash::{DefaultHasher, Hash, Hasher};

/// Bytes of a host's, channel's or other name; Windows' own are no longer than 255 characters.
const NAME: usize = 256;
/// Bytes of a value that groups or is counted.
const TOKEN: usize = 1024;

/// A name, without what no real one has.
pub(crate) fn name(text: &str) -> &str {
    clip(text, NAME)
}

/// The beginning of a text, of at most so many bytes.
pub(crate) fn clip(text: &str, most: usize) -> &str {
    text.get(..text.floor_char_boundary(most)).unwrap_or_default()
}

/// A value to be compared: a long one as its beginning and a digest of the whole, without ASCII case, so that different
/// ones stay different.
pub(crate) fn token(text: String) -> String {
    if text.len() <= TOKEN {
        return text;
    }
    let mut hash = DefaultHasher::new();
    text.to_ascii_lowercase().hash(&mut hash);
    format!("{}... ({} bytes, {:016x})", clip(&text, TOKEN - 64), text.len(), hash.finish())
}

#[cfg(test)]
mod tests {
    use super::{name, token};

    #[test]
    fn long_texts_are_cut_and_stay_apart() {
        assert_eq!(name("host"), "host");
        assert_eq!(name(&"\u{fc}".repeat(300)).len(), 256);
        let long = |end: &str| token(format!("{}{end}", "x".repeat(5_000)));
        assert!(long("a").len() <= 1024 && long("a") != long("b") && long("a").ends_with(')'));
        assert_eq!(token("x".repeat(1024)).len(), 1024);
        assert_eq!(long("A").split("...").nth(1), long("a").split("...").nth(1));
    }
}
