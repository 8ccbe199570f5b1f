//! The lists of a dump: modules, threads, memory.

use super::{Dump, Info, Place, Range, RawModule, Reader};
use crate::lists::Limits;
use ddefend_guard::{Cursor, Short};
use ddefend_model::code;

/// Bytes of a name that are read: paths of Windows are shorter.
const NAME: u32 = 2_048;
/// Threads whose environment block is tried.
const THREADS: u32 = 4_096;

/// An entry of MINIDUMP_MODULE_LIST.
struct Module {
    module: RawModule,
    name: u32,
}

impl Dump {
    /// How many entries are read: what the list says, what its stream has room for, what is allowed.
    fn room(&mut self, what: &str, claimed: u64, place: Place, header: u64, entry: u64, most: usize) -> u64 {
        let room = place.size.saturating_sub(header).checked_div(entry.max(1)).unwrap_or(0);
        let most = most as u64;
        if claimed > room {
            let message = format!("{what}: {claimed} entries are claimed, the stream has room for {room}");
            self.note(code::BROKEN_STRUCTURE, place.at, message);
        }
        if claimed.min(room) > most {
            let message = format!("{what}: of {} entries the first {most} were read", claimed.min(room));
            self.note(code::LIMIT_RESULTS, place.at, message);
        }
        claimed.min(room).min(most)
    }

    fn whole(&mut self, what: &str, read: u64, wanted: u64, place: Place) {
        if read < wanted {
            let message = format!("{what}: the file ends after {read} of {wanted} entries");
            self.note(code::BROKEN_TRUNCATED, place.at, message);
        }
    }

    /// MINIDUMP_MODULE_LIST: 108 bytes each. Some writers align the first entry.
    pub(super) fn module_list(&mut self, place: Place, reader: &mut Reader<'_>, limits: &Limits) -> Result<(), Short> {
        let head = reader.bytes(place.at, 4.min(place.size));
        let count = u64::from(Cursor::new(&head).u32("number of modules")?);
        let padded = place.size == count.saturating_mul(108).saturating_add(8);
        let header = if padded { 8 } else { 4 };
        let wanted = self.room("modules", count, place, header, 108, limits.modules);
        let mut found = Vec::new();
        let read = reader.entries(place.at.saturating_add(header), 108, wanted, |entry| {
            found.extend(module(&mut Cursor::new(entry)))
        });
        self.whole("modules", read, wanted, place);
        for Module { mut module, name } in found {
            module.path = self.name(reader, name);
            self.modules.push(module);
        }
        Ok(())
    }

    /// MINIDUMP_UNLOADED_MODULE_LIST: sizes of header and entry, 24 bytes each.
    pub(super) fn unloaded_list(
        &mut self,
        place: Place,
        reader: &mut Reader<'_>,
        limits: &Limits,
    ) -> Result<(), Short> {
        let head = reader.bytes(place.at, 12.min(place.size));
        let mut cursor = Cursor::new(&head);
        let header = u64::from(cursor.u32("size of the header")?);
        let entry = u64::from(cursor.u32("size of an entry")?);
        let count = u64::from(cursor.u32("number of unloaded modules")?);
        if header < 12 || !(20..=4_096).contains(&entry) {
            self.note(code::BROKEN_STRUCTURE, place.at, "unloaded modules: sizes that no dump has");
            return Ok(());
        }
        let wanted = self.room("unloaded modules", count, place, header, entry, limits.modules);
        let mut found = Vec::new();
        let read = reader.entries(place.at.saturating_add(header), entry, wanted, |entry| {
            found.extend(unloaded(&mut Cursor::new(entry)));
        });
        self.whole("unloaded modules", read, wanted, place);
        for Module { mut module, name } in found {
            module.path = self.name(reader, name);
            self.unloaded.push(module);
        }
        Ok(())
    }

    /// MINIDUMP_MEMORY_LIST: address, size, place.
    pub(super) fn memory_list(&mut self, place: Place, reader: &mut Reader<'_>, limits: &Limits) -> Result<(), Short> {
        let head = reader.bytes(place.at, 4.min(place.size));
        let count = u64::from(Cursor::new(&head).u32("number of memory ranges")?);
        let padded = place.size == count.saturating_mul(16).saturating_add(8);
        let header = if padded { 8 } else { 4 };
        let wanted = self.room("memory ranges", count, place, header, 16, limits.ranges);
        let size = reader.size();
        let mut cut = 0_u64;
        let memory = &mut self.memory;
        let read = reader.entries(place.at.saturating_add(header), 16, wanted, |entry| {
            let mut cursor = Cursor::new(entry);
            let (Ok(address), Ok(length), Ok(at)) = (cursor.u64("address"), cursor.u32("size"), cursor.u32("place"))
            else {
                return;
            };
            cut = cut.saturating_add(memory.add(address, u64::from(length), u64::from(at), size));
        });
        self.cut(cut, place);
        self.whole("memory ranges", read, wanted, place);
        Ok(())
    }

