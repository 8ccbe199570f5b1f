//! Archives other than ZIP, and disk images.

use super::{Bomb, bomb, sample};
use crate::make::archive::{Tar, gzip, tar};
use crate::make::disk::{fat12, ntfs, vhd_dynamic, vhdx};

pub(super) const BOMBS: &[Bomb] = &[
    bomb(10, "7z-header-offset-lies.7z", "broken.structure", || filled("c1-copy.7z", 12, 20)),
    bomb(10, "7z-header-size-lies.7z", "broken.structure", || filled("c1-copy.7z", 20, 28)),
    bomb(10, "7z-header-bytes-lie.7z", "broken.structure", || tail("c1-copy.7z", 24)),
    bomb(10, "rar5-sizes-lie.rar", "broken.structure", || filled("c1-stored5.rar", 12, 40)),
    bomb(10, "rar4-sizes-lie.rar", "broken.structure", || filled("c1-stored4.rar", 20, 40)),
    bomb(10, "cab-sizes-lie.cab", "broken.truncated", || filled("c1-stored.cab", 36, 60)),
    bomb(10, "cab-offset-lies.cab", "broken.truncated", || filled("c1-mszip.cab", 16, 20)),
    bomb(8, "iso-folder-in-itself.iso", "dde", iso_circle),
    bomb(10, "iso-sizes-lie.iso", "dde", || filled("c1-joliet.iso", 16 * 2048 + 156, 16 * 2048 + 190)),
    bomb(10, "iso-descriptors-without-end.iso", "quiet", || {
        let mut bytes = vec![0; 16 * 2048];
        for _ in 0..2000 {
            let mut block = vec![0; 2048];
            block[..7].copy_from_slice(b"\x01CD001\x01");
            bytes.extend(block);
        }
        bytes
    }),
    bomb(10, "udf-sizes-lie.iso", "broken.structure", || {
        let mut bytes = sample("c1-udf.iso");
        let from = bytes.len() / 2;
        for at in (from..bytes.len()).step_by(37) {
            bytes[at] = 0xff;
        }
        bytes
    }),
    bomb(10, "vhd-sizes-lie.vhd", "unreadable.format", || {
        let mut bytes = vhd_dynamic(&fat12("a.csv", LIST));
        let end = bytes.len() - 512;
        bytes[end + 40..end + 56].fill(0xff);
        bytes[40..56].fill(0xff);
        bytes[512 + 28..512 + 36].fill(0xff);
        bytes
    }),
    bomb(10, "vhd-block-of-four-gigabytes.vhd", "unreadable.format", || {
        let mut bytes = vhd_dynamic(&fat12("a.csv", LIST));
        bytes[512 + 32..512 + 36].fill(0xff);
        bytes
    }),
    bomb(10, "vhdx-sizes-lie.vhdx", "unreadable.format", || {
        let mut bytes = vhdx(&fat12("a.csv", LIST));
        let length = bytes.len();
        let at = (3 << 20).min(length.saturating_sub(1));
        let end = (at + 4096).min(length);
        bytes[at..end].fill(0xff);
        bytes
    }),
    bomb(8, "fat-chain-in-a-circle.img", "dde", || {
        let mut bytes = fat12("a.csv", &LIST.repeat(200));
        for byte in &mut bytes[515..1024] {
            *byte = 0x02;
        }
        bytes
    }),
    bomb(10, "fat-header-lies.img", "unreadable.format", || {
        let mut bytes = fat12("a.csv", LIST);
        bytes[11..36].fill(0xff);
        bytes
    }),
    bomb(10, "ntfs-runs-lie.img", "dde", || {
        let mut bytes = ntfs("a.csv", LIST, false);
        let length = bytes.len();
        for at in (length / 2..length).step_by(41) {
            bytes[at] = 0xff;
        }
        bytes
    }),
    bomb(10, "ntfs-header-lies.img", "broken.structure", || {
        let mut bytes = ntfs("a.csv", LIST, true);
        bytes[11..80].fill(0xff);
        bytes
    }),
    bomb(10, "tar-size-lies.tar", "dde", || {
        let mut bytes = tar(Tar::Ustar, &[("a.csv", LIST), ("b.csv", LIST)]);
        bytes[1024 + 124..1024 + 136].copy_from_slice(b"77777777777\0");
        bytes
    }),
    bomb(10, "tar-size-of-256-bits.tar", "dde", || {
        let mut bytes = tar(Tar::Gnu, &[("a.csv", LIST), ("b.csv", LIST)]);
        bytes[1024 + 124..1024 + 136].fill(0xff);
        bytes
    }),
    bomb(16, "tar-names.tar", "dde", || {
        tar(Tar::Ustar, &[("../../a.csv", LIST), ("/etc/b.csv", LIST), ("C:\\c.csv", LIST)])
    }),
    bomb(18, "tar-hundred-thousand-members.tar", "dde", || {
        [tar(Tar::Ustar, &[("a.csv", LIST)])[..1024].to_vec(), tar(Tar::Ustar, &vec![("a.csv", &b""[..]); 50_000])]
            .concat()
    }),
    bomb(18, "gzip-ratio.gz", "limit.ratio", || gzip("a.csv", &vec![b'a'; 80 << 20])),
    bomb(18, "gzip-hundred-thousand-members.gz", "dde", || gzip("a", b"=cmd|'/c calc'!A0\n").repeat(50_000)),
    bomb(10, "gzip-header-without-end.gz", "broken.compression", || {
        [b"\x1f\x8b\x08\x18\0\0\0\0\0\x03".to_vec(), vec![b'a'; 1 << 20]].concat()
    }),
    bomb(18, "bzip2-ratio.bz2", "limit.ratio", || crate::make::zip::bzip2(&vec![b'a'; 80 << 20])),
    bomb(18, "bzip2-signatures.bz2", "note.extension", || b"BZh9".repeat(100_000)),
    bomb(10, "xz-dictionary-lies.xz", "broken.compression", || {
        [b"\xfd7zXZ\0\0\x04\xe6\xd6\xb4\x46\x02\0\x21\x01\x28\0\0\0".to_vec(), vec![0xff; 4000]].concat()
    }),
    bomb(10, "lzma-dictionary-lies.lzma", "unreadable.format", || {
        [b"\x5d\0\0\0\x80\xff\xff\xff\xff\xff\xff\xff\xff".to_vec(), vec![0; 4000]].concat()
    }),
    bomb(10, "zstd-window-lies.zst", "broken.compression", || {
        [b"\x28\xb5\x2f\xfd\0\xf8".to_vec(), vec![0x55; 4000]].concat()
    }),
    bomb(10, "access-pages-lie.mdb", "quiet", || {
        let mut bytes = sample("p3-dde.mdb");
        let length = bytes.len();
        for at in (4096.min(length)..length).step_by(29) {
            bytes[at] = 0xff;
        }
        bytes
    }),
];

