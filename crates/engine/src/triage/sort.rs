//! What each file of a case is, by its content.

use super::lists::{self, List};
use crate::input::{Input, find_inputs};
use crate::scan::hex;
use ddefend_container::Part;
use ddefend_guard::stream::{self, Allowance};
use ddefend_model::PartPath;
use ddefend_model::case::InputRecord;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Bytes by which a file is recognised.
const HEAD: u64 = 64 << 10;
/// Formats that any text is: what is a log or a list as well need not be read as one of these.
const TEXTS: [&str; 3] = ["text", "csv", "xml"];
/// Bytes from which on a file of unknown content with the name of a memory image is taken for one.
const IMAGE: u64 = 16 << 20;
/// Endings of logs that no program opens as a table.
const NO_TABLES: [&str; 6] = ["json", "jsonl", "ndjson", "xml", "evtx", "log"];
/// Endings of memory images.
const IMAGES: [&str; 6] = ["raw", "mem", "vmem", "dmp", "lime", "img"];

/// A file of the case, and who reads it.
#[derive(Clone, Debug, Default)]
pub(super) struct Sorted {
    /// Where it is.
    pub(super) path: PathBuf,
    /// What is told of it.
    pub(super) record: InputRecord,
    /// Taken apart by the scan.
    pub(super) scan: bool,
    /// A log, or packed and perhaps one.
    pub(super) log: bool,
    /// Packed: whether it holds logs is known once it was taken apart.
    pub(super) packed: bool,
    /// Packed, and what comes out is an archive that the hunt does not open.
    pub(super) closed: bool,
    /// A hive, export or policy.
    pub(super) registry: bool,
    /// A process dump or memory image.
    pub(super) memory: bool,
    /// A list of the organisation or the gateway.
    pub(super) list: Option<List>,
    /// Why it cannot be read.
    pub(super) failed: Option<String>,
}

/// The folder that names are told from: the one that was named, else the deepest that holds everything named.
pub(super) fn base(paths: &[PathBuf]) -> PathBuf {
    if let [one] = paths
        && fs::metadata(one).is_ok_and(|it| it.is_dir())
    {
        return one.clone();
    }
    let mut parents = paths.iter().map(|path| path.parent().unwrap_or(Path::new("")));
    let mut base: Vec<Component<'_>> = parents.next().map(|first| first.components().collect()).unwrap_or_default();
    for parent in parents {
        let same = base.iter().zip(parent.components()).take_while(|(a, b)| **a == *b).count();
        base.truncate(same);
    }
    base.into_iter().collect()
}

/// A path as it is told, with `/`.
pub(super) fn shown(path: &Path, base: &Path) -> String {
    let below = path.strip_prefix(base).ok().filter(|below| !below.as_os_str().is_empty()).unwrap_or(path);
    let parts: Vec<Cow<'_, str>> = below.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    let joined = parts.join("/");
    if below.is_absolute() { joined.replacen("//", "/", 1) } else { joined }
}

/// All files below the paths, sorted; what is named twice is taken once.
pub(super) fn sort(paths: &[PathBuf], base: &Path, memory: &[PathBuf], threads: usize) -> Vec<Sorted> {
    let mut seen = BTreeSet::new();
    let inputs: Vec<Input> = find_inputs(paths, "stdin");
    let mut files: Vec<Sorted> = inputs
        .into_iter()
        .filter_map(|input| match input {
            Input::File(path) | Input::Named(path, _) => Some((path, None)),
            Input::Failed(path, why) => Some((path, Some(why))),
            Input::Stdin(_) => None,
        })
        .map(|(path, failed)| {
            let record = InputRecord { path: shown(&path, base), role: "other".to_owned(), ..InputRecord::default() };
            Sorted { path, record, failed, ..Sorted::default() }
        })
        .filter(|file| seen.insert(file.record.path.clone()))
        .collect();
    files.sort_by(|a, b| a.record.path.cmp(&b.record.path));
    each(&mut files, threads, |file| look(file, memory));
    let hives: BTreeSet<String> =
        files.iter().filter(|file| file.registry).map(|file| file.record.path.to_lowercase()).collect();
    for file in &mut files {
        let name = file.record.path.to_lowercase();
        let hive = [".log1", ".log2", ".log"].iter().find_map(|ending| name.strip_suffix(ending));
        if hive.is_some_and(|hive| hives.contains(hive)) {
            file.registry = true;
            (file.scan, file.log) = (false, false);
            "registry".clone_into(&mut file.record.role);
            "hive-log".clone_into(&mut file.record.detected);
        }
    }
    files
}

/// Works on each of them, on all workers.
pub(super) fn each<T: Send>(items: &mut [T], threads: usize, work: impl Fn(&mut T) + Sync) {
    let next = AtomicUsize::new(0);
    let cells: Vec<Mutex<&mut T>> = items.iter_mut().map(Mutex::new).collect();
    let run = || {
        while let Some(cell) = cells.get(next.fetch_add(1, Ordering::Relaxed)) {
            work(&mut cell.lock().unwrap_or_else(PoisonError::into_inner));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.clamp(1, cells.len().max(1)) {
            scope.spawn(run);
        }
        run();
    });
}

