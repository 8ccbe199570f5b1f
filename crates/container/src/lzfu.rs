//! Compressed RTF of Outlook and TNEF bodies (MS-OXRTFCP): LZFu, or MELA, which stores it as it is.

use crate::{Claim, Format, Part, Probe, Reader, Sink};
use ddefend_guard::decode::Stopped;
use ddefend_guard::{Budget, Cursor, Exceeded};
use ddefend_model::{Diagnostic, Location, PartPath, code, trick};

/// What was decompressed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rtf {
    /// The RTF, possibly only its head.
    pub bytes: Vec<u8>,
    /// True where it is stored without compression (MELA).
    pub stored: bool,
    /// Why it is only the head.
    pub stopped: Option<Stopped>,
    /// What contradicts the format and hides nothing: wrong sizes, an unknown type field.
    pub odd: Option<&'static str>,
}

/// Bodies that somebody took out of an Outlook item.
pub(crate) static READER: Reader = Reader {
    format: Format { id: "lzfu", title: "compressed RTF (Outlook body)", extensions: &["lzfu"] },
    sniff: |probe: &Probe<'_>| if is_compressed_rtf(probe.bytes()) { Claim::Structure } else { Claim::No },
    read: |part, sink| {
        let path = sink.path().clone();
        hand_on(part.bytes, &path, "body", sink);
    },
};

/// `LZFu`, MS-OXRTFCP 2.1.3.1.1.
const COMPRESSED: u32 = 0x7546_5a4c;
/// `MELA`.
const UNCOMPRESSED: u32 = 0x414c_454d;
/// The dictionary is a ring of 4,096 bytes that starts with this text, MS-OXRTFCP 2.1.2.1.
const DICTIONARY: usize = 4096;
/// Mask of places in the ring.
const RING: usize = DICTIONARY.wrapping_sub(1);
const SEED: &[u8] =
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \
\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \
\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

/// Decompresses a `PidTagRtfCompressed` value. The checksum is not looked at: readers differ in whether they do.
#[must_use]
pub fn decompress(input: &[u8], budget: &Budget) -> Rtf {
    let mut cursor = Cursor::new(input);
    let header = (|| {
        let size = cursor.u32("COMPSIZE").ok()?;
        let raw_size = cursor.u32("RAWSIZE").ok()?;
        let kind = cursor.u32("COMPTYPE").ok()?;
        cursor.skip(4, "CRC").ok()?;
        Some((size, raw_size, kind))
    })();
    let Some((size, raw_size, kind)) = header else {
        return Rtf { stopped: Some(Stopped::Truncated), ..Rtf::default() };
    };
    let body = cursor.rest();
    let raw_size = usize::try_from(raw_size).unwrap_or(usize::MAX);
    let mut rtf = match kind {
        COMPRESSED => inflate(body, budget),
        _ => store(body, raw_size, kind, budget),
    };
    // COMPSIZE counts from behind itself: three more header fields and the body.
    let declared = usize::try_from(size).unwrap_or(usize::MAX);
    if rtf.odd.is_none() && declared != body.len().saturating_add(12) {
        rtf.odd = Some("the declared size does not fit the data");
    }
    rtf
}

/// True where the bytes begin like a compressed RTF value.
#[must_use]
pub fn is_compressed_rtf(bytes: &[u8]) -> bool {
    matches!(bytes.get(8..12), Some(b"LZFu" | b"MELA"))
}

/// Decompresses a body and reads it as the part `step` below `parent`; what is odd about it is reported.
pub(crate) fn hand_on(input: &[u8], parent: &PartPath, step: &str, sink: &mut dyn Sink) {
    let rtf = decompress(input, sink.budget());
    let path = parent.join(step);
    let mut tell = |code, message: String| {
        sink.diagnostic(Diagnostic::new(code, path.clone(), Location::default(), message));
    };
    if let Some(stopped) = rtf.stopped {
        tell(stopped.code(), format!("the compressed RTF body: {stopped}; its head was read"));
    }
    if let Some(odd) = rtf.odd {
        tell(code::NOTE_ODD, format!("the compressed RTF body: {odd}; all of it was read"));
    }
    let mut part = Part::below(parent, step, &rtf.bytes);
    part.name = None;
    if rtf.stored {
        part.tricks.push(trick::STORED_BODY);
    }
    sink.child(part);
}

