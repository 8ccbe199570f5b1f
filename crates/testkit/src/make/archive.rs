//! Small writers of the other archive formats, enough for one or a few members each.

use super::zip::{crc32, deflate};

/// A gzip member; several one after the other make one file.
#[must_use]
pub fn gzip(name: &str, data: &[u8]) -> Vec<u8> {
    let mut out = b"\x1f\x8b\x08\x08\0\0\0\0\0\x03".to_vec();
    out.extend_from_slice(name.as_bytes());
    out.push(0);
    out.extend_from_slice(&deflate(data));
    out.extend_from_slice(&crc32(data).to_le_bytes());
    out.extend_from_slice(&(data.len() as u32).to_le_bytes());
    out
}

fn tar_header(name: &[u8], kind: u8, size: usize, magic: &[u8]) -> Vec<u8> {
    let mut block = vec![0; 512];
    block[..name.len().min(100)].copy_from_slice(&name[..name.len().min(100)]);
    block[100..108].copy_from_slice(b"0000644\0");
    block[108..116].copy_from_slice(b"0000000\0");
    block[116..124].copy_from_slice(b"0000000\0");
    block[124..136].copy_from_slice(format!("{size:011o}\0").as_bytes());
    block[136..148].copy_from_slice(b"14000000000\0");
    block[148..156].fill(b' ');
    block[156] = kind;
    block[257..257 + magic.len()].copy_from_slice(magic);
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block
}

fn tar_member(out: &mut Vec<u8>, header: &[u8], data: &[u8]) {
    out.extend_from_slice(header);
    out.extend_from_slice(data);
    out.resize(out.len().div_ceil(512) * 512, 0);
}

/// How names longer than the field are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tar {
    /// POSIX: cut.
    Ustar,
    /// A pax header with the path.
    Pax,
    /// A GNU long-name member.
    Gnu,
    /// The old format without magic.
    Old,
}

/// A tape archive.
#[must_use]
pub fn tar(style: Tar, members: &[(&str, &[u8])]) -> Vec<u8> {
    let magic: &[u8] = match style {
        Tar::Ustar | Tar::Pax => b"ustar\x0000",
        Tar::Gnu => b"ustar  \0",
        Tar::Old => b"",
    };
    let mut out = Vec::new();
    for (name, data) in members {
        let mut short = *name;
        if style == Tar::Pax {
            let body = format!(" path={name}\n");
            let digits = (body.len() + 3).to_string();
            let record = format!("{:0>3}{body}", digits);
            tar_member(&mut out, &tar_header(b"pax", b'x', record.len(), magic), record.as_bytes());
            short = "short";
        } else if style == Tar::Gnu {
            let long = format!("{name}\0");
            tar_member(&mut out, &tar_header(b"././@LongLink", b'L', long.len(), magic), long.as_bytes());
            short = "short";
        }
        tar_member(&mut out, &tar_header(short.as_bytes(), b'0', data.len(), magic), data);
    }
    out.resize(out.len() + 1024, 0);
    out
}

/// A 7z archive of one stored member, its header not compressed (7zFormat.txt).
#[must_use]
pub fn sevenzip(name: &str, data: &[u8]) -> Vec<u8> {
    let number = |value: usize| {
        let mut out = vec![0xe0_u8];
        out.extend_from_slice(&(value as u32).to_le_bytes()[..3]);
        out
    };
    let mut header = vec![1, 4, 6, 0, 1, 9];
    header.extend(number(data.len()));
    // End of pack info; one folder, one coder: copy.
    header.extend_from_slice(&[0, 7, 11, 1, 0, 1, 1, 0, 12]);
    header.extend(number(data.len()));
    header.extend_from_slice(&[10, 1]);
    header.extend_from_slice(&crc32(data).to_le_bytes());
    // End of unpack info, empty substreams info, end of streams info.
    header.extend_from_slice(&[0, 8, 0, 0]);
    let units: Vec<u8> = name.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
    header.extend_from_slice(&[5, 1, 17, (units.len() + 1) as u8, 0]);
    header.extend_from_slice(&units);
    header.extend_from_slice(&[0, 0]);
    let mut start = (data.len() as u64).to_le_bytes().to_vec();
    start.extend_from_slice(&(header.len() as u64).to_le_bytes());
    start.extend_from_slice(&crc32(&header).to_le_bytes());
    let mut out = b"7z\xbc\xaf\x27\x1c\0\x04".to_vec();
    out.extend_from_slice(&crc32(&start).to_le_bytes());
    out.extend_from_slice(&start);
    out.extend_from_slice(data);
    out.extend_from_slice(&header);
    out
}

