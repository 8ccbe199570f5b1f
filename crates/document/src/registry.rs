//! Every carrier, one line each.

use ddefend_container::{self as container, ArchiveReader, Format, PackageReader, Reader, StorageReader};

/// Carriers that read plain bytes or text.
pub(crate) const READERS: &[&Reader] = &[&crate::package::READER, &crate::compound::READER];

/// Carriers that read storages of compound files.
pub(crate) const STORAGE_READERS: &[&StorageReader] = &[];

/// Carriers that read packages.
pub(crate) const PACKAGE_READERS: &[&PackageReader] = &[];

/// Carriers that read ZIP archives which are no packages.
pub(crate) const ARCHIVE_READERS: &[&ArchiveReader] = &[];

/// All flat readers, containers first.
pub(crate) fn readers() -> impl Iterator<Item = &'static Reader> {
    container::READERS.iter().chain(READERS).copied()
}

/// All storage readers.
pub(crate) fn storage_readers() -> impl Iterator<Item = &'static StorageReader> {
    container::STORAGE_READERS.iter().chain(STORAGE_READERS).copied()
}

/// All package readers.
pub(crate) fn package_readers() -> impl Iterator<Item = &'static PackageReader> {
    container::PACKAGE_READERS.iter().chain(PACKAGE_READERS).copied()
}

/// All archive readers.
pub(crate) fn archive_readers() -> impl Iterator<Item = &'static ArchiveReader> {
    container::ARCHIVE_READERS.iter().chain(ARCHIVE_READERS).copied()
}

/// Every format that is read, for the reference and for `--help`.
pub fn formats() -> impl Iterator<Item = &'static Format> {
    readers()
        .map(|reader| &reader.format)
        .chain(storage_readers().map(|reader| &reader.format))
        .chain(package_readers().map(|reader| &reader.format))
        .chain(archive_readers().map(|reader| &reader.format))
}
