//! Mails, Outlook items and TNEF.

use super::{Bomb, bomb, replace, sample};
use crate::make::zip::zip;
use ddefend_model::code;

const LIST: &str = "a,b\r\n1,=cmd|'/c calc'!A0\r\n";

pub(super) const BOMBS: &[Bomb] = &[
    bomb(6, "mail-name-shell.eml", "dde", || named("a;$(id).csv")),
    bomb(6, "mail-name-backquotes.eml", "dde", || named("`id`|x&y.csv")),
    bomb(16, "mail-name-up.eml", "dde", || named("../../../x.csv")),
    bomb(16, "mail-name-drive.eml", "dde", || named("C:\\x.csv")),
    bomb(16, "mail-name-nul.eml", "dde", || named("a\0.csv")),
    bomb(16, "mail-name-escapes.eml", "dde", || named("\u{1b}[31m\u{1b}]0;t\u{7}\u{202e}vsc.csv")),
    bomb(16, "mail-name-of-a-megabyte.eml", "dde", || named(&"a".repeat(1 << 20))),
    bomb(16, "mail-name-continued-100k.eml", "dde", || {
        let pieces: String = (0..100_000).map(|n| format!(";\r\n filename*{n}=a")).collect();
        attachment(&format!("attachment{pieces}"))
    }),
    bomb(16, "mail-name-encoded-words.eml", "dde", || named(&"=?utf-8?B?Lg==?= ".repeat(50_000))),
    bomb(18, "mail-ten-thousand-multiparts.eml", "limit.structure", || {
        let mut text = HEAD.to_owned();
        for n in 0..10_000 {
            text += &format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n");
        }
        (text + "Content-Type: text/csv\r\n\r\n" + LIST).into()
    }),
    bomb(18, "mail-one-boundary-ten-thousand-times.eml", "limit.parts", || {
        format!("{HEAD}{}", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n".repeat(10_000)).into()
    }),
    bomb(18, "mail-in-mail-5000.eml", "limit.depth", || {
        format!(
            "{}Content-Type: text/csv\r\n\r\n{LIST}",
            format!("{HEAD}Content-Type: message/rfc822\r\n\r\n").repeat(5_000)
        )
        .into()
    }),
    bomb(18, "mail-hundred-thousand-parts.eml", "limit.parts", || {
        format!(
            "{HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n{}",
            format!("--b\r\nContent-Type: text/csv\r\n\r\n{LIST}\r\n").repeat(100_000)
        )
        .into()
    }),
    bomb(18, "mail-hundred-thousand-boundaries.eml", "limit.parts", || {
        format!("{HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n{}", "--b\r\n".repeat(300_000)).into()
    }),
    bomb(24, "mail-header-of-ten-megabytes.eml", "dde", || {
        format!("{HEAD}X-A: {}\r\nContent-Type: text/csv; name=a.csv\r\n\r\n{LIST}", "a".repeat(10 << 20)).into()
    }),
    bomb(24, "mail-headers-million.eml", "dde", || {
        format!("{HEAD}{}Content-Type: text/csv; name=a.csv\r\n\r\n{LIST}", "X: y\r\n".repeat(500_000)).into()
    }),
    bomb(24, "mail-header-folded.eml", "dde", || {
        format!("{HEAD}X-A: a{}\r\nContent-Type: text/csv; name=a.csv\r\n\r\n{LIST}", "\r\n b".repeat(500_000)).into()
    }),
    bomb(24, "mail-parameters-million.eml", "dde", || {
        format!("{HEAD}Content-Type: text/csv{}\r\n\r\n{LIST}", "; a=b".repeat(500_000)).into()
    }),
    bomb(24, "mail-uuencode-begins.eml", "quiet", || {
        format!("{HEAD}Content-Type: text/plain\r\n\r\n{}", "begin 644 a.csv\r\n".repeat(100_000)).into()
    }),
    bomb(24, "mail-base64-large.eml", "quiet", || {
        format!(
            "{HEAD}Content-Type: text/csv; name=a.csv\r\nContent-Transfer-Encoding: base64\r\n\r\n{}",
            "YSxi\r\n".repeat(4 << 20)
        )
        .into()
    }),
    bomb(5, "mht-bad-utf8.mht", "dde", || {
        let mut bytes = format!("{HEAD}Content-Type: multipart/related; boundary=b; type=\"text/html\"\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><table><td>=cmd|'/c calc'!A0</td>").into_bytes();
        bytes.extend([0xe2, 0x82, 0xf0, 0x9f, b'=', 0xff].repeat(100_000));
        bytes.extend(b"\r\n--b--\r\n");
        bytes
    }),
    bomb(5, "mht-quoted-half-letters.mht", "dde", || {
        format!("{HEAD}Content-Type: multipart/related; boundary=b; type=\"text/html\"\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<html><table><td>=3Dcmd|'/c calc'!A0</td>{}", "=E2=8=\r\n=F=".repeat(50_000)).into()
    }),
    bomb(18, "mail-pdf-in-zips.eml", "dde", || {
        let mut data = crate::make::disk::pdf("a.csv", LIST.as_bytes(), 0);
        for level in 0..6 {
            data = zip(&[(format!("{level}.zip"), data)]);
        }
        let text: String = data
            .iter()
            .map(|byte| format!("={byte:02X}"))
            .collect::<Vec<_>>()
            .chunks(25)
            .map(|line| line.concat() + "=\r\n")
            .collect();
        format!("{HEAD}Content-Type: application/zip\r\nContent-Disposition: attachment; filename=a.zip\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{text}").into()
    }),
    bomb(14, "tnef-length-two-gigabytes.dat", "broken.structure", || tnef(0x7fff_ffff)),
    bomb(14, "tnef-length-four-gigabytes.dat", "broken.structure", || tnef(u32::MAX)),
    bomb(14, "tnef-no-lengths.dat", "limit.results", || {
        [tnef(0), [1, 3, 0x90, 6, 0, 0, 0, 0, 0, 0, 0].repeat(100_000)].concat()
    }),
    bomb(14, "tnef-property-count-lies.dat", "broken.structure", || {
        let data = [[0xff; 4].as_slice(), &[0x1e, 0, 1, 0x30, 0xff, 0xff, 0xff, 0xff]].concat();
        [tnef(0), attribute(&data)].concat()
    }),
    bomb(14, "tnef-in-tnef.dat", "broken.structure", || {
        let mut bytes = tnef(0);
        for _ in 0..60 {
            let data = [
                vec![2, 0, 0, 0],
                vec![0x0d, 0, 1, 0x37, 1, 0, 0, 0],
                (bytes.len() as u32 + 16).to_le_bytes().to_vec(),
                vec![0; 16],
                bytes,
            ]
            .concat();
            bytes = [
                tnef(0),
                vec![2, 2, 0x90, 6, 0, 14, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0],
                attribute(&data),
            ]
            .concat();
        }
        bytes
    }),
    bomb(13, "lzfu-size-lies.lzfu", "dde", || {
        let mut bytes = sample("m1-body.lzfu");
        bytes[4..8].fill(0xff);
        bytes
    }),
    bomb(13, "lzfu-both-sizes-lie.lzfu", "dde", || {
        let mut bytes = sample("m1-body.lzfu");
        bytes[..8].fill(0xff);
        bytes
    }),
    bomb(18, "lzfu-ratio.lzfu", "quiet", || {
        let body = [0xff, 0, 0xff, 0, 0xff, 0, 0xff, 0, 0xff, 0, 0xff, 0, 0xff, 0, 0xff, 0, 0xff].repeat(500_000);
        [&(body.len() as u32 + 12).to_le_bytes()[..], &u32::MAX.to_le_bytes(), b"LZFu", &[0; 4], &body].concat()
    }),
    bomb(13, "msg-rtf-size-lies.msg", "note.odd", || replace(sample("m1-rtf.msg"), b"LZFu", b"MELA")),
    bomb(18, "gzip-fifty-deep.gz", code::LIMIT_DEPTH, || {
        let mut bytes = LIST.as_bytes().to_vec();
        for _ in 0..50 {
            bytes = crate::make::archive::gzip("a.gz", &bytes);
        }
        bytes
    }),
    bomb(13, "ical-lines.ics", "limit.parts", || {
        format!("BEGIN:VCALENDAR\r\n{}", "BEGIN:VEVENT\r\nATTACH;ENCODING=BASE64;VALUE=BINARY:\r\n".repeat(50_000))
            .into()
    }),
];

const HEAD: &str = "From: A <a@example.org>\r\nTo: b@example.org\r\nSubject: x\r\nMIME-Version: 1.0\r\n";

fn attachment(disposition: &str) -> Vec<u8> {
    format!("{HEAD}Content-Type: text/csv\r\nContent-Disposition: {disposition}\r\n\r\n{LIST}").into()
}

fn named(name: &str) -> Vec<u8> {
    attachment(&format!("attachment; filename=\"{name}\""))
}

/// A TNEF stream whose attribute claims that many bytes.
fn tnef(length: u32) -> Vec<u8> {
    let mut bytes = vec![0x78, 0x9f, 0x3e, 0x22, 1, 0, 1, 6, 0x90, 8, 0, 4, 0, 0, 0, 0, 0, 1, 0, 1, 0];
    if length > 0 {
        bytes.extend([1, 3, 0x90, 6, 0]);
        bytes.extend(length.to_le_bytes());
        bytes.extend(b"{\\rtf1 abc");
    }
    bytes
}

fn attribute(data: &[u8]) -> Vec<u8> {
    let sum = data.iter().fold(0_u16, |sum, byte| sum.wrapping_add(u16::from(*byte)));
    [&[1, 3, 0x90, 6, 0][..], &(data.len() as u32).to_le_bytes(), data, &sum.to_le_bytes()].concat()
}
