//! Archives that ask for more than they may have (facts 4.2 rows 18 and 26). Each must end in a diagnostic, soon.

use super::CSV;
use crate::make::archive::{Tar, gzip, tar};
use crate::make::zip::{Item, Zip, deflate, overlap_bomb, zip};

/// Name, bytes, and the beginning of a diagnostic id that must be told.
#[must_use]
pub fn bombs() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    vec![
        ("overlap.zip", overlap_bomb(250, 4 << 20), "limit."),
        ("full-overlap.zip", full_overlap(2000, 8 << 20), "note.archive"),
        ("ratio.zip", zip(&[("zeros", vec![0; 70 << 20])]), "limit."),
        ("ratio.gz", gzip("zeros", &vec![0; 70 << 20]), "limit."),
        ("many.zip", many(12_000), "limit.parts"),
        ("deep.zip", deep(500), "limit.depth"),
        ("quine.gz", gzip_forever(), "limit."),
        ("tree.zip", tree(5, 16), "limit."),
        ("lying-sizes.zip", lying(), "broken."),
        ("many.tar", tar(Tar::Ustar, &vec![("list.csv", &CSV[..20]); 12_000]), "limit.parts"),
    ]
}

/// A central directory that names one entry under many names.
fn full_overlap(count: usize, size: usize) -> Vec<u8> {
    let single = zip(&[("0000", vec![0; size])]);
    let end = single.len() - 22;
    let start = u32::from_le_bytes([single[end + 16], single[end + 17], single[end + 18], single[end + 19]]) as usize;
    let central = single[start..end].to_vec();
    let mut out = single[..start].to_vec();
    for index in 0..count {
        let mut header = central.clone();
        header[46..50].copy_from_slice(format!("{index:04}").as_bytes());
        out.extend(header);
    }
    let mut tail = single[end..].to_vec();
    tail[8..10].copy_from_slice(&(count as u16).to_le_bytes());
    tail[10..12].copy_from_slice(&(count as u16).to_le_bytes());
    tail[12..16].copy_from_slice(&((central.len() * count) as u32).to_le_bytes());
    out.extend(tail);
    out
}

fn many(count: usize) -> Vec<u8> {
    let items = (0..count).map(|index| Item::stored(&format!("{index}.csv"), "a,b\r\n1,2\r\n")).collect();
    Zip { items, ..Zip::default() }.build()
}

/// An archive in an archive in an archive, with the sheet at the bottom.
fn deep(levels: usize) -> Vec<u8> {
    let mut bytes = CSV.to_vec();
    for _ in 0..levels {
        bytes = Zip { items: vec![Item::stored("in.zip", bytes)], ..Zip::default() }.build();
    }
    bytes
}

/// Layers of gzip: what a file that unpacks to itself does to a scanner.
fn gzip_forever() -> Vec<u8> {
    let mut bytes = CSV.to_vec();
    for _ in 0..200 {
        bytes = gzip("again", &bytes);
    }
    bytes
}

/// Every archive holds `width` copies of the one below.
fn tree(levels: usize, width: usize) -> Vec<u8> {
    let mut bytes = vec![b'x'; 1000];
    for _ in 0..levels {
        let items = (0..width).map(|index| Item::new(&format!("{index}.zip"), bytes.clone())).collect();
        bytes = Zip { items, ..Zip::default() }.build();
    }
    bytes
}

/// Declared sizes of four gigabytes, and a stream that is not there.
fn lying() -> Vec<u8> {
    let items =
        vec![Item { size: Some(u32::MAX), central_compressed: Some(u32::MAX - 1), ..Item::stored("x", deflate(CSV)) }];
    Zip { items, ..Zip::default() }.build()
}
