//! The readers of this crate, one line each.

use crate::reader::{PackageReader, Reader, StorageReader};

/// The flat readers of this crate. Carriers register theirs in `ddefend-document`.
pub const READERS: &[&Reader] = &[];

/// The storage readers of this crate.
pub const STORAGE_READERS: &[&StorageReader] = &[];

/// The package readers of this crate.
pub const PACKAGE_READERS: &[&PackageReader] = &[];
