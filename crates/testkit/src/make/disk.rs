//! Disc and disk images with one file each: ISO 9660 with Joliet, UDF, FAT12, NTFS, VHD, VHDX.

pub use ddefend_lab::make::iso::iso;

fn put(out: &mut [u8], at: usize, bytes: &[u8]) {
    out[at..at + bytes.len()].copy_from_slice(bytes);
}

/// A UDF 1.02 image: `name` in the root folder, its data in one extent, or in the file entry itself.
#[must_use]
pub fn udf(name: &str, data: &[u8], inline: bool) -> Vec<u8> {
    let mut out = vec![0; 300 * 2048];
    out.extend_from_slice(data);
    out.resize(out.len().div_ceil(2048) * 2048, 0);
    put(&mut out, 16 * 2048, b"\0BEA01\x01");
    put(&mut out, 17 * 2048, b"\0NSR02\x01");
    put(&mut out, 18 * 2048, b"\0TEA01\x01");
    let tag = |out: &mut Vec<u8>, sector: usize, id: u16| put(out, sector * 2048, &id.to_le_bytes());
    tag(&mut out, 256, 2);
    put(&mut out, 256 * 2048 + 16, &(4_u32 * 2048).to_le_bytes());
    put(&mut out, 256 * 2048 + 20, &32_u32.to_le_bytes());
    tag(&mut out, 32, 5);
    put(&mut out, 32 * 2048 + 188, &260_u32.to_le_bytes());
    tag(&mut out, 33, 6);
    put(&mut out, 33 * 2048 + 248, &2048_u32.to_le_bytes());
    tag(&mut out, 34, 8);
    // Partition block 0: file set; 1: root's entry; 2: root folder; 3: the file's entry; 40: its data (sector 300).
    tag(&mut out, 260, 256);
    put(&mut out, 260 * 2048 + 400, &2048_u32.to_le_bytes());
    put(&mut out, 260 * 2048 + 404, &1_u32.to_le_bytes());
    let mut identifier = vec![0; 38];
    put(&mut identifier, 0, &257_u16.to_le_bytes());
    identifier[19] = (name.len() + 1) as u8;
    put(&mut identifier, 20, &2048_u32.to_le_bytes());
    put(&mut identifier, 24, &3_u32.to_le_bytes());
    identifier.push(8);
    identifier.extend_from_slice(name.as_bytes());
    identifier.resize(identifier.len().div_ceil(4) * 4, 0);
    put(&mut out, 262 * 2048, &identifier);
    let mut entry = |sector: usize, kind: u8, length: usize, block: u32, inside: Option<&[u8]>| {
        let at = sector * 2048;
        put(&mut out, at, &261_u16.to_le_bytes());
        out[at + 27] = kind;
        out[at + 34] = if inside.is_some() { 3 } else { 0 };
        put(&mut out, at + 56, &(length as u64).to_le_bytes());
        let area = match inside {
            Some(data) => data.to_vec(),
            None => [(length as u32).to_le_bytes(), block.to_le_bytes()].concat(),
        };
        put(&mut out, at + 172, &(area.len() as u32).to_le_bytes());
        put(&mut out, at + 176, &area);
    };
    entry(261, 4, identifier.len(), 2, None);
    entry(263, 5, data.len(), 40, inline.then_some(data));
    out
}