const LIST: &[u8] = b"a,b\r\n1,=cmd|'/c calc'!A0\r\n";

/// A sample with some bytes all ones.
fn filled(name: &str, from: usize, to: usize) -> Vec<u8> {
    let mut bytes = sample(name);
    let to = to.min(bytes.len());
    if let Some(range) = bytes.get_mut(from..to) {
        range.fill(0xff);
    }
    bytes
}

/// A sample with its last bytes all ones.
fn tail(name: &str, count: usize) -> Vec<u8> {
    let length = sample(name).len();
    filled(name, length.saturating_sub(count), length)
}

/// A disc whose every folder is the root again: extents of all records are the root's.
fn iso_circle() -> Vec<u8> {
    let mut bytes = sample("c1-joliet.iso");
    let root = 16 * 2048 + 156;
    let Some(extent) = bytes.get(root + 2..root + 18).map(<[u8]>::to_vec) else { return bytes };
    let start = u32::from_le_bytes([extent[0], extent[1], extent[2], extent[3]]) as usize * 2048;
    let mut at = start;
    for _ in 0..8 {
        let length = bytes.get(at).copied().unwrap_or(0) as usize;
        if length < 34 || at + length > bytes.len() {
            break;
        }
        bytes[at + 2..at + 18].copy_from_slice(&extent);
        bytes[at + 25] |= 2;
        at += length;
    }
    bytes
}
