//! Output of `reg query`, and dumps in JSON and CSV.

mod common;

use common::{Kept, read_as, read_detected, utf16, value};
use ddefend_registry::{About, Coverage, Data, Fact, Format, Intent, Origin, Place, Root};

const WORD: &str = "Software\\Microsoft\\Office\\16.0\\Word\\Security";

fn whole(root: Root, key: &str) -> Coverage {
    Coverage::Whole(vec![(root, key.into())])
}

#[test]
fn reg_query_with_everything_below() {
    let text = "\r\nHKEY_CURRENT_USER\\Software\\k\r\n    (Standard)    REG_SZ    (Wert nicht gesetzt)\r\n    \
        a b    REG_DWORD    0x2\r\n    odd    name    REG_BINARY    01FF\r\n    m    REG_MULTI_SZ    a\\0b\r\n    \
        q    REG_QWORD    0x10\r\n    t    REG_SZ    one\r\ntwo\r\n    e    REG_EXPAND_SZ    \r\n    z    REG_DWORD (4)    0x1\r\n\r\n\
        HKEY_CURRENT_USER\\Software\\k\\below\r\n    (Default)    REG_SZ    x\r\n\r\n";
    for bytes in [text.as_bytes().to_vec(), utf16(text)] {
        let (kept, about) = read_detected("", &bytes);
        let k = |name: &str, data| value(Root::User, "Software\\k", name, data);
        let wanted = [
            k("a b", Data::Dword(2)),
            k("odd    name", Data::Binary(vec![1, 255])),
            k("m", Data::MultiSz(vec!["a".into(), "b".into()])),
            k("q", Data::Qword(16)),
            k("t", Data::Sz("one\r\ntwo".into())),
            k("e", Data::ExpandSz(String::new())),
            k("z", Data::Dword(1)),
            value(Root::User, "Software\\k\\below", "", Data::Sz("x".into())),
        ];
        assert_eq!(kept.facts(), wanted);
        assert!(kept.diagnostics.is_empty(), "{:?}", kept.diagnostics);
        assert_eq!((about.format, about.intent), (Format::RegQuery, Intent::State));
        assert_eq!(about.coverage, whole(Root::User, "Software\\k"));
        assert_eq!(kept.entries[1].place, Place::Line(4));
    }
}

#[test]
fn reg_query_says_what_silence_means() {
    let covers = |text: &str| read_detected("", text.as_bytes()).1.coverage;
    let one = "HKEY_LOCAL_MACHINE\\SOFTWARE\\k\r\n    a    REG_DWORD    0x2\r\n\r\n";
    let below = "HKEY_LOCAL_MACHINE\\SOFTWARE\\k\\b\r\n";
    assert_eq!(covers(one), whole(Root::Machine, "SOFTWARE\\k"));
    // Without /s the keys below are named and not entered.
    assert_eq!(covers(&format!("{one}{below}")), Coverage::Changes);
    let valued = format!("{one}{below}    b    REG_SZ    x\r\n");
    assert_eq!(covers(&valued), whole(Root::Machine, "SOFTWARE\\k"));
    assert_eq!(covers(&format!("{valued}\r\nEnd of search: 2 match(es) found.\r\n")), Coverage::Changes);
    let old = "! REG.EXE VERSION 3.0\r\n\r\nHKEY_CURRENT_USER\\k\r\n\t<NO NAME>\tREG_SZ\tx\r\n\ta\tREG_DWORD\t0x1\r\n";
    let (kept, _) = read_detected("", old.as_bytes());
    let k = |name: &str, data| value(Root::User, "k", name, data);
    assert_eq!(kept.facts(), [k("", Data::Sz("x".into())), k("a", Data::Dword(1))]);
}

