//! The fast refusal agrees with the slow path.
use super::{NEEDLES, read_all, worth_reading};

#[test]
fn needles_are_control_words() {
    assert!(NEEDLES.iter().all(|needle| needle.starts_with(b"\\")));
    assert!(!worth_reading(b"{\\rtf1 plain DDEAUTO text}"));
    assert!(worth_reading(b"{\\rtf1{\\field{\\*\\fldinst DDE}}}"));
    let _ = read_all;
}
