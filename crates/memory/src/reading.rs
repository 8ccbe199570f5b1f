use crate::dump::{Dump, MAGIC, Reader};
use crate::layout::{Segment, segments};
use crate::modules;
use crate::process;
use crate::scan::Scanner;
use crate::settings::Settings;
use crate::source::ReadAt;
use ddefend_model::memory::{DumpedProcess, MemoryHit, MemoryImage};
use ddefend_model::{Diagnostic, Location, code};

/// How reading ended.
#[derive(Clone, Debug, Default)]
pub struct End {
    /// SHA-256 of all bytes; empty where not all were read.
    pub sha256: String,
    /// Why it stopped before the end, where it did.
    pub trouble: Option<Diagnostic>,
}

/// Reads one image: [`Reading::open`] takes the structure, [`Reading::feed`] the bytes from first to last,
/// [`Reading::finish`] gives what was found. Holds a window of the image (some MiB), whatever its size.
#[derive(Debug)]
pub struct Reading<'s> {
    image: MemoryImage,
    dump: Option<Dump>,
    segments: std::vec::IntoIter<Segment>,
    segment: Option<Segment>,
    scanner: Scanner<'s>,
    at: u64,
}

/// Kinds of images that are known by their first bytes and read as raw memory.
const KNOWN: &[(&[u8], &str)] = &[
    (b"PAGEDU64", "a crash dump of a 64-bit Windows kernel"),
    (b"PAGEDUMP", "a crash dump of a 32-bit Windows kernel"),
    (b"EMiL", "a LiME image"),
    (b"\x7fELF", "an ELF core"),
    (b"hibr", "a hibernation file"),
    (b"HIBR", "a hibernation file"),
];

/// True where the first bytes are those of a minidump or of another kind of memory image that is known by them. Raw
/// images have no mark.
#[must_use]
pub fn is_memory(head: &[u8]) -> bool {
    head.starts_with(MAGIC) || KNOWN.iter().any(|(magic, _)| *magic != b"\x7fELF" && head.starts_with(magic))
}

impl<'s> Reading<'s> {
    /// Takes the structure of an image of `size` bytes that is called `name`.
    pub fn open(name: &str, size: u64, source: &mut dyn ReadAt, settings: &'s Settings<'s>) -> Self {
        let mut image = MemoryImage { path: name.to_owned(), size, ..MemoryImage::default() };
        let mut reader = Reader::new(source, size);
        let head = reader.bytes(0, 16);
        let dump = (head.starts_with(MAGIC) && !settings.raw).then(|| Dump::read(&mut reader, &settings.limits));
        image.format = if dump.is_some() { "minidump" } else { "raw" }.to_owned();
        if let Some((_, what)) = KNOWN.iter().find(|(magic, _)| head.starts_with(magic)) {
            let message =
                format!("{what}; it was read as raw memory, so there are offsets but no addresses and modules");
            image.diagnostics.push(Diagnostic::about(code::NOTE_ODD, name, Location::default(), message));
        }
        if let Some(dump) = &dump {
            describe(&mut image, dump, &mut reader, settings);
        }
        let layout = match &dump {
            Some(dump) => segments(&dump.memory, size),
            None => vec![Segment { at: 0, end: u64::MAX, address: None }],
        };
        let mut segments = layout.into_iter();
        let segment = segments.next();
        Self { image, dump, segments, segment, scanner: Scanner::new(settings), at: 0 }
    }

