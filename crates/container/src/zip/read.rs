//! Entry data: decrypted, decompressed, checked.

use super::{Archive, Entry, crypto};
use crate::Sink;
use ddefend_guard::decode::{self, Decoded, Stopped};
use ddefend_guard::{Budget, Exceeded};
use ddefend_model::{Diagnostic, Location, code};
use std::borrow::Cow;

/// After that many entries that no password opened, no more is tried: key derivation is slow on purpose.
const LOCKED: u32 = 8;
/// Bytes that all overlapping entries of an archive may give: overlap is the quoting bomb's way.
const OVERLAPPING: u64 = 32 << 20;

/// Reads an entry.
pub(super) fn read<'a>(archive: &Archive<'a>, entry: &Entry, sink: &mut dyn Sink) -> Option<Cow<'a, [u8]>> {
    let Some(data) = data(archive, entry) else {
        tell(entry, sink, code::BROKEN_STRUCTURE, "there is no local header where the directory says".to_owned());
        return None;
    };
    if entry.overlaps && archive.overlapping.get() > OVERLAPPING {
        let limit = Exceeded { code: code::LIMIT_RATIO, limit: OVERLAPPING };
        tell(entry, sink, limit.code, format!("{limit} bytes from overlapping entries; it was not read"));
        return None;
    }
    if (data.len() as u64) < entry.compressed_size && !entry.open_ended {
        let message = format!("the data end after {} of {} bytes", data.len(), entry.compressed_size);
        tell(entry, sink, code::BROKEN_TRUNCATED, message);
    }
    let out = if entry.encrypted { decrypt(archive, entry, data, sink)? } else { plain(archive, entry, data, sink)? };
    if entry.overlaps {
        archive.overlapping.set(archive.overlapping.get().saturating_add(out.len() as u64));
    }
    Some(out)
}

/// The first bytes of an entry.
pub(super) fn prefix(archive: &Archive<'_>, entry: &Entry, count: usize) -> Vec<u8> {
    let data = data(archive, entry).unwrap_or_default();
    match entry.method {
        _ if entry.encrypted => Vec::new(),
        0 => data.get(..count).unwrap_or(data).to_vec(),
        8 => decode::inflate_prefix(data, count),
        _ => Vec::new(),
    }
}

/// The entry's bytes as stored, as far as they are there.
fn data<'a>(archive: &Archive<'a>, entry: &Entry) -> Option<&'a [u8]> {
    let start = usize::try_from(entry.data_offset).ok().filter(|start| *start <= archive.bytes.len())?;
    let rest = archive.bytes.get(start..)?;
    let length = usize::try_from(entry.compressed_size).unwrap_or(usize::MAX);
    Some(rest.get(..length).unwrap_or(rest))
}

/// An entry that is not encrypted.
fn plain<'a>(archive: &Archive<'a>, entry: &Entry, data: &'a [u8], sink: &mut dyn Sink) -> Option<Cow<'a, [u8]>> {
    if entry.method == 0 {
        let allowance = usize::try_from(sink.budget().limits().part_size).unwrap_or(usize::MAX);
        let out = data.get(..allowance).unwrap_or(data);
        if out.len() < data.len() {
            let message = format!("{} bytes, of which the first {allowance} were read", data.len());
            tell(entry, sink, code::LIMIT_PART_SIZE, message);
        } else if !entry.open_ended {
            check(entry, out, sink);
        }
        return Some(Cow::Borrowed(out));
    }
    let mut decoded = decompress(entry.method, data, sink.budget());
    if decoded.stopped == Some(Stopped::Truncated) && !entry.open_ended {
        decoded = beyond(archive, entry, decoded, sink);
    }
    finish(entry, decoded, sink).map(Cow::Owned)
}

/// Where a stream does not end within its declared size, that size may be a lie: reads on over what follows.
fn beyond(archive: &Archive<'_>, entry: &Entry, head: Decoded, sink: &mut dyn Sink) -> Decoded {
    let start = usize::try_from(entry.data_offset).unwrap_or(usize::MAX);
    let rest = archive.bytes.get(start..).unwrap_or_default();
    if rest.len() as u64 <= entry.compressed_size || entry.overlaps {
        return head;
    }
    let whole = decompress(entry.method, rest, sink.budget());
    if whole.stopped.is_some() || whole.bytes.len() <= head.bytes.len() {
        return head;
    }
    tell(
        entry,
        sink,
        code::NOTE_ARCHIVE,
        "its data go on behind their declared size and were read to their end".to_owned(),
    );
    whole
}

