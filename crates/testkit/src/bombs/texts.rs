//! RTF, Word HTML and PDF.

use super::{Bomb, bomb};
use crate::make::disk::pdf;
use crate::make::ole::zlib;

const FIELD: &str = "{\\field{\\*\\fldinst DDEAUTO cmd \"/c calc\"}{\\fldrslt x}}";

pub(super) const BOMBS: &[Bomb] = &[
    bomb(22, "rtf-million-groups.rtf", "dde", || rtf(&"{".repeat(1_000_000))),
    bomb(22, "rtf-million-ends.rtf", "dde", || rtf(&"}".repeat(1_000_000))),
    bomb(22, "rtf-million-groups-then-field.rtf", "dde", || {
        format!("{{\\rtf1 {}{FIELD}", "{".repeat(1_000_000)).into()
    }),
    bomb(22, "rtf-fields-nested.rtf", "limit.structure", || rtf(&"{\\field{\\*\\fldinst IF ".repeat(100_000))),
    bomb(22, "rtf-million-fields.rtf", "dde", || rtf(&"{\\field{\\*\\fldinst PAGE}}".repeat(400_000))),
    bomb(22, "rtf-million-links.rtf", "dde", || rtf(&FIELD.repeat(100_000))),
    bomb(10, "rtf-bin-length-lies.rtf", "dde", || rtf("\\bin4294967295 abc")),
    bomb(10, "rtf-bin-length-negative.rtf", "dde", || {
        rtf("{\\object{\\objdata \\bin-1 abc\\bin99999999999999999999 x}}")
    }),
    bomb(10, "rtf-million-bins.rtf", "dde", || rtf(&"\\bin0 ".repeat(500_000))),
    bomb(13, "rtf-object-length-lies.rtf", "dde", || {
        rtf(&format!("{{\\object\\objemb{{\\objdata 01050000020000000b000000{}}}}}", "ff".repeat(100)))
    }),
    bomb(22, "rtf-objects-100k.rtf", "limit.results", || {
        rtf(&"{\\object\\objemb{\\objdata 0105000002000000}}".repeat(20_000))
    }),
    bomb(22, "rtf-objects-nested.rtf", "limit.results", || rtf(&"{\\object\\objemb{\\objdata 01050000".repeat(50_000))),
    bomb(24, "rtf-word-of-a-megabyte.rtf", "dde", || rtf(&format!("\\{}", "a".repeat(1 << 20)))),
    bomb(24, "rtf-number-of-a-megabyte.rtf", "dde", || rtf(&format!("\\u{} ", "9".repeat(1 << 20)))),
    bomb(24, "rtf-escapes.rtf", "dde", || rtf(&"\\'".repeat(1 << 20))),
    bomb(24, "rtf-unicode-skip-lies.rtf", "dde", || rtf(&"\\uc4294967295\\u65 ".repeat(100_000))),
    bomb(24, "rtf-instruction-of-controls.rtf", "dde", || {
        rtf(&format!("{{\\field{{\\*\\fldinst DDEAUTO {}}}}}", "\\u65 ?".repeat(300_000)))
    }),
    bomb(22, "rtf-set-doubles.rtf", "limit.structure", || {
        let mut body = "{\\field{\\*\\fldinst SET a \"xxxxxxxxxxxxxxxx\"}}".to_owned();
        let twice = "{\\field{\\*\\fldinst REF a}}".repeat(2);
        for _ in 0..300 {
            body += &format!("{{\\field{{\\*\\fldinst SET a \"{twice}\"}}}}");
        }
        rtf(&(body + "{\\field{\\*\\fldinst DDEAUTO {\\field{\\*\\fldinst REF a}} x}}"))
    }),
    bomb(22, "html-word-fields-nested.html", "limit.structure", || {
        let begin = "<!--[if supportFields]><span style='mso-element:field-begin'></span> IF <![endif]-->";
        format!("<html xmlns:o=\"urn:schemas-microsoft-com:office:office\" xmlns:w=\"urn:schemas-microsoft-com:office:word\"><body>{}DDEAUTO cmd", begin.repeat(50_000)).into()
    }),
    bomb(22, "html-word-spans-nested.html", "limit.structure", || {
        format!(
            "<html xmlns:w=\"urn:schemas-microsoft-com:office:word\"><body>mso-element:field-begin DDEAUTO {}",
            "<span style='mso-element:field-begin'>".repeat(100_000)
        )
        .into()
    }),
    bomb(4, "pdf-nested-objects.pdf", "quiet", || {
        raw_pdf(&format!("1 0 obj {} /EmbeddedFile endobj", "[<<".repeat(200_000)))
    }),
    bomb(4, "pdf-nested-streams.pdf", "limit.depth", || {
        let mut data = b"a,b\r\n=cmd|'/c calc'!A0\r\n".to_vec();
        for _ in 0..50 {
            data = pdf("a.pdf", &data, 0);
        }
        data
    }),
    bomb(4, "pdf-objects-100k.pdf", "limit.parts", || {
        raw_pdf(
            &(0..100_000)
                .map(|n| format!("{n} 0 obj << /Type /EmbeddedFile /Length 1 >> stream\nx\nendstream endobj\n"))
                .collect::<String>(),
        )
    }),
    bomb(4, "pdf-streams-without-end.pdf", "quiet", || {
        raw_pdf(&"1 0 obj << /Type /EmbeddedFile >> stream\n".repeat(50_000))
    }),
    bomb(4, "pdf-objects-without-end.pdf", "quiet", || raw_pdf(&"1 0 obj << /EmbeddedFile ".repeat(100_000))),
    bomb(4, "pdf-filters-10k.pdf", "quiet", || {
        let filters = "/ASCIIHexDecode ".repeat(10_000);
        raw_pdf(&format!(
            "1 0 obj << /Type /EmbeddedFile /Filter [{filters}] /Length 4 >> stream\n4141\nendstream endobj"
        ))
    }),
    bomb(4, "pdf-filters-flate-forty.pdf", "limit.ratio", || {
        let mut data = vec![b'a'; 8 << 20];
        for _ in 0..6 {
            data = zlib(&data);
        }
        let head = format!(
            "%PDF-1.7\n1 0 obj << /Type /EmbeddedFile /Filter [{}] /Length {} >> stream\n",
            "/FlateDecode ".repeat(6),
            data.len()
        );
        [head.into_bytes(), data, b"\nendstream endobj\n%%EOF".to_vec()].concat()
    }),
    bomb(18, "pdf-ratio.pdf", "limit.ratio", || {
        let data = zlib(&vec![b'a'; 80 << 20]);
        let head =
            format!("%PDF-1.7\n1 0 obj << /Type /EmbeddedFile /Filter /FlateDecode /Length {} >> stream\n", data.len());
        [head.into_bytes(), data, b"\nendstream endobj\n%%EOF".to_vec()].concat()
    }),
    bomb(18, "pdf-ratio-repeated.pdf", "limit.ratio", || {
        let data = zlib(&vec![b'a'; 8 << 20]);
        let mut out = b"%PDF-1.7\n".to_vec();
        for n in 0..200 {
            out.extend(
                format!("{n} 0 obj << /Type /EmbeddedFile /Filter /FlateDecode /Length {} >> stream\n", data.len())
                    .bytes(),
            );
            out.extend(&data);
            out.extend(b"\nendstream endobj\n");
        }
        out
    }),
    bomb(10, "pdf-length-lies.pdf", "dde", || {
        raw_pdf(
            "1 0 obj << /Type /EmbeddedFile /Length 99999999999999999999 >> stream\na,b\n=cmd|'/c calc'!A0\nendstream endobj",
        )
    }),
    bomb(8, "pdf-length-in-a-circle.pdf", "unreadable.format", || {
        raw_pdf(
            "1 0 obj << /Type /EmbeddedFile /Length 1 0 R /Filter 1 0 R >> stream\na,b\n=cmd|'/c calc'!A0\nendstream endobj",
        )
    }),
    bomb(22, "pdf-text-brackets.pdf", "quiet", || {
        raw_pdf(&format!("1 0 obj << /EmbeddedFile {} >>", "(".repeat(1 << 20)))
    }),
    bomb(22, "pdf-object-stream-count-lies.pdf", "quiet", || {
        let data = zlib(&b"1 0 2 0 3 0 << /EF << /F 1 0 R >> >>".repeat(10_000));
        let head = format!(
            "%PDF-1.7\n/EmbeddedFile 6 0 obj << /Type /ObjStm /N 4294967295 /First 4294967295 /Filter /FlateDecode /Length {} >> stream\n",
            data.len()
        );
        [head.into_bytes(), data, b"\nendstream endobj\n%%EOF".to_vec()].concat()
    }),
];

fn rtf(body: &str) -> Vec<u8> {
    format!("{{\\rtf1\\ansi {FIELD}{body}").into()
}

fn raw_pdf(body: &str) -> Vec<u8> {
    format!("%PDF-1.7\n{body}\n%%EOF\n").into()
}