#[test]
fn broken_reg_query_is_told_with_its_lines() {
    let text = "    x    REG_DWORD    0x1\r\n\r\nHKEY_CURRENT_USER\\k\r\n    a    REG_DWORD    many\r\n    b    REG_WHAT    1\r\n    c    REG_DWORD    0x3\r\n";
    let (kept, _) = read_as("", text.as_bytes(), Some(Format::RegQuery));
    assert_eq!(kept.facts(), [value(Root::User, "k", "c", Data::Dword(3))]);
    let codes = [("broken.structure", 1), ("note.odd", 5), ("broken.structure", 4)];
    let mut found = kept.codes();
    found.sort();
    let mut wanted = codes.map(|(code, line)| (code.to_owned(), line));
    wanted.sort();
    assert_eq!(found, wanted);
}

fn facts_of(text: &str) -> (Kept, About) {
    let (kept, about) = read_detected("", text.as_bytes());
    assert_eq!(about.coverage, Coverage::Changes);
    (kept, about)
}

#[test]
fn powershell() {
    let json = r#"[{"AllowDDE":2,"(default)":"x","Path":["a","b"],"Blob":[1,255],"None":null,
        "PSPath":"Microsoft.PowerShell.Core\\Registry::HKEY_CURRENT_USER\\Software\\Microsoft\\Office\\16.0\\Word\\Security",
        "PSParentPath":"Microsoft.PowerShell.Core\\Registry::HKEY_CURRENT_USER","PSChildName":"Security",
        "PSDrive":{"Name":"HKCU"},"PSProvider":{"Name":"Registry"},"PSComputerName":"PC7"},
        {"Name":"HKEY_CURRENT_USER\\k","Property":["a"],"ValueCount":1,"SubKeyCount":0,"PSPath":"Registry::HKEY_CURRENT_USER\\k"}]"#;
    for bytes in [json.as_bytes().to_vec(), utf16(json)] {
        let (kept, about) = read_detected("", &bytes);
        let word = |name: &str, data| value(Root::User, WORD, name, data);
        let wanted = [
            word("AllowDDE", Data::Dword(2)),
            word("", Data::Sz("x".into())),
            word("Path", Data::MultiSz(vec!["a".into(), "b".into()])),
            word("Blob", Data::Binary(vec![1, 255])),
        ];
        assert_eq!(kept.facts(), wanted);
        assert_eq!(kept.entries.last().map(|entry| (entry.key.as_str(), &entry.fact)), Some(("k", &Fact::Key)));
        assert_eq!((about.format, about.host.as_deref()), (Format::Json, Some("PC7")));
        assert!(kept.gaps().is_empty());
    }
    let csv = "#TYPE System.Management.Automation.PSCustomObject\r\n\"AllowDDE\";\"t\";\"PSPath\";\"PSChildName\"\r\n\
        \"2\";\"a;b\";\"Microsoft.PowerShell.Core\\Registry::HKEY_CURRENT_USER\\Software\\Microsoft\\Office\\16.0\\Word\\Security\";\"Security\"\r\n";
    let (kept, about) = facts_of(csv);
    assert_eq!(about.format, Format::Csv);
    let wanted =
        [value(Root::User, WORD, "AllowDDE", Data::Dword(2)), value(Root::User, WORD, "t", Data::Sz("a;b".into()))];
    assert_eq!(kept.facts(), wanted);
    assert_eq!(kept.entries[0].place, Place::Line(3));
    assert_eq!(kept.codes(), [("note.odd".to_owned(), 0)]);
}

