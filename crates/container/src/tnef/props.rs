//! MAPI properties inside TNEF attributes (MS-OXTNEF 2.1.3.4).

use ddefend_guard::{Cursor, Short};
use encoding_rs::UTF_16LE;

/// A property.
#[derive(Clone, Debug)]
pub(super) struct Property<'d> {
    pub(super) id: u16,
    kind: u16,
    pub(super) value: Value<'d>,
}

/// Its value.
#[derive(Clone, Debug)]
pub(super) enum Value<'d> {
    /// Numbers, times, flags: of no interest.
    Fixed,
    /// Strings, binaries and objects.
    Bytes(Vec<&'d [u8]>),
}

/// Why reading stopped.
#[derive(Clone, Copy, Debug)]
pub(super) struct Damage {
    pub(super) what: &'static str,
}

impl From<Short> for Damage {
    fn from(short: Short) -> Self {
        Self { what: short.what }
    }
}

const OBJECT: u16 = 0x000d;
const TEXT_8_BIT: u16 = 0x001e;
const TEXT_UTF16: u16 = 0x001f;
const BINARY: u16 = 0x0102;
/// Set in the type of a property with several values.
const SEVERAL: u16 = 0x1000;
/// Identifiers from here on carry a name.
const NAMED: u16 = 0x8000;

impl Property<'_> {
    pub(super) fn is_object(&self) -> bool {
        self.kind & !SEVERAL == OBJECT
    }

    pub(super) fn text(&self) -> Option<String> {
        let Value::Bytes(values) = &self.value else { return None };
        let bytes = values.first()?;
        let text = if self.kind == TEXT_UTF16 {
            UTF_16LE.decode_without_bom_handling(bytes).0.into_owned()
        } else {
            super::text(bytes)
        };
        Some(text.trim_end_matches('\0').to_owned())
    }
}

/// Reads as many properties as hold together.
pub(super) fn read(data: &[u8]) -> (Vec<Property<'_>>, Option<Damage>) {
    let mut cursor = Cursor::new(data);
    let mut properties = Vec::new();
    let Ok(count) = cursor.u32("property count") else {
        return (properties, Some(Damage { what: "the property count is missing" }));
    };
    for _ in 0..count {
        if cursor.is_empty() {
            return (properties, Some(Damage { what: "fewer properties than declared" }));
        }
        match property(&mut cursor) {
            Ok(property) => properties.push(property),
            Err((partial, damage)) => {
                properties.extend(partial);
                return (properties, Some(damage));
            }
        }
    }
    (properties, None)
}

type Failed<'d> = (Option<Property<'d>>, Damage);

fn property<'d>(cursor: &mut Cursor<'d>) -> Result<Property<'d>, Failed<'d>> {
    let plain = |short: Short| (None, Damage::from(short));
    let kind = cursor.u16("property type").map_err(plain)?;
    let id = cursor.u16("property id").map_err(plain)?;
    if id >= NAMED {
        name(cursor).map_err(|damage| (None, damage))?;
    }
    match kind & !SEVERAL {
        OBJECT | TEXT_8_BIT | TEXT_UTF16 | BINARY => {
            let mut values = Vec::new();
            let whole = variable(cursor, &mut values);
            let property = Property { id, kind, value: Value::Bytes(values) };
            match whole {
                Ok(()) => Ok(property),
                Err(short) => Err((Some(property), short.into())),
            }
        }
        fixed => {
            let width = width(fixed).ok_or((None, Damage { what: "a property type that is not known" }))?;
            let count = if kind & SEVERAL == 0 { 1 } else { cursor.u32("value count").map_err(plain)? };
            let length = usize::try_from(count).unwrap_or(usize::MAX).saturating_mul(width);
            cursor.skip(length, "property value").map_err(plain)?;
            Ok(Property { id, kind, value: Value::Fixed })
        }
    }
}

/// A named property: set, then a number or a string, padded to four bytes.
fn name(cursor: &mut Cursor<'_>) -> Result<(), Damage> {
    cursor.skip(16, "property set")?;
    if cursor.u32("name kind")? == 0 {
        cursor.skip(4, "name number")?;
    } else {
        let length = cursor.u32("name length")?;
        cursor.skip(padded(length), "name")?;
    }
    Ok(())
}

/// A count of values, each with its length and padding. A value that is cut off is kept.
fn variable<'d>(cursor: &mut Cursor<'d>, values: &mut Vec<&'d [u8]>) -> Result<(), Short> {
    let count = cursor.u32("value count")?;
    for _ in 0..count {
        let length = usize::try_from(cursor.u32("value length")?).unwrap_or(usize::MAX);
        match cursor.take(length, "property value") {
            Ok(bytes) => values.push(bytes),
            Err(short) => {
                values.push(cursor.rest());
                return Err(short);
            }
        }
        let padding = length.wrapping_neg() & 3;
        let _ = cursor.take_up_to(padding);
    }
    Ok(())
}

fn padded(length: u32) -> usize {
    usize::try_from(length.saturating_add(3) & !3).unwrap_or(usize::MAX)
}

/// Bytes of a fixed value with its padding, MS-OXCDATA 2.11.1.
fn width(kind: u16) -> Option<usize> {
    Some(match kind {
        0x0000 | 0x0001 => 0,
        0x0002..=0x0004 | 0x000a | 0x000b => 4,
        0x0005..=0x0007 | 0x0014 | 0x0040 => 8,
        0x0048 => 16,
        _ => return None,
    })
}
