//! The storage of an encrypted package: `EncryptionInfo` beside `EncryptedPackage`, MS-OFFCRYPTO 2.3.4.

use super::agile::Agile;
use super::standard::{ROUNDS, Standard};
use super::{Locked, Unlocked, aes::Aes, agile, try_passwords};
use crate::cfb::Storage;
use crate::{Format, Part, Sink, StorageReader};
use ddefend_guard::{Cursor, Exceeded};
use ddefend_model::{Location, code};

/// Hash rounds for one file, and further ones for each password: what real files need, many times over.
const ROUNDS_PER_FILE: u64 = 2_000_000;
const ROUNDS_PER_PASSWORD: u64 = 100_000;

/// Encrypted packages.
pub(crate) static READER: StorageReader = StorageReader {
    format: Format {
        id: "ooxml-encrypted",
        title: "encrypted Office document",
        extensions: &[
            "docx", "docm", "dotx", "dotm", "xlsx", "xlsm", "xlsb", "xltx", "xltm", "xlam", "pptx", "pptm", "ppsx",
            "potx", "xls",
        ],
    },
    claims: |storage| storage.stream("EncryptedPackage").is_some() && storage.stream("EncryptionInfo").is_some(),
    read,
};

/// A package's key by either method.
enum Key {
    Standard(Aes),
    Agile(agile::Key),
}

/// A parsed header.
enum Header<'h> {
    Standard(Standard<'h>),
    Agile(Agile),
}

fn read(storage: &Storage<'_>, sink: &mut dyn Sink) {
    let (Some(info), Some(package)) = (storage.stream("EncryptionInfo"), storage.stream("EncryptedPackage")) else {
        return;
    };
    let info = info.read(sink);
    let Some(unlocked) = unlock(&info, sink) else { return };
    let stored = package.read(sink);
    let (size, data) = stored.split_at_checked(8).unwrap_or_default();
    let size = Cursor::new(size).u64("package size").unwrap_or(0);
    let mut data = data.to_vec();
    if let Err(exceeded) = sink.budget().produce(data.len() as u64) {
        sink.report(exceeded.code, Location::default(), format!("{exceeded}; the encrypted package was not read"));
        return;
    }
    match &unlocked.key {
        Key::Standard(aes) => aes.decrypt_ecb(&mut data),
        Key::Agile(key) => key.decrypt(&mut data),
    }
    if size > data.len() as u64 {
        let message = format!("the encrypted package should have {size} bytes, {} are there", data.len());
        sink.report(code::BROKEN_TRUNCATED, Location::default().held_by("EncryptedPackage"), message);
    }
    data.truncate(usize::try_from(size).unwrap_or(usize::MAX));
    let mut child = Part::below(sink.path(), "EncryptedPackage", &data);
    child.tricks.extend(unlocked.tricks());
    sink.child(child);
}

fn unlock(info: &[u8], sink: &mut dyn Sink) -> Option<Unlocked<Key>> {
    let mut header = None;
    let mut spent = 0_u64;
    let allowed =
        ROUNDS_PER_PASSWORD.saturating_mul(sink.secrets().for_office().count() as u64).saturating_add(ROUNDS_PER_FILE);
    try_passwords(sink, "Office package", |password, sink| {
        let header = match &mut header {
            Some(header) => header,
            none => none.insert(parse(info, sink)?),
        };
        spent = spent.saturating_add(header.rounds());
        if spent > allowed {
            return Err(Locked::Limit(Exceeded { code: code::LIMIT_STRUCTURE, limit: allowed }));
        }
        match header {
            Header::Standard(header) => Ok(header.open(password, sink.budget())?.map(Key::Standard)),
            Header::Agile(header) => Ok(header.open(password, sink.budget())?.map(Key::Agile)),
        }
    })
}

/// By the version at the start, MS-OFFCRYPTO 2.3.4.5, 2.3.4.6 and 2.3.4.10.
fn parse<'h>(info: &'h [u8], sink: &mut dyn Sink) -> Result<Header<'h>, Locked> {
    let mut cursor = Cursor::new(info);
    let version = cursor.u16("major version").and_then(|major| Ok((major, cursor.u16("minor version")?)));
    match version.map_err(super::stream::short)? {
        (4, 4) => {
            cursor.skip(4, "flags").map_err(super::stream::short)?;
            Ok(Header::Agile(Agile::parse(cursor.rest(), sink)?))
        }
        (2..=4, 2) => Ok(Header::Standard(Standard::parse(cursor)?)),
        (3 | 4, 3) => Err(Locked::Method("extensible encryption needs its own provider".to_owned())),
        (major, minor) => Err(Locked::Method(format!("the header has the unknown version {major}.{minor}"))),
    }
}

impl Header<'_> {
    fn rounds(&self) -> u64 {
        match self {
            Self::Standard(_) => u64::from(ROUNDS),
            Self::Agile(agile) => u64::from(agile.rounds()),
        }
    }
}
