use crate::part::{Format, Part, Sink};
use crate::{cfb::Storage, opc::Package, text, zip::Archive};
use std::cell::OnceCell;

/// How sure a reader is that bytes are its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Claim {
    /// Not its own.
    No,
    /// Readable as such where nobody else wants it (any text is a one-column CSV).
    Fallback,
    /// Looks like it (text heuristics).
    Likely,
    /// Its structure is there, though not at the start (junk before an archive, an RTF header after blanks).
    Structure,
    /// Its magic number is at the start.
    Magic,
}

/// Bytes to be recognised, with their decoded head where they are text.
#[derive(Debug)]
pub struct Probe<'a> {
    /// The part.
    pub part: &'a Part<'a>,
    head: OnceCell<Option<String>>,
}

impl<'a> Probe<'a> {
    /// How many bytes of a text are decoded for recognition.
    pub const HEAD: usize = 4096;

    /// A probe of a part.
    #[must_use]
    pub fn new(part: &'a Part<'a>) -> Self {
        Self { part, head: OnceCell::new() }
    }

    /// All bytes.
    #[must_use]
    pub fn bytes(&self) -> &'a [u8] {
        self.part.bytes
    }

    /// True where the bytes begin with `magic`.
    #[must_use]
    pub fn starts_with(&self, magic: &[u8]) -> bool {
        self.part.bytes.starts_with(magic)
    }

    /// The first [`Self::HEAD`] bytes as text, whatever the encoding; none where they are not text.
    #[must_use]
    pub fn head(&self) -> Option<&str> {
        let decode = || {
            let head = self.part.bytes.get(..Self::HEAD).unwrap_or(self.part.bytes);
            if is_binary(head) {
                return None;
            }
            let decoded = text::decode(head);
            text::is_text(&decoded.text).then(|| decoded.text.into_owned())
        };
        self.head.get_or_init(decode).as_deref()
    }
}

/// True for heads that no text has, told without decoding: the signatures of archives and compound files, and more
/// control characters than any encoding explains. NUL is left out, it belongs to UTF-16 and to a hiding trick.
fn is_binary(head: &[u8]) -> bool {
    if head.starts_with(b"PK\x03\x04") || head.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return true;
    }
    let first = head.get(..512).unwrap_or(head);
    let odd = |byte: &&u8| matches!(byte, 1..=8 | 0xb | 0xe..=0x19 | 0x1c..=0x1f);
    first.iter().filter(odd).count().saturating_mul(2) > first.len()
}

/// A reader of one format: how to recognise it and how to take it apart.
#[derive(Debug)]
pub struct Reader {
    /// The format.
    pub format: Format,
    /// How sure it is about some bytes. Cheap: it looks at the head and perhaps the tail, never at all of it.
    pub sniff: fn(&Probe<'_>) -> Claim,
    /// Takes a part apart. Never fails: what cannot be read becomes a diagnostic.
    pub read: fn(&Part<'_>, &mut dyn Sink),
}

/// A reader of one kind of compound-file storage (a Word binary document, a workbook, a message, an OLE object).
/// Every storage of a compound file is offered to every such reader.
#[derive(Debug)]
pub struct StorageReader {
    /// The format that it finds.
    pub format: Format,
    /// True where the storage holds the streams that it reads.
    pub claims: fn(&Storage<'_>) -> bool,
    /// Takes the storage apart.
    pub read: fn(&Storage<'_>, &mut dyn Sink),
}

/// A reader of one kind of OPC package. Every package is offered to every such reader, whatever its main part claims
/// to be: contradicting content types are a hiding trick.
#[derive(Debug)]
pub struct PackageReader {
    /// The format that it finds.
    pub format: Format,
    /// True where the main part is of this format, so that it names the package.
    pub names: fn(&Package<'_>) -> bool,
    /// Reads all parts of the package that this reader knows; marks them with [`Package::mark_read`].
    pub read: fn(&Package<'_>, &mut dyn Sink),
}

/// A reader of one kind of ZIP archive that is no OPC package (OpenDocument, ...). Every such archive is offered to every
/// such reader; entries that none of them marks with [`Archive::mark_read`] are walked as nested parts.
#[derive(Debug)]
pub struct ArchiveReader {
    /// The format that it finds.
    pub format: Format,
    /// True where the archive is of this format, so that it names the artifact. Cheap: names and
    /// [`Archive::prefix`] only.
    pub claims: fn(&Archive<'_>) -> bool,
    /// Reads the entries that this reader knows and marks them with [`Archive::mark_read`].
    pub read: fn(&Archive<'_>, &mut dyn Sink),
}
