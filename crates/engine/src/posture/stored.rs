//! Where an input's bytes are: in a file, in a member of an archive, or on standard input.

use ddefend_guard::stream::{Allowance, Member, Zip};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Members of an archive that are looked at.
const MEMBERS: usize = 100_000;

/// Where bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stored {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
    /// Here: what could be read only once was read already.
    Held(Arc<Vec<u8>>),
    /// A member of a zip archive.
    Member(PathBuf, Box<Member>),
}

/// Why there is more than was read, where there is: a code and words.
pub(super) type Why = Option<(&'static str, String)>;
/// Bytes, and why they are not all.
pub(super) type Taken = (Vec<u8>, Why);

impl Stored {
    /// How many bytes there may be, as far as that is said.
    pub(super) fn size(&self) -> u64 {
        match self {
            Self::Stdin => 0,
            Self::Held(bytes) => bytes.len() as u64,
            Self::File(path) => fs::metadata(path).map_or(0, |metadata| metadata.len()),
            Self::Member(_, member) => member.size,
        }
    }

    /// Whether reading it now does not take it away from who reads it later.
    pub(super) fn is_lasting(&self) -> bool {
        match self {
            Self::Stdin => false,
            Self::File(path) => fs::metadata(path).map_or(true, |metadata| metadata.is_file()),
            Self::Held(_) | Self::Member(..) => true,
        }
    }

    /// The first bytes, up to `limit`.
    ///
    /// # Errors
    /// Where nothing can be read.
    pub(super) fn take(&self, limit: u64) -> io::Result<Taken> {
        let mut bytes = Vec::new();
        match self {
            Self::Stdin => io::stdin().lock().take(limit).read_to_end(&mut bytes)?,
            Self::Held(held) => held.as_slice().take(limit).read_to_end(&mut bytes)?,
            Self::File(path) => File::open(path)?.take(limit).read_to_end(&mut bytes)?,
            Self::Member(archive, member) => {
                let allowance = Allowance { total: limit, ..Allowance::default() };
                let opened = member.open(File::open(archive)?, allowance);
                let mut stream = opened.map_err(|stopped| io::Error::other(stopped.to_string()))?;
                stream.read_to_end(&mut bytes)?;
                let short = (bytes.len() as u64) < limit;
                let why = stream.stopped().filter(|_| short).map(|stopped| (stopped.code(), stopped.to_string()));
                return Ok((bytes, why));
            }
        };
        Ok((bytes, None))
    }
}

/// The members of a file that is a zip archive, with the paths that they would have below it; none where it is no
/// archive. The second is why there may be more of them.
pub(super) fn members(path: &Path) -> Option<(Vec<(PathBuf, Stored)>, Why)> {
    let mut magic = [0; 4];
    let mut file = File::open(path).ok().filter(|_| fs::metadata(path).is_ok_and(|metadata| metadata.is_file()))?;
    file.read_exact(&mut magic).ok()?;
    if magic != *b"PK\x03\x04" {
        return None;
    }
    let allowance = Allowance { members: MEMBERS, ..Allowance::default() };
    let zip = match Zip::new(file, allowance) {
        Ok(zip) => zip,
        Err(stopped) => return Some((Vec::new(), Some((stopped.code(), stopped.to_string())))),
    };
    let listed = zip.members().iter().filter(|member| !member.name.ends_with(['/', '\\'])).map(|member| {
        // Names are only compared and shown, never opened.
        let name = member.name.replace('\\', "/");
        let below = name.trim_start_matches('/');
        (path.join(below), Stored::Member(path.to_owned(), Box::new(member.clone())))
    });
    let why = zip.stopped().map(|stopped| (stopped.code(), format!("not every member may be known: {stopped}")));
    Some((listed.collect(), why))
}