#[test]
fn osquery() {
    let row = r#"{"key":"HKEY_USERS\\S-1-5-21-1\\Software\\k","path":"HKEY_USERS\\S-1-5-21-1\\Software\\k\\a","name":"a","type":"REG_DWORD","data":"2","mtime":"1600000000"}"#;
    let sub = r#"{"key":"HKEY_LOCAL_MACHINE\\SOFTWARE","path":"HKEY_LOCAL_MACHINE\\SOFTWARE\\k","name":"k","type":"subkey","data":"","mtime":""}"#;
    let default = r#"{"key":"HKEY_LOCAL_MACHINE\\SOFTWARE\\k","path":"HKEY_LOCAL_MACHINE\\SOFTWARE\\k\\(Default)","name":"(Default)","type":"REG_SZ","data":"1","mtime":"0"}"#;
    let wanted = [
        value(Root::Users("S-1-5-21-1".into()), "Software\\k", "a", Data::Dword(2)),
        value(Root::Machine, "SOFTWARE\\k", "", Data::Sz("1".into())),
    ];
    let results = format!("{{\"name\":\"pack\",\"hostIdentifier\":\"PC7\",\"snapshot\":[{row},{sub},{default}]}}\n");
    let columns = format!(
        "{{\"hostIdentifier\":\"PC7\",\"columns\":{row}}}\n{{\"hostIdentifier\":\"pc7\",\"columns\":{default}}}\n"
    );
    for text in [format!("[{row},\n{sub},\n{default}]"), format!("{row}\n{default}\n"), results, columns] {
        let (kept, about) = facts_of(&text);
        assert_eq!(kept.facts(), wanted, "{text}");
        assert!(kept.diagnostics.is_empty(), "{:?}", kept.diagnostics);
        assert_eq!(about.host.is_some(), text.contains("PC7"));
        assert_eq!(
            kept.entries[0].written.map(|time| time.to_string()).as_deref(),
            Some("2020-09-13T12:26:40.0000000Z")
        );
    }
    let csv = "key,path,name,type,data,mtime\nHKEY_USERS\\S-1-5-21-1\\Software\\k,x,a,REG_DWORD,2,\nHKEY_LOCAL_MACHINE\\SOFTWARE\\k,x,(Default),REG_SZ,1,\n";
    let (kept, _) = facts_of(csv);
    assert_eq!(kept.facts(), wanted);
    assert_eq!(kept.entries[1].place, Place::Line(3));
}

#[test]
fn velociraptor() {
    let rows = [
        r#"{"OSPath":"HKEY_USERS\\S-1-5-21-1\\Software\\k\\AllowDDE","Name":"AllowDDE","Mtime":"2026-01-02T03:04:05Z","Data":{"type":"DWORD","value":2},"Fqdn":"PC7"}"#,
        r#"{"FullPath":"\\HKEY_LOCAL_MACHINE\\SOFTWARE\\k\\@","Name":"@","Data":{"type":"SZ","value":"x"},"Fqdn":"PC7"}"#,
        r#"{"Key":"HKEY_LOCAL_MACHINE\\SOFTWARE\\k","ValueName":"q","Value":5,"Type":"QWORD","Fqdn":"PC7"}"#,
        r#"{"OSPath":"HKEY_LOCAL_MACHINE\\SOFTWARE\\k\\sub","Name":"sub","Data":{"type":"Key"},"Fqdn":"PC7"}"#,
        r#"{"OSPath":"HKEY_LOCAL_MACHINE\\SOFTWARE\\k\\other","Name":"other","Data":{"type":"DWORD","value":9},"Fqdn":"PC8"}"#,
        r#"{"OSPath":"C:\\Windows\\x","Name":"x","Fqdn":"PC7"}"#,
    ];
    let (kept, about) = facts_of(&rows.join("\n"));
    let k = |name: &str, data| value(Root::Machine, "SOFTWARE\\k", name, data);
    let wanted = [
        value(Root::Users("S-1-5-21-1".into()), "Software\\k", "AllowDDE", Data::Dword(2)),
        k("", Data::Sz("x".into())),
        k("q", Data::Qword(5)),
    ];
    assert_eq!(kept.facts(), wanted);
    assert_eq!(about.host.as_deref(), Some("PC7"));
    let codes = [("unreadable.format".to_owned(), 0), ("note.odd".to_owned(), 0)];
    assert_eq!(kept.codes(), codes);
    assert_eq!(kept.entries[0].written.map(|time| time.to_string()).as_deref(), Some("2026-01-02T03:04:05.0000000Z"));
    let csv = "Key,ValueName,Data,Type,Mtime\nHKEY_LOCAL_MACHINE\\SOFTWARE\\k,q,0x5,REG_QWORD,\n";
    assert_eq!(facts_of(csv).0.facts(), [k("q", Data::Qword(5))]);
}

