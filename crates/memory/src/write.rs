//! Writes minidumps for tests and the lab: deterministic, whatever the plan says, and read by other readers too.
//!
//! Streams: SystemInfo, MiscInfo, ThreadList, ModuleList, UnloadedModuleList, MemoryInfoList, MemoryList or Memory64List,
//! CommentW ([minidumpapiset.h](https://learn.microsoft.com/windows/win32/api/minidumpapiset/)). Where the plan has a
//! command line, pages with TEB, PEB and process parameters are written, so that it is found where Windows keeps it.

mod block;
mod process;

use crate::format::{protect, stream, units};
use block::Block;

/// What a dump is to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DumpPlan {
    /// Process id.
    pub pid: u32,
    /// Path of the main module. It is added before [`DumpPlan::modules`] where the first of those is another.
    pub image: String,
    /// Command line; with an empty one the dump has no process environment block.
    pub command: String,
    /// When the process was started, seconds since 1970.
    pub started: u32,
    /// When the dump was taken, seconds since 1970.
    pub taken: u32,
    /// A 32-bit process.
    pub narrow: bool,
    /// Windows version: major, minor, build. All zero stands for 10.0.19045.
    pub windows: (u32, u32, u32),
    /// Modules, in load order.
    pub modules: Vec<PlannedModule>,
    /// Modules that were unloaded.
    pub unloaded: Vec<PlannedModule>,
    /// Memory. Written in the order of addresses; of overlapping ones both are written.
    pub regions: Vec<PlannedRegion>,
    /// Memory as MemoryList, as small dumps have it; otherwise as Memory64List, as full dumps have it.
    pub small: bool,
    /// Comment stream: where the lab says that the dump is synthetic. Empty: none.
    pub comment: String,
}

/// A module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlannedModule {
    /// Path.
    pub path: String,
    /// Base address.
    pub base: u64,
    /// Bytes.
    pub size: u32,
    /// File version, as `16.0.17328.20162`; empty: none.
    pub version: String,
}

/// A piece of memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlannedRegion {
    /// Address.
    pub address: u64,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Protection.
    pub protection: Protection,
    /// What it is.
    pub kind: RegionKind,
}

/// Protection of a region.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protection {
    /// PAGE_READONLY.
    Read,
    /// PAGE_READWRITE.
    #[default]
    ReadWrite,
    /// PAGE_EXECUTE_READ.
    ReadExecute,
    /// PAGE_EXECUTE_READWRITE.
    ReadWriteExecute,
}

/// What a region is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RegionKind {
    /// MEM_PRIVATE: heap, stack.
    #[default]
    Private,
    /// MEM_MAPPED: a mapped file that is no image.
    Mapped,
    /// MEM_IMAGE: a module.
    Image,
}

impl PlannedRegion {
    /// Private memory, readable and writable, that begins with some filler and holds texts with NULs between them.
    #[must_use]
    pub fn heap(address: u64, texts: &[Vec<u8>]) -> Self {
        let mut bytes = vec![0_u8; 64];
        for text in texts {
            bytes.extend_from_slice(text);
            let pad = bytes.len().next_multiple_of(16).saturating_add(16);
            bytes.resize(pad, 0);
        }
        Self { address, bytes, ..Self::default() }
    }
}

/// A text as Windows holds it in memory: UTF-16, little-endian, without an end.
#[must_use]
pub fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Bytes of a header, and of a directory entry.
const HEADER: usize = 32;
const ENTRY: usize = 12;

