//! `memory`: one pass over a dump or image that hashes and looks, within a time.

use crate::input::{Input, find_inputs};
use crate::scan::hex;
use crate::watchdog::Watchdog;
use ddefend_guard::Stop;
use ddefend_memory::{End, ReadAt, Reading, Seeking};
use ddefend_model::memory::MemoryImage;
use ddefend_model::{Diagnostic, Location, PartPath, code};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

/// Bytes that are read at a time.
const PIECE: usize = 1 << 20;

/// Endings of memory images, and bytes from which on a file with such a name is taken for one.
const ENDINGS: [&str; 9] = ["raw", "mem", "vmem", "dmp", "mdmp", "lime", "img", "core", "bin"];
const LEAST: u64 = 16 << 20;

/// The images that paths stand for: files as they are; of folders those that show by their first bytes that they are one,
/// or are large and have the name of one.
#[must_use]
pub fn memory_paths(paths: &[PathBuf]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in paths {
        if !std::fs::metadata(path).is_ok_and(|metadata| metadata.is_dir()) {
            found.push(path.clone());
            continue;
        }
        let inputs = find_inputs(std::slice::from_ref(path), "");
        found.extend(inputs.into_iter().filter_map(|input| match input {
            Input::File(file) => looks_like_image(&file).then_some(file),
            Input::Failed(path, _) => Some(path),
            Input::Named(file, _) => looks_like_image(&file).then_some(file),
            Input::Stdin(_) => None,
        }));
    }
    found
}

fn looks_like_image(path: &Path) -> bool {
    let Ok(mut file) = File::open(path) else { return false };
    let mut head = Vec::new();
    let read = file.by_ref().take(16).read_to_end(&mut head).is_ok();
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    let large = file.metadata().is_ok_and(|metadata| metadata.len() >= LEAST);
    read && (ddefend_memory::is_memory(&head) || (large && ENDINGS.contains(&ending.as_str())))
}

/// How one image is read.
#[derive(Debug)]
pub struct MemorySettings<'s> {
    /// Lists, words, limits.
    pub reading: ddefend_memory::Settings<'s>,
    /// Seconds for one image; the rest is not read then, and that is told.
    pub seconds: u64,
}

/// Hears how far reading is.
pub trait MemoryProgress: Sync {
    /// That many more bytes were read.
    fn read(&self, bytes: u64);
}

impl MemoryProgress for () {
    fn read(&self, _: u64) {}
}

/// Reads a dump or image under the name that outputs use for it. Whatever goes wrong is a diagnostic of the result.
#[must_use]
pub fn read_memory(
    path: &Path,
    name: &str,
    settings: &MemorySettings<'_>,
    progress: &dyn MemoryProgress,
) -> MemoryImage {
    let watchdog = Watchdog::new(1);
    thread::scope(|scope| {
        let guard = scope.spawn(|| watchdog.run());
        let stop = watchdog.watch(0, Duration::from_secs(settings.seconds));
        let read = catch_unwind(AssertUnwindSafe(|| read(path, name, settings, progress, &stop)));
        watchdog.finish();
        guard.thread().unpark();
        match read {
            Ok(Ok(image)) => image,
            Ok(Err(error)) => failed(name, code::UNREADABLE_IO, error.to_string()),
            Err(_) => failed(name, code::INTERNAL, "reading this image failed. Please report what it is".to_owned()),
        }
    })
}

fn failed(name: &str, code: &'static str, message: String) -> MemoryImage {
    let diagnostics = vec![Diagnostic::about(code, name, Location::default(), message)];
    MemoryImage { path: name.to_owned(), format: "raw".to_owned(), diagnostics, ..MemoryImage::default() }
}

fn read(
    path: &Path,
    name: &str,
    settings: &MemorySettings<'_>,
    progress: &dyn MemoryProgress,
    stop: &Stop,
) -> io::Result<MemoryImage> {
    let mut file = Seeking(File::open(path)?);
    // Devices have no size of their own; seeking to their end tells it.
    let size = file.0.seek(SeekFrom::End(0))?;
    let mut reading = Reading::open(name, size, &mut file as &mut dyn ReadAt, &settings.reading);
    file.0.seek(SeekFrom::Start(0))?;
    let end = feed(&mut file.0, size, settings.seconds, &mut reading, progress, stop);
    Ok(reading.finish(end))
}

/// Hands over every byte once. A digest of less than everything would name a file that does not exist.
fn feed(
    file: &mut dyn Read,
    size: u64,
    seconds: u64,
    reading: &mut Reading<'_>,
    progress: &dyn MemoryProgress,
    stop: &Stop,
) -> End {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; PIECE];
    let mut done = 0_u64;
    let gap = |code, done: u64, message: String| {
        let location = Location { offset: Some(done), ..Location::default() };
        End { sha256: String::new(), trouble: Some(Diagnostic::new(code, PartPath::default(), location, message)) }
    };
    loop {
        if stop.is_raised() {
            let message = format!("after {seconds} seconds {done} of {size} bytes were read; see --max-time");
            return gap(code::LIMIT_TIME, done, message);
        }
        match file.read(&mut buffer) {
            Ok(0) => return End { sha256: hex(&hash.finalize()), trouble: None },
            Ok(count) => {
                let bytes = buffer.get(..count).unwrap_or_default();
                hash.update(bytes);
                reading.feed(bytes);
                done += count as u64;
                progress.read(count as u64);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return gap(code::UNREADABLE_IO, done, error.to_string()),
        }
    }
}