#[test]
fn recmd() {
    let csv = "HivePath,HiveType,Description,Category,KeyPath,ValueName,ValueType,ValueData,ValueData2,Deleted,LastWriteTimestamp\n\
        C\\Users\\bob\\NTUSER.DAT,NTUSER,d,c,ROOT\\Software\\k,AllowDDE,RegDword,2,,False,2026-01-02 03:04:05\n\
        C\\Users\\bob\\NTUSER.DAT,NTUSER,d,c,ROOT\\Software\\k,gone,RegSz,\"a, b\",,True,2026-01-02 03:04:05\n\
        C\\Windows\\System32\\config\\SOFTWARE,SOFTWARE,d,c,ROOT\\Microsoft\\k,b,RegBinary,01-FF,,False,\n";
    let (kept, about) = facts_of(csv);
    assert_eq!(about.format, Format::Csv);
    let bob = |name: &str, data| value(Root::Users("bob".into()), "Software\\k", name, data);
    let wanted = [
        bob("AllowDDE", Data::Dword(2)),
        bob("gone", Data::Sz("a, b".into())),
        value(Root::Machine, "SOFTWARE\\Microsoft\\k", "b", Data::Binary(vec![1, 255])),
    ];
    assert_eq!(kept.facts(), wanted);
    assert_eq!(kept.entries[1].origin, Origin::Deleted);
    assert!(kept.diagnostics.is_empty(), "{:?}", kept.diagnostics);
}

#[test]
fn defender() {
    let rules = "Get-MpPreference\\ASR\\Rules";
    let office = "d4f940ab-401b-4efc-aadc-ad5f3c50688a";
    let script = "5beb7efe-fd9a-4556-801d-275e5ffc04cc";
    let many = format!(
        r#"{{"AttackSurfaceReductionOnlyExclusions":["C:\\a","C:\\b"],"AttackSurfaceReductionRules_Actions":[1,2],
            "AttackSurfaceReductionRules_Ids":["{office}","{script}"],"DisableRealtimeMonitoring":false,"PSComputerName":"PC7"}}"#
    );
    let (kept, about) = read_detected("", many.as_bytes());
    let machine = |key: &str, name: &str, data| value(Root::Machine, key, name, data);
    let excluded = |path: &str| machine("Get-MpPreference\\ASR\\ASROnlyExclusions", path, Data::Sz("0".into()));
    let wanted = [
        machine(rules, office, Data::Dword(1)),
        machine(rules, script, Data::Dword(2)),
        excluded("C:\\a"),
        excluded("C:\\b"),
        machine("Get-MpPreference", "DisableRealtimeMonitoring", Data::Dword(0)),
        machine("Get-MpPreference", "PSComputerName", Data::Sz("PC7".into())),
    ];
    assert_eq!(kept.facts(), wanted);
    assert_eq!((about.format, about.host.as_deref()), (Format::MpPreference, Some("PC7")));
    assert_eq!(about.coverage, whole(Root::Machine, "Get-MpPreference"));
    let one = format!(
        r#"{{"AttackSurfaceReductionRules_Actions":6,"AttackSurfaceReductionRules_Ids":"{office}","AttackSurfaceReductionOnlyExclusions":"N/A: Must be an administrator to view exclusions"}}"#
    );
    let (kept, _) = read_detected("", one.as_bytes());
    assert_eq!(kept.facts(), [machine(rules, office, Data::Dword(6))]);
    assert_eq!(kept.codes(), [("unreadable.format".to_owned(), 1)]);
    let odd =
        format!(r#"{{"AttackSurfaceReductionRules_Actions":[1],"AttackSurfaceReductionRules_Ids":["{office}","x"]}}"#);
    let (kept, _) = read_detected("", odd.as_bytes());
    assert_eq!(kept.facts().len(), 1);
    assert_eq!(kept.codes(), [("broken.structure".to_owned(), 1)]);
    let none = r#"{"AttackSurfaceReductionRules_Actions":null,"AttackSurfaceReductionRules_Ids":null}"#;
    let (kept, about) = read_detected("", none.as_bytes());
    assert!(kept.facts().is_empty() && kept.diagnostics.is_empty());
    assert_eq!(about.coverage, whole(Root::Machine, "Get-MpPreference"));
}

