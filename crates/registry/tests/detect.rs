//! Formats are told by content, never by name.

use ddefend_registry::{Format, Input, detect, formats};

fn told(name: &str, bytes: &[u8]) -> Option<Format> {
    detect(&Input { name, bytes, logs: &[] })
}

#[test]
fn names_do_not_decide() {
    for name in ["NTUSER.DAT", "x.reg", "registry.pol", "Registry.xml", "x.json", "x.csv"] {
        assert_eq!(told(name, b""), None);
        assert_eq!(told(name, b"nothing of the kind\n"), None);
    }
    assert_eq!(told("x.json", b"PReg\x01\0\0\0"), Some(Format::Pol));
    assert_eq!(told("x.pol", b"\r\nREGEDIT4\r\n"), Some(Format::Reg));
}

#[test]
fn other_files_of_a_collected_tree_are_left_alone() {
    let others: [&[u8]; 16] = [
        b"{\"EventID\":13,\"TargetObject\":\"HKU\\\\S-1\\\\k\\\\a\",\"Details\":\"DWORD (0x2)\"}",
        b"{\"OSPath\":\"C:\\\\x\",\"Name\":\"x\",\"Data\":1}",
        b"[]",
        b"{}",
        b"[1,2,3]",
        b"key,value\nname,x\n",
        b"name,path,data\na,/etc/x,1\n",
        b"a;b;c\n1;2;3\n",
        b"<html><body>HKEY_CURRENT_USER</body></html>",
        b"<BackupInst><GPODisplayName>x</GPODisplayName></BackupInst>",
        b"<report><Name>sales</Name></report>",
        b"Computer\nScience\nis\nfun\n",
        b"User guide\n\nRead this.\n",
        b"HKEY_CURRENT_USER is a root of the registry,\nas everybody knows\n",
        b"%PDF-1.7",
        b"PK\x03\x04",
    ];
    for other in others {
        assert_eq!(told("x", other), None, "{}", String::from_utf8_lossy(other));
    }
}

#[test]
fn every_format_has_a_word() {
    assert_eq!(formats().count(), 12);
    for format in formats() {
        assert_eq!(format.as_str().parse(), Ok(format));
    }
    assert!("docx".parse::<Format>().is_err());
}
