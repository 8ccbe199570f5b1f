use super::Transform;
use proptest::prelude::*;

fn apply(transform: Transform, inputs: &[&str]) -> Option<String> {
    transform.apply(&inputs.iter().map(|text| Some(*text)).collect::<Vec<_>>())
}

#[test]
fn registry_paths_are_sysmons_whatever_the_hive_is_called() {
    for (native, sysmon) in [
        (r"\REGISTRY\MACHINE\SOFTWARE\X", r"HKLM\SOFTWARE\X"),
        (r"\registry\machine\SYSTEM\ControlSet001\Services\x", r"HKLM\SYSTEM\CurrentControlSet\Services\x"),
        (r"\REGISTRY\MACHINE\System\ControlSet002", r"HKLM\System\CurrentControlSet"),
        (r"\REGISTRY\USER\S-1-5-21-1-2-3-1001\Software", r"HKU\S-1-5-21-1-2-3-1001\Software"),
        (r"\REGISTRY\USER\S-1-5-21-1_Classes\CLSID", r"HKU\S-1-5-21-1_Classes\CLSID"),
        (r"HKEY_LOCAL_MACHINE\SOFTWARE", r"HKLM\SOFTWARE"),
        (r"HKEY_CURRENT_USER\S-1-5-21-9\Software", r"HKU\S-1-5-21-9\Software"),
        (r"HKEY_CURRENT_USER\Software", r"HKCU\Software"),
        (r"HKEY_USERS\.DEFAULT", r"HKU\.DEFAULT"),
        (r"HKEY_CLASSES_ROOT\.doc", r"HKCR\.doc"),
        (r"HKLM\SYSTEM\ControlSet0012\x", r"HKLM\SYSTEM\ControlSet0012\x"),
        (r"\REGISTRY\A\{guid}\x", r"\REGISTRY\A\{guid}\x"),
        (r"HKEY_LOCAL_MACHINEX\a", r"HKEY_LOCAL_MACHINEX\a"),
        ("é", "é"),
        (r"HKLM\SYSTEM\ControlSet00é", r"HKLM\SYSTEM\ControlSet00é"),
    ] {
        assert_eq!(apply(Transform::RegistryPath, &[native]).as_deref(), Some(sysmon), "{native}");
    }
    let joined = |key, name| Transform::KernelRegistryValue.apply(&[Some(key), name]);
    assert_eq!(joined(r"\REGISTRY\USER\S-1-5-18\A", Some("AllowDDE")).as_deref(), Some(r"HKU\S-1-5-18\A\AllowDDE"));
    for nothing in [None, Some(""), Some("-")] {
        assert_eq!(joined(r"\REGISTRY\MACHINE\A", nothing).as_deref(), Some(r"HKLM\A\(Default)"));
    }
    assert_eq!(Transform::KernelRegistryValue.apply(&[None, Some("AllowDDE")]), None);
}

#[test]
fn every_spelling_of_one_is_the_same_dword() {
    for (value, kind) in [
        ("1", Some("%%1876")),
        ("1", Some("Dword")),
        ("1", Some("REG_DWORD")),
        ("0x1", Some("REG_DWORD")),
        ("0x00000001", Some("SZ_DWORD")),
        ("0x00000001", None),
        ("1", None),
        ("1", Some("4")),
        ("DWORD (0x00000001)", None),
        ("DWORD (0x00000001)", Some("REG_DWORD")),
    ] {
        let data = Transform::EcsRegistryData.apply(&[Some(value), kind]);
        assert_eq!(data.as_deref(), Some("DWORD (0x00000001)"), "{value} {kind:?}");
    }
    for (value, kind, shown) in [
        ("1", Some("%%1873"), Some("1")),
        ("-1", Some("%%1876"), Some("DWORD (0xffffffff)")),
        ("4294967296", Some("%%1876"), Some("4294967296")),
        ("4294967297", Some("%%1883"), Some("QWORD (0x00000001-0x00000001)")),
        ("0A0B", Some("%%1875"), Some("Binary Data")),
        ("x", Some("%%1876"), Some("x")),
        ("", Some("%%1873"), Some("(Empty)")),
        ("-", Some("-"), None),
        ("DWORD (", None, Some("DWORD (")),
        ("QWORD (0x1ffffffff-0x00000001)", None, Some("QWORD (0x1ffffffff-0x00000001)")),
        ("0x", None, Some("0x")),
    ] {
        assert_eq!(Transform::KernelRegistryData.apply(&[Some(value), kind]).as_deref(), shown, "{value} {kind:?}");
    }
    assert_eq!(Transform::KernelRegistryData.apply(&[None, Some("%%1876")]), None);
}

