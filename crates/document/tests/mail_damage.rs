//! Damaged RTF documents and mails: never a panic, never silence about what is cut off.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use ddefend_testkit::{Sample, collect, samples};

fn all() -> Vec<Sample> {
    let mut all = samples::rtf::samples();
    all.extend(samples::mail::samples());
    all
}

/// A small generator of numbers, the same on every run.
fn next(state: &mut u64) -> usize {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*state >> 33).unwrap()
}

#[test]
fn cut_at_every_sixteenth() {
    for sample in all() {
        for part in 1..16 {
            let cut = &sample.bytes[..sample.bytes.len() * part / 16];
            let _ = collect(sample.name, cut);
        }
    }
}

#[test]
fn flipped_and_filled() {
    for sample in all() {
        let mut state = sample.bytes.len() as u64;
        for round in 0..12 {
            let mut bytes = sample.bytes.clone();
            for _ in 0..8 {
                let at = next(&mut state) % bytes.len();
                match round % 3 {
                    0 => bytes[at] ^= 1 << (next(&mut state) % 8),
                    1 => bytes[at..].iter_mut().take(4).for_each(|byte| *byte = 0xff),
                    _ => bytes[at..].iter_mut().take(4).for_each(|byte| *byte = 0),
                }
            }
            let _ = collect(sample.name, &bytes);
        }
    }
}

#[test]
fn a_cut_document_tells_it() {
    let rtf = samples::rtf::samples().into_iter().find(|sample| sample.name == "r1-ddeauto.rtf").unwrap();
    let found = collect("cut.rtf", &rtf.bytes[..rtf.bytes.len() - 12]);
    assert!(found.codes().contains(&"broken.truncated"), "{:?}", found.codes());
    let item = samples::mail::samples().into_iter().find(|sample| sample.name == "m2-body.dat").unwrap();
    let found = collect("cut.dat", &item.bytes[..item.bytes.len() - 20]);
    assert!(found.walked.diagnostics.iter().any(ddefend_model::Diagnostic::is_gap), "{:?}", found.codes());
}

#[test]
fn deep_and_long() {
    let braces = [b"{\\rtf1".as_slice(), &vec![b'{'; 300_000], b"\\field\\fldinst DDEAUTO cmd \"/c calc\""].concat();
    assert_eq!(collect("a.rtf", &braces).dde(), ["cmd|/c calc!"]);
    let fields = format!("{{\\rtf1 {}", "{\\field{\\*\\fldinst DDEAUTO cmd \"/c calc\" ".repeat(2_000));
    let found = collect("a.rtf", fields.as_bytes());
    assert!(!found.dde().is_empty());
    assert!(found.codes().contains(&"limit.structure"), "{:?}", found.codes());
    let objects = format!("{{\\rtf1 {}", "{\\object{\\*\\objdata 0105".repeat(5_000));
    let _ = collect("a.rtf", objects.as_bytes());
    let escapes = format!("{{\\rtf1{{\\object{{\\*\\objdata {}", "4\\'41".repeat(20_000));
    let _ = collect("a.rtf", escapes.as_bytes());
    let parts: String = (0..300).map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n")).collect();
    let found = collect("a.eml", format!("From: a\nTo: b\n{parts}").as_bytes());
    assert!(found.codes().contains(&"limit.structure"), "{:?}", found.codes());
    let lines = format!("From: a\nTo: b\nContent-Type: multipart/mixed; boundary=b\n\n{}", "--b\n".repeat(20_000));
    let found = collect("a.eml", lines.as_bytes());
    assert!(found.codes().contains(&"limit.parts"), "{:?}", found.codes());
    let mut lzfu = vec![0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff, 0x7f];
    lzfu.extend(*b"LZFu\0\0\0\0");
    lzfu.extend([0xff; 4_096]);
    let budget = ddefend_guard::Budget::new(ddefend_guard::Limits::default(), ddefend_guard::Stop::default());
    assert!(ddefend_container::lzfu::decompress(&lzfu, &budget).bytes.len() < 100_000);
}