    /// The next bytes, in any pieces.
    pub fn feed(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let end = self.segment.map_or(u64::MAX, |segment| segment.end);
            let here = usize::try_from(end.saturating_sub(self.at)).unwrap_or(usize::MAX).min(bytes.len());
            let (now, rest) = bytes.split_at_checked(here).unwrap_or((bytes, &[]));
            self.scanner.feed(now);
            self.at = self.at.saturating_add(now.len() as u64);
            bytes = rest;
            if self.at >= end {
                self.scanner.flush();
                self.segment = self.segments.next();
                if self.segment.is_none() {
                    self.segment = Some(Segment { at: self.at, end: u64::MAX, address: None });
                }
            }
        }
    }

    /// What was found.
    #[must_use]
    pub fn finish(mut self, end: End) -> MemoryImage {
        self.scanner.flush();
        let mut image = self.image;
        if end.trouble.is_none() && self.at != image.size {
            let message = format!("{} bytes were expected and {} were there", image.size, self.at);
            image.diagnostics.push(Diagnostic::about(code::BROKEN_TRUNCATED, "", Location::default(), message));
        }
        image.sha256 = end.sha256;
        image.diagnostics.extend(end.trouble);
        let found = self.scanner.finish();
        image.more_hits = found.more;
        if found.more > 0 {
            let message = format!("{} more hits are counted only", found.more);
            image.diagnostics.push(Diagnostic::about(code::LIMIT_RESULTS, "", Location::default(), message));
        }
        let layout = self.dump.as_ref().map(|dump| segments(&dump.memory, image.size));
        let place = Place { dump: self.dump.as_ref(), layout: layout.unwrap_or_default() };
        image.hits = found.hits.into_iter().map(|hit| place.of(hit)).collect();
        infer_command(&mut image, &found.office);
        for diagnostic in &mut image.diagnostics {
            diagnostic.artifact.clone_from(&image.path);
            diagnostic.part = ddefend_model::PartPath::root(image.path.clone());
        }
        image.complete = !image.diagnostics.iter().any(Diagnostic::is_gap);
        image
    }
}

/// What the streams say of the process.
fn describe(image: &mut MemoryImage, dump: &Dump, reader: &mut Reader<'_>, settings: &Settings<'_>) {
    image.taken.clone_from(&dump.taken);
    image.system.clone_from(&dump.system);
    image.diagnostics.extend(dump.diagnostics.iter().cloned());
    let parameters = process::parameters(dump, reader).unwrap_or_default();
    let main = dump.modules.first().map(|module| module.path.clone());
    let main = main.filter(|path| !path.is_empty()).unwrap_or(parameters.image);
    image.modules = modules::judged(dump, &main, settings.lists, settings.all_modules);
    image.module_count = dump.modules.len() as u64;
    if dump.memory.ranges.is_empty() {
        let message = "the dump holds no memory: modules and process were read, texts could not be looked for";
        image.diagnostics.push(Diagnostic::about(code::NOTE_ODD, "", Location::default(), message));
    }
    image.process = Some(DumpedProcess {
        pid: dump.pid,
        image: main,
        command: parameters.command,
        inferred: false,
        started: dump.started.clone(),
    });
}

/// Without a process environment block: the first command line in memory that begins with the main module.
fn infer_command(image: &mut MemoryImage, office: &[String]) {
    let Some(process) = image.process.as_mut().filter(|process| process.command.is_empty()) else { return };
    let name = modules::base_name(&process.image);
    if name.is_empty() {
        return;
    }
    let own = |line: &&String| {
        let program = line.trim_start_matches('"').to_lowercase();
        program.find(&name).is_some_and(|at| !program.get(..at).unwrap_or_default().contains('"'))
    };
    if let Some(line) = office.iter().find(own) {
        process.command.clone_from(line);
        process.inferred = true;
    }
}

/// Finds what memory an offset is.
struct Place<'d> {
    dump: Option<&'d Dump>,
    layout: Vec<Segment>,
}

impl Place<'_> {
    fn of(&self, mut hit: MemoryHit) -> MemoryHit {
        let after = self.layout.partition_point(|segment| segment.at <= hit.offset);
        let segment = after.checked_sub(1).and_then(|at| self.layout.get(at));
        hit.address = segment.and_then(|segment| segment.address_of(hit.offset));
        match (self.dump, hit.address) {
            (Some(dump), Some(address)) => {
                hit.region = dump.memory.region(address);
                hit.module = dump.module_at(address);
            }
            (Some(_), None) => "outside of the memory of the dump".clone_into(&mut hit.region),
            (None, _) => {}
        }
        hit
    }
}