/// Says what a file is.
fn look(file: &mut Sorted, memory: &[PathBuf]) {
    if file.failed.is_some() {
        return;
    }
    match open(&file.path) {
        Ok((mut stream, size)) => {
            file.record.size = size;
            let mut head = Vec::new();
            if let Err(error) = (&mut stream).take(HEAD).read_to_end(&mut head) {
                file.failed = Some(error.to_string());
                return;
            }
            classify(file, &head, memory);
            if file.packed {
                look_inside(file, &head);
            }
            // The scan and the reader of memory images digest what they read.
            if !file.scan && !file.memory {
                match digest(&head, &mut stream) {
                    Ok(sha256) => file.record.sha256 = sha256,
                    Err(error) => file.failed = Some(error.to_string()),
                }
            }
        }
        Err(why) => file.failed = Some(why),
    }
}

/// Opens a file; pipes and devices, which may have no end or never begin, are not opened.
pub(super) fn open(path: &Path) -> Result<(File, u64), String> {
    let metadata = fs::metadata(path).map_err(|error| error.to_string())?;
    if !metadata.is_file() {
        return Err("a pipe, socket or device, which is not read".to_owned());
    }
    Ok((File::open(path).map_err(|error| error.to_string())?, metadata.len()))
}

fn digest(head: &[u8], stream: &mut File) -> io::Result<String> {
    let mut hash = Sha256::new();
    hash.update(head);
    let mut buffer = vec![0; 256 << 10];
    loop {
        match stream.read(&mut buffer)? {
            0 => return Ok(hex(&hash.finalize())),
            count => hash.update(buffer.get(..count).unwrap_or_default()),
        }
    }
}

/// A packed log is a log, whatever it is called.
fn look_inside(file: &mut Sorted, head: &[u8]) {
    let Some(packing) = stream::kind(head).filter(|packing| *packing != stream::Packing::Zip) else { return };
    let Ok((packed, _)) = open(&file.path) else { return };
    let mut inner = Vec::new();
    if stream::open(packing, packed, Allowance::default()).take(HEAD).read_to_end(&mut inner).is_err() {
        return;
    }
    let name = file.record.path.rsplit_once('.').map_or("", |(stem, _)| stem).to_owned();
    let claims = ddefend_document::claims(&Part {
        path: PartPath::root(&*name),
        bytes: &inner,
        name: Some(Cow::Borrowed(&name)),
        declared: None,
        tricks: Vec::new(),
    });
    file.closed = claims.contains(&"tar");
    let Some(schema) = ddefend_source::detect(&inner) else { return };
    if claims.iter().any(|format| !TEXTS.contains(format)) {
        return;
    }
    let ending = Path::new(&name).extension().map(|it| it.to_string_lossy().to_lowercase()).unwrap_or_default();
    file.log = true;
    file.scan = claims.contains(&"csv") && !NO_TABLES.contains(&ending.as_str());
    "log".clone_into(&mut file.record.role);
    schema.0.clone_into(&mut file.record.detected);
}

fn classify(file: &mut Sorted, head: &[u8], memory: &[PathBuf]) {
    let name = file.record.path.clone();
    let part = Part {
        path: PartPath::root(&*name),
        bytes: head,
        name: Some(Cow::Borrowed(&name)),
        declared: None,
        tricks: Vec::new(),
    };
    let claims = ddefend_document::claims(&part);
    let structured = claims.iter().any(|format| !TEXTS.contains(format));
    let ending = Path::new(&name).extension().map(|it| it.to_string_lossy().to_lowercase()).unwrap_or_default();
    let schema = ddefend_source::detect(head);
    let registry = ddefend_registry::detect(&ddefend_registry::Input { name: &name, bytes: head, logs: &[] });
    file.packed = stream::kind(head).is_some();
    file.log = schema.is_some();
    file.registry = registry.is_some() && schema.is_none();
    file.list = if structured || file.log { None } else { lists::detect(head, file.record.size) };
    let image = claims.is_empty() && file.record.size >= IMAGE && IMAGES.contains(&ending.as_str());
    file.memory = head.starts_with(b"MDMP") || memory.contains(&file.path) || (image && !file.log && !file.registry);
    // A table may be a log and carry formulas: both read it. What is no table and a log, hive or list carries none.
    let table = claims.contains(&"csv") && !NO_TABLES.contains(&ending.as_str());
    let known = (file.log && !table) || file.registry || file.memory || file.list.is_some();
    file.scan = structured || !known;
    let (role, detected) = if file.memory {
        ("memory", if head.starts_with(b"MDMP") { "minidump" } else { "raw" })
    } else if let Some(schema) = schema.filter(|_| !structured) {
        ("log", schema.0)
    } else if let Some(format) = registry.filter(|_| !structured) {
        ("registry", format.as_str())
    } else if let Some(list) = file.list {
        (list.role(), list.as_str())
    } else if is_mark(head) {
        ("mark", "zone-identifier")
    } else {
        ("other", claims.first().copied().unwrap_or("unknown"))
    };
    role.clone_into(&mut file.record.role);
    detected.clone_into(&mut file.record.detected);
}

/// Whether it is the stream that holds a mark of the web, saved as a file.
fn is_mark(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head.get(..4096).unwrap_or(head)).replace('\0', "");
    text.trim_start_matches(['\u{feff}', '\u{fffd}']).lines().take(4).any(|line| line.trim() == "[ZoneTransfer]")
}