/// A FAT12 volume of 1.44 MB: `name` (as a long name) in the folder `DOCS`, its clusters not in a row.
#[must_use]
pub fn fat12(name: &str, data: &[u8]) -> Vec<u8> {
    let mut out = vec![0; 1_474_560];
    put(&mut out, 0, &[0xeb, 0x3c, 0x90]);
    put(&mut out, 3, b"MSDOS5.0");
    put(&mut out, 11, &[0, 2, 1, 1, 0, 2, 224, 0, 0x40, 0x0b, 0xf0, 9, 0, 18, 0, 2, 0]);
    put(&mut out, 510, &[0x55, 0xaa]);
    let offset = |cluster: usize| (33 + cluster - 2) * 512;
    let mut table = vec![0_u16; 2900];
    table[2] = 0xfff;
    let count = data.len().div_ceil(512).max(1);
    // Every other cluster from 4 on.
    for (index, chunk) in data.chunks(512).enumerate() {
        let cluster = 4 + index * 2;
        put(&mut out, offset(cluster), chunk);
        table[cluster] = if index + 1 == count { 0xfff } else { (cluster + 2) as u16 };
    }
    for (cluster, value) in table.iter().enumerate() {
        let at = 512 + cluster * 3 / 2;
        if at + 1 < 512 * 10 {
            let old = u16::from_le_bytes([out[at], out[at + 1]]);
            let new = if cluster % 2 == 1 { (old & 0x000f) | (value << 4) } else { (old & 0xf000) | value };
            put(&mut out, at, &new.to_le_bytes());
        }
    }
    let entry = |short: &[u8; 11], attributes: u8, cluster: u16, size: u32| {
        let mut raw = vec![0; 32];
        put(&mut raw, 0, short);
        raw[11] = attributes;
        put(&mut raw, 26, &cluster.to_le_bytes());
        put(&mut raw, 28, &size.to_le_bytes());
        raw
    };
    put(&mut out, 19 * 512, &entry(b"DOCS       ", 0x10, 2, 0));
    let units: Vec<u16> = name.encode_utf16().chain([0]).collect();
    let mut folder = Vec::new();
    let parts: Vec<&[u16]> = units.chunks(13).collect();
    for (index, part) in parts.iter().enumerate().rev() {
        let mut padded = part.to_vec();
        padded.resize(13, 0xffff);
        let bytes: Vec<u8> = padded.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let mut raw = vec![0; 32];
        raw[0] = (index + 1) as u8 | if index + 1 == parts.len() { 0x40 } else { 0 };
        raw[11] = 0x0f;
        put(&mut raw, 1, &bytes[..10]);
        put(&mut raw, 14, &bytes[10..22]);
        put(&mut raw, 28, &bytes[22..]);
        folder.extend(raw);
    }
    folder.extend(entry(b"FILE~1  DAT", 0x20, 4, data.len() as u32));
    put(&mut out, offset(2), &folder);
    out
}

/// An NTFS volume with one file of the master file table in use, its data resident or in one run.
#[must_use]
pub fn ntfs(name: &str, data: &[u8], resident: bool) -> Vec<u8> {
    let mut out = vec![0; 256 << 10];
    put(&mut out, 0, &[0xeb, 0x52, 0x90]);
    put(&mut out, 3, b"NTFS    ");
    put(&mut out, 11, &[0, 2, 8]);
    put(&mut out, 48, &4_u64.to_le_bytes());
    out[64] = 0xf6;
    put(&mut out, 510, &[0x55, 0xaa]);
    let run = |clusters: u8, at: u8, length: usize| {
        let mut raw = vec![0; 72];
        put(&mut raw, 0, &0x80_u32.to_le_bytes());
        put(&mut raw, 4, &72_u32.to_le_bytes());
        raw[8] = 1;
        raw[32] = 64;
        put(&mut raw, 48, &(length as u64).to_le_bytes());
        put(&mut raw, 64, &[0x11, clusters, at, 0]);
        raw
    };
    let here = |kind: u32, content: &[u8]| {
        let mut raw = vec![0; 24];
        put(&mut raw, 0, &kind.to_le_bytes());
        put(&mut raw, 16, &(content.len() as u32).to_le_bytes());
        raw[20] = 24;
        raw.extend_from_slice(content);
        raw.resize(raw.len().div_ceil(8) * 8, 0);
        let length = raw.len() as u32;
        put(&mut raw, 4, &length.to_le_bytes());
        raw
    };
    let mut record = |number: usize, attributes: &[Vec<u8>]| {
        let at = 4 * 4096 + number * 1024;
        put(&mut out, at, b"FILE");
        put(&mut out, at + 4, &[48, 0, 3, 0]);
        put(&mut out, at + 20, &[56, 0, 1, 0]);
        let mut body = attributes.concat();
        body.extend_from_slice(&[0xff; 4]);
        put(&mut out, at + 56, &body);
        // Fix-ups: the last two bytes of each sector move to the header.
        for sector in 1..=2_usize {
            let end = at + sector * 512;
            let saved = [out[end - 2], out[end - 1]];
            put(&mut out, at + 48 + sector * 2, &saved);
            put(&mut out, end - 2, &[7, 7]);
        }
        put(&mut out, at + 48, &[7, 7]);
    };
    record(0, &[run(5, 4, 20 * 1024)]);
    let mut file_name = vec![0; 64];
    file_name.push(name.encode_utf16().count() as u8);
    file_name.push(1);
    file_name.extend(name.encode_utf16().flat_map(u16::to_le_bytes));
    let content = if resident { here(0x80, data) } else { run(20, 16, data.len()) };
    record(17, &[here(0x30, &file_name), content]);
    if !resident {
        put(&mut out, 16 * 4096, data);
    }
    out
}