#[test]
fn accounts_are_domain_and_name() {
    let token = |inputs: &[&str]| apply(Transform::TokenAccount, inputs);
    let subject = ["-", "-", "S-1-5-18", "WORKGROUP", "HOST$"];
    assert_eq!(token(&subject).as_deref(), Some(r"NT AUTHORITY\SYSTEM"));
    let target = ["CORP", "anna", "S-1-5-18", "WORKGROUP", "HOST$"];
    assert_eq!(token(&target).as_deref(), Some(r"CORP\anna"));
    assert_eq!(token(&["-", "-", "S-1-5-21-1", "CORP", "bob"]).as_deref(), Some(r"CORP\bob"));
    assert_eq!(apply(Transform::Account, &["", "bob"]).as_deref(), Some("bob"));
    assert_eq!(apply(Transform::Account, &["CORP", ""]), None);
    assert_eq!(apply(Transform::Account, &["CORP", r"OTHER\bob"]).as_deref(), Some(r"OTHER\bob"));
}

#[test]
fn numbers_labels_and_codes() {
    for (transform, native, sigma) in [
        (Transform::Decimal, "0x1410", Some("5136")),
        (Transform::Decimal, "5136", Some("5136")),
        (Transform::Decimal, "0xffffffffffffffffff", Some("0xffffffffffffffffff")),
        (Transform::Hexadecimal, "5136", Some("0x1410")),
        (Transform::Integrity, "S-1-16-12288", Some("High")),
        (Transform::Integrity, "S-1-16-20480", Some("S-1-16-20480")),
        (Transform::FilteringDirection, "%%14593", Some("true")),
        (Transform::FilteringDirection, "%%14592", Some("false")),
        (Transform::FilteringDirection, "sideways", None),
        (Transform::NetworkDirection, "egress", Some("true")),
        (Transform::NetworkDirection, "internal", None),
        (Transform::DefenderConnection, "InboundConnectionAccepted", Some("false")),
        (Transform::IpProtocol, "17", Some("udp")),
        (Transform::IpProtocol, "47", Some("47")),
        (Transform::KernelRegistryOperation, "%%1906", Some("DeleteValue")),
        (Transform::DevicePath, r"\device\harddiskvolume12\windows\x.exe", Some(r"C:\windows\x.exe")),
        (Transform::DevicePath, r"\device\harddiskvolumes\x", Some(r"\device\harddiskvolumes\x")),
        (Transform::DevicePath, r"\Device\Mup\srv\share\x", Some(r"\\srv\share\x")),
        (Transform::DevicePath, r"\Device\CdRom0\x.exe", Some(r"\Device\CdRom0\x.exe")),
        (Transform::DevicePath, "System", Some("System")),
        (Transform::PipeName, r"\Device\NamedPipe\x", Some(r"\x")),
        (Transform::PipeName, r"\Device\NamedPipex", Some(r"\Device\NamedPipex")),
        (Transform::ThreatPath, r"containerfile:_C:\a.zip; file:_C:\a.zip->b", Some(r"C:\a.zip")),
        (Transform::Decimal, "", None),
    ] {
        assert_eq!(apply(transform, &[native]).as_deref(), sigma, "{transform:?} {native}");
    }
    assert_eq!(apply(Transform::TokenLogon, &["0x0", "0x3e7"]).as_deref(), Some("0x3e7"));
    assert_eq!(apply(Transform::TokenLogon, &["0xabc", "0x3e7"]).as_deref(), Some("0xabc"));
}

