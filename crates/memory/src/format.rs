//! Numbers of the minidump format (minidumpapiset.h) and of the structures that Windows keeps in a process.

/// Types of streams (MINIDUMP_STREAM_TYPE).
pub(crate) mod stream {
    pub(crate) const THREAD_LIST: u32 = 3;
    pub(crate) const MODULE_LIST: u32 = 4;
    pub(crate) const MEMORY_LIST: u32 = 5;
    pub(crate) const SYSTEM_INFO: u32 = 7;
    pub(crate) const MEMORY64_LIST: u32 = 9;
    pub(crate) const COMMENT_W: u32 = 11;
    pub(crate) const UNLOADED_MODULE_LIST: u32 = 14;
    pub(crate) const MISC_INFO: u32 = 15;
    pub(crate) const MEMORY_INFO_LIST: u32 = 16;
}

/// Protection of pages (winnt.h).
pub(crate) mod protect {
    pub(crate) const READONLY: u32 = 0x02;
    pub(crate) const READWRITE: u32 = 0x04;
    pub(crate) const WRITECOPY: u32 = 0x08;
    pub(crate) const EXECUTE: u32 = 0x10;
    pub(crate) const EXECUTE_READ: u32 = 0x20;
    pub(crate) const EXECUTE_READWRITE: u32 = 0x40;
    pub(crate) const EXECUTE_WRITECOPY: u32 = 0x80;
    pub(crate) const GUARD: u32 = 0x100;
}

/// Processors, states and types of pages (winnt.h).
pub(crate) mod units {
    pub(crate) const X86: u16 = 0;
    pub(crate) const ARM: u16 = 5;
    pub(crate) const AMD64: u16 = 9;
    pub(crate) const ARM64: u16 = 12;
    pub(crate) const MEM_COMMIT: u32 = 0x1000;
    pub(crate) const MEM_PRIVATE: u32 = 0x2_0000;
    pub(crate) const MEM_MAPPED: u32 = 0x4_0000;
    pub(crate) const MEM_IMAGE: u32 = 0x100_0000;
}

/// Offsets in a 64-bit process: TEB to PEB, PEB to RTL_USER_PROCESS_PARAMETERS, and its UNICODE_STRINGs (winternl.h and
/// the public symbols of ntdll).
pub(crate) mod peb64 {
    pub(crate) const TEB_TO_PEB: u64 = 0x60;
    pub(crate) const PARAMETERS: u64 = 0x20;
    pub(crate) const IMAGE: u64 = 0x60;
    pub(crate) const COMMAND: u64 = 0x70;
}

/// The same in a 32-bit process.
pub(crate) mod peb32 {
    pub(crate) const TEB_TO_PEB: u64 = 0x30;
    pub(crate) const PARAMETERS: u64 = 0x10;
    pub(crate) const IMAGE: u64 = 0x38;
    pub(crate) const COMMAND: u64 = 0x40;
}
