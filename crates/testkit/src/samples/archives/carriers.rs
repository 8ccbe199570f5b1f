//! Row C1: the same sheet in every container, and containers in containers.

use super::super::Sample;
use super::{CSV, EXPECT, armed};
use crate::make::archive::{Tar, cab, gzip, rar4, rar5, sevenzip, tar};
use crate::make::disk::{fat12, iso, ntfs, partitioned, pdf, udf, vhd_dynamic, vhd_fixed};
use crate::make::opc::{DOCX, Opc};
use crate::make::zip::{Item, Lock, Method, Zip, bzip2, zip};

pub(super) fn samples() -> Vec<Sample> {
    [zips(), others(), images(), nested()].concat()
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
