//! The block compressions of cabinets (MS-CAB 2.4): MSZIP and LZX. Every block is decoded with the window that the
//! blocks before it left.

use super::deflate::{over_ratio, part_limit};
use super::{Decoded, Stopped};
use crate::{Budget, Exceeded};
use ddefend_model::code;
use flate2::{Decompress, FlushDecompress, Status};

/// Bytes that one block gives at most.
const BLOCK: usize = 32 << 10;

/// Decodes the blocks of one cabinet folder; `kind` is its compression type (MS-CAB 2.3), a block its bytes and its
/// declared size.
#[must_use]
pub fn cabinet<'a>(kind: u16, blocks: impl Iterator<Item = (&'a [u8], u16)>, budget: &Budget) -> Decoded {
    let mut out = Decoded::default();
    let mut decoder = match kind & 15 {
        0 => Blocks::Stored,
        1 => Blocks::Mszip,
        3 => match window(kind >> 8) {
            Some(window) => Blocks::Lzx(Box::new(lzxd::Lzxd::new(window))),
            None => return Decoded { stopped: Some(Stopped::Damaged), ..out },
        },
        _ => return Decoded { stopped: Some(Stopped::Unsupported), ..out },
    };
    for (block, size) in blocks {
        let before = out.bytes.len();
        out.stopped = decoder.next(block, size, &mut out.bytes).err();
        out.consumed = out.consumed.saturating_add(block.len());
        let produced = out.bytes.len() as u64;
        if let Err(exceeded) = budget.produce(produced.saturating_sub(before as u64)) {
            out.stopped = Some(Stopped::Limit(exceeded));
        } else if produced > budget.limits().part_size.saturating_mul(2) {
            // A folder holds many members, so it may be larger than one part.
            out.stopped = Some(part_limit(budget));
        } else if over_ratio(out.consumed as u64, produced, budget.limits()) {
            out.stopped = Some(Stopped::Limit(Exceeded { code: code::LIMIT_RATIO, limit: budget.limits().ratio }));
        }
        if out.stopped.is_some() {
            break;
        }
    }
    out
}

enum Blocks {
    Stored,
    Mszip,
    Lzx(Box<lzxd::Lzxd>),
}

impl Blocks {
    fn next(&mut self, block: &[u8], size: u16, out: &mut Vec<u8>) -> Result<(), Stopped> {
        match self {
            Self::Stored => out.extend_from_slice(block),
            Self::Mszip => mszip(block, out)?,
            Self::Lzx(decoder) => {
                let decoded = decoder.decompress_next(block, usize::from(size)).map_err(|_| Stopped::Damaged)?;
                out.extend_from_slice(decoded);
            }
        }
        Ok(())
    }
}

/// One MSZIP block: `CK`, then a DEFLATE stream whose dictionary is the 32 KiB before it (MS-MCI).
fn mszip(block: &[u8], out: &mut Vec<u8>) -> Result<(), Stopped> {
    let Some(stream) = block.strip_prefix(b"CK") else { return Err(Stopped::Damaged) };
    let mut decoder = Decompress::new(false);
    let history = out.get(out.len().saturating_sub(BLOCK)..).unwrap_or_default();
    if !history.is_empty() {
        decoder.set_dictionary(history).map_err(|_| Stopped::Damaged)?;
    }
    let mut chunk = vec![0; BLOCK];
    let status = decoder.decompress(stream, &mut chunk, FlushDecompress::Finish);
    let count = usize::try_from(decoder.total_out()).unwrap_or(0);
    out.extend_from_slice(chunk.get(..count).unwrap_or_default());
    match status {
        Ok(Status::StreamEnd) => Ok(()),
        Ok(_) if count == BLOCK => Ok(()),
        Ok(_) => Err(Stopped::Truncated),
        Err(_) => Err(Stopped::Damaged),
    }
}

/// The LZX window of a compression type, MS-CAB 2.3.
fn window(bits: u16) -> Option<lzxd::WindowSize> {
    use lzxd::WindowSize::{KB32, KB64, KB128, KB256, KB512, MB1, MB2};
    [KB32, KB64, KB128, KB256, KB512, MB1, MB2].get(usize::from(bits & 31).checked_sub(15)?).copied()
}