#[test]
fn broken_dumps_give_what_is_whole() {
    let row = r#"{"key":"HKEY_CURRENT_USER\\k","name":"a","type":"REG_DWORD","data":"2"}"#;
    let bad = r#"{"key":"HKEY_CURRENT_USER\\k","name":"b","type":"REG_DWORD","data":"x"}"#;
    let (kept, _) = facts_of(&format!("{row}\n{{\"broken\":,}}\n{bad}\n{row}\n{{\"snapshot\":[{row},{{\"key\":"));
    assert_eq!(kept.facts().len(), 3);
    let codes: Vec<_> = kept.codes().into_iter().take(3).collect();
    let wanted = [("broken.structure", 2), ("broken.structure", 3), ("broken.truncated", 5)];
    assert_eq!(codes, wanted.map(|(code, line)| (code.to_owned(), line)));
    let csv =
        "key,name,type,data\nHKEY_CURRENT_USER\\k,a,REG_DWORD,2\nHKEY_CURRENT_USER\\k,a\nHKEY_CURRENT_USER\\k,\"open\n";
    let (kept, _) = facts_of(csv);
    assert_eq!(kept.codes()[0], ("broken.structure".to_owned(), 3));
    assert_eq!(kept.facts().len(), 1);
}

#[test]
fn a_long_object_is_read_by_the_objects_in_it() {
    let row = r#"{"key":"HKEY_CURRENT_USER\\k","name":"a","type":"REG_DWORD","data":"2"}"#;
    let rows = vec![row; 70_000].join(",\n");
    let (kept, _) = facts_of(&format!("{{\"snapshot\":[{rows}]}}"));
    assert_eq!(kept.facts().len(), 70_000);
    assert_eq!(kept.codes(), [("note.odd".to_owned(), 1)]);
    assert_eq!(kept.entries.last().map(|entry| entry.place), Some(Place::Line(70_000)));
    let numbers = format!("{{\"key\":[{}1]}}", "1,".repeat(3_000_000));
    let (kept, _) = read_as("", numbers.as_bytes(), Some(Format::Json));
    assert!(kept.facts().is_empty());
}

#[test]
fn hostile_dumps_end_in_time() {
    let deep = "{\"a\":".repeat(1_000_000);
    let (kept, _) = read_as("", deep.as_bytes(), Some(Format::Json));
    assert_eq!(kept.codes()[0].0, "limit.structure");
    let opens = "{".repeat(50) + &" ".repeat(1_000_000);
    let (kept, _) = read_as("", opens.as_bytes(), Some(Format::Json));
    assert!(kept.codes().iter().any(|(code, _)| code == "limit.structure"));
    let table = "key,name,data\n".to_owned() + &"\"".repeat(1_000_001);
    read_as("", table.as_bytes(), Some(Format::Csv));
    let columns = format!("{}\n{}", "a,".repeat(20_000), "b,".repeat(20_000));
    read_as("", columns.as_bytes(), Some(Format::Csv));
    let lines = "HKEY_CURRENT_USER\\k\r\n    a    REG_SZ    x\r\n".to_owned() + &"y\r\n".repeat(200_000);
    read_as("", lines.as_bytes(), Some(Format::RegQuery));
}
