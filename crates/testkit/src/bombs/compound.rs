//! Compound files and the binary formats inside them.

use super::{Bomb, bomb, replace, sample};
use crate::make::biff::{Workbook, extern_name, record, supbook};
use crate::make::cfb::{Cfb, Damage};
use crate::make::{crypto, ole, ppt, xlsb};
use ddefend_model::code;

pub(super) const BOMBS: &[Bomb] = &[
    bomb(1, "cfb-stream-of-four-gigabytes.xls", "dde", || patched(|row| row[120..124].fill(0xff))),
    bomb(1, "cfb-stream-of-all-ones.xls", "dde", || patched(|row| row[120..128].fill(0xff))),
    bomb(1, "cfb-stream-starts-outside.xls", code::BROKEN_TRUNCATED, || {
        patched(|row| row[116..120].copy_from_slice(&[0, 0, 0xff, 0x7f]))
    }),
    bomb(1, "cfb-encrypted-header-empty.docx", "unreadable.encrypted", || {
        Cfb::new().stream("EncryptionInfo", &[]).stream("EncryptedPackage", &[]).bytes()
    }),
    bomb(1, "cfb-encrypted-size-lies.docx", "broken.xml", || {
        let package = [vec![0xff; 8], vec![7; 5000]].concat();
        Cfb::new()
            .stream("EncryptionInfo", &[4, 0, 4, 0, 0x40, 0, 0, 0, b'<'])
            .stream("EncryptedPackage", &package)
            .bytes()
    }),
    bomb(1, "cfb-encrypted-binary-header-lies.docx", "unreadable.encrypted", || {
        let info = [vec![3, 0, 2, 0, 0x24, 0, 0, 0], vec![0xff; 600]].concat();
        Cfb::new().stream("EncryptionInfo", &info).stream("EncryptedPackage", &[9; 5000]).bytes()
    }),
    bomb(1, "cfb-agile-ten-million-rounds.docx", "limit.structure", || agile(b"10000000")),
    bomb(1, "cfb-agile-four-thousand-million-rounds.docx", "limit.structure", || agile(b"4294967295")),
    bomb(1, "cfb-agile-more-rounds-than-fit.docx", "unreadable.encrypted", || agile(b"99999999999999999999")),
    bomb(2, "cfb-names-without-end.xls", "dde", || {
        Cfb::new().stream("Workbook", &book(&[])).damage(Damage { bad_names: true, ..Damage::default() }).bytes()
    }),
    bomb(2, "cfb-name-length-odd.xls", "dde", || patched(|row| row[64..66].copy_from_slice(&[7, 0]))),
    bomb(2, "cfb-name-of-lone-surrogates.xls", "dde", || patched(|row| row[0..64].fill(0xd8))),
    bomb(3, "cfb-one-sector-two-chains.xls", "dde", || {
        let bytes = Cfb::new().stream("Workbook", &large_book()).stream("Book", &large_book()).bytes();
        let row = position(&bytes, "Workbook");
        let start = bytes[row + 116..row + 120].to_vec();
        let other = position(&bytes, "Book");
        let mut bytes = bytes;
        bytes[other + 116..other + 120].copy_from_slice(&start);
        bytes
    }),
    bomb(3, "cfb-thousand-streams-one-chain.ole", "unreadable.format", || {
        let mut cfb = Cfb::new();
        for n in 0..1000 {
            cfb = cfb.stream(&format!("s{n}"), &[b'a'; 4096]);
        }
        let mut bytes = cfb.stream("t", &vec![b'a'; 4 << 20]).bytes();
        let row = position(&bytes, "t");
        let chain = bytes[row + 116..row + 124].to_vec();
        for n in 0..1000 {
            let at = position(&bytes, &format!("s{n}"));
            bytes[at + 116..at + 124].copy_from_slice(&chain);
        }
        bytes
    }),
    bomb(8, "cfb-chain-in-a-circle.xls", "dde", || {
        Cfb::new().stream("Workbook", &large_book()).damage(Damage { fat_cycle: true, ..Damage::default() }).bytes()
    }),
    bomb(8, "cfb-root-below-itself.xls", "dde", || {
        Cfb::new().stream("Workbook", &large_book()).damage(Damage { tree_cycle: true, ..Damage::default() }).bytes()
    }),
    bomb(8, "cfb-storage-below-itself.ole", "broken.structure", || {
        let mut bytes = Cfb::new().stream("a/b/c", b"x").bytes();
        let (outer, inner) = (position(&bytes, "a"), position(&bytes, "b"));
        bytes[inner + 76..inner + 80].copy_from_slice(&1_u32.to_le_bytes());
        bytes[outer + 68..outer + 76].fill(1);
        bytes
    }),
    bomb(8, "cfb-siblings-in-a-circle.xls", "dde", || {
        patched(|row| {
            row[68..72].copy_from_slice(&1_u32.to_le_bytes());
            row[72..76].copy_from_slice(&1_u32.to_le_bytes());
        })
    }),
    bomb(8, "cfb-table-list-in-a-circle.xls", "dde", || {
        let mut bytes = Cfb::new().stream("Workbook", &book(&[])).bytes();
        bytes[68..76].copy_from_slice(&[0, 0, 0, 0, 0xff, 0xff, 0xff, 0x7f]);
        bytes
    }),
    bomb(8, "cfb-directory-in-a-circle.xls", "dde", || {
        let mut bytes = Cfb::new().stream("Workbook", &large_book()).bytes();
        let start = u32::from_le_bytes([bytes[48], bytes[49], bytes[50], bytes[51]]);
        let table = u32::from_le_bytes([bytes[76], bytes[77], bytes[78], bytes[79]]) as usize;
        let at = (table + 1) * 512 + start as usize * 4;
        bytes[at..at + 4].copy_from_slice(&start.to_le_bytes());
        bytes
    }),
    bomb(8, "cfb-mini-table-in-a-circle.xls", "dde", || {
        let mut bytes = Cfb::new().stream("Workbook", &book(&[])).bytes();
        bytes[64..68].fill(0xff);
        bytes
    }),
    bomb(10, "cfb-sector-size-lies.xls", "dde", || {
        let mut bytes = Cfb::new().stream("Workbook", &book(&[])).bytes();
        bytes[30..34].fill(0xff);
        bytes
    }),
    bomb(10, "cfb-header-alone.xls", "broken.structure", || {
        Cfb::new().stream("Workbook", &book(&[])).bytes()[..512].to_vec()
    }),
    bomb(10, "cfb-header-all-ones.xls", "broken.structure", || {
        let mut bytes = Cfb::new().stream("Workbook", &book(&[])).bytes();
        bytes[24..512].fill(0xff);
        bytes
    }),
    bomb(22, "cfb-storages-nested-2000.ole", "limit.structure", || {
        Cfb::new().stream(&(0..2000).map(|n| n.to_string()).collect::<Vec<_>>().join("/"), b"x").bytes()
    }),
    bomb(18, "cfb-twenty-thousand-streams.ole", "unreadable.format", || {
        (0..20_000).fold(Cfb::new(), |cfb, n| cfb.stream(&format!("s{n}"), b"x")).bytes()
    }),
    bomb(18, "cfb-in-cfb-in-cfb.doc", "limit.depth", || {
        let mut bytes = sample("w4-object-pool-package.ole");
        for _ in 0..40 {
            bytes = Cfb::new().stream("ObjectPool/_1/Package", &bytes).bytes();
        }
        bytes
    }),
    bomb(25, "biff-dimension-lies.xls", "dde", || {
        raw(&[record(0x0200, &[0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0]), link()])
    }),
    bomb(13, "biff-records-of-no-length.xls", "dde", || raw(&[link(), vec![0; 4 << 20]])),
    bomb(13, "biff-record-length-ffff.xls", "dde", || raw(&[link(), vec![0xff; 64]])),
    bomb(13, "biff-million-records.xls", "dde", || raw(&[link(), record(0x00fd, &[0; 10]).repeat(1_000_000)])),
    bomb(13, "biff-hundred-thousand-substreams.xls", "dde", || {
        [
            book(&[link()]),
            [record(0x0809, &[0, 6, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), record(10, &[])]
                .concat()
                .repeat(100_000),
        ]
        .concat()
    }),
    bomb(13, "biff-substreams-not-closed.xls", "dde", || {
        [book(&[link()]), record(0x0809, &[0, 6, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]).repeat(100_000)].concat()
    }),
    bomb(13, "biff-shared-strings-count-lies.xls", "dde", || raw(&[record(0x00fc, &[0xff; 16]), link()])),
    bomb(13, "biff-continue-100k.xls", "dde", || {
        raw(&[link(), record(0x00fc, &[0; 8]), record(0x003c, &[]).repeat(100_000)])
    }),
    bomb(13, "biff-sheets-all-at-one-place.xls", "dde", || {
        let sheet = record(0x0085, &[[40, 0, 0, 0].as_slice(), &[0, 0, 1, 0, b'a']].concat());
        raw(&[sheet.repeat(60_000), link()])
    }),
    bomb(13, "biff-external-books-100k.xls", "limit.results", || {
        raw(&[(0..30_000).map(|n| supbook(&format!("cmd\u{3}/c calc {n}"))).collect::<Vec<_>>().concat()])
    }),
    bomb(13, "biff-formula-tokens-deep.xls", "dde", || {
        let tokens = [[0x1e, 1, 0].repeat(1200), [0x03].repeat(1199), vec![0x15; 3000]].concat();
        Workbook::simple(
            &[link()],
            &[(0..300).map(|row| crate::make::biff::formula(row, 0, &tokens)).collect::<Vec<_>>().concat()],
        )
        .bytes()
    }),
    bomb(13, "biff-array-token-lies.xls", "dde", || {
        Workbook::simple(&[link()], &[crate::make::biff::formula(0, 0, &[0x20, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff])])
            .bytes()
    }),
    bomb(13, "xlsb-record-length-lies.xlsb", "quiet", || {
        bin(&[&xlsb::sheet(&[]), &[0x80, 0x01, 0xff, 0xff, 0xff, 0x7f][..]].concat())
    }),
    bomb(13, "xlsb-record-length-without-end.xlsb", "note.extension", || bin(&[0xff; 4096])),
    bomb(13, "xlsb-records-of-no-length.xlsb", "quiet", || bin(&[0; 2 << 20])),
    bomb(13, "xlsb-text-length-lies.xlsb", "dde", || {
        replace(sample("x7-dde.xlsb"), b"x", b"x");
        bin(&xlsb::record(360, &[1, 0, 0xff, 0xff, 0xff, 0x7f, b'c', 0]))
    }),
    bomb(13, "ppt-record-length-lies.ppt", "broken.truncated", || {
        Cfb::new()
            .stream(
                "PowerPoint Document",
                &[&ppt::presentation(&[])[..], &[15, 0, 0xe8, 3, 0xff, 0xff, 0xff, 0xff]].concat(),
            )
            .bytes()
    }),
    bomb(13, "ppt-records-of-no-length.ppt", "quiet", || {
        Cfb::new().stream("PowerPoint Document", &[0x0f, 0, 0xe8, 3, 0, 0, 0, 0].repeat(500_000)).bytes()
    }),
    bomb(22, "ppt-records-nested-100k.ppt", "quiet", || {
        let mut stream = Vec::new();
        for level in (0..100_000_u32).rev() {
            stream.extend([0x0f, 0, 0xe8, 3]);
            stream.extend((level * 8).to_le_bytes());
        }
        Cfb::new().stream("PowerPoint Document", &stream).bytes()
    }),
    bomb(18, "ppt-stored-object-ratio.ppt", "limit.ratio", || {
        let object = ole::zlib(&vec![0; 80 << 20]);
        let stored = [vec![0xff; 4], object].concat();
        let stream = ppt::container(0, 1000, &[ppt::record(0, 1, 0x1011, &stored)]);
        Cfb::new().stream("PowerPoint Document", &stream).bytes()
    }),
    bomb(13, "ole-native-length-lies.ole", "broken.structure", || {
        Cfb::new()
            .stream("ObjectPool/_1/\u{1}Ole10Native", &[0xff; 40])
            .stream("ObjectPool/_1/\u{1}Ole", &[0xff; 40])
            .bytes()
    }),
    bomb(13, "ole-link-of-composite-monikers.ole", "broken.structure", || {
        let composite = [9, 3, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46, 1, 0, 0, 0].repeat(50_000);
        Cfb::new().stream("ObjectPool/_1/\u{1}Ole", &ole::link_stream(&composite, true)).bytes()
    }),
    bomb(13, "doc-tables-lie.doc", "broken.structure", || {
        let mut cfb = sample("w1-type-only.doc");
        let row = position(&cfb, "1Table").max(position(&cfb, "0Table"));
        if row > 0 {
            cfb[row + 120..row + 124].fill(0x7f);
        }
        cfb
    }),
    bomb(13, "doc-header-all-ones.doc", "broken.structure", || {
        let mut stream = vec![0xff; 4096];
        stream[..12].copy_from_slice(&[0xec, 0xa5, 0xc1, 0, 0, 0, 9, 4, 0, 0, 0, 0]);
        Cfb::new()
            .stream("WordDocument", &stream)
            .stream("0Table", &[0xff; 4096])
            .stream("1Table", &[0xff; 4096])
            .bytes()
    }),
    bomb(13, "onenote-length-lies.one", "dde", || {
        let bytes = sample("n1-embedded-document.one");
        let store = [0xe7, 0x16, 0xe3, 0xbd];
        let mut out = bytes.clone();
        for at in (0..bytes.len() - 24).filter(|at| bytes[*at..at + 4] == store) {
            out[at + 16..at + 24].fill(0xff);
        }
        out
    }),
    bomb(13, "onenote-files-100k.one", "limit.parts", || {
        let bytes = sample("n1-embedded-document.one");
        let mut out = bytes[..1024].to_vec();
        let store = [0xe7, 0x16, 0xe3, 0xbd, 0x65, 0x26, 0x11, 0x45, 0xa4, 0xc4, 0x8d, 0x4d, 0x0b, 0x7a, 0x9e, 0xac];
        for _ in 0..100_000 {
            out.extend(store);
            out.extend(8_u64.to_le_bytes());
            out.extend([0; 20]);
        }
        out
    }),
    bomb(18, "activemime-ratio.mso", "limit.ratio", || {
        let mut out = b"ActiveMime\0\0\x01\xf0\x04\0\0\0\xff\xff\xff\xff\0\0\x07\xf0".to_vec();
        out.resize(50, 0);
        out.extend(ole::zlib(&vec![0; 80 << 20]));
        out
    }),
];

fn link() -> Vec<u8> {
    [supbook("cmd\u{3}/c calc"), extern_name(0x0002, "A0", "x")].concat()
}

fn book(globals: &[Vec<u8>]) -> Vec<u8> {
    Workbook::simple(&[link(), globals.concat()], &[]).bytes()
}

fn large_book() -> Vec<u8> {
    book(&[record(0x00fc, &vec![0; 8000])])
}

fn raw(globals: &[Vec<u8>]) -> Vec<u8> {
    Cfb::new().stream("Workbook", &Workbook::simple(globals, &[]).bytes()).bytes()
}

/// A workbook whose directory entry `Workbook` is changed.
fn patched(change: fn(&mut [u8])) -> Vec<u8> {
    let mut bytes = Cfb::new().stream("Workbook", &large_book()).bytes();
    let row = position(&bytes, "Workbook");
    change(&mut bytes[row..row + 128]);
    bytes
}

/// Where the directory entry of that name stands; 0 where there is none.
fn position(bytes: &[u8], name: &str) -> usize {
    let mut wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    wide.extend([0, 0]);
    let start = u32::from_le_bytes([bytes[48], bytes[49], bytes[50], bytes[51]]) as usize;
    let rows = (start + 1) * 512..bytes.len().saturating_sub(127);
    rows.step_by(128).find(|at| bytes[*at..].starts_with(&wide)).unwrap_or(0)
}

/// A package under agile encryption that claims so many rounds.
fn agile(rounds: &[u8]) -> Vec<u8> {
    let bytes = crypto::agile(&[7; 5000], "secret", 11);
    let from = b"spinCount=\"11\" saltSize=\"16\"";
    let mut to = [b"spinCount=\"".as_slice(), rounds, b"\"  "].concat();
    to.resize(from.len(), b' ');
    let to = if rounds.len() > 12 { [b"spinCount=\"9999999999999999\"".as_slice()].concat() } else { to };
    replace(bytes, from, &to[..from.len()])
}

/// A binary workbook with this as its sheet and as its link.
fn bin(part: &[u8]) -> Vec<u8> {
    use crate::make::opc::Opc;
    Opc::new()
        .part(
            "xl/workbook.bin",
            "application/vnd.ms-excel.sheet.binary.macroEnabled.main",
            xlsb::workbook("a", &["rId2"]),
        )
        .part("xl/sheet1.bin", "application/vnd.ms-excel.worksheet", part)
        .part("xl/link1.bin", "application/vnd.ms-excel.externalLink", part)
        .relate("", "officeDocument", "xl/workbook.bin")
        .relate("xl/workbook.bin", "worksheet", "sheet1.bin")
        .relate("xl/workbook.bin", "externalLink", "link1.bin")
        .build()
}
