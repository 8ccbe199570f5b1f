//! Packed streams: whole, cut off, damaged, bombs.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use ddefend_guard::decode::Stopped;
use ddefend_guard::stream::{Allowance, Packing, Unpack, Zip, kind, open};
use ddefend_model::code;
use std::io::{Cursor, Read, Write};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

/// A zip of one stored and one deflated member; with `lie` the directory points twice at the second.
fn zip(stored: &[u8], packed: &[u8], lie: bool) -> Vec<u8> {
    let mut out = Vec::new();
    let mut entries = Vec::new();
    for (name, method, plain) in [("a.json", 0_u16, stored), ("dir/b.json", 8, packed)] {
        let data = if method == 8 { deflate(plain) } else { plain.to_vec() };
        let offset = out.len() as u32;
        let sizes = [data.len() as u32, plain.len() as u32].map(u32::to_le_bytes).concat();
        let mut head = vec![20, 0, 0, 0];
        head.extend(method.to_le_bytes());
        head.extend([0; 8]);
        head.extend(sizes);
        head.extend((name.len() as u16).to_le_bytes());
        head.extend([0, 0]);
        out.extend(b"PK\x03\x04");
        out.extend(&head);
        out.extend(name.bytes());
        out.extend(data);
        entries.push((name, head, offset));
    }
    let start = out.len() as u32;
    let last = entries.last().cloned().unwrap();
    if lie {
        entries.push(last);
    }
    for (name, head, offset) in &entries {
        out.extend(b"PK\x01\x02\x14\x00");
        out.extend(head);
        out.extend([0; 10]);
        out.extend(offset.to_le_bytes());
        out.extend(name.bytes());
    }
    let size = out.len() as u32 - start;
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend((entries.len() as u16).to_le_bytes().repeat(2));
    out.extend(size.to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0, 0]);
    out
}

fn drain(mut unpacked: Unpack<'_>) -> (Vec<u8>, Option<Stopped>) {
    let mut out = Vec::new();
    unpacked.read_to_end(&mut out).unwrap();
    (out, unpacked.stopped())
}

fn text() -> Vec<u8> {
    (0..60_000)
        .flat_map(|number: u32| {
            format!("{{\"line\":{number},\"x\":{}}}\n", number.wrapping_mul(2_654_435_761)).into_bytes()
        })
        .collect()
}

#[test]
fn whole_streams_and_those_that_follow_one_another() {
    let plain = text();
    let both = [plain.clone(), plain.clone()].concat();
    for (packing, packed) in [(Packing::Gzip, gzip(&plain)), (Packing::Zstd, zstd(&plain))] {
        assert_eq!(kind(&packed), Some(packing));
        assert_eq!(drain(open(packing, &*packed, Allowance::default())), (plain.clone(), None));
        let twice = [packed.clone(), packed].concat();
        assert_eq!(drain(open(packing, &*twice, Allowance::default())), (both.clone(), None));
    }
    let mut skippable = vec![0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
    skippable.extend(zstd(&plain));
    assert_eq!(kind(&skippable), Some(Packing::Zstd));
    assert_eq!(drain(open(Packing::Zstd, &*skippable, Allowance::default())), (plain.clone(), None));
    let archive = zip(b"stored", &plain, false);
    assert_eq!(kind(&archive), Some(Packing::Zip));
    // Without seeking: the first member.
    assert_eq!(drain(open(Packing::Zip, &*archive, Allowance::default())), (b"stored".to_vec(), None));
}

#[test]
fn streams_that_break_off_keep_their_head() {
    let plain = text();
    for (packing, packed) in [(Packing::Gzip, gzip(&plain)), (Packing::Zstd, zstd(&plain))] {
        let cut = &packed[..packed.len() * 3 / 4];
        let (head, stopped) = drain(open(packing, cut, Allowance::default()));
        assert_eq!(stopped, Some(Stopped::Truncated), "{packing:?}");
        assert!(head.len() > plain.len() / 2 && plain.starts_with(&head), "{packing:?} {}", head.len());
        let garbage = [packed.clone(), b"garbage behind it".to_vec()].concat();
        let (head, stopped) = drain(open(packing, &*garbage, Allowance::default()));
        assert!(head == plain && stopped.is_some(), "{packing:?}");
    }
}

#[test]
fn bombs_end_at_the_limit() {
    let zeros = vec![0; 64 << 20];
    let allowance = Allowance { total: 1 << 30, ratio: 100, grace: 1 << 20, members: 10 };
    for (packing, packed) in [(Packing::Gzip, gzip(&zeros)), (Packing::Zstd, zstd(&zeros))] {
        let (out, stopped) = drain(open(packing, &*packed, allowance));
        assert!(out.len() < 32 << 20, "{packing:?} {}", out.len());
        assert!(matches!(stopped, Some(Stopped::Limit(limit)) if limit.code == code::LIMIT_RATIO), "{stopped:?}");
        let small = Allowance { total: 1000, ..Allowance::default() };
        let (out, stopped) = drain(open(packing, &*packed, small));
        assert_eq!(out.len(), 1000);
        assert!(matches!(stopped, Some(Stopped::Limit(limit)) if limit.code == code::LIMIT_TOTAL_SIZE));
    }
}

#[test]
fn members_of_archives() {
    let plain = text();
    let archive = zip(b"stored", &plain, false);
    let mut opened = Zip::new(Cursor::new(&archive), Allowance::default()).unwrap();
    let names: Vec<String> = opened.members().iter().map(|member| member.name.clone()).collect();
    assert_eq!(names, ["a.json", "dir/b.json"]);
    assert_eq!(drain(opened.member(0, Allowance::default()).unwrap()), (b"stored".to_vec(), None));
    assert_eq!(drain(opened.member(1, Allowance::default()).unwrap()), (plain.clone(), None));
    assert_eq!(opened.stopped(), None);
    // Without its directory the local headers lead.
    let broken = &archive[..archive.len() - 60];
    let mut opened = Zip::new(Cursor::new(broken), Allowance::default()).unwrap();
    assert!(opened.stopped().is_some());
    assert_eq!(drain(opened.member(1, Allowance::default()).unwrap()).0, plain);
    // A member that breaks off keeps its head.
    let cut = &archive[..archive.len() / 2];
    let mut opened = Zip::new(Cursor::new(cut), Allowance::default()).unwrap();
    let (head, stopped) = drain(opened.member(1, Allowance::default()).unwrap());
    assert!(plain.starts_with(&head) && head.len() > 1000 && stopped == Some(Stopped::Truncated));
    assert!(Zip::new(Cursor::new(b"no archive"), Allowance::default()).is_err());
}

#[test]
fn members_that_overlap_share_one_allowance() {
    let archive = zip(b"stored", &vec![0; 8 << 20], true);
    let allowance = Allowance { total: 1 << 30, ratio: 10, grace: 10 << 20, members: 100 };
    let mut opened = Zip::new(Cursor::new(&archive), allowance).unwrap();
    assert_eq!(opened.members().len(), 3);
    let mut all = 0;
    for index in 0..3 {
        let mut unpacked = opened.member(index, allowance).unwrap();
        std::io::copy(&mut unpacked, &mut std::io::sink()).unwrap();
        let produced = unpacked.produced();
        drop(unpacked);
        opened.book(produced);
        all += produced;
    }
    assert!(all <= 10 << 20, "{all}");
}
