//! Archives that must stay silent.

use super::super::{Expect, Sample};
use super::harmless;
use crate::make::archive::{Tar, cab, gzip, rar5, sevenzip, tar};
use crate::make::disk::{fat12, iso, pdf, vhd_fixed};
use crate::make::opc::{DOCX, Opc};
use crate::make::zip::{Item, Zip, zip};

/// A sheet that talks of DDE and has nothing of it.
const PLAIN: &[u8] = b"topic,number,handle\r\nDDE and DDEAUTO explained,-5,@name\r\ncmd | calc,+1 555 123,a=b\r\n";

pub(super) fn samples() -> Vec<Sample> {
    let sample = |name: &'static str, bytes: Vec<u8>| Sample { row: "C1", name, bytes, expect: Expect::Silent };
    let docx = Opc::new()
        .part("word/document.xml", DOCX, harmless())
        .part("word/media/image1.png", "", b"\x89PNG\r\n\x1a\n DDEAUTO cmd".to_vec())
        .relate("", "officeDocument", "word/document.xml")
        .relate("word/document.xml", "image", "media/image1.png")
        .default_type("png", "image/png");
    let junk = Zip { items: docx.items(), junk: b"MZ stub".to_vec(), ..Zip::default() };
    let program = [b"MZ".to_vec(), vec![0; 62], b"=cmd|'/c calc'!A0".to_vec()].concat();
    vec![
        sample("near-plain.zip", zip(&[("list.csv", PLAIN)])),
        sample("near-names.zip", zip(&[("=cmd|'/c calc'!A0.txt", b"nothing".as_slice())])),
        sample(
            "near-folders.zip",
            Zip { items: vec![Item::stored("a/", ""), Item::new("a/b", PLAIN)], ..Zip::default() }.build(),
        ),
        sample("near-empty.zip", Zip::default().build()),
        sample("near-program.zip", zip(&[("tool.exe", program)])),
        sample("near-picture.docx", docx.build()),
        sample("near-junk.docx", junk.build()),
        sample("near-plain.csv.gz", gzip("list.csv", PLAIN)),
        sample("near-plain.tar", tar(Tar::Ustar, &[("list.csv", PLAIN)])),
        sample("near-plain.7z", sevenzip("list.csv", PLAIN)),
        sample("near-plain.rar", rar5(&[("list.csv", PLAIN)])),
        sample("near-plain.cab", cab(true, &[("list.csv", PLAIN)])),
        sample("near-plain.iso", iso("list.csv", PLAIN, true)),
        sample("near-plain.img", fat12("list.csv", PLAIN)),
        sample("near-plain.vhd", vhd_fixed(&fat12("list.csv", PLAIN))),
        sample("near-plain.pdf", pdf("list.csv", PLAIN, 1)),
    ]
}