#[test]
fn paths_and_hashes() {
    let join = |folder, name| Transform::FolderAndName.apply(&[folder, name]);
    for (folder, name, path) in [
        (Some(r"C:\Windows\System32"), Some("cmd.exe"), Some(r"C:\Windows\System32\cmd.exe")),
        (Some(r"C:\Windows\System32\"), Some("cmd.exe"), Some(r"C:\Windows\System32\cmd.exe")),
        (Some(r"c:\windows\system32\CMD.exe"), Some("cmd.exe"), Some(r"c:\windows\system32\CMD.exe")),
        (None, Some("cmd.exe"), Some(r"\cmd.exe")),
        (Some(r"C:\x"), None, Some(r"C:\x")),
        (Some(""), Some(""), None),
    ] {
        assert_eq!(join(folder, name).as_deref(), path);
    }
    let hashes = Transform::Hashes.apply(&[Some("aa"), None, Some("bb"), Some("")]);
    assert_eq!(hashes.as_deref(), Some("MD5=AA,SHA256=BB"));
    assert_eq!(Transform::Hashes.inverse("SHA3=AA", 4), None);
    assert_eq!(Transform::Hashes.inverse("IMPHASH=AA", 3), None);
    let deleted = Transform::DeletedRegistryValue.apply(&[None, Some(r"HKEY_USERS\a"), Some("old"), Some("new")]);
    assert_eq!(deleted.as_deref(), Some(r"HKU\a\old"));
}

#[test]
fn what_cannot_be_said_is_refused() {
    assert_eq!(Transform::KernelRegistryValue.inverse(r"HKCU\Software\x", 2), None);
    assert_eq!(Transform::Integrity.inverse("Sideways", 1), None);
    assert_eq!(Transform::Same.inverse("x", 2).map(|native| native.len()), Some(2));
}

const ALL: &[(Transform, usize)] = &[
    (Transform::Same, 1),
    (Transform::First, 3),
    (Transform::Decimal, 1),
    (Transform::Hexadecimal, 1),
    (Transform::Account, 2),
    (Transform::SidAccount, 3),
    (Transform::TokenAccount, 5),
    (Transform::TokenLogon, 2),
    (Transform::Integrity, 1),
    (Transform::KernelRegistryValue, 2),
    (Transform::KernelRegistryKey, 1),
    (Transform::LongRegistryValue, 2),
    (Transform::LongRegistryKey, 1),
    (Transform::RegistryPath, 1),
    (Transform::KernelRegistryData, 2),
    (Transform::DefenderRegistryData, 2),
    (Transform::EcsRegistryData, 2),
    (Transform::KernelRegistryOperation, 1),
    (Transform::DefenderRegistryAction, 1),
    (Transform::EcsRegistryAction, 1),
    (Transform::FolderAndName, 2),
    (Transform::PathOrName, 2),
    (Transform::DevicePath, 1),
    (Transform::PipeName, 1),
    (Transform::FilteringDirection, 1),
    (Transform::DefenderConnection, 1),
    (Transform::NetworkDirection, 1),
    (Transform::IpProtocol, 1),
    (Transform::Hashes, 4),
    (Transform::ThreatPath, 1),
    (Transform::Hashes, 3),
    (Transform::EcsSignature, 1),
    (Transform::BareName, 1),
    (Transform::DeletedRegistryValue, 4),
];

proptest! {
    /// Whatever an inverse writes, its transform reads back; and nothing hostile stops either.
    #[test]
    fn the_inverse_reads_back(value in prop_oneof![".{0,40}", r"[A-Z]:\\[a-z\\ ]{1,20}", r"HK(LM|U|CU)\\[A-Za-z0-9\\-]{0,30}", r"[DQ]WORD \(0x[0-9a-f]{0,9}\)?"]) {
        for (transform, inputs) in ALL {
            if let Some(native) = transform.inverse(&value, *inputs) {
                let read: Vec<Option<&str>> = native.iter().map(Option::as_deref).collect();
                let again = transform.apply(&read).unwrap_or_default();
                prop_assert!(again.eq_ignore_ascii_case(&value), "{transform:?}: {value:?} {native:?} {again:?}");
            }
        }
    }

    /// Values of the kinds that rules ask for can be written and come back whole.
    #[test]
    fn usual_values_can_be_written(name in "[A-Za-z][A-Za-z0-9]{0,8}", number in any::<u32>()) {
        let usual = [
            (Transform::KernelRegistryValue, format!(r"HKLM\SYSTEM\CurrentControlSet\{name}")),
            (Transform::KernelRegistryValue, format!(r"HKU\S-1-5-21-{number}\Software\{name}")),
            (Transform::LongRegistryValue, format!(r"HKU\S-1-5-21-{number}\Software\{name}")),
            (Transform::LongRegistryValue, format!(r"HKLM\Software\{name}")),
            (Transform::KernelRegistryData, format!("DWORD (0x{number:08x})")),
            (Transform::DefenderRegistryData, format!("DWORD (0x{number:08x})")),
            (Transform::EcsRegistryData, name.clone()),
            (Transform::KernelRegistryData, "(Empty)".to_owned()),
            (Transform::DefenderRegistryData, "Binary Data".to_owned()),
            (Transform::Decimal, number.to_string()),
            (Transform::TokenAccount, format!(r"CORP\{name}")),
            (Transform::TokenAccount, r"NT AUTHORITY\SYSTEM".to_owned()),
            (Transform::Integrity, "Medium".to_owned()),
            (Transform::FolderAndName, format!(r"C:\{name}\{name}.exe")),
            (Transform::FolderAndName, format!(r"\{name}.exe")),
            (Transform::DevicePath, format!(r"C:\Windows\{name}.exe")),
            (Transform::DeletedRegistryValue, format!(r"HKLM\Software\{name}")),
            (Transform::BareName, format!(r"\{name}.exe")),
            (Transform::Hashes, format!("SHA1={number:08X},SHA256=AA")),
            (Transform::FilteringDirection, "true".to_owned()),
        ];
        for (transform, value) in usual {
            let inputs = transform.inputs().unwrap_or(4);
            prop_assert!(transform.inverse(&value, inputs).is_some(), "{transform:?} {value}");
        }
    }
}