    /// MINIDUMP_MEMORY64_LIST: the ranges stand one behind the other from one place on.
    pub(super) fn memory64_list(
        &mut self,
        place: Place,
        reader: &mut Reader<'_>,
        limits: &Limits,
    ) -> Result<(), Short> {
        let head = reader.bytes(place.at, 16.min(place.size));
        let mut cursor = Cursor::new(&head);
        let count = cursor.u64("number of memory ranges")?;
        let mut at = cursor.u64("place of the memory")?;
        let wanted = self.room("memory ranges", count, place, 16, 16, limits.ranges);
        let size = reader.size();
        let mut cut = 0_u64;
        let memory = &mut self.memory;
        let read = reader.entries(place.at.saturating_add(16), 16, wanted, |entry| {
            let mut cursor = Cursor::new(entry);
            let (Ok(address), Ok(length)) = (cursor.u64("address"), cursor.u64("size")) else { return };
            cut = cut.saturating_add(memory.add(address, length, at, size));
            at = at.saturating_add(length);
        });
        self.cut(cut, place);
        self.whole("memory ranges", read, wanted, place);
        Ok(())
    }

    fn cut(&mut self, cut: u64, place: Place) {
        if cut > 0 {
            let message = format!("{cut} memory ranges are not whole in the file");
            self.note(code::BROKEN_TRUNCATED, place.at, message);
        }
    }

    /// MINIDUMP_MEMORY_INFO_LIST: sizes of header and entry, 48 bytes each.
    pub(super) fn info_list(&mut self, place: Place, reader: &mut Reader<'_>, limits: &Limits) -> Result<(), Short> {
        let head = reader.bytes(place.at, 16.min(place.size));
        let mut cursor = Cursor::new(&head);
        let header = u64::from(cursor.u32("size of the header")?);
        let entry = u64::from(cursor.u32("size of an entry")?);
        let count = cursor.u64("number of regions")?;
        if header < 16 || !(48..=4_096).contains(&entry) {
            self.note(code::BROKEN_STRUCTURE, place.at, "regions: sizes that no dump has");
            return Ok(());
        }
        let wanted = self.room("regions", count, place, header, entry, limits.ranges);
        let infos = &mut self.memory.infos;
        let read = reader.entries(place.at.saturating_add(header), entry, wanted, |entry| {
            infos.extend(info(&mut Cursor::new(entry)));
        });
        self.whole("regions", read, wanted, place);
        Ok(())
    }

    /// MINIDUMP_THREAD_LIST: 48 bytes each.
    pub(super) fn thread_list(&mut self, place: Place, reader: &mut Reader<'_>) -> Result<(), Short> {
        let head = reader.bytes(place.at, 4.min(place.size));
        let count = u64::from(Cursor::new(&head).u32("number of threads")?);
        let padded = place.size == count.saturating_mul(48).saturating_add(8);
        let header = if padded { 8 } else { 4 };
        let wanted = self.room("threads", count, place, header, 48, usize::try_from(THREADS).unwrap_or(0));
        let tebs = &mut self.tebs;
        let read = reader.entries(place.at.saturating_add(header), 48, wanted, |entry| {
            if let Ok(teb) = Cursor::at(entry, 16).u64("TEB") {
                tebs.push(teb);
            }
        });
        self.whole("threads", read, wanted, place);
        Ok(())
    }

    /// MINIDUMP_STRING: length in bytes and UTF-16.
    fn name(&mut self, reader: &mut Reader<'_>, at: u32) -> String {
        let at = u64::from(at);
        let Ok(length) = Cursor::new(&reader.bytes(at, 4)).u32("length") else {
            self.note(code::BROKEN_TRUNCATED, at, "the name of a module stands beyond the end of the file");
            return String::new();
        };
        utf16(&reader.bytes(at.saturating_add(4), u64::from(length.min(NAME))))
    }
}

/// UTF-16 to its first NUL.
pub(crate) fn utf16(bytes: &[u8]) -> String {
    let units = bytes.chunks_exact(2).map(|pair| Cursor::new(pair).u16("character").unwrap_or(0));
    let units: Vec<u16> = units.take_while(|unit| *unit != 0).collect();
    String::from_utf16_lossy(&units)
}

fn module(cursor: &mut Cursor<'_>) -> Result<Module, Short> {
    let (base, size) = (cursor.u64("base")?, u64::from(cursor.u32("size")?));
    cursor.skip(8, "checksum and time")?;
    let name = cursor.u32("name")?;
    let signature = cursor.u32("version signature")?;
    cursor.skip(4, "version of the structure")?;
    let (high, low) = (cursor.u32("version")?, cursor.u32("version")?);
    let version = if signature == 0xfeef_04bd {
        format!("{}.{}.{}.{}", high >> 16, high & 0xffff, low >> 16, low & 0xffff)
    } else {
        String::new()
    };
    Ok(Module { module: RawModule { base, size, version, ..RawModule::default() }, name })
}

fn unloaded(cursor: &mut Cursor<'_>) -> Result<Module, Short> {
    let (base, size) = (cursor.u64("base")?, u64::from(cursor.u32("size")?));
    cursor.skip(8, "checksum and time")?;
    let name = cursor.u32("name")?;
    Ok(Module { module: RawModule { base, size, unloaded: true, ..RawModule::default() }, name })
}

fn info(cursor: &mut Cursor<'_>) -> Result<Info, Short> {
    let base = cursor.u64("base")?;
    cursor.skip(16, "allocation")?;
    let size = cursor.u64("size")?;
    let (state, protection, kind) = (cursor.u32("state")?, cursor.u32("protection")?, cursor.u32("type")?);
    Ok(Info { base, size, state, protection, kind })
}

impl Range {
    /// One past its last byte in the file.
    pub(crate) fn end(&self) -> u64 {
        self.at.saturating_add(self.size)
    }
}
