//! Row C1: the same sheet in every container, and containers in containers.

use super::super::Sample;
use super::{CSV, EXPECT, armed};
use crate::make::archive::{Tar, cab, gzip, rar4, rar5, sevenzip, tar};
use crate::make::disk::{fat12, iso, ntfs, partitioned, pdf, udf, vhd_dynamic, vhd_fixed};
use crate::make::opc::{DOCX, Opc};
use crate::make::zip::{Item, Lock, Method, Zip, bzip2, zip};

pub(super) fn samples() -> Vec<Sample> {
    [zips(), others(), packed(), images(), nested()].concat()
}

/// Streams of methods that the test kit has no encoder for, written once by the reference tools.
const XZ: &str = "fd377a585a000004e6d6b4460200210116000000742fe5a30100426e616d652c616d6f756e742c6e6f74650d0a616c6963652c3130\
    2c780d0a626f622c3d636d647c272f632063616c63272141302c790d0a6361726f6c2c31322c7a0d0a000080080d52232d442500015b439e21\
    1c961fb6f37d010000000004595a";
/// Zstandard.
const ZSTD: &str = "28b52ffd0458a101006e616d652c616d6f756e742c6e6f74650a626f622c3d636d647c272f632063616c63272141302c790a6361726f\
    6c2c31322c7a0a7822e9b2";
/// An archive of one LZMA entry.
const LZMA: &str = "504b03043f0002000e001cbf745df540bc9c5300000043000000080000006c6973742e637376090405005d0000800000371849fdfa66\
    13365a76f41621d7c2eff842f213b43cb37570e08d701dc20ec0a11ce0267f394682dc9712a7619a622ef5d5e5d611a736a6c472edc966ec23\
    b07d68425fffe2c37000504b01023f033f0002000e001cbf745df540bc9c53000000430000000800000000000000000000008001000000006c\
    6973742e637376504b0506000000000100010036000000790000000000";

fn from_hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(16)).collect();
    digits.chunks(2).map(|pair| (pair[0] * 16 + pair[1]) as u8).collect()
}

fn packed() -> Vec<Sample> {
    vec![
        sample("c1-xz.csv.xz", from_hex(XZ)),
        sample("c1-zstd.csv.zst", from_hex(ZSTD)),
        sample("c1-lzma.zip", from_hex(LZMA)),
    ]
}

fn sample(name: &'static str, bytes: Vec<u8>) -> Sample {
    Sample { row: "C1", name, bytes, expect: EXPECT }
}

fn one(item: Item) -> Vec<u8> {
    Zip { items: vec![item], ..Zip::default() }.build()
}

fn zips() -> Vec<Sample> {
    let locked = |lock: Lock| one(Item { lock, ..Item::new("list.csv", CSV) });
    vec![
        sample("c1-deflated.zip", one(Item::new("list.csv", CSV))),
        sample("c1-stored.zip", one(Item::stored("list.csv", CSV))),
        sample("c1-bzip2.zip", one(Item { method: Method::Bzip2, ..Item::new("list.csv", CSV) })),
        sample("c1-zip64.zip", one(Item { zip64: true, ..Item::new("list.csv", CSV) })),
        sample("c1-descriptor.zip", one(Item { descriptor: true, ..Item::new("list.csv", CSV) })),
        sample("c1-password-traditional.zip", locked(Lock::Traditional("infected".to_owned()))),
        sample("c1-password-aes128.zip", locked(Lock::Aes("infected".to_owned(), 1))),
        sample("c1-password-aes256.zip", locked(Lock::Aes("infected".to_owned(), 3))),
    ]
}

fn others() -> Vec<Sample> {
    let long = format!("{}/list.csv", "reports".repeat(20));
    vec![
        sample("c1-gzip.csv.gz", gzip("list.csv", CSV)),
        sample("c1-two-members.csv.gz", [gzip("list.csv", &CSV[..30]), gzip("list.csv", &CSV[30..])].concat()),
        sample("c1-bzip2.csv.bz2", bzip2(CSV)),
        sample("c1-ustar.tar", tar(Tar::Ustar, &[("list.csv", CSV)])),
        sample("c1-old.tar", tar(Tar::Old, &[("list.csv", CSV)])),
        sample("c1-pax.tar", tar(Tar::Pax, &[(&long, CSV)])),
        sample("c1-gnu.tar", tar(Tar::Gnu, &[(&long, CSV)])),
        sample("c1-copy.7z", sevenzip("list.csv", CSV)),
        sample("c1-stored4.rar", rar4(&[("list.csv", CSV)])),
        sample("c1-stored5.rar", rar5(&[("list.csv", CSV)])),
        sample("c1-stored.cab", cab(false, &[("list.csv", CSV)])),
        sample("c1-mszip.cab", cab(true, &[("list.csv", CSV)])),
    ]
}

fn images() -> Vec<Sample> {
    vec![
        sample("c1-joliet.iso", iso("list.csv", CSV, true)),
        sample("c1-udf.iso", udf("list.csv", CSV, false)),
        sample("c1-udf-inline.iso", udf("list.csv", CSV, true)),
        sample("c1-ntfs.img", partitioned(7, &ntfs("list.csv", CSV, true))),
        sample("c1-fat12.img", fat12("list.csv", CSV)),
        sample("c1-fixed.vhd", vhd_fixed(&partitioned(7, &ntfs("list.csv", CSV, false)))),
        sample("c1-dynamic.vhd", vhd_dynamic(&partitioned(1, &fat12("list.csv", CSV)))),
        sample("c1-typed.pdf", pdf("list.csv", CSV, 0)),
        sample("c1-object-stream.pdf", pdf("list.csv", CSV, 1)),
        sample("c1-odd-names.pdf", pdf("list.csv", CSV, 2)),
    ]
}

fn nested() -> Vec<Sample> {
    let docx =
        Opc::new().part("word/document.xml", DOCX, armed()).relate("", "officeDocument", "word/document.xml").build();
    let zipped = zip(&[("invoice.docx", &docx)]);
    vec![
        sample("c1-docx.zip", zipped.clone()),
        sample("c1-docx.tar.gz", gzip("a.tar", &tar(Tar::Ustar, &[("a.zip", &zipped)]))),
        sample(
            "c1-docx-in-vhd-in.zip",
            zip(&[("disk.vhd", vhd_dynamic(&partitioned(1, &fat12("invoice.docx", &docx))))]),
        ),
        sample("c1-docx-in-iso-in.zip", zip(&[("disc.iso", iso("invoice.docx", &docx, true))])),
    ]
}