/// A disk with a partition table and one volume at sector 63.
#[must_use]
pub fn partitioned(kind: u8, volume: &[u8]) -> Vec<u8> {
    let mut out = vec![0; 63 * 512];
    put(&mut out, 446, &[0x80, 0, 0, 0, kind, 0, 0, 0, 63, 0, 0, 0]);
    put(&mut out, 458, &((volume.len() / 512) as u32).to_le_bytes());
    put(&mut out, 510, &[0x55, 0xaa]);
    out.extend_from_slice(volume);
    out
}

fn vhd_footer(kind: u32, header: u64, size: usize) -> Vec<u8> {
    let mut out = vec![0; 512];
    put(&mut out, 0, b"conectix\0\0\0\x02\0\x01\0\0");
    put(&mut out, 16, &header.to_be_bytes());
    put(&mut out, 40, &(size as u64).to_be_bytes());
    put(&mut out, 48, &(size as u64).to_be_bytes());
    put(&mut out, 60, &kind.to_be_bytes());
    out
}

/// A fixed VHD.
#[must_use]
pub fn vhd_fixed(disk: &[u8]) -> Vec<u8> {
    [disk, &vhd_footer(2, u64::MAX, disk.len())].concat()
}

/// A dynamic VHD with blocks of 64 KiB, those of zeros left out and the others stored backwards.
#[must_use]
pub fn vhd_dynamic(disk: &[u8]) -> Vec<u8> {
    const BLOCK: usize = 64 << 10;
    let mut out = vhd_footer(3, 512, disk.len());
    let blocks: Vec<&[u8]> = disk.chunks(BLOCK).collect();
    let mut header = vec![0; 1024];
    put(&mut header, 0, b"cxsparse");
    header[8..16].fill(0xff);
    put(&mut header, 16, &1536_u64.to_be_bytes());
    put(&mut header, 28, &(blocks.len() as u32).to_be_bytes());
    put(&mut header, 32, &(BLOCK as u32).to_be_bytes());
    out.extend(header);
    let mut table = vec![u32::MAX; blocks.len().div_ceil(128) * 128];
    let mut sector = 3 + (table.len() / 128) as u32;
    let mut stored = Vec::new();
    for (index, block) in blocks.iter().enumerate().rev() {
        if block.iter().any(|byte| *byte != 0) {
            table[index] = sector;
            let mut whole = vec![0xff; 512];
            whole.extend_from_slice(block);
            whole.resize(512 + BLOCK, 0);
            sector += (whole.len() / 512) as u32;
            stored.extend(whole);
        }
    }
    out.extend(table.iter().flat_map(|sector| sector.to_be_bytes()));
    out.extend(stored);
    out.extend(vhd_footer(3, 512, disk.len()));
    out
}

