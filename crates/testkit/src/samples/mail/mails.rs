//! Mails, saved web pages and calendars.

use super::build::{HTML, attribute, base64, quoted_printable, rtf, tnef, uuencode};
use crate::samples::{Expect, Sample};

const FOUND: Expect = Expect::Dde("cmd.exe", "/c calc");

/// Header fields of a mail, without those of its content.
pub(super) const HEAD: &str = "Received: by example.org; Fri, 20 Nov 2026 10:00:00 +0000\r\nFrom: A <a@example.org>\r\n\
To: b@example.org\r\nSubject: =?utf-8?B?T3JkZXI=?=\r\nMIME-Version: 1.0\r\n";

pub(super) fn samples() -> Vec<Sample> {
    let mut samples = ordinary();
    samples.extend(odd());
    samples.extend(others());
    samples
}

fn sample(name: &'static str, text: String) -> Sample {
    Sample { row: "M3", name, bytes: text.into_bytes(), expect: FOUND }
}

/// A mail whose body stands behind the given content fields.
fn mail(content: &str, body: &str) -> String {
    format!("{HEAD}{content}\r\n\r\n{body}\r\n")
}

/// A part with an attachment.
fn attached(disposition: &str) -> String {
    format!(
        "Content-Type: application/msword\r\n{disposition}\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n",
        base64(&rtf())
    )
}

/// A multipart of some parts.
fn multipart(kind: &str, boundary: &str, parts: &[&str]) -> String {
    let inner: String = parts.iter().map(|part| format!("--{boundary}\r\n{part}\r\n")).collect();
    mail(
        &format!("Content-Type: multipart/{kind};\r\n\tboundary=\"{boundary}\""),
        &format!("A preamble.\r\n{inner}--{boundary}--\r\nAn epilogue."),
    )
}

const TEXT: &str = "Content-Type: text/plain\r\n\r\nDear reader";
const NAMED: &str = "Content-Disposition: attachment; filename=\"order.doc\"";

fn ordinary() -> Vec<Sample> {
    let file = attached(NAMED);
    let inner = multipart("mixed", "inner", &[TEXT, &file]);
    let html = format!(
        "Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{}",
        quoted_printable(HTML)
    );
    vec![
        sample("m3-attachment.eml", multipart("mixed", "a b", &[TEXT, &file])),
        sample("m3-html.eml", multipart("alternative", "x", &[TEXT, &html])),
        sample("m3-only-html.eml", mail("Content-Type: text/html; charset=utf-8", HTML)),
        sample(
            "m3-only-rtf.eml",
            mail(
                &format!("Content-Type: application/rtf\r\n{NAMED}\r\nContent-Transfer-Encoding: base64"),
                &base64(&rtf()),
            ),
        ),
        sample(
            "m3-nested.eml",
            multipart("mixed", "x", &[TEXT, &format!("Content-Type: message/rfc822\r\n\r\n{inner}")]),
        ),
        sample(
            "m3-nested-base64.eml",
            multipart(
                "mixed",
                "x",
                &[&format!(
                    "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n{}",
                    base64(inner.as_bytes())
                )],
            ),
        ),
        sample("m3-nested-multipart.eml", {
            let part = multipart("related", "in", &[&html]).replacen(HEAD, "", 1);
            multipart("mixed", "out", &[TEXT, &part])
        }),
        sample(
            "m3-uuencoded.eml",
            mail("Content-Type: text/plain", &format!("Hello\r\n{}", uuencode("order.doc", &rtf()))),
        ),
        sample(
            "m3-winmail.eml",
            multipart(
                "mixed",
                "x",
                &[
                    TEXT,
                    &format!(
                        "Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\n{}",
                        base64(&tnef(&[attribute(2, 0x9002, 6, &[0; 14]), attribute(2, 0x800f, 6, &rtf())]))
                    ),
                ],
            ),
        ),
        sample(
            "m3-mailbox.eml",
            format!("From a@example.org Fri Nov 20\n{}\n\nFrom b@example.org Fri Nov 20\n{inner}", mail("X: y", "Hi")),
        ),
    ]
}

