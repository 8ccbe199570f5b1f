//! How fast memory is looked through, beside two floors over the same bytes in the same run: SHA-256, and a search for one
//! byte. usage: speed [MEBIBYTES] (default 256), in a release build
#![allow(missing_docs, clippy::print_stdout, clippy::expect_used)]

use ddefend_content::Content;
use ddefend_memory::write::utf16;
use ddefend_memory::{End, Limits, Reading, Settings};
use sha2::{Digest, Sha256};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// A third zeros, a third noise, a third text as programs hold it, with a few links in it.
fn memory(mebibytes: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(mebibytes << 20);
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let texts = [
        utf16("C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE\0"),
        utf16("Links to other files are updated with Dynamic Data Exchange (DDE)\0"),
        b"SELECT name, value FROM settings WHERE name LIKE '%command%'\0".to_vec(),
        b"api-ms-win-core-processthreads-l1-1-0.dll\0CreateProcessW\0ShellExecuteExW\0".to_vec(),
    ];
    while bytes.len() < mebibytes << 20 {
        bytes.resize(bytes.len() + 4_096, 0);
        for _ in 0..512 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            bytes.extend(state.to_le_bytes());
        }
        let end = bytes.len() + 4_096;
        while bytes.len() < end {
            bytes.extend(texts.iter().cycle().nth((state % 97) as usize).expect("endless"));
            state = state.rotate_left(9).wrapping_add(1);
        }
    }
    bytes.extend(b"=cmd|'/c whoami'!A0\0");
    bytes
}

fn timed(run: impl FnOnce()) -> Duration {
    let started = Instant::now();
    run();
    started.elapsed()
}

fn main() {
    let mebibytes = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(256);
    let bytes = memory(mebibytes);
    let content = Content::load().expect("content");
    let lists = content.memory_lists().expect("lists");
    let settings = Settings::new(content.knowledge(), &lists, &[], Limits::default());
    let search = timed(|| {
        black_box(memchr::memchr_iter(b'|', &bytes).count());
    });
    let hash = timed(|| {
        black_box(Sha256::digest(&bytes));
    });
    let mut found = 0;
    let look = timed(|| {
        let mut source = bytes.as_slice();
        let mut reading = Reading::open("speed", bytes.len() as u64, &mut source, &settings);
        bytes.chunks(1 << 20).for_each(|piece| reading.feed(piece));
        found = reading.finish(End::default()).hits.len();
    });
    let rate = |time: Duration| bytes.len() as f64 / time.as_secs_f64() / f64::from(1 << 20);
    println!("search for a byte {:8.0} MiB/s", rate(search));
    println!("SHA-256           {:8.0} MiB/s", rate(hash));
    println!("memory            {:8.0} MiB/s, {found} hits", rate(look));
    println!("memory takes {:.2} times what SHA-256 takes", look.as_secs_f64() / hash.as_secs_f64());
}
