//! Objects in RTF: links, monikers, packages and Equation Editor (rows R2 to R4), with the tricks of their data.

use super::sample;
use crate::make::cfb::Cfb;
use crate::samples::{Expect, Sample};
use ddefend_model::trick;
use std::fmt::Write as _;

pub(super) fn samples() -> Vec<Sample> {
    let mut samples = links();
    samples.extend(embedded());
    samples.extend(hidden_data());
    samples
}

/// An OLE 1 string: length with the final NUL, bytes, NUL; an empty one is a zero length (MS-OLEDS 2.1.4).
fn string(text: &str) -> Vec<u8> {
    if text.is_empty() {
        return vec![0; 4];
    }
    let length = u32::try_from(text.len() + 1).unwrap_or_default();
    [&length.to_le_bytes(), text.as_bytes(), &[0]].concat()
}

/// ObjectHeader: version, format (1 linked, 2 embedded), class, topic, item (MS-OLEDS 2.2.4).
fn header(format: u32, class: &str, topic: &str, item: &str) -> Vec<u8> {
    let mut bytes = vec![1, 5, 0, 0];
    bytes.extend(format.to_le_bytes());
    for text in [class, topic, item] {
        bytes.extend(string(text));
    }
    bytes
}

/// LinkedObject: network name, reserved, update option (1 automatic), no presentation (MS-OLEDS 2.2.6).
fn linked(class: &str, topic: &str, item: &str) -> Vec<u8> {
    let mut bytes = header(1, class, topic, item);
    bytes.extend([0; 4]);
    bytes.extend([0; 4]);
    bytes.extend(1_u32.to_le_bytes());
    bytes.extend([1, 5, 0, 0, 0, 0, 0, 0]);
    bytes
}

