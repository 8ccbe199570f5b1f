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

/// 7z, LZMA2 and AES, password `infected`, header encrypted.
const SEVENZIP_AES: &str = "377abcaf271c00049c0428f0c0000000000000005300000000000000d3ca8b81993a3b0fd113c68f6d26dda4bc89e6d38d07\
    f06289a884a593d3a817047981ed672f9f6216986c5cb9c635d024bf7a7eaeb88c5ea584fc69275cb15185b34a29d593e55d\
    dbb61e66a9d13a93792ff942ca113164f9929445a256a7c734790a90963813e1a51f6b330299399f41b8395bcfbf02de1782\
    ae2fea37521ce0ee3db25d05fdb4ba7df75bb03d67a898e3840fc34fc0790cf1d15cfc6f4b84ad4bed56ca8a90be0f49e78c\
    183ddb92b4e75f4efc667e6dd4ce5237726c1f6a6e4069de1706500109700a0166dbc75300070b0100022406f1070122c8ff\
    b9f19947a42b4e4d8b8d52bb8808b03ac798600084d56b35c8f1a6656b5ca00423030101055d0000800001000c6a6700080a\
    0157a666a20000";
/// RAR 5, compressed, password `infected`.
const RAR5_LOCKED: &str = "526172211a070100c51a3332030100009b5254561103061c041c0061b7a10c00000452415253726172732f302e31322e330a\
    6d61726b65722d736368656d613d310ad71e2d1a6a020354500443205908250f0000086c6973742e637376300100030f6095\
    d1413b0a89c717595dbd57274d27522c567e85de386cfa4d6554a05d52e2bcdd83b44b3ec74814fc7914220200bf377e72ef\
    22b007ebbe70d8184edd511b2385ebcaf10278f9bd7f938bbd7e5ee181556de493b079dd9841499cead895a7f86485214c75\
    eb0a994428dd4489d838366e9e0034950cc2bcaf8a8eac254132b1a7febbef3d092ab4089207a65f2cebcdb5cc47e8ae2418\
    81ae8261b9415b19b23a3503050000";
/// RAR 5 with encrypted headers, password `infected`.
const RAR5_HEADERS: &str = "526172211a070100f06f0f3e21040000010fc4b9b17381a4c72bfe6481de60fdd408cccb8780f778e9789eb104437eecfa5c\
    c8feff1ef28de3a33e37c6cdcc525565b8aaf682e5370257e1dfacff05fd1ca8253ab73b66d4cbcd0c0d134e6b6915b79f1a\
    ee64d22a0f29021fbeebb8833e8df75cc21e7cb5f76e212360d7726172732f302e31322e330a6d61726b65722d736368656d\
    613d310a5045ea05d9b5bd7676fd11177f5062cab14a8b8c444e9570ea2dce943e5a3c5c5c6f7b73c69839fcf40fe87910bb\
    aba1e2a60920fbecbb8bb81dace3440899af34c8dd23cf7d7cc372c9a6c4c9b89b17a367c1fca1032e2f91a1c770fb435469\
    c82e084b8ce75da040af69b0c1b7eec4d00e86170893ef7f74d340a702e4a6c2de0389f399ccba4eab19a3a2ccd8c477b1a7\
    d7c5d957d4e60c576ffb56ce2cc0602f93000b6feb4773ad185d897ddfa4557fe88d2a4d449d2b7dd2a807349864b7737f7c\
    42f6b45cc74e8f4c37e02dbffa3c9259d10a5ccef90f8236f5c9242d84ee5bb4f4edc34ebb09b3e52daeb8c2";
/// RAR 3, compressed.
const RAR3: &str = "526172211a0700cf907300000d000000000000002ee77a00c024001c0000001c0000000061b7a10c000000001d3004000000\
    000052415253726172732f302e31322e330a6d61726b65722d736368656d613d310ad1187420802800400000004300000000\
    f540bc9c000000001d330800200000006c6973742e637376a7186df1a2adbf36da882e8847a1fbbabd900cc122ba7937d700\
    3bb60fc74558c31983f3ea88fe8f87af03ee4859ea2b7e3c4e8ec6d387dd520a4d6d5b21b400";
/// RAR 3, password `infected`.
const RAR3_LOCKED: &str = "526172211a0700cf907300000d000000000000002ee77a00c024001c0000001c0000000061b7a10c000000001d3004000000\
    000052415253726172732f302e31322e330a6d61726b65722d736368656d613d310a57687424843000400000004300000000\
    f540bc9c000000001d330800200000006c6973742e63737643529ad85c6cafc3ddc8cbbfcce373ea83ba4759da3db7de14bd\
    0fc87997cd637c69ba5ff21906e1457321ef1fa90c52c5f62686aca8fa7dbfe4345bfb26c63af6a3f4768afb9bd3";

fn from_hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(16)).collect();
    digits.chunks(2).map(|pair| (pair[0] * 16 + pair[1]) as u8).collect()
}

fn packed() -> Vec<Sample> {
    vec![
        sample("c1-xz.csv.xz", from_hex(XZ)),
        sample("c1-zstd.csv.zst", from_hex(ZSTD)),
        sample("c1-lzma.zip", from_hex(LZMA)),
        sample("c1-password-headers.7z", from_hex(SEVENZIP_AES)),
        sample("c1-compressed3.rar", from_hex(RAR3)),
        sample("c1-password3.rar", from_hex(RAR3_LOCKED)),
        sample("c1-password5.rar", from_hex(RAR5_LOCKED)),
        sample("c1-password-headers5.rar", from_hex(RAR5_HEADERS)),
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