/// A variable-length integer of RAR 5.
fn vint(mut value: usize) -> Vec<u8> {
    let mut out = Vec::new();
    loop {
        let low = (value & 0x7f) as u8;
        value >>= 7;
        if value == 0 {
            out.push(low);
            return out;
        }
        out.push(low | 0x80);
    }
}

fn rar5_block(out: &mut Vec<u8>, body: &[u8]) {
    let mut sized = vint(body.len());
    sized.extend_from_slice(body);
    out.extend_from_slice(&crc32(&sized).to_le_bytes());
    out.extend_from_slice(&sized);
}

/// A RAR 5 archive of stored members (RAR 5.0 archive format).
#[must_use]
pub fn rar5(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = b"Rar!\x1a\x07\x01\0".to_vec();
    rar5_block(&mut out, &[1, 0, 0]);
    for (name, data) in members {
        let mut body = vec![2, 2];
        body.extend(vint(data.len()));
        body.extend(vint(4));
        body.extend(vint(data.len()));
        body.extend(vint(0x20));
        body.extend_from_slice(&crc32(data).to_le_bytes());
        body.extend(vint(0));
        body.extend(vint(0));
        body.extend(vint(name.len()));
        body.extend_from_slice(name.as_bytes());
        rar5_block(&mut out, &body);
        out.extend_from_slice(data);
    }
    rar5_block(&mut out, &[5, 0, 0]);
    out
}

/// A RAR 4 archive of stored members (technote of RAR 2.02 to 4).
#[must_use]
pub fn rar4(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = b"Rar!\x1a\x07\0".to_vec();
    let block = |out: &mut Vec<u8>, body: &[u8]| {
        out.extend_from_slice(&(crc32(body) as u16).to_le_bytes());
        out.extend_from_slice(body);
    };
    block(&mut out, &[0x73, 0, 0, 13, 0, 0, 0, 0, 0, 0, 0]);
    for (name, data) in members {
        let mut body = vec![0x74, 0, 0x80];
        body.extend_from_slice(&((32 + name.len()) as u16).to_le_bytes());
        body.extend_from_slice(&(data.len() as u32).to_le_bytes());
        body.extend_from_slice(&(data.len() as u32).to_le_bytes());
        body.push(2);
        body.extend_from_slice(&crc32(data).to_le_bytes());
        body.extend_from_slice(&[0, 0x60, 0x21, 0x58, 20, 0x30]);
        body.extend_from_slice(&(name.len() as u16).to_le_bytes());
        body.extend_from_slice(&[0x20, 0, 0, 0]);
        body.extend_from_slice(name.as_bytes());
        block(&mut out, &body);
        out.extend_from_slice(data);
    }
    block(&mut out, &[0x7b, 0, 0x40, 7, 0]);
    out
}

/// A cabinet of one folder (MS-CAB), stored or MSZIP in blocks of 32 KiB.
#[must_use]
pub fn cab(compress: bool, members: &[(&str, &[u8])]) -> Vec<u8> {
    let whole: Vec<u8> = members.iter().flat_map(|(_, data)| data.to_vec()).collect();
    let mut files = Vec::new();
    let mut offset = 0_u32;
    for (name, data) in members {
        files.extend_from_slice(&(data.len() as u32).to_le_bytes());
        files.extend_from_slice(&offset.to_le_bytes());
        files.extend_from_slice(&[0, 0, 0x21, 0x58, 0, 0x60, 0x20, 0]);
        files.extend_from_slice(name.as_bytes());
        files.push(0);
        offset += data.len() as u32;
    }
    let mut blocks = Vec::new();
    let mut count = 0_u16;
    for chunk in whole.chunks(32 << 10) {
        let packed = if compress { [b"CK", deflate(chunk).as_slice()].concat() } else { chunk.to_vec() };
        blocks.extend_from_slice(&[0; 4]);
        blocks.extend_from_slice(&(packed.len() as u16).to_le_bytes());
        blocks.extend_from_slice(&(chunk.len() as u16).to_le_bytes());
        blocks.extend_from_slice(&packed);
        count += 1;
    }
    let files_at = 36 + 8;
    let data_at = files_at + files.len();
    let mut out = b"MSCF\0\0\0\0".to_vec();
    out.extend_from_slice(&((data_at + blocks.len()) as u32).to_le_bytes());
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&(files_at as u32).to_le_bytes());
    out.extend_from_slice(&[0, 0, 0, 0, 3, 1, 1, 0]);
    out.extend_from_slice(&(members.len() as u16).to_le_bytes());
    out.extend_from_slice(&[0; 6]);
    out.extend_from_slice(&(data_at as u32).to_le_bytes());
    out.extend_from_slice(&count.to_le_bytes());
    out.extend_from_slice(&u16::from(compress).to_le_bytes());
    out.extend_from_slice(&files);
    out.extend_from_slice(&blocks);
    out
}