/// EmbeddedObject: native data with its size, no presentation (MS-OLEDS 2.2.5).
pub(crate) fn embedded_object(class: &str, data: &[u8]) -> Vec<u8> {
    let mut bytes = header(2, class, "", "");
    bytes.extend(u32::try_from(data.len()).unwrap_or_default().to_le_bytes());
    bytes.extend(data);
    bytes.extend([1, 5, 0, 0, 0, 0, 0, 0]);
    bytes
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn object(flags: &str, class: &str, data: &str) -> String {
    format!("{{\\object{flags}\\objw100{{\\*\\objclass {class}}}{{\\*\\objdata {data}}}{{\\result x}}}}")
}

fn links() -> Vec<Sample> {
    let ole = Expect::Related("ole-link");
    let data = hex(&linked("htmlfile", "http://example.org/x.hta", ""));
    let dde = hex(&linked("Excel.Sheet.8", "C:\\list.xls", "Sheet1!R1C1"));
    vec![
        sample("R2", "r2-autlink.rtf", &object("\\objautlink\\objupdate", "htmlfile", &data), ole.clone()),
        sample("R2", "r2-link.rtf", &object("\\objlink\\linkself", "Excel.Sheet.8", &dde), ole.clone()),
        sample("R2", "r2-link-no-data.rtf", &object("\\objautlink", "Excel.Sheet.8", ""), ole),
    ]
}

/// Class id of Equation Editor 3, as stored.
const EQUATION: [u8; 16] = [2, 0xce, 2, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46];
/// Class id of `OLE2Link`, as stored.
const OLE2_LINK: [u8; 16] = [0, 3, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46];
/// Class id of the URL moniker, as stored (MS-OSHARED 2.3.7.1).
const URL_MONIKER: [u8; 16] =
    [0xe0, 0xc9, 0xea, 0x79, 0xf9, 0xba, 0xce, 0x11, 0x8c, 0x82, 0, 0xaa, 0, 0x4b, 0xa9, 0x0b];

fn equation() -> Vec<u8> {
    // A header of 28 bytes and an empty MTEF formula: inert.
    let mut native = vec![28, 0, 0, 0, 2, 0, 0xc1, 0xc2];
    native.resize(28, 0);
    native.extend([3, 1, 1, 3, 10, 0]);
    Cfb::new().class_id(EQUATION).stream("Equation Native", &native).bytes()
}

fn moniker(url: &str) -> Vec<u8> {
    // OLEStream: version, flags (1 linked), update option, reserved, no own moniker, relative and absolute source.
    let mut stream = vec![1, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let text: Vec<u8> = url.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
    stream.extend(u32::try_from(text.len() + 20).unwrap_or_default().to_le_bytes());
    stream.extend(URL_MONIKER);
    stream.extend(u32::try_from(text.len()).unwrap_or_default().to_le_bytes());
    stream.extend(text);
    Cfb::new().class_id(OLE2_LINK).stream("\u{1}Ole", &stream).bytes()
}

/// Native data of Packager: label, path, temporary path, content.
fn package(name: &str, content: &[u8]) -> Vec<u8> {
    let mut body = vec![2, 0];
    for text in [name, name] {
        body.extend(text.as_bytes());
        body.push(0);
    }
    body.extend([0, 0, 3, 0]);
    body.extend(string(name));
    body.extend(u32::try_from(content.len()).unwrap_or_default().to_le_bytes());
    body.extend(content);
    body
}

fn embedded() -> Vec<Sample> {
    let of = |class: &str, data: &[u8]| object("\\objemb\\objupdate", class, &hex(&embedded_object(class, data)));
    vec![
        sample("R3", "r3-equation.rtf", &of("Equation.3", &equation()), Expect::Related("equation")),
        sample(
            "R3",
            "r3-equation-ocx.rtf",
            &of("Equation.3", &equation()).replace("\\objemb", "\\objocx"),
            Expect::Related("equation"),
        ),
        sample(
            "R4",
            "r4-url-moniker.rtf",
            &of("OLE2Link", &moniker("http://example.org/x.hta")),
            Expect::Related("ole-link"),
        ),
        sample(
            "R4",
            "r4-package.rtf",
            &of("Package", &package("run.bat", b"calc.exe\r\n")),
            Expect::Related("packaged-file"),
        ),
    ]
}

fn hidden_data() -> Vec<Sample> {
    let data = embedded_object("Equation.3", &equation());
    let text = hex(&data);
    let (head, tail) = text.split_at(24);
    let of = |name, data: &str| {
        let body = format!("{{\\object\\objemb{{\\*\\objdata {data}}}}}");
        sample(trick::RTF_ESCAPES, name, &body, Expect::Related("equation"))
    };
    let spaced = text.as_bytes().chunks(1).map(|c| format!("{} \t\r\n", char::from(c[0]))).collect::<String>();
    let raw: Vec<u8> = [
        b"{\\rtf1{\\object\\objemb{\\*\\objdata ".as_slice(),
        head.as_bytes(),
        format!("\\bin{} ", data.len() - 12).as_bytes(),
        &data[12..],
        b"}}}",
    ]
    .concat();
    vec![
        of("r3-data-blanks.rtf", &spaced),
        of("r3-data-groups.rtf", &format!("{{{{{head}}}{{\\*\\junk 4141}}}}{tail}")),
        of("r3-data-words.rtf", &format!("{head}\\junk\\b0 {tail}")),
        of("r3-data-escape.rtf", &format!("{head}\\'41\\'zz{tail}")),
        of("r3-data-lone-digit.rtf", &format!("{head}4\\'41{tail}")),
        of("r3-data-letters.rtf", &format!("{head}xyz-{tail}")),
        of("r3-data-no-object.rtf", &text).tap_object(),
        Sample { row: trick::RTF_ESCAPES, name: "r3-data-bin.rtf", bytes: raw, expect: Expect::Related("equation") },
    ]
}

trait TapObject {
    fn tap_object(self) -> Self;
}

impl TapObject for Sample {
    /// The same data without the `\object` group around it.
    fn tap_object(mut self) -> Self {
        let text = String::from_utf8_lossy(&self.bytes).replace("\\object\\objemb", "");
        self.bytes = text.into_bytes();
        self
    }
}
