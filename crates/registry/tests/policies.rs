//! LGPO text, Policy Analyzer rules, reports and preferences.

mod common;

use common::{read_as, read_detected, utf16, value};
use ddefend_registry::{Coverage, Data, Fact, Format, Intent, Root, backup_name};

#[test]
fn lgpo_text() {
    let text = "; words\r\n\r\nComputer\r\nSOFTWARE\\k\r\nExploitGuard_ASR_Rules\r\nDWORD:1\r\n\
        \r\nUser\r\nSoftware\\k\r\na b\r\nSZ: with blanks \r\n\
        User\r\nSoftware\\k\r\n*\r\nDELETEALLVALUES\r\n\
        user\r\nSoftware\\k\r\nallowdde\r\nDELETE\r\n\
        User\r\nSoftware\\k\r\n*\r\nCREATEKEY\r\n\
        User\r\nSoftware\\k\r\nm\r\nMULTISZ:a\\0b\r\n\
        User:Non-Administrators\r\nSoftware\\k\r\nx\r\nDWORD:0x10\r\n\
        User\r\nSoftware\\k\r\nold\r\nCLEAR\r\n";
    for bytes in [utf16(text), text.as_bytes().to_vec()] {
        let (kept, about) = read_detected("", &bytes);
        let user = |name: &str, data| value(Root::User, "Software\\k", name, data);
        let fact = |fact| (Root::User, "Software\\k".to_owned(), fact);
        let wanted = [
            value(Root::Machine, "SOFTWARE\\k", "ExploitGuard_ASR_Rules", Data::Dword(1)),
            user("a b", Data::Sz(" with blanks ".into())),
            fact(Fact::ValuesRemoved),
            fact(Fact::ValueRemoved { name: "allowdde".into() }),
            user("m", Data::MultiSz(vec!["a".into(), "b".into()])),
            user("x", Data::Dword(16)),
        ];
        assert_eq!(kept.facts(), wanted);
        assert_eq!((about.format, about.intent), (Format::Lgpo, Intent::Policy));
        assert_eq!(about.user.as_deref(), Some("Non-Administrators"));
        assert_eq!(kept.codes().iter().map(|(code, _)| code.as_str()).collect::<Vec<_>>(), ["note.odd"; 2]);
    }
}

#[test]
fn broken_lgpo_text_is_told_with_its_lines() {
    let text = "junk\nmore\nUser\nk\\k\nx\nDWORD:z\nUser\nk\\k\ny\nDWORD:2\nComputer\nk\n";
    let (kept, _) = read_as("", text.as_bytes(), Some(Format::Lgpo));
    assert_eq!(kept.facts(), [value(Root::User, "k\\k", "y", Data::Dword(2))]);
    let codes = [("broken.structure", 1), ("broken.structure", 6), ("broken.truncated", 11)];
    assert_eq!(kept.codes(), codes.map(|(code, line)| (code.to_owned(), line)));
}

#[test]
fn policy_rules() {
    let rule = |half: &str, value: &str, kind: &str, data: &str, policy: &str| {
        format!(
            "<{half}><Key>Software\\k</Key><Value>{value}</Value><RegType>{kind}</RegType><RegData>{data}</RegData>\
             <SourceFile>x.pol</SourceFile><PolicyName>{policy}</PolicyName></{half}>"
        )
    };
    let body = [
        rule("ComputerConfig", "a", "REG_DWORD", "2", "One"),
        rule("UserConfig", "**del.b", "REG_SZ", " ", "One"),
        rule("UserConfig", "c", "REG_SZ", "a &amp; b", "Two"),
        rule("UserConfig", "d", "DELETE", "", "Two"),
        rule("UserConfig", "e", "REG_DWORD", "many", "Two"),
        "<UserConfig><Value>x</Value></UserConfig>".to_owned(),
        rule("UserConfig", "f", "REG_BINARY", "01 ff", "Two"),
    ];
    let text = format!("<?xml version=\"1.0\"?>\n<PolicyRules>\n{}\n</PolicyRules>", body.join("\n"));
    let (kept, about) = read_detected("", text.as_bytes());
    let gone = |name: &str| (Root::User, "Software\\k".to_owned(), Fact::ValueRemoved { name: name.into() });
    let wanted = [
        value(Root::Machine, "Software\\k", "a", Data::Dword(2)),
        gone("b"),
        value(Root::User, "Software\\k", "c", Data::Sz("a & b".into())),
        gone("d"),
        value(Root::User, "Software\\k", "f", Data::Binary(vec![1, 255])),
    ];
    assert_eq!(kept.facts(), wanted);
    assert_eq!(kept.codes(), [("broken.structure".to_owned(), 7), ("broken.structure".to_owned(), 8)]);
    assert_eq!(about.policy.as_deref(), Some("One and 1 more"));
    assert_eq!(about.coverage, Coverage::Changes);
}