/// The dump of a plan. Sizes beyond 4 GiB in front of the memory cannot be written and saturate.
#[must_use]
pub fn write(plan: &DumpPlan) -> Vec<u8> {
    let mut regions = plan.regions.clone();
    let (modules, teb) = (process::modules(plan), process::pages(plan, &mut regions));
    regions.sort_by_key(|region| region.address);
    let count = if plan.comment.is_empty() { 7_usize } else { 8 };
    let mut body = Block::at(HEADER.saturating_add(ENTRY.saturating_mul(count)));
    let mut entries: Vec<(u32, u32, u32)> = Vec::new();
    let mut add = |body: &mut Block, kind: u32, bytes: &[u8]| {
        let at = body.aligned();
        body.bytes(bytes);
        entries.push((kind, block::short(bytes.len()), at));
    };
    let system = system(plan, &mut body);
    add(&mut body, stream::SYSTEM_INFO, &system);
    add(&mut body, stream::MISC_INFO, &misc(plan));
    let threads = threads(plan, teb, &mut body);
    add(&mut body, stream::THREAD_LIST, &threads);
    let list = module_list(&modules, &mut body);
    add(&mut body, stream::MODULE_LIST, &list);
    let list = unloaded(&plan.unloaded, &mut body);
    add(&mut body, stream::UNLOADED_MODULE_LIST, &list);
    add(&mut body, stream::MEMORY_INFO_LIST, &infos(&regions));
    if !plan.comment.is_empty() {
        let mut text = utf16(&plan.comment);
        text.extend([0, 0]);
        add(&mut body, stream::COMMENT_W, &text);
    }
    let start = body.aligned();
    let (kind, list) = if plan.small {
        (stream::MEMORY_LIST, memory_list(&regions, start))
    } else {
        (stream::MEMORY64_LIST, memory64_list(&regions, start))
    };
    add(&mut body, kind, &list);
    for region in &regions {
        body.bytes(&region.bytes);
    }
    let mut out = Block::at(0);
    out.u32(u32::from_le_bytes(*b"MDMP"));
    out.u32(0xa793); // MINIDUMP_VERSION
    out.u32(block::short(entries.len()));
    out.u32(block::short(HEADER));
    out.u32(0);
    out.u32(plan.taken);
    out.u64(if plan.small { 0 } else { 0x0002 | 0x0800 }); // MiniDumpWithFullMemory, MiniDumpWithFullMemoryInfo
    for (kind, size, at) in entries {
        out.u32(kind);
        out.u32(size);
        out.u32(at);
    }
    out.bytes(&body.into_bytes());
    out.into_bytes()
}

/// MINIDUMP_SYSTEM_INFO, 56 bytes.
fn system(plan: &DumpPlan, body: &mut Block) -> Vec<u8> {
    let service_pack = body.string("");
    let (major, minor, build) = if plan.windows == (0, 0, 0) { (10, 0, 19045) } else { plan.windows };
    let mut out = Block::at(0);
    out.u16(if plan.narrow { units::X86 } else { units::AMD64 });
    out.u16(6); // level
    out.u16(0x9e0d); // revision
    out.bytes(&[4, 1]); // processors, VER_NT_WORKSTATION
    out.u32(major);
    out.u32(minor);
    out.u32(build);
    out.u32(2); // VER_PLATFORM_WIN32_NT
    out.u32(service_pack);
    out.u16(0x100);
    out.u16(0);
    out.bytes(b"GenuineIntel");
    out.bytes(&[0; 12]);
    out.into_bytes()
}

/// MINIDUMP_MISC_INFO, 24 bytes.
fn misc(plan: &DumpPlan) -> Vec<u8> {
    let mut out = Block::at(0);
    for value in [24, 3, plan.pid, plan.started, 0, 0] {
        out.u32(value);
    }
    out.into_bytes()
}

/// MINIDUMP_THREAD_LIST with one thread, 48 bytes; its context is empty but of the right size.
fn threads(plan: &DumpPlan, teb: u64, body: &mut Block) -> Vec<u8> {
    let (size, flags_at, flags) = if plan.narrow { (716, 0, 0x1_001f_u32) } else { (1232, 48, 0x10_001f) };
    let at = body.aligned();
    let mut context = vec![0_u8; flags_at];
    context.extend(flags.to_le_bytes());
    context.resize(size, 0);
    body.bytes(&context);
    let mut out = Block::at(0);
    out.u32(1);
    out.u32(plan.pid.saturating_add(4));
    out.bytes(&[0; 12]);
    out.u64(teb);
    out.bytes(&[0; 16]); // stack
    out.u32(block::short(size));
    out.u32(at);
    out.into_bytes()
}