/// A VHDX with blocks of 1 MiB.
#[must_use]
pub fn vhdx(disk: &[u8]) -> Vec<u8> {
    const MIB: usize = 1 << 20;
    const TABLE: u128 = 0x084a_fd9b_5e11_649d_4200_f623_2dc2_7766;
    const METADATA: u128 = 0x6e88_0f05_5f57_feb8_4b9a_4790_8b7c_a206;
    const PARAMETERS: u128 = 0x6be7_44aa_f033_b6b3_4d43_fa36_caa1_6737;
    const SIZE: u128 = 0xb8f4_3bd8_be5d_11b2_4876_cd1b_2fa5_4224;
    const SECTOR: u128 = 0x5fab_faa8_33f2_47ba_4709_a96f_8141_bf1d;
    let mut out = vec![0; 3 * MIB];
    put(&mut out, 0, b"vhdxfile");
    put(&mut out, 192 << 10, b"regi");
    out[(192 << 10) + 8] = 2;
    for (index, (id, at)) in [(TABLE, 2_u64), (METADATA, 1)].into_iter().enumerate() {
        let entry = (192 << 10) + 16 + index * 32;
        put(&mut out, entry, &id.to_le_bytes());
        put(&mut out, entry + 16, &(at << 20).to_le_bytes());
        put(&mut out, entry + 24, &(1_u32 << 20).to_le_bytes());
    }
    put(&mut out, MIB, b"metadata");
    out[MIB + 10] = 3;
    for (index, id) in [PARAMETERS, SIZE, SECTOR].into_iter().enumerate() {
        let entry = MIB + 32 + index * 32;
        put(&mut out, entry, &id.to_le_bytes());
        put(&mut out, entry + 16, &((64 << 10) + index as u32 * 16).to_le_bytes());
        put(&mut out, entry + 20, &8_u32.to_le_bytes());
    }
    put(&mut out, MIB + (64 << 10), &(MIB as u32).to_le_bytes());
    put(&mut out, MIB + (64 << 10) + 16, &(disk.len() as u64).to_le_bytes());
    put(&mut out, MIB + (64 << 10) + 32, &512_u32.to_le_bytes());
    for (index, block) in disk.chunks(MIB).enumerate() {
        put(&mut out, 2 * MIB + index * 8, &((((3 + index) as u64) << 20) | 6).to_le_bytes());
        out.extend_from_slice(block);
        out.resize(out.len().div_ceil(MIB) * MIB, 0);
    }
    out
}

/// A PDF with one embedded file. `style` 0: plain and typed; 1: its specification in a compressed object stream and the
/// stream not typed; 2: hexadecimal names and ASCII filters.
#[must_use]
pub fn pdf(name: &str, data: &[u8], style: u8) -> Vec<u8> {
    use std::io::Write;
    let zlib = |data: &[u8]| {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        let _ = encoder.write_all(data);
        encoder.finish().unwrap_or_default()
    };
    let specification = format!("<< /Type /Filespec /F ({name}) /UF ({name}) /EF << /F 7 0 R >> >>");
    let mut out = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n".to_vec();
    let stream = |out: &mut Vec<u8>, number: u32, keys: &str, data: &[u8]| {
        out.extend_from_slice(format!("{number} 0 obj\n<< {keys} /Length {} >>\nstream\r\n", data.len()).as_bytes());
        out.extend_from_slice(data);
        out.extend_from_slice(b"\nendstream\nendobj\n");
    };
    match style {
        0 => {
            out.extend_from_slice(format!("5 0 obj\n{specification}\nendobj\n").as_bytes());
            stream(&mut out, 7, "/Type /EmbeddedFile /Filter /FlateDecode", &zlib(data));
        }
        1 => {
            stream(&mut out, 7, "/Filter [ /FlateDecode ]", &zlib(data));
            let objects = format!("5 0 {specification}");
            stream(&mut out, 6, "/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode", &zlib(objects.as_bytes()));
        }
        _ => {
            let hex: String = zlib(data).iter().map(|byte| format!("{byte:02x}")).collect::<String>() + ">";
            let text: String = hex.bytes().map(char::from).collect();
            stream(&mut out, 7, "/Type/Embedded#46ile/Filter[/ASCIIHexDecode/Flate#44ecode]", text.as_bytes());
        }
    }
    out.extend_from_slice(b"trailer\n<< /Root 1 0 R >>\n%%EOF\n");
    out
}
