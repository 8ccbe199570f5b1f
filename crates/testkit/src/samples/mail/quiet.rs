//! Ordinary mails that must stay silent.

use super::build::{attribute, lzfu, properties, tnef, utf16};
use super::mails::HEAD;
use crate::make::cfb::Cfb;
use crate::samples::{Expect, Sample};

pub(super) fn samples() -> Vec<Sample> {
    let text = |name, row, text: String| Sample { row, name, bytes: text.into_bytes(), expect: Expect::Silent };
    let plain = b"{\\rtf1\\ansi Dear reader, the word DDEAUTO is harmless.\\par}";
    let item = Cfb::new()
        .stream("__properties_version1.0", &[0; 32])
        .stream("__substg1.0_0037001F", &utf16("=cmd|'/c calc'!A0"))
        .stream("__substg1.0_1000001F", &utf16("=cmd|'/c calc'!A0"))
        .stream("__substg1.0_10090102", &lzfu(plain));
    vec![
        text("quiet-text.eml", "M3", format!("{HEAD}Content-Type: text/plain\r\n\r\n=1+1\r\n-5,+1 555 123,@name\r\nDDEAUTO cmd.exe \"/c calc\"\r\n")),
        text("quiet-formula-text.eml", "M3", format!("{HEAD}\r\nSend me =cmd|'/c calc'!A0 as text\r\n=cmd|'/c calc'!A0\r\n")),
        text("quiet-html.eml", "M3", format!("{HEAD}Content-Type: text/html\r\n\r\n<html><body><p>DDEAUTO \"cmd\" begin 644 x</p></body></html>\r\n")),
        text("quiet-event.ics", "M3", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nDESCRIPTION:DDEAUTO cmd =cmd|'/c calc'!A0\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n".to_owned()),
        text("quiet-page.mht", "M3", "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\nContent-Location: a.htm\r\n\r\n<html><body>-5 and @name</body></html>\r\n--x--\r\n".to_owned()),
        Sample { row: "M1", name: "quiet-item.msg", bytes: item.bytes(), expect: Expect::Silent },
        Sample {
            row: "M2",
            name: "quiet-winmail.dat",
            bytes: tnef(&[
                attribute(1, 0x8004, 1, b"DDEAUTO\0"),
                attribute(1, 0x9003, 6, &properties(&[(0x1009, 0x0102, &lzfu(plain))])),
            ]),
            expect: Expect::Silent,
        },
    ]
}
