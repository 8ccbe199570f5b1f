//! Cabinets (MS-CAB): folders of compressed blocks, files as ranges of folders.

use crate::{Claim, Format, Part, Probe, Reader, Sink, members};
use ddefend_guard::decode::{self, Decoded};
use ddefend_guard::{Cursor, Short};
use ddefend_model::{Location, code};

/// Any cabinet.
pub static READER: Reader =
    Reader { format: Format { id: "cab", title: "cabinet", extensions: &["cab"] }, sniff, read };

fn sniff(probe: &Probe<'_>) -> Claim {
    if probe.starts_with(b"MSCF\0\0\0\0") { Claim::Magic } else { Claim::No }
}

/// The header's fields that matter, MS-CAB 2.1.
struct Header {
    files_at: usize,
    files: u16,
    /// Reserved bytes in every data block.
    block_reserve: usize,
}

/// A folder, MS-CAB 2.2.
struct Folder {
    at: usize,
    blocks: u16,
    kind: u16,
}

/// A file, MS-CAB 2.4.
struct File {
    size: u32,
    offset: u32,
    folder: u16,
    name: String,
}

fn read(part: &Part<'_>, sink: &mut dyn Sink) {
    let mut folders = Vec::new();
    let header = match header(part.bytes, &mut folders) {
        Ok(header) => header,
        Err(short) => {
            let place = Location::bytes(short.offset as u64, 0);
            return sink.report(code::BROKEN_TRUNCATED, place, format!("{short}; nothing was read"));
        }
    };
    let files = files(part.bytes, &header, sink);
    for (index, folder) in folders.iter().enumerate() {
        // Files that go on in another cabinet of the set name the last or first folder by these numbers.
        let own = |file: &&File| match file.folder {
            0xfffd => index == 0,
            0xfffe | 0xffff => index.saturating_add(1) == folders.len(),
            folder => usize::from(folder) == index,
        };
        if !files.iter().any(|file| own(&file)) {
            continue;
        }
        let data = decode::cabinet(folder.kind, blocks(part.bytes, folder, &header), sink.budget());
        sink.report_stop(data.stopped, &format!("folder {index}"));
        files.iter().filter(own).for_each(|file| give(file, &data, sink));
    }
}

fn give(file: &File, folder: &Decoded, sink: &mut dyn Sink) {
    let start = usize::try_from(file.offset).unwrap_or(usize::MAX);
    let rest = folder.bytes.get(start..).unwrap_or_default();
    let length = usize::try_from(file.size).unwrap_or(usize::MAX);
    let bytes = rest.get(..length).unwrap_or(rest);
    if bytes.len() < length {
        let message = format!("{}: {} of {length} bytes are there", file.name, bytes.len());
        sink.report(code::BROKEN_TRUNCATED, Location::default(), message);
    }
    members::walk(&file.name, bytes, &[], sink);
}

fn header(bytes: &[u8], folders: &mut Vec<Folder>) -> Result<Header, Short> {
    const PREVIOUS: u16 = 1;
    const NEXT: u16 = 2;
    const RESERVE: u16 = 4;
    let mut cursor = Cursor::at(bytes, 16);
    let files_at = cursor.u32("offset of files")?;
    cursor.skip(6, "version")?;
    let folder_count = cursor.u16("number of folders")?;
    let files = cursor.u16("number of files")?;
    let flags = cursor.u16("flags")?;
    cursor.skip(4, "set")?;
    let (mut folder_reserve, mut block_reserve) = (0, 0);
    if flags & RESERVE != 0 {
        let own = cursor.u16("reserve of the header")?;
        folder_reserve = usize::from(cursor.u8("reserve of folders")?);
        block_reserve = usize::from(cursor.u8("reserve of blocks")?);
        cursor.skip(usize::from(own), "reserve")?;
    }
    for flag in [PREVIOUS, PREVIOUS, NEXT, NEXT] {
        if flags & flag != 0 {
            while cursor.u8("name of a neighbour")? != 0 {}
        }
    }
    for _ in 0..folder_count {
        let Ok(at) = cursor.u32("folder") else { break };
        let (blocks, kind) = (cursor.u16("number of blocks")?, cursor.u16("compression type")?);
        cursor.take_up_to(folder_reserve);
        folders.push(Folder { at: usize::try_from(at).unwrap_or(usize::MAX), blocks, kind });
    }
    Ok(Header { files_at: usize::try_from(files_at).unwrap_or(usize::MAX), files, block_reserve })
}

fn files(bytes: &[u8], header: &Header, sink: &mut dyn Sink) -> Vec<File> {
    let mut cursor = Cursor::at(bytes, header.files_at);
    let mut files = Vec::new();
    for _ in 0..header.files {
        match file(&mut cursor) {
            Ok(file) => files.push(file),
            Err(short) => {
                let place = Location::bytes(short.offset as u64, 0);
                sink.report(code::BROKEN_TRUNCATED, place, format!("{short}; the files before it were read"));
                break;
            }
        }
    }
    files
}

fn file(cursor: &mut Cursor<'_>) -> Result<File, Short> {
    let size = cursor.u32("file size")?;
    let offset = cursor.u32("file offset")?;
    let folder = cursor.u16("file folder")?;
    cursor.skip(6, "date, time, attributes")?;
    let rest = cursor.rest();
    let length = rest.iter().take(1024).position(|byte| *byte == 0).unwrap_or(rest.len().min(1024));
    let name = String::from_utf8_lossy(cursor.take_up_to(length)).into_owned();
    cursor.take_up_to(1);
    Ok(File { size, offset, folder, name })
}

/// The data blocks of a folder, MS-CAB 2.5; they end where the bytes do.
fn blocks<'a>(bytes: &'a [u8], folder: &Folder, header: &Header) -> impl Iterator<Item = (&'a [u8], u16)> {
    let mut cursor = Cursor::at(bytes, folder.at);
    let reserve = header.block_reserve;
    (0..folder.blocks).map_while(move |_| {
        cursor.skip(4, "checksum").ok()?;
        let packed = cursor.u16("packed size").ok()?;
        let size = cursor.u16("size").ok()?;
        cursor.skip(reserve, "reserve").ok()?;
        let block = cursor.take_up_to(usize::from(packed));
        (!block.is_empty()).then_some((block, size))
    })
}
