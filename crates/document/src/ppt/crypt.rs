//! Encrypted presentations, MS-PPT 2.3.7: every persist object is a block of its own for RC4 CryptoAPI.

use super::records::header;
use ddefend_container::Sink;
use ddefend_container::cfb::Storage;
use ddefend_container::crypto::stream::StreamKey;
use ddefend_guard::Cursor;
use ddefend_model::{Location, code};
use std::collections::{BTreeMap, BTreeSet};

const USER_EDIT: u16 = 0x0ff5;
const CRYPT_SESSION: u16 = 0x2f14;
const PERSIST_DIRECTORY: u16 = 0x1772;
/// `CurrentUserAtom.headerToken` of an encrypted presentation, MS-PPT 2.3.2.
const ENCRYPTED: u32 = 0xf3d1_c4df;

/// What became of the stream.
pub(super) enum State {
    Plain,
    /// Decrypted, and the hiding tricks that this was.
    Opened(Vec<u8>, &'static [&'static str]),
    Locked,
}

/// Decrypts the presentation stream where it is encrypted, and tells how that went.
pub(super) fn decrypt(bytes: &[u8], storage: &Storage<'_>, sink: &mut dyn Sink) -> State {
    let Some(user) = storage.stream("Current User") else { return State::Plain };
    let user = user.read(sink);
    let token = Cursor::at(&user, 12).u32("header token");
    let edit = Cursor::at(&user, 16).u32("offset of the current edit").unwrap_or(0);
    let edit = usize::try_from(edit).unwrap_or(usize::MAX);
    let session = session_reference(bytes, edit);
    if token != Ok(ENCRYPTED) && session.is_none() {
        return State::Plain;
    }
    let persist = persist_objects(bytes, edit);
    let start = session.and_then(|id| persist.get(&id).copied());
    let Some(start) = start.filter(|start| header(bytes, *start).is_some_and(|(.., kind, _)| kind == CRYPT_SESSION))
    else {
        let message = "the presentation is encrypted, but its encryption header was not found".to_owned();
        sink.report(code::UNREADABLE_ENCRYPTED, Location::default(), message);
        return State::Locked;
    };
    let head = bytes.get(start.saturating_add(8)..).unwrap_or_default();
    let Some(unlocked) = StreamKey::unlock(head, sink) else { return State::Locked };
    let mut plain = bytes.to_vec();
    if let Err(exceeded) = sink.budget().produce(plain.len() as u64) {
        sink.report(exceeded.code, Location::default(), exceeded.to_string());
        return State::Locked;
    }
    apply(&unlocked.key, &mut plain, &persist, start);
    State::Opened(plain, unlocked.tricks())
}

/// Decrypts each object from its offset to the next one's. Linear: pieces do not overlap.
fn apply(key: &StreamKey, plain: &mut [u8], persist: &BTreeMap<u32, usize>, session: usize) {
    let mut starts: BTreeSet<usize> = persist.values().copied().collect();
    // Edits and directories lie between the objects, in the clear.
    let mut clear = clear_records(plain);
    clear.sort_unstable();
    starts.extend(clear.iter().copied());
    for (id, start) in persist {
        if *start == session || clear.binary_search(start).is_ok() {
            continue;
        }
        let end = starts.range(start.saturating_add(1)..).next().copied().unwrap_or(plain.len());
        let Some(object) = plain.get_mut(*start..end) else { continue };
        // The length is encrypted as well, so the head is decrypted first to know where the object ends.
        let mut head: Vec<u8> = object.get(..8).unwrap_or_default().to_vec();
        key.apply_block(*id, &mut head);
        let length = header(&head, 0).map_or(usize::MAX, |(.., length)| length).saturating_add(8);
        let length = length.min(object.len());
        if let Some(object) = object.get_mut(..length) {
            key.apply_block(*id, object);
        }
    }
}

/// The number of the persist object that holds the encryption header, MS-PPT 2.3.3.
fn session_reference(bytes: &[u8], edit: usize) -> Option<u32> {
    let (.., kind, length) = header(bytes, edit)?;
    (kind == USER_EDIT && length >= 32).then(|| Cursor::at(bytes, edit.saturating_add(36)).u32("session").ok())?
}

/// Offsets of the persist objects by number, the newest edit first, MS-PPT 2.3.3 to 2.3.5.
fn persist_objects(bytes: &[u8], edit: usize) -> BTreeMap<u32, usize> {
    let mut objects = BTreeMap::new();
    for edit in edits(bytes, edit) {
        let Some(directory) = directory_of(bytes, edit) else { continue };
        let Some((.., PERSIST_DIRECTORY, length)) = header(bytes, directory) else { continue };
        let mut cursor = Cursor::new(Cursor::at(bytes, directory.saturating_add(8)).take_up_to(length));
        while let Ok(word) = cursor.u32("persist ids") {
            let (first, count) = (word & 0xf_ffff, word >> 20);
            for index in 0..count {
                let Ok(offset) = cursor.u32("persist offset") else { break };
                let offset = usize::try_from(offset).unwrap_or(usize::MAX);
                objects.entry(first.saturating_add(index)).or_insert(offset);
            }
        }
    }
    objects
}

/// Offsets of the edits, each of which names the one before it; a circle ends the list.
fn edits(bytes: &[u8], newest: usize) -> Vec<usize> {
    let mut edits = Vec::new();
    let mut at = newest;
    while let Some((.., USER_EDIT, _)) = header(bytes, at) {
        // An older edit stands before a newer one.
        if edits.last().is_some_and(|last| at >= *last) {
            break;
        }
        edits.push(at);
        let Ok(before) = Cursor::at(bytes, at.saturating_add(16)).u32("edit before") else { break };
        at = usize::try_from(before).unwrap_or(usize::MAX);
        if at == 0 {
            break;
        }
    }
    edits
}

fn directory_of(bytes: &[u8], edit: usize) -> Option<usize> {
    usize::try_from(Cursor::at(bytes, edit.saturating_add(20)).u32("persist directory").ok()?).ok()
}

/// Offsets of edits and directories: they stand in the clear behind the objects, so their heads are recognised where the
/// flat walk meets them.
fn clear_records(bytes: &[u8]) -> Vec<usize> {
    const EDIT_HEAD: [u8; 4] = [0, 0, 0xf5, 0x0f];
    const DIRECTORY_HEAD: [u8; 4] = [0, 0, 0x72, 0x17];
    let edits = memchr::memmem::find_iter(bytes, &EDIT_HEAD);
    edits.chain(memchr::memmem::find_iter(bytes, &DIRECTORY_HEAD)).collect()
}
