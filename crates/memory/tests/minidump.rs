//! Minidumps that the writer makes, read back.
#![allow(missing_docs, clippy::expect_used, clippy::panic)]

mod common;

use common::{COMMAND, WORD, kit, module, word};
use ddefend_memory::write::{DumpPlan, write};
use ddefend_model::Level;

#[test]
fn says_what_the_plan_says() {
    let kit = kit();
    for (narrow, small) in [(false, false), (true, false), (false, true), (true, true)] {
        let plan = DumpPlan { narrow, small, comment: "synthetic".to_owned(), ..word() };
        let bytes = write(&plan);
        assert_eq!(bytes, write(&plan));
        let image = kit.read(&bytes);
        assert_eq!(image.diagnostics, []);
        assert!(image.complete);
        assert_eq!(image.format, "minidump");
        assert_eq!(image.taken, "2026-03-03T10:06:00.0000000Z");
        assert_eq!(image.system, if narrow { "Windows 10.0.19045, x86" } else { "Windows 10.0.19045, x64" });
        let process = image.process.expect("a process");
        assert_eq!((process.pid, process.image.as_str()), (4242, WORD));
        assert_eq!(process.command, COMMAND);
        assert_eq!(process.started, "2026-03-03T10:01:00.0000000Z");
        assert_eq!(image.module_count, 3);
        let odd: Vec<_> = image.modules.iter().map(|module| (module.path.as_str(), module.level)).collect();
        assert_eq!(odd, [(r"C:\Windows\System32\scrobj.dll", Some(Level::Medium))]);
    }
}

#[test]
fn modules_from_where_users_write() {
    let kit = kit();
    let odd = [
        (r"C:\Users\ann\AppData\Local\Temp\x.dll", Some(Level::High)),
        (r"\\server\share\y.dll", Some(Level::High)),
        (r"\\?\UNC\server\share\z.dll", Some(Level::High)),
        (r"C:\Users\ann\AppData\Roaming\addin.dll", Some(Level::Medium)),
        (r"C:\Program Files\Microsoft Office\root\Office16\VERSION.dll", Some(Level::High)),
        (r"C:\ProgramData\tool\t.dll", Some(Level::Low)),
        (
            r"C:\Users\ann\AppData\Local\Microsoft\TeamsMeetingAddin\1.0\x64\Microsoft.Teams.AddinLoader.dll",
            Some(Level::Info),
        ),
    ];
    let fine = [
        r"C:\Windows\System32\version.dll",
        r"\\?\C:\Windows\System32\kernel32.dll",
        r"C:\Program Files\Common Files\Microsoft Shared\VBA\VBA7.1\VBE7.DLL",
        r"C:\Program Files\Users Group\group.dll",
    ];
    let mut plan = word();
    plan.modules.clear();
    for (index, path) in odd.iter().map(|it| it.0).chain(fine).enumerate() {
        plan.modules.push(module(path, 0x7ffa_0000_0000 + index as u64 * 0x10_0000));
    }
    let image = kit.read(&write(&plan));
    for (path, level) in odd {
        let found = image.modules.iter().find(|module| module.path == path).map(|module| module.level);
        assert_eq!(found, Some(level), "{path}");
    }
    assert_eq!(image.modules.len(), odd.len(), "{:?}", image.modules);
    // Another program has plug-ins wherever it likes.
    plan.image = r"C:\Windows\explorer.exe".to_owned();
    assert_eq!(kit.read(&write(&plan)).modules, []);
}