fn item(more: &str, properties: &str, inner: &str) -> String {
    format!(
        "<Registry clsid=\"{{9CD4}}\" name=\"x\" {more}><Properties hive=\"HKEY_CURRENT_USER\" key=\"Software\\k\" \
         {properties}/>{inner}</Registry>\n"
    )
}

#[test]
fn preferences() {
    let set = |action: &str, name: &str| {
        format!("action=\"{action}\" default=\"0\" name=\"{name}\" type=\"REG_DWORD\" value=\"0000001f\"")
    };
    let key = |action: &str| format!("action=\"{action}\" default=\"0\" name=\"\" type=\"\" value=\"\"");
    let body = [
        item("", &set("U", "u"), "<Filters/>"),
        item("", &set("C", "c"), ""),
        item("", &set("R", "r"), "<Filters><FilterGroup name=\"g\"/></Filters>"),
        item("", &set("D", "d"), ""),
        item("disabled=\"1\"", &set("U", "off"), ""),
        format!("<Collection disabled=\"1\"><Collection>{}</Collection></Collection>", item("", &set("U", "off"), "")),
        format!("<Collection><Collection>{}</Collection></Collection>", item("", &set("U", "deep"), "")),
        item("", "action=\"U\" default=\"1\" name=\"\" type=\"REG_SZ\" value=\"&quot;&#10;\"", ""),
        item("", &key("D"), ""),
        item("", &key("R"), ""),
        item("", &set("X", "x"), ""),
        item("", "action=\"U\" name=\"y\" type=\"REG_DWORD\" value=\"xyz\"", ""),
        "<Registry/>".to_owned(),
        "<Registry><Properties action=\"U\" name=\"m\" hive=\"HKEY_LOCAL_MACHINE\" key=\"k\" type=\"REG_MULTI_SZ\" \
         value=\"a b\"><Values><Value>a b</Value><Value>c</Value></Values></Properties></Registry>"
            .to_owned(),
    ];
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<RegistrySettings clsid=\"{{A3}}\">{}</RegistrySettings>",
        body.concat()
    );
    let (kept, about) = read_detected("GPO/User/Preferences/Registry/Registry.xml", text.as_bytes());
    assert_eq!((about.format, about.intent), (Format::Gpp, Intent::Policy));
    let set = |name: &str| value(Root::User, "Software\\k", name, Data::Dword(31));
    let fact = |fact| (Root::User, "Software\\k".to_owned(), fact);
    let wanted = [
        set("u"),
        set("c"),
        set("r"),
        fact(Fact::ValueRemoved { name: "d".into() }),
        set("deep"),
        value(Root::User, "Software\\k", "", Data::Sz("\"\n".into())),
        fact(Fact::KeyRemoved),
        fact(Fact::KeyRemoved),
        value(Root::Machine, "k", "m", Data::MultiSz(vec!["a b".into(), "c".into()])),
    ];
    assert_eq!(kept.facts(), wanted);
    assert_eq!(kept.gaps().len(), 3, "{:?}", kept.diagnostics);
    assert_eq!(kept.diagnostics.len(), 7);
    let (kept, _) = read_detected("Machine/Preferences/Registry/Registry.xml", text.as_bytes());
    assert_eq!(kept.entries[0].root, Root::Users(".DEFAULT".into()));
}