fn store(body: &[u8], raw_size: usize, kind: u32, budget: &Budget) -> Rtf {
    let allowance = usize::try_from(budget.part_allowance()).unwrap_or(usize::MAX);
    // A size that lies hides nothing: all that is there is taken.
    let bytes = body.get(..allowance).unwrap_or(body).to_vec();
    let stopped = budget.produce(bytes.len() as u64).err().map(Stopped::Limit);
    let odd = match (kind == UNCOMPRESSED, raw_size == body.len()) {
        (false, _) => Some("the compression type is neither LZFu nor MELA; taken as stored"),
        (true, false) => Some("the declared size does not fit the data"),
        (true, true) => None,
    };
    Rtf { bytes, stored: true, stopped, odd }
}

fn inflate(body: &[u8], budget: &Budget) -> Rtf {
    let mut ring = [0_u8; DICTIONARY];
    for (slot, byte) in ring.iter_mut().zip(SEED) {
        *slot = *byte;
    }
    let allowance = usize::try_from(budget.part_allowance()).unwrap_or(usize::MAX);
    let mut state = Inflater { ring, write: SEED.len(), out: Vec::new(), allowance };
    let stopped = state.run(body, budget);
    let stopped = budget.produce(state.out.len() as u64).err().map(Stopped::Limit).or(stopped);
    Rtf { bytes: state.out, stored: false, stopped, odd: None }
}

struct Inflater {
    ring: [u8; DICTIONARY],
    write: usize,
    out: Vec<u8>,
    allowance: usize,
}

impl Inflater {
    /// Runs of eight tokens behind a control byte, MS-OXRTFCP 2.2.2.1; a reference to the write position ends it.
    fn run(&mut self, body: &[u8], budget: &Budget) -> Option<Stopped> {
        let mut cursor = Cursor::new(body);
        loop {
            let Ok(control) = cursor.u8("LZFu control") else { return Some(Stopped::Truncated) };
            for bit in 0..8_u8 {
                if self.out.len() >= self.allowance {
                    return Some(Stopped::Limit(Exceeded {
                        code: code::LIMIT_PART_SIZE,
                        limit: budget.limits().part_size,
                    }));
                }
                if control >> bit & 1 == 0 {
                    let Ok(literal) = cursor.u8("LZFu literal") else { return Some(Stopped::Truncated) };
                    self.put(literal);
                    continue;
                }
                let Ok(reference) = cursor.u16_be("LZFu reference") else { return Some(Stopped::Truncated) };
                let offset = usize::from(reference >> 4);
                if offset == self.write {
                    return None;
                }
                let count = usize::from(reference & 0xf).saturating_add(2);
                for at in offset..offset.saturating_add(count) {
                    self.put(self.ring.get(at & RING).copied().unwrap_or_default());
                }
            }
        }
    }

    fn put(&mut self, byte: u8) {
        self.out.push(byte);
        if let Some(slot) = self.ring.get_mut(self.write & RING) {
            *slot = byte;
        }
        self.write = self.write.wrapping_add(1) & RING;
    }
}

#[cfg(test)]
mod tests {
    use super::{SEED, decompress};
    use ddefend_guard::{Budget, Limits, Stop};

    fn budget() -> Budget {
        Budget::new(Limits::default(), Stop::default())
    }

    /// The worked example of MS-OXRTFCP 4.1.1.
    const HELLO: [u8; 49] = [
        0x2d, 0, 0, 0, 0x2b, 0, 0, 0, 0x4c, 0x5a, 0x46, 0x75, 0xf1, 0xc5, 0xc7, 0xa7, 0x03, 0x00, 0x0a, 0x00, 0x72,
        0x63, 0x70, 0x67, 0x31, 0x32, 0x35, 0x42, 0x32, 0x0a, 0xf3, 0x20, 0x68, 0x65, 0x6c, 0x09, 0x00, 0x20, 0x62,
        0x77, 0x05, 0xb0, 0x6c, 0x64, 0x7d, 0x0a, 0x80, 0x0f, 0xa0,
    ];

    #[test]
    fn the_specification_example() {
        assert_eq!(SEED.len(), 207);
        let rtf = decompress(&HELLO, &budget());
        assert_eq!(rtf.bytes, b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
        assert_eq!((rtf.stopped, rtf.odd, rtf.stored), (None, None, false));
    }

    #[test]
    fn stored_and_lies() {
        let mut stored = vec![0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];
        stored.extend(*b"MELA");
        stored.extend([0; 4]);
        stored.extend(*b"{\\rtf1 x}");
        let rtf = decompress(&stored, &budget());
        assert_eq!(rtf.bytes, b"{\\rtf1 x}");
        assert!(rtf.stored && rtf.odd.is_some());
    }

    #[test]
    fn every_truncation_keeps_the_head() {
        for end in 0..HELLO.len() {
            let rtf = decompress(HELLO.get(..end).unwrap_or_default(), &budget());
            assert!(rtf.stopped.is_some(), "{end}");
            assert!(b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n".starts_with(&rtf.bytes));
        }
    }
}