/// MINIDUMP_MODULE_LIST, 108 bytes a module.
fn module_list(modules: &[PlannedModule], body: &mut Block) -> Vec<u8> {
    let mut out = Block::at(0);
    out.u32(block::short(modules.len()));
    for module in modules {
        let name = body.string(&module.path);
        out.u64(module.base);
        out.u32(module.size);
        out.u32(0);
        out.u32(0x6000_0000);
        out.u32(name);
        out.bytes(&version(&module.version));
        out.bytes(&[0; 32]); // CodeView, misc, reserved
    }
    out.into_bytes()
}

/// VS_FIXEDFILEINFO, 52 bytes; zero where there is no version.
fn version(text: &str) -> Vec<u8> {
    let mut numbers = text.split('.').map(|number| number.parse::<u16>().unwrap_or(0));
    let mut next = || u32::from(numbers.next().unwrap_or(0));
    let high = next() << 16 | next();
    let low = next() << 16 | next();
    let mut out = Block::at(0);
    if text.is_empty() {
        return vec![0; 52];
    }
    for value in [0xfeef_04bd, 0x1_0000, high, low, high, low, 0x3f, 0, 0x4_0004, 2, 0, 0, 0] {
        out.u32(value);
    }
    out.into_bytes()
}

/// MINIDUMP_UNLOADED_MODULE_LIST, 24 bytes a module.
fn unloaded(modules: &[PlannedModule], body: &mut Block) -> Vec<u8> {
    let mut out = Block::at(0);
    for value in [12, 24, block::short(modules.len())] {
        out.u32(value);
    }
    for module in modules {
        let name = body.string(&module.path);
        out.u64(module.base);
        for value in [module.size, 0, 0x6000_0000, name] {
            out.u32(value);
        }
    }
    out.into_bytes()
}

/// MINIDUMP_MEMORY_INFO_LIST, 48 bytes a region.
fn infos(regions: &[PlannedRegion]) -> Vec<u8> {
    let mut out = Block::at(0);
    out.u32(16);
    out.u32(48);
    out.u64(regions.len() as u64);
    for region in regions {
        let protection = region.protection.value();
        out.u64(region.address);
        out.u64(region.address);
        out.u32(protection);
        out.u32(0);
        out.u64(region.bytes.len() as u64);
        for value in [units::MEM_COMMIT, protection, region.kind.value(), 0] {
            out.u32(value);
        }
    }
    out.into_bytes()
}

/// MINIDUMP_MEMORY_LIST that stands at `start`; the memory follows at once.
fn memory_list(regions: &[PlannedRegion], start: u32) -> Vec<u8> {
    let length = 16_usize.saturating_mul(regions.len()).saturating_add(4);
    let mut at = start.saturating_add(block::short(length));
    let mut out = Block::at(0);
    out.u32(block::short(regions.len()));
    for region in regions {
        let size = block::short(region.bytes.len());
        out.u64(region.address);
        out.u32(size);
        out.u32(at);
        at = at.saturating_add(size);
    }
    out.into_bytes()
}

/// MINIDUMP_MEMORY64_LIST that stands at `start`; the memory follows at once.
fn memory64_list(regions: &[PlannedRegion], start: u32) -> Vec<u8> {
    let length = 16_u64.saturating_mul(regions.len() as u64).saturating_add(16);
    let mut out = Block::at(0);
    out.u64(regions.len() as u64);
    out.u64(u64::from(start).saturating_add(length));
    for region in regions {
        out.u64(region.address);
        out.u64(region.bytes.len() as u64);
    }
    out.into_bytes()
}

impl Protection {
    fn value(self) -> u32 {
        match self {
            Self::Read => protect::READONLY,
            Self::ReadWrite => protect::READWRITE,
            Self::ReadExecute => protect::EXECUTE_READ,
            Self::ReadWriteExecute => protect::EXECUTE_READWRITE,
        }
    }
}

impl RegionKind {
    fn value(self) -> u32 {
        match self {
            Self::Private => units::MEM_PRIVATE,
            Self::Mapped => units::MEM_MAPPED,
            Self::Image => units::MEM_IMAGE,
        }
    }
}