#[test]
fn reports_give_what_they_hold() {
    let inner = "<q1:Policy><q1:Name>Dynamic Data Exchange</q1:Name><q1:State>Disabled</q1:State>\
        <q1:CheckBox><q1:State>Enabled</q1:State></q1:CheckBox></q1:Policy>\
        <q1:RegistrySetting><q1:KeyPath>Software\\k</q1:KeyPath><q1:AdmSetting>false</q1:AdmSetting>\
        <q1:Value><q1:Name>a</q1:Name><q1:Number>2</q1:Number></q1:Value></q1:RegistrySetting>\
        <q1:RegistrySetting><q1:KeyPath>Software\\k</q1:KeyPath><q1:Precedence>2</q1:Precedence>\
        <q1:Value><q1:Name>a</q1:Name><q1:Number>3</q1:Number></q1:Value></q1:RegistrySetting>\
        <q1:RegistrySetting><q1:KeyPath>Software\\k</q1:KeyPath>\
        <q1:Value><q1:Name>**del.b</q1:Name><q1:String> </q1:String></q1:Value></q1:RegistrySetting>";
    let preference = item("", "action=\"U\" name=\"p\" type=\"REG_SZ\" value=\"v\"", "");
    let gpo = utf16(&format!(
        "<?xml version=\"1.0\" encoding=\"utf-16\"?><GPO xmlns=\"http://www.microsoft.com/GroupPolicy/Settings\">\
         <Name>Close DDE</Name><User><ExtensionData>{inner}{preference}</ExtensionData></User></GPO>"
    ));
    let wanted = [
        value(Root::User, "Software\\k", "a", Data::Dword(2)),
        (Root::User, "Software\\k".to_owned(), Fact::ValueRemoved { name: "b".into() }),
        value(Root::User, "Software\\k", "p", Data::Sz("v".into())),
    ];
    let (kept, about) = read_detected("", &gpo);
    assert_eq!(kept.facts(), wanted);
    assert_eq!((about.format, about.policy.as_deref()), (Format::GpReport, Some("Close DDE")));
    assert_eq!(kept.codes(), [("note.odd".to_owned(), 0)]);
    assert!(
        kept.diagnostics[0].message.starts_with("1 policies stand here by name and state only (0 enabled, 1 disabled)")
    );
    assert_eq!(backup_name(&gpo).as_deref(), Some("Close DDE"));

    let rsop = format!(
        "<Rsop><UserResults><Name>DOM\\bob</Name><ExtensionData><GPO><Name>no</Name></GPO>{inner}{preference}</ExtensionData>\
         </UserResults><ComputerResults><Name>DOM\\PC7$</Name></ComputerResults></Rsop>"
    );
    let (kept, about) = read_detected("", rsop.as_bytes());
    assert_eq!(kept.facts(), wanted);
    assert_eq!((about.format, about.intent), (Format::GpResult, Intent::State));
    assert_eq!((about.user.as_deref(), about.host.as_deref()), (Some("DOM\\bob"), Some("PC7")));
    assert_eq!(about.policy, None);
}

#[test]
fn names_of_backups() {
    let one = "<BackupInst><GPODisplayName><![CDATA[A & B]]></GPODisplayName></BackupInst>";
    assert_eq!(backup_name(one.as_bytes()).as_deref(), Some("A & B"));
    let two = format!("<Backups>{one}{}</Backups>", one.replace("A &", "C &"));
    assert_eq!(backup_name(two.as_bytes()), None);
    assert_eq!(backup_name(b"PReg"), None);
    assert_eq!(backup_name(b"<html><Name>x</Name></html>"), None);
}

#[test]
fn hostile_xml_is_bounded() {
    let deep = format!("<PolicyRules>{}", "<a>".repeat(1_000_000));
    let (kept, _) = read_detected("", deep.as_bytes());
    assert_eq!(kept.codes()[0].0, "limit.structure");
    let cut = "<RegistrySettings><Registry><Properties action=\"U\" hive=\"HKCU\" key=\"k\" name=\"n\" type=\"REG_SZ\"";
    let (kept, _) = read_detected("", cut.as_bytes());
    assert!(!kept.gaps().is_empty());
    let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">\
        <!ENTITY c SYSTEM \"file:///etc/passwd\">]><PolicyRules>&b;&c;</PolicyRules>";
    let (kept, _) = read_as("", bomb.as_bytes(), Some(Format::PolicyRules));
    assert!(kept.facts().is_empty());
    let wide = utf16("<GPO><User></User></GPO>");
    let (kept, _) = read_as("", &wide[..wide.len() - 3], Some(Format::GpReport));
    assert!(!kept.gaps().is_empty());
}