/// Reports what stopped a decoder and a checksum that does not fit.
fn finish(entry: &Entry, decoded: Decoded, sink: &mut dyn Sink) -> Option<Vec<u8>> {
    match decoded.stopped {
        None => check(entry, &decoded.bytes, sink),
        Some(Stopped::Unsupported) => {
            let message = format!("compression method {} is not read", entry.method);
            tell(entry, sink, code::UNREADABLE_FORMAT, message);
            return None;
        }
        Some(stopped) => tell(entry, sink, stopped.code(), format!("{stopped}; its head was read")),
    }
    Some(decoded.bytes)
}

/// Compares size and checksum with what the header declares.
fn check(entry: &Entry, out: &[u8], sink: &mut dyn Sink) {
    if fits(entry, out) || entry.open_ended {
        return;
    }
    let message = "size or checksum are not those that its header declares; it was read as it is".to_owned();
    tell(entry, sink, code::BROKEN_CHECKSUM, message);
}

fn fits(entry: &Entry, out: &[u8]) -> bool {
    // AE-2 keeps no checksum: the authentication code stands for it.
    let unchecked = entry.crc == 0 && entry.aes.is_some_and(|aes| aes.version == 2);
    let size = entry.declared_size == out.len() as u64;
    size && (unchecked || entry.crc == decode::crc32(out))
}

/// Decompresses by method, APPNOTE 4.4.5.
fn decompress(method: u16, data: &[u8], budget: &Budget) -> Decoded {
    match method {
        8 => decode::inflate(data, budget),
        9 => decode::deflate64(data, budget),
        12 => decode::bzip2(data, budget),
        14 => decode::zip_lzma(data, budget),
        93 => decode::zstd(data, budget),
        95 => decode::xz(data, budget),
        _ => Decoded { stopped: Some(Stopped::Unsupported), ..Decoded::default() },
    }
}

/// An encrypted entry, with every password until one fits.
fn decrypt<'a>(archive: &Archive<'a>, entry: &Entry, data: &[u8], sink: &mut dyn Sink) -> Option<Cow<'a, [u8]>> {
    if entry.aes.is_none() && entry.method == 99 {
        tell(entry, sink, code::UNREADABLE_ENCRYPTED, "encrypted in a way that is not read".to_owned());
        return None;
    }
    let known = archive.password.borrow().clone();
    let all = sink.secrets().for_archive().map(str::to_owned);
    let words: Vec<String> = known.iter().cloned().chain(all.filter(|word| Some(word) != known.as_ref())).collect();
    if archive.locked.get() < LOCKED {
        for word in &words {
            if sink.budget().check_time().is_err() {
                break;
            }
            if let Some(decoded) = attempt(entry, data, word, sink.budget()) {
                if known.as_ref() != Some(word) {
                    let shown = word.escape_debug();
                    tell(entry, sink, code::NOTE_PASSWORD, format!("opened with the password '{shown}'"));
                    sink.fact(format!("an archive was opened with the password '{shown}'"));
                    archive.password.replace(Some(word.clone()));
                }
                return finish(entry, decoded, sink).map(Cow::Owned);
            }
        }
        archive.locked.set(archive.locked.get().saturating_add(1));
    }
    let message = format!("encrypted, and none of {} passwords opens it", words.len());
    tell(entry, sink, code::UNREADABLE_ENCRYPTED, message);
    None
}

/// Tries one password; none where it is wrong.
fn attempt(entry: &Entry, data: &[u8], word: &str, budget: &Budget) -> Option<Decoded> {
    let (bytes, sound) = match entry.aes {
        Some(aes) => crypto::winzip(data, word.as_bytes(), aes.strength)?,
        None => (crypto::traditional(data, word.as_bytes(), entry.checks)?, false),
    };
    let decoded = if entry.method == 0 {
        Decoded { consumed: bytes.len(), bytes, stopped: None }
    } else {
        decompress(entry.method, &bytes, budget)
    };
    let limited = matches!(decoded.stopped, Some(Stopped::Limit(_) | Stopped::Unsupported));
    (sound || limited || fits(entry, &decoded.bytes)).then_some(decoded)
}

/// Reports something about an entry.
fn tell(entry: &Entry, sink: &mut dyn Sink, code: &'static str, message: String) {
    let part = sink.path().join(&entry.name);
    sink.diagnostic(Diagnostic::new(code, part, Location::default(), message));
}
