//! Disc images with one file: ISO 9660 with Joliet (ECMA-119).

fn put(out: &mut [u8], at: usize, bytes: &[u8]) {
    out[at..at + bytes.len()].copy_from_slice(bytes);
}

fn both(value: u32) -> Vec<u8> {
    [value.to_le_bytes(), value.to_be_bytes()].concat()
}

fn iso_record(name: &[u8], extent: u32, length: u32, flags: u8) -> Vec<u8> {
    let mut out = vec![0; 33];
    put(&mut out, 2, &both(extent));
    put(&mut out, 10, &both(length));
    out[25] = flags;
    put(&mut out, 28, &[1, 0, 0, 1]);
    out[32] = name.len() as u8;
    out.extend_from_slice(name);
    out.resize(out.len().div_ceil(2) * 2, 0);
    out[0] = out.len() as u8;
    out
}

fn ucs2(name: &str) -> Vec<u8> {
    name.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

/// An ISO 9660 image with a Joliet tree: `name` in the folder `docs` (Joliet), `FILE.DAT;1` in the plain tree, which may
/// be left out.
#[must_use]
pub fn iso(name: &str, data: &[u8], plain: bool) -> Vec<u8> {
    let mut out = vec![0; 24 * 2048];
    out.extend_from_slice(data);
    out.resize(out.len().div_ceil(2048) * 2048, 0);
    let (kind, length) = (24, data.len() as u32);
    let folders = [(20, b"FILE.DAT;1".to_vec(), kind, length, 0), (21, ucs2("docs"), 22, 2048, 2)];
    for (sector, id, extent, length, flags) in folders {
        let own = [
            iso_record(&[0], sector, 2048, 2),
            iso_record(&[1], sector, 2048, 2),
            iso_record(&id, extent, length, flags),
        ];
        put(&mut out, sector as usize * 2048, &own.concat());
    }
    let inner =
        [iso_record(&[0], 22, 2048, 2), iso_record(&[1], 21, 2048, 2), iso_record(&ucs2(name), kind, length, 0)];
    put(&mut out, 22 * 2048, &inner.concat());
    let descriptor = |out: &mut Vec<u8>, sector: usize, kind: u8, root: Option<u32>| {
        let at = sector * 2048;
        out[at] = kind;
        put(out, at + 1, b"CD001\x01");
        if let Some(root) = root {
            put(out, at + 156, &iso_record(&[0], root, 2048, 2));
        }
        if kind == 2 {
            put(out, at + 88, b"%/E");
        }
    };
    descriptor(&mut out, 16, if plain { 1 } else { 3 }, plain.then_some(20));
    descriptor(&mut out, 17, 2, Some(21));
    descriptor(&mut out, 18, 255, None);
    out
}
