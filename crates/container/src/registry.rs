//! The readers of this crate, one line each.

use crate::reader::{ArchiveReader, PackageReader, Reader, StorageReader};
use crate::{cab, gz, media, rar, sevenzip, tar};

/// The flat readers of this crate. Carriers register theirs in `ddefend-document`.
pub const READERS: &[&Reader] = &[
    &gz::GZIP,
    &gz::BZIP2,
    &gz::XZ,
    &gz::ZSTD,
    &tar::READER,
    &sevenzip::READER,
    &rar::READER,
    &cab::READER,
    &crate::pdf::READER,
    &crate::iso::READER,
    &crate::disk::VHD,
    &crate::disk::RAW,
    &media::IMAGE,
    &media::FONT,
    &media::SOUND,
    &media::PROGRAM,
    &crate::mime::READER,
    &crate::mime::signed::READER,
    &crate::ical::READER,
    &crate::tnef::READER,
    &crate::lzfu::READER,
    &crate::ole::LEGACY,
    &crate::activemime::READER,
    &crate::onenote::READER,
];

/// The storage readers of this crate.
pub const STORAGE_READERS: &[&StorageReader] = &[&crate::crypto::PACKAGE, &crate::msg::READER, &crate::ole::READER];

/// The package readers of this crate.
pub const PACKAGE_READERS: &[&PackageReader] = &[];

/// The archive readers of this crate.
pub const ARCHIVE_READERS: &[&ArchiveReader] = &[];
