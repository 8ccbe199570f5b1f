//! Writes dumps of every form into a folder, each beside what its plan says, for a reader that is not ours.
//! usage: dumps FOLDER
#![allow(missing_docs, clippy::print_stderr)]

use ddefend_memory::write::{DumpPlan, PlannedModule, PlannedRegion, Protection, RegionKind, utf16, write};
use serde_json::json;
use std::path::Path;

fn module(path: &str, base: u64) -> PlannedModule {
    PlannedModule { path: path.to_owned(), base, size: 0x1_2000, version: "10.0.19041.3".to_owned() }
}

fn plan(narrow: bool, small: bool) -> DumpPlan {
    let high = if narrow { 0x1000_0000 } else { 0x7ffa_0000_0000 };
    let image = r"C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE";
    DumpPlan {
        pid: 4312,
        image: image.to_owned(),
        command: format!("\"{image}\" /n \"C:\\Users\\j\u{fc}rgen\\invoice.docx\""),
        started: 1_772_532_060,
        taken: 1_772_532_360,
        narrow,
        small,
        modules: vec![
            module(r"C:\Windows\System32\ntdll.dll", high),
            module(r"C:\Windows\System32\scrobj.dll", high + 0x10_0000),
        ],
        unloaded: vec![module(r"C:\Windows\System32\gone.dll", high + 0x20_0000)],
        regions: vec![
            PlannedRegion::heap(
                0x0300_0000,
                &[utf16("\u{13}DDEAUTO cmd \"/c whoami\"\u{15}"), b"=cmd|'/c whoami'!A0".to_vec()],
            ),
            PlannedRegion {
                address: 0x0400_0000,
                bytes: vec![0xcc; 0x1000],
                protection: Protection::ReadWriteExecute,
                kind: RegionKind::Private,
            },
            PlannedRegion {
                address: 0x0500_0000,
                bytes: vec![7; 0x777],
                protection: Protection::Read,
                kind: RegionKind::Mapped,
            },
            PlannedRegion {
                address: high,
                bytes: b"MZ".repeat(0x800),
                protection: Protection::ReadExecute,
                kind: RegionKind::Image,
            },
        ],
        comment: "synthetic".to_owned(),
        ..DumpPlan::default()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn main() -> std::io::Result<()> {
    let Some(folder) = std::env::args().nth(1) else {
        eprintln!("usage: dumps FOLDER");
        return Ok(());
    };
    for (narrow, small) in [(false, false), (false, true), (true, false), (true, true)] {
        let plan = plan(narrow, small);
        let name = format!("{}-{}", if narrow { "32" } else { "64" }, if small { "small" } else { "full" });
        let modules: Vec<_> = plan.modules.iter().map(|it| json!([it.path, it.base, it.size])).collect();
        let unloaded: Vec<_> = plan.unloaded.iter().map(|it| json!([it.path, it.base, it.size])).collect();
        let regions: Vec<_> = plan
            .regions
            .iter()
            .map(|it| json!([it.address, hex(&it.bytes), format!("{:?}", it.protection), format!("{:?}", it.kind)]))
            .collect();
        let truth = json!({
            "pid": plan.pid, "started": plan.started, "narrow": narrow, "image": plan.image, "command": plan.command,
            "modules": modules, "unloaded": unloaded, "regions": regions,
        });
        let path = Path::new(&folder).join(name);
        std::fs::write(path.with_extension("dmp"), write(&plan))?;
        std::fs::write(path.with_extension("json"), truth.to_string())?;
    }
    Ok(())
}
