//! Outlook items and TNEF.

use super::build::{HTML, attribute, lzfu, mela, properties, rtf, tnef, utf16, wrapped};
use crate::make::cfb::Cfb;
use crate::samples::{Expect, Sample};
use ddefend_model::trick;

const FOUND: Expect = Expect::Dde("cmd.exe", "/c calc");

pub(super) fn samples() -> Vec<Sample> {
    let mut samples = items();
    samples.extend(streams());
    samples
}

/// An item with a subject and the streams of the test.
fn item(class: &str) -> Cfb {
    Cfb::new()
        .stream("__properties_version1.0", &[0; 32])
        .stream("__substg1.0_001A001F", &utf16(class))
        .stream("__substg1.0_0037001F", &utf16("Order"))
        .stream("__substg1.0_1000001F", &utf16("Dear reader"))
        .stream("__nameid_version1.0/__substg1.0_00020102", &[0; 16])
        .stream("__nameid_version1.0/__substg1.0_10090102", &[7; 24])
}

fn attach(item: Cfb, prefix: &str, name: &str, data: &[u8]) -> Cfb {
    let at = format!("{prefix}__attach_version1.0_#00000000/");
    item.stream(&format!("{at}__properties_version1.0"), &[0; 24])
        .stream(&format!("{at}__substg1.0_3707001F"), &utf16(name))
        .stream(&format!("{at}__substg1.0_37010102"), data)
}

fn items() -> Vec<Sample> {
    let of = |row, name, item: Cfb| Sample { row, name, bytes: item.bytes(), expect: FOUND };
    let embedded = "__attach_version1.0_#00000000/__substg1.0_3701000D/";
    let body = |item: Cfb, bytes: &[u8]| item.stream("__substg1.0_10090102", bytes);
    vec![
        Sample { row: "M1", name: "m1-body.lzfu", bytes: lzfu(&rtf()), expect: FOUND },
        of("M1", "m1-rtf.msg", body(item("IPM.Note"), &lzfu(&rtf()))),
        of(trick::STORED_BODY, "m1-stored.msg", body(item("IPM.Note"), &mela(&rtf()))),
        of(trick::STORED_BODY, "m1-wrapped-html.msg", body(item("IPM.Note"), &lzfu(&wrapped()))),
        of("M1", "m1-appointment.msg", body(item("IPM.Appointment"), &lzfu(&rtf()))),
        of("M1", "m1-contact.msg", body(item("IPM.Contact"), &lzfu(&rtf()))),
        of("M1", "m1-template.oft", body(item("IPM.Task"), &lzfu(&rtf()))),
        of("M1", "m1-html.msg", item("IPM.Note").stream("__substg1.0_10130102", HTML.as_bytes())),
        of("M1", "m1-html-text.msg", item("IPM.Note").stream("__substg1.0_1013001F", &utf16(HTML))),
        of("M1", "m1-attachment.msg", attach(item("IPM.Note"), "", "order.doc", &rtf())),
        of(
            "M1",
            "m1-embedded.msg",
            item("IPM.Note")
                .stream(&format!("{embedded}__properties_version1.0"), &[0; 24])
                .stream(&format!("{embedded}__substg1.0_10090102"), &lzfu(&rtf())),
        ),
        of("M1", "m1-embedded-attachment.msg", attach(item("IPM.Note"), embedded, "order.rtf", &rtf())),
        of("M1", "m1-named-property.msg", item("IPM.Note").stream("__substg1.0_80010102", &lzfu(&rtf()))),
        of(
            "M1",
            "m1-name-table.msg",
            item("IPM.Note").stream("__nameid_version1.0/__substg1.0_10A90102", &lzfu(&rtf())),
        ),
        of(
            "M1",
            "m1-false-storage.msg",
            item("IPM.Note").stream("__recip_version1.0_#00000000/__substg1.0_10090102", &lzfu(&rtf())),
        ),
    ]
}

fn streams() -> Vec<Sample> {
    let of = |name, attributes: &[Vec<u8>]| Sample { row: "M2", name, bytes: tnef(attributes), expect: FOUND };
    let body = |data: &[u8]| attribute(1, 0x9003, 6, &properties(&[(0x1009, 0x0102, data)]));
    let start = || attribute(2, 0x9002, 6, &[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let title = || attribute(2, 0x8010, 1, b"order.rtf\0");
    let html = attribute(1, 0x9003, 6, &properties(&[(0x1013, 0x0102, HTML.as_bytes())]));
    let inner = [vec![0; 16], tnef(&[body(&lzfu(&rtf()))])].concat();
    let long_name = utf16("order.rtf\0");
    let by_property = properties(&[(0x3707, 0x001f, &long_name), (0x3701, 0x0102, &rtf())]);
    let embedded = properties(&[(0x3707, 0x001f, &long_name), (0x3701, 0x000d, &inner)]);
    let mut lying = attribute(1, 0x800c, 2, b"body");
    lying[5..9].copy_from_slice(&0x7fff_ffff_u32.to_le_bytes());
    vec![
        of("m2-body.dat", &[body(&lzfu(&rtf()))]),
        of("m2-stored.dat", &[body(&mela(&rtf()))]),
        of("m2-html.dat", &[html]),
        of("m2-attachment.dat", &[start(), title(), attribute(2, 0x800f, 6, &rtf())]),
        of("m2-attachment-property.dat", &[start(), attribute(2, 0x9005, 6, &by_property)]),
        of("m2-embedded.dat", &[start(), attribute(2, 0x9005, 6, &embedded)]),
        of("m2-lying-length.dat", &[lying, start(), title(), attribute(2, 0x800f, 6, &rtf())]),
    ]
}
