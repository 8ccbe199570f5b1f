//! Bytes to a tree of parts: archives, compound files, mails, images, packages and the objects inside documents.
//!
//! A [`Reader`] recognises bytes and hands what it finds inside to a [`Sink`]: nested parts at once (the walk is
//! depth-first, so that only one chain of parts is in memory), links, and diagnostics for what it could not read.
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod activemime;
pub mod cab;
pub mod cfb;
pub mod crypto;
pub mod disk;
pub mod gz;
mod ical;
pub mod iso;
pub mod lzfu;
pub mod media;
mod members;
mod mime;
mod msg;
pub mod ole;
mod onenote;
pub mod opc;
mod part;
pub mod pdf;
pub mod rar;
mod reader;
mod registry;
pub mod rtf;
pub mod sevenzip;
pub mod tar;
pub mod text;
mod tnef;
mod transfer;
mod udf;
pub mod xml;
pub mod zip;

pub use mime::{WEB_PAGE, header_text};
pub use part::{Format, Part, Secrets, Sink};
pub use reader::{ArchiveReader, Claim, PackageReader, Probe, Reader, StorageReader};
pub use registry::{ARCHIVE_READERS, PACKAGE_READERS, READERS, STORAGE_READERS};
pub use transfer::base64;
