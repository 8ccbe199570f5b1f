//! Excel workbooks as record streams: BIFF8 and BIFF5 in compound files, and raw streams of BIFF2 to BIFF8.

mod book;
mod cells;
mod crypt;
pub(crate) mod links;
mod macros;
mod records;

use book::Book;
use ddefend_container::cfb::Storage;
use ddefend_container::{Claim, Format, Part, Probe, Reader, Sink, StorageReader};
use ddefend_model::trick;
use records::{Records, id};

/// Workbooks in compound files.
pub(crate) static STORAGE: StorageReader = StorageReader {
    format: Format {
        id: "xls",
        title: "Excel 97-2003 or 5.0 workbook",
        extensions: &["xls", "xlt", "xla", "xlm", "xlw", "xlb", "xlc"],
    },
    claims: |storage| STREAMS.iter().any(|name| storage.stream(name).is_some()),
    read: read_storage,
};

/// Workbooks without a compound file.
pub(crate) static RAW: Reader = Reader {
    format: Format {
        id: "biff",
        title: "Excel 2 to 4 worksheet or raw workbook stream",
        extensions: &["xls", "xlt", "xla", "xlm", "xlw", "xlc"],
    },
    sniff,
    read: read_raw,
};

/// Names of the streams: Excel 97 and later, Excel 5 and 95.
const STREAMS: [&str; 2] = ["Workbook", "Book"];

fn read_storage(storage: &Storage<'_>, sink: &mut dyn Sink) {
    let streams: Vec<_> = STREAMS.iter().filter_map(|name| storage.stream(name)).collect();
    let tricks: &[&'static str] = if streams.len() > 1 { &[trick::DUAL_STREAM] } else { &[] };
    for stream in streams {
        let bytes = stream.read(sink);
        sink.within(&stream.step(), tricks, &mut |sink| read_stream(&bytes, STORAGE.format.id, sink));
    }
}

/// A first record that begins a stream, of a length that such records have.
fn sniff(probe: &Probe<'_>) -> Claim {
    match Records::new(probe.bytes(), 0).peek() {
        Some(first) if first.is_bof() && first.short_of.is_none() && (4..=32).contains(&first.data.len()) => {
            let kind = first.data.get(2..4).unwrap_or_default();
            if matches!(kind, [0x05 | 0x06 | 0x10 | 0x20 | 0x40 | 0x00, 0x00 | 0x01]) {
                Claim::Magic
            } else {
                Claim::No
            }
        }
        _ => Claim::No,
    }
}

fn read_raw(part: &Part<'_>, sink: &mut dyn Sink) {
    read_stream(part.bytes, RAW.format.id, sink);
}

fn read_stream(data: &[u8], carrier: &'static str, sink: &mut dyn Sink) {
    // FILEPASS stands right behind BOF; WRITEPROT and the like may come between (MS-XLS 2.1.7.20.3).
    let pass = Records::new(data, 0).take(16).find(|record| record.id == id::FILEPASS);
    match pass {
        None => read_plain(data, carrier, sink),
        Some(pass) => {
            let version = Book::version_of(data);
            if let Some(opened) = crypt::decrypt(data, &pass, version, sink) {
                sink.within("decrypted", opened.tricks, &mut |sink| read_plain(&opened.bytes, carrier, sink));
            }
        }
    }
}

fn read_plain(data: &[u8], carrier: &'static str, sink: &mut dyn Sink) {
    let book = Book::gather(data, sink);
    let part = sink.path().clone();
    links::read(data, &book, &part, carrier, sink);
    macros::read(data, &book, &part, carrier, sink);
    links::queries(&book, &part, carrier, sink);
}