fn odd() -> Vec<Sample> {
    let file = attached(NAMED);
    let whole = multipart("mixed", "bound", &[TEXT, &file]);
    let named =
        |value: &str| multipart("mixed", "x", &[&attached(&format!("Content-Disposition: attachment;\r\n {value}"))]);
    let spoiled: String = base64(&rtf()).chars().flat_map(|c| [c, '!', '\n']).collect();
    vec![
        sample("m3-not-closed.eml", whole.replace("--bound--\r\nAn epilogue.", "")),
        sample("m3-wrong-boundary.eml", whole.replace("boundary=\"bound\"", "boundary=\"other\"")),
        sample("m3-no-boundary.eml", whole.replace(";\r\n\tboundary=\"bound\"", "")),
        sample("m3-two-types.eml", whole.replacen("Content-Type", "Content-Type: text/plain\r\nContent-Type", 1)),
        sample(
            "m3-two-boundaries.eml",
            whole.replacen("Content-Type", "Content-Type: multipart/mixed; boundary=zz\r\nContent-Type", 1),
        ),
        sample(
            "m3-after-end.eml",
            whole.replace("--bound\r\nContent-Type: application", "--bound--\r\nContent-Type: application"),
        ),
        sample("m3-line-feeds.eml", whole.replace("\r\n", "\n")),
        sample("m3-carriage-returns.eml", whole.replace("\r\n", "\r")),
        sample(
            "m3-two-encodings.eml",
            whole.replace(
                "Content-Transfer-Encoding: base64",
                "Content-Transfer-Encoding: 7bit\r\nContent-Transfer-Encoding: BASE64 ",
            ),
        ),
        sample("m3-spoiled-base64.eml", whole.replace(&base64(&rtf()), &spoiled)),
        sample("m3-name-continued.eml", named("filename*1*=%2Edoc; filename*0*=utf-8''order")),
        sample("m3-name-encoded.eml", named("filename=\"=?utf-8?Q?order=2Edoc?=\"")),
        sample("m3-name-shell.eml", named("filename=\"a;$(id)../../\\x.doc\"")),
        sample("m3-blank-first.eml", format!("\r\n{whole}")),
        sample("m3-lower-case.eml", whole.replace("Content-", "content-").replace("MIME", "mime")),
        Sample {
            row: "M3",
            name: "m3-utf16-html.eml",
            bytes: mail(
                "Content-Type: text/html; charset=utf-16le\r\nContent-Transfer-Encoding: base64",
                &base64(&super::build::utf16(HTML)),
            )
            .into_bytes(),
            expect: FOUND,
        },
    ]
}

/// Folds a content line at 60 bytes (RFC 5545 3.1).
fn fold(line: &str) -> String {
    let pieces: Vec<String> =
        line.as_bytes().chunks(60).map(|piece| String::from_utf8_lossy(piece).into_owned()).collect();
    pieces.join("\r\n ")
}

fn calendar(lines: &[String]) -> String {
    let lines: String = lines.iter().map(|line| fold(line) + "\r\n").collect();
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nSUMMARY:Meeting\r\n{lines}END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

fn others() -> Vec<Sample> {
    let escaped = HTML.replace('\\', "\\\\").replace(',', "\\,").replace(';', "\\;");
    let by_html = calendar(&[format!("X-ALT-DESC;FMTTYPE=text/html:{escaped}")]);
    let file = base64(&rtf()).replace("\r\n", "");
    let page = format!(
        "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=\"----=_NextPart_01\"\r\n\r\nThis is a web page.\r\n\r\n\
         ------=_NextPart_01\r\nContent-Location: file:///C:/x/order.htm\r\nContent-Transfer-Encoding: quoted-printable\r\n\
         Content-Type: text/html; charset=\"us-ascii\"\r\n\r\n{}\r\n------=_NextPart_01--\r\n",
        quoted_printable(HTML)
    );
    let invite = format!(
        "Content-Type: text/calendar; method=REQUEST\r\nContent-Transfer-Encoding: base64\r\n\r\n{}",
        base64(by_html.as_bytes())
    );
    vec![
        sample("m3-page.mht", page.clone()),
        sample(
            "m3-page-base64.mht",
            page.replace("quoted-printable", "base64").replace(&quoted_printable(HTML), &base64(HTML.as_bytes())),
        ),
        sample("m3-page-named.doc", page),
        sample("m3-event.ics", by_html),
        sample(
            "m3-event-attachment.ics",
            calendar(&[format!(
                "ATTACH;FMTTYPE=application/rtf;ENCODING=BASE64;VALUE=BINARY;X-FILENAME=order.rtf:{file}"
            )]),
        ),
        sample("m3-event-data.ics", calendar(&[format!("ATTACH:data:application/rtf;base64,{file}")])),
        sample(
            "m3-old-event.vcs",
            format!(
                "BEGIN:VCALENDAR\r\nVERSION:1.0\r\nX-ALT-DESC;ENCODING=QUOTED-PRINTABLE:{}\r\nEND:VCALENDAR\r\n",
                quoted_printable(HTML)
            ),
        ),
        sample("m3-invitation.eml", multipart("alternative", "x", &[TEXT, &invite])),
        Sample {
            row: "M3",
            name: "m3-signed.p7m",
            bytes: signed(multipart("mixed", "x", &[TEXT, &attached(NAMED)]).as_bytes()),
            expect: FOUND,
        },
    ]
}

/// CMS SignedData around a mail, lengths left open as many writers do (RFC 5652 5.1).
fn signed(mail: &[u8]) -> Vec<u8> {
    const OID: [u8; 10] = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7];
    let mut bytes = vec![0x30, 0x80];
    bytes.extend(OID);
    bytes.extend([2, 0xa0, 0x80, 0x30, 0x80, 2, 1, 1, 0x31, 0, 0x30, 0x80]);
    bytes.extend(OID);
    bytes.extend([1, 0xa0, 0x80, 0x24, 0x80]);
    for chunk in mail.chunks(100) {
        bytes.extend([4, u8::try_from(chunk.len()).unwrap_or_default()]);
        bytes.extend(chunk);
    }
    bytes.extend([0; 12]);
    bytes
}
