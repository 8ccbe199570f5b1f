//! Class ids and the names that objects give themselves.

use crate::Sink;
use crate::cfb::Storage;
use ddefend_guard::{Cursor, Short};
use std::fmt;

/// A class id as stored: little-endian fields (MS-DTYP 2.3.4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ClassId(pub(super) [u8; 16]);

impl fmt::Display for ClassId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g, h, i, rest @ ..] = self.0;
        let first = u32::from_le_bytes([a, b, c, d]);
        let (second, third) = (u16::from_le_bytes([e, g]), u16::from_le_bytes([h, i]));
        write!(f, "{{{first:08X}-{second:04X}-{third:04X}-")?;
        for (index, byte) in rest.into_iter().enumerate() {
            write!(f, "{}{byte:02X}", if index == 2 { "-" } else { "" })?;
        }
        f.write_str("}")
    }
}

/// What the class of an object makes of its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Equation,
    Package,
}

/// The common tail of class ids that Microsoft gave out early: `-0000-0000-C000-000000000046`.
const fn early(first: u32) -> [u8; 16] {
    let [a, b, c, d] = first.to_le_bytes();
    [a, b, c, d, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46]
}

const KNOWN: &[([u8; 16], Role, &str)] = &[
    (early(0x0002_ce02), Role::Equation, "Equation.3"),
    (early(0x0002_ce03), Role::Equation, "Equation.DSMT4"),
    (early(0x0003_000b), Role::Equation, "Equation"),
    (early(0x0002_1700), Role::Equation, "Equation.2"),
    (early(0x0003_000c), Role::Package, "Package"),
    (
        [0x20, 0xa7, 0x0d, 0xf2, 0x2f, 0xc0, 0xce, 0x11, 0x92, 0x7b, 0x08, 0x00, 0x09, 0x5a, 0xe3, 0x40],
        Role::Package,
        "Package",
    ),
];

/// The role of a class, where it has one.
pub(super) fn role(class_id: &[u8; 16]) -> Option<Role> {
    KNOWN.iter().find(|(known, ..)| known == class_id).map(|(_, role, _)| *role)
}

/// The usual name of a class, or the id itself.
pub(super) fn name(class_id: &ClassId) -> String {
    let known = KNOWN.iter().find(|(known, ..)| *known == class_id.0);
    known.map_or_else(|| class_id.to_string(), |(_, _, name)| (*name).to_owned())
}

/// The program id from `\1CompObj`, MS-OLEDS 2.3.7.
pub(super) fn program_id(storage: &Storage<'_>, sink: &mut dyn Sink) -> Option<String> {
    let stream = storage.stream("\u{1}CompObj").filter(|stream| stream.declared_size() < 4096)?;
    parse_program_id(&stream.read(sink)).ok().filter(|name| !name.is_empty())
}

fn parse_program_id(bytes: &[u8]) -> Result<String, Short> {
    let mut cursor = Cursor::at(bytes, 28);
    let user_type = cursor.u32("length of the user type")?;
    cursor.skip(usize::try_from(user_type).unwrap_or(usize::MAX), "user type")?;
    match cursor.u32("clipboard format")? {
        0 => {}
        // A standard format's number follows.
        0xffff_fffe | 0xffff_ffff => cursor.skip(4, "clipboard format")?,
        length => cursor.skip(usize::try_from(length).unwrap_or(usize::MAX), "clipboard format")?,
    }
    let length = cursor.u32("length of the program id")?;
    let bytes = cursor.take(usize::try_from(length).unwrap_or(usize::MAX), "program id")?;
    Ok(ansi(bytes))
}

/// Text up to its terminator in the usual Windows encoding.
pub(super) fn ansi(bytes: &[u8]) -> String {
    let text = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    encoding_rs::WINDOWS_1252.decode_without_bom_handling(text).0.into_owned()
}

/// UTF-16LE up to its terminator.
pub(super) fn wide(bytes: &[u8]) -> String {
    let units = bytes.chunks_exact(2).map(|two| match two {
        [low, high] => u16::from_le_bytes([*low, *high]),
        _ => 0,
    });
    char::decode_utf16(units.take_while(|unit| *unit != 0)).map(|unit| unit.unwrap_or('\u{fffd}')).collect()
}
