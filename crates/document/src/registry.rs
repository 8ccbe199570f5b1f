//! Every carrier, one line each. Readers that hand on to all the others (packages, compound files) are listed in
//! `walk`, since they use this list.

use ddefend_container::{self as container, ArchiveReader, PackageReader, Reader, StorageReader};

/// Carriers that read plain bytes or text.
pub(crate) const READERS: &[&Reader] = &[
    &crate::xls::RAW,
    &crate::queries::IQY,
    &crate::queries::DQY,
    &crate::queries::ODC,
    &crate::rtf::READER,
    &crate::word2::READER,
    &crate::write::READER,
    &crate::access::READER,
    &crate::legacy::READER,
    &crate::wordxml::WORD2003,
    &crate::wordxml::LOOSE,
    &crate::wordhtml::READER,
    &crate::odf::FLAT,
    &crate::spreadsheetml::READER,
    &crate::excelhtml::READER,
    &crate::slk::READER,
    &crate::dif::READER,
    &crate::csv::READER,
    &crate::plain::XML,
    &crate::csv::TEXT,
];

/// Carriers that read storages of compound files.
pub(crate) const STORAGE_READERS: &[&StorageReader] = &[
    &crate::xls::STORAGE,
    &crate::doc::READER,
    &crate::ppt::READER,
    &crate::other::PUBLISHER,
    &crate::other::VISIO,
    &crate::other::PROJECT,
    &crate::other::WORKS,
];

/// Carriers that read packages.
pub(crate) const PACKAGE_READERS: &[&PackageReader] = &[
    &crate::relations::READER,
    &crate::docx::READER,
    &crate::xlsx::READER,
    &crate::xlsb::READER,
    &crate::pptx::READER,
];

/// Carriers that read ZIP archives which are no packages.
pub(crate) const ARCHIVE_READERS: &[&ArchiveReader] = &[&crate::odf::ARCHIVE];

/// All flat readers but those that hand on, containers first.
pub(crate) fn readers() -> impl Iterator<Item = &'static Reader> {
    container::READERS.iter().chain(READERS).copied()
}

/// All storage readers, carriers first: the first that claims the root names the file.
pub(crate) fn storage_readers() -> impl Iterator<Item = &'static StorageReader> {
    STORAGE_READERS.iter().chain(container::STORAGE_READERS).copied()
}

/// All package readers.
pub(crate) fn package_readers() -> impl Iterator<Item = &'static PackageReader> {
    container::PACKAGE_READERS.iter().chain(PACKAGE_READERS).copied()
}

/// All archive readers.
pub(crate) fn archive_readers() -> impl Iterator<Item = &'static ArchiveReader> {
    container::ARCHIVE_READERS.iter().chain(ARCHIVE_READERS).copied()
}
