//! Capped decompression. Every decoder stops at the budget's part allowance, at the ratio and at the end of its input,
//! and gives back what it had by then: a broken tail never hides a good head.

mod blocks;
mod checksum;
mod deflate;
mod members;
mod stream;

pub use blocks::cabinet;
pub use checksum::{crc32, crc32_step};
pub use deflate::{gzip, inflate, inflate_prefix, zlib};
pub use members::{Receiver, Unpacked, rar, sevenzip};
pub use stream::{bzip2, deflate64, lzma, xz, zip_lzma, zstd};

/// What a decoder produced and why it stopped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decoded {
    /// The output, possibly only its head.
    pub bytes: Vec<u8>,
    /// Input bytes that were used.
    pub consumed: usize,
    /// Why it is only the head; none where the stream ended as it should.
    pub stopped: Option<Stopped>,
}

/// Why a decoder stopped before the end of its stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Stopped {
    /// A budget was spent.
    #[error(transparent)]
    Limit(#[from] crate::Exceeded),
    /// The input ended before the stream did.
    #[error("the compressed data ends too early")]
    Truncated,
    /// The stream is damaged.
    #[error("the compressed data is damaged")]
    Damaged,
    /// The method or a needed key is not supported.
    #[error("the compression method is not supported")]
    Unsupported,
    /// It is encrypted, and the password does not fit.
    #[error("encrypted, and the password does not fit")]
    Locked,
}

impl Stopped {
    /// The diagnostic id that fits.
    #[must_use]
    pub fn code(&self) -> &'static str {
        use ddefend_model::code;
        match self {
            Self::Limit(exceeded) => exceeded.code,
            Self::Truncated => code::BROKEN_TRUNCATED,
            Self::Damaged => code::BROKEN_COMPRESSION,
            Self::Unsupported => code::UNREADABLE_FORMAT,
            Self::Locked => code::UNREADABLE_ENCRYPTED,
        }
    }
}
