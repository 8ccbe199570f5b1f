//! The process of a plan: its modules with the main one first, and the pages that hold its command line.

use super::{DumpPlan, PlannedModule, PlannedRegion, utf16};
use crate::format::{peb32, peb64};

/// The modules, the main one first.
pub(super) fn modules(plan: &DumpPlan) -> Vec<PlannedModule> {
    let named = plan.modules.first().is_some_and(|first| first.path.eq_ignore_ascii_case(&plan.image));
    let mut modules = plan.modules.clone();
    if !named && !plan.image.is_empty() {
        let base = if plan.narrow { 0x0040_0000 } else { 0x7ff6_1000_0000 };
        modules.insert(0, PlannedModule { path: plan.image.clone(), base, size: 0x20_0000, version: String::new() });
    }
    modules
}

/// Adds TEB, PEB and process parameters; tells the address of the TEB, 0 where there is none.
pub(super) fn pages(plan: &DumpPlan, regions: &mut Vec<PlannedRegion>) -> u64 {
    if plan.command.is_empty() {
        return 0;
    }
    let (teb, peb, parameters) = if plan.narrow {
        (0x7ffd_d000_u64, 0x7ffd_e000_u64, 0x0002_0000_u64)
    } else {
        (0x00e1_f2a0_1000, 0x00e1_f2a0_0000, 0x0212_5a30_0000)
    };
    let mut page = |address: u64, bytes: Vec<u8>| {
        regions.push(PlannedRegion { address, bytes, ..PlannedRegion::default() });
    };
    let (image, command) = (utf16(&plan.image), utf16(&plan.command));
    let (to_peb, to_parameters, image_at, command_at) = if plan.narrow {
        (peb32::TEB_TO_PEB, peb32::PARAMETERS, peb32::IMAGE, peb32::COMMAND)
    } else {
        (peb64::TEB_TO_PEB, peb64::PARAMETERS, peb64::IMAGE, peb64::COMMAND)
    };
    let mut block = Page::new(plan.narrow, 0x200);
    block.pointer(to_peb, peb);
    page(teb, block.bytes);
    let mut block = Page::new(plan.narrow, 0x200);
    block.pointer(to_parameters, parameters);
    page(peb, block.bytes);
    let mut block = Page::new(plan.narrow, 0x440);
    for (field, text) in [(image_at, image), (command_at, command)] {
        let address = parameters.saturating_add(block.bytes.len() as u64);
        block.text(field, &text, address);
    }
    page(parameters, block.bytes);
    teb
}

struct Page {
    narrow: bool,
    bytes: Vec<u8>,
}

impl Page {
    fn new(narrow: bool, size: usize) -> Self {
        Self { narrow, bytes: vec![0; size] }
    }

    fn put(&mut self, at: u64, value: &[u8]) {
        let at = usize::try_from(at).unwrap_or(usize::MAX);
        for (place, byte) in self.bytes.iter_mut().skip(at).zip(value) {
            *place = *byte;
        }
    }

    fn pointer(&mut self, at: u64, address: u64) {
        let length = if self.narrow { 4 } else { 8 };
        let bytes = address.to_le_bytes();
        self.put(at, bytes.get(..length).unwrap_or_default());
    }

    /// A UNICODE_STRING whose text stands at the end of the page so far.
    fn text(&mut self, field: u64, text: &[u8], address: u64) {
        let length = u16::try_from(text.len()).unwrap_or(0xfffe);
        let text = text.get(..usize::from(length)).unwrap_or_default();
        self.put(field, &length.to_le_bytes());
        self.put(field.saturating_add(2), &length.saturating_add(2).to_le_bytes());
        self.pointer(field.saturating_add(if self.narrow { 4 } else { 8 }), address);
        self.bytes.extend_from_slice(text);
        self.bytes.extend([0; 8]);
    }
}
