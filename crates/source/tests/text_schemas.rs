//! Each text schema: recognised by content, unwrapped to Windows' names.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod support;

use support::{read, value, values};

const SYSMON: &str = "Microsoft-Windows-Sysmon/Operational";

/// One log, its schema, and what its first record must say.
fn check(log: &str, schema: &str, key: (&str, u32), time: &str, expected: &[(&str, &str)]) {
    let (found, kept) = read(log.as_bytes());
    assert_eq!(found, schema, "{log}");
    assert!(kept.diagnostics.is_empty(), "{:?}", kept.diagnostics);
    let event = kept.events.first().unwrap();
    assert_eq!((&*event.head.key.channel, event.head.key.event_id), key, "{event:#?}");
    assert_eq!(event.head.time.map(|time| time.to_string()).unwrap_or_default(), time, "{event:#?}");
    assert_eq!(&*event.head.host, "pc.example", "{event:#?}");
    for (name, text) in expected {
        assert_eq!(value(event, name), *text, "{name} of {event:#?}");
    }
    // In UTF-16 it is the same, with offsets in UTF-16.
    let wide: Vec<u8> = std::iter::once(0xfeff).chain(log.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let (found, again) = read(&wide);
    assert_eq!(found, schema, "UTF-16 {log}");
    assert_eq!(again.events.len(), kept.events.len());
    assert_eq!(again.events[0].data, event.data);
    assert_eq!(again.events[0].head.key, event.head.key);
}

#[test]
fn windows_xml() {
    let event = r#"<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Microsoft-Windows-Sysmon' Guid='{5770385f-c22a-43e0-bf4c-06f5698ffbd9}'/><EventID>1</EventID><Version>5</Version><Level>4</Level><Task>1</Task><Opcode>0</Opcode><Keywords>0x8000000000000000</Keywords><TimeCreated SystemTime='2026-11-21T10:00:00.1234567Z'/><EventRecordID>77</EventRecordID><Correlation/><Execution ProcessID='3544' ThreadID='4272'/><Channel>Microsoft-Windows-Sysmon/Operational</Channel><Computer>pc.example</Computer><Security UserID='S-1-5-18'/></System><EventData><Data Name='RuleName'>-</Data><Data Name='Image'>C:\Windows\System32\calc.exe</Data><Data Name='CommandLine'>calc &amp; &#60;x&#x3e; <![CDATA[<b>]]></Data><Data Name='Empty'/></EventData></Event>"#;
    let expected = [
        ("Image", r"C:\Windows\System32\calc.exe"),
        ("CommandLine", "calc & <x> <b>"),
        ("EventRecordID", "77"),
        ("Provider_Name", "Microsoft-Windows-Sysmon"),
        ("Keywords", "0x8000000000000000"),
        ("UserID", "S-1-5-18"),
        ("Execution_ProcessID", "3544"),
    ];
    let time = "2026-11-21T10:00:00.1234567Z";
    check(event, "winxml", (SYSMON, 1), time, &expected);
    check(
        &format!("<?xml version=\"1.0\"?>\r\n<Events>{event}\r\n{event}</Events>"),
        "winxml",
        (SYSMON, 1),
        time,
        &expected,
    );
    let user = event.replace(
        "<EventData>",
        "<UserData><X xmlns='a'><Param>1</Param><Param2>two</Param2></X></UserData><EventData>",
    );
    check(&user, "winxml", (SYSMON, 1), time, &[("Param", "1"), ("Param2", "two")]);
}

#[test]
fn evtx_dump() {
    let event = r##"{"Event":{"#attributes":{"xmlns":"x"},"System":{"Provider":{"#attributes":{"Name":"Microsoft-Windows-Sysmon"}},"EventID":{"#attributes":{"Qualifiers":0},"#text":1},"TimeCreated":{"#attributes":{"SystemTime":"2026-11-21T10:00:00.123456Z"}},"EventRecordID":77,"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"pc.example","Security":{"#attributes":{"UserID":"S-1-5-18"}}},"EventData":{"Image":"C:\\Windows\\calc.exe","ProcessGuid":"0197231e-005a-6928-A50B-000000000D00","ProcessId":4460,"Signed":true,"Nothing":null}}}"##;
    let expected = [
        ("Image", r"C:\Windows\calc.exe"),
        ("ProcessGuid", "{0197231E-005A-6928-A50B-000000000D00}"),
        ("ProcessId", "4460"),
        ("Signed", "true"),
        ("EventRecordID", "77"),
    ];
    let time = "2026-11-21T10:00:00.1234560Z";
    check(event, "evtx-json", (SYSMON, 1), time, &expected);
    let lines = format!("{event}\n{event}\n");
    check(&lines, "evtx-json", (SYSMON, 1), time, &expected);
    check(&format!("[{event},\n {event},]"), "evtx-json", (SYSMON, 1), time, &expected);
    check(&event.replace(",\"", ",\n  \""), "evtx-json", (SYSMON, 1), time, &expected);
    let bare = event.strip_prefix("{\"Event\":").unwrap().strip_suffix('}').unwrap();
    check(bare, "evtx-json", (SYSMON, 1), time, &expected);
    let named = event.replace(
        "{\"Image\":\"C:\\\\Windows\\\\calc.exe\"",
        "{\"Data\":[{\"@Name\":\"Image\",\"#text\":\"C:\\\\Windows\\\\calc.exe\"},{\"#text\":\"loose\"}]",
    );
    check(&named, "evtx-json", (SYSMON, 1), time, &[("Image", r"C:\Windows\calc.exe"), ("Data", "loose")]);
    let loose = event.replace("{\"Image\":", "{\"Data\":{\"#text\":[\"a\",\"b\"]},\"Image\":");
    let (_, kept) = read(loose.as_bytes());
    assert_eq!(values(&kept.events[0], "Data"), ["a", "b"]);
}

#[test]
fn winlogbeat() {
    let nested = r#"{"@timestamp":"2026-11-21T10:00:01.000Z","host":{"name":"pc"},"event":{"code":"1","provider":"Microsoft-Windows-Sysmon","category":["process"]},"message":"Process Create","process":{"executable":"C:\\other.exe"},"winlog":{"channel":"Microsoft-Windows-Sysmon/Operational","provider_name":"Microsoft-Windows-Sysmon","event_id":"1","record_id":"77","computer_name":"pc.example","event_data":{"Image":"C:\\calc.exe","param1":"loose"},"user":{"identifier":"S-1-5-18"},"process":{"pid":5,"thread":{"id":6}}}}"#;
    let expected = [
        ("Image", r"C:\calc.exe"),
        ("Data", "loose"),
        ("EventRecordID", "77"),
        ("UserID", "S-1-5-18"),
        ("process.executable", ""),
        ("Execution_ThreadID", "6"),
    ];
    let time = "2026-11-21T10:00:01.0000000Z";
    check(nested, "winlogbeat", (SYSMON, 1), time, &expected);
    check(&format!(r#"{{"_index":"x","_source":{nested}}}"#), "winlogbeat", (SYSMON, 1), time, &expected);
    check(
        &format!(r#"{{"took":1,"hits":{{"total":1,"hits":[{{"_index":"x","_source":{nested}}}]}}}}"#),
        "winlogbeat",
        (SYSMON, 1),
        time,
        &expected,
    );
    let dotted = r#"{"@timestamp":"2026-11-21T10:00:01.000Z","winlog.channel":"Microsoft-Windows-Sysmon/Operational","winlog.event_id":1,"winlog.computer_name":"pc.example","winlog.event_data.Image":"C:\\calc.exe"}"#;
    check(dotted, "winlogbeat", (SYSMON, 1), time, &expected[..1]);
    let old = r#"{"@timestamp":"2026-11-21T10:00:01.000Z","log_name":"Microsoft-Windows-Sysmon/Operational","source_name":"Microsoft-Windows-Sysmon","event_id":1,"record_number":"77","computer_name":"pc.example","event_data":{"Image":"C:\\calc.exe"}}"#;
    check(old, "winlogbeat", (SYSMON, 1), time, &expected[..1]);
}

#[test]
fn elastic_without_windows() {
    let log = r#"{"@timestamp":"2026-11-21T10:00:01.000Z","ecs":{"version":"8"},"host":{"name":"pc.example"},"event":{"category":["process"],"action":"start","type":["start"]},"process":{"executable":"C:\\calc.exe","command_line":"calc","parent":{"name":"EXCEL.EXE"}}}"#;
    check(
        log,
        "ecs",
        ("process", 0),
        "2026-11-21T10:00:01.0000000Z",
        &[("process.command_line", "calc"), ("process.parent.name", "EXCEL.EXE")],
    );
    let (_, kept) = read(log.as_bytes());
    assert_eq!(kept.events[0].head.key.dialect, ddefend_event::Dialect::Ecs);
    assert_eq!(&*kept.events[0].head.key.action, "start");
}

#[test]
fn nxlog_and_mordor() {
    let log = r#"{"EventTime":"2026-11-21 10:00:00","Hostname":"pc.example","Keywords":-9223372036854775808,"EventType":"INFO","SeverityValue":2,"Severity":"INFO","EventID":13,"SourceName":"Microsoft-Windows-Sysmon","Channel":"Microsoft-Windows-Sysmon/Operational","RecordNumber":77,"OpcodeValue":0,"ThreadID":3,"Message":"Registry value set:\r\nEventType: SetValue\r\nDetails: x","Details":"a &lt;b&gt; &amp;","SourceModuleName":"eventlog","SourceModuleType":"im_msvistalog"}"#;
    let expected = [
        ("Keywords", "0x8000000000000000"),
        ("EventType", "SetValue"),
        ("Level", "4"),
        ("Details", "a <b> &"),
        ("SeverityValue", ""),
        ("Computer", "pc.example"),
    ];
    check(log, "nxlog", (SYSMON, 13), "2026-11-21T10:00:00.0000000", &expected);
    check(
        &log.replace("\"ThreadID\":3", "\"tags\":[\"mordorDataset\"]"),
        "mordor",
        (SYSMON, 13),
        "2026-11-21T10:00:00.0000000",
        &expected,
    );
    let flat = r#"{"EventID":1,"UtcTime":"2026-11-21 10:00:00.500","Computer":"pc.example","Image":"C:\\calc.exe"}"#;
    check(flat, "sysmon-json", (SYSMON, 1), "2026-11-21T10:00:00.5000000Z", &[("Image", r"C:\calc.exe")]);
}

#[test]
fn wazuh() {
    let log = r#"{"timestamp":"2026-11-21T10:00:02.000+0000","agent":{"name":"pc"},"data":{"win":{"system":{"providerName":"Microsoft-Windows-Sysmon","eventID":"1","channel":"Microsoft-Windows-Sysmon/Operational","computer":"pc.example","eventRecordID":"77","systemTime":"2026-11-21T10:00:00.1234567Z","level":"4"},"eventdata":{"image":"C:\\\\Windows\\\\calc.exe","commandLine":"\\\"C:\\\\calc.exe\\\" -x","parentImage":"\\\\\\\\srv\\\\a.exe","odd":"a\\b"}}}}"#;
    let expected = [
        ("Image", r"C:\Windows\calc.exe"),
        ("CommandLine", r#""C:\calc.exe" -x"#),
        ("ParentImage", r"\\srv\a.exe"),
        ("Odd", r"a\b"),
    ];
    check(log, "wazuh", (SYSMON, 1), "2026-11-21T10:00:00.1234567Z", &expected);
}

#[test]
fn splunk() {
    let xml = r#"{"preview":false,"offset":0,"result":{"_raw":"<Event xmlns='x'><System><Provider Name='Microsoft-Windows-Sysmon'/><EventID>1</EventID><TimeCreated SystemTime='2026-11-21T10:00:00.1234567Z'/><Channel>Microsoft-Windows-Sysmon/Operational</Channel><Computer>pc.example</Computer></System><EventData><Data Name='Image'>C:\\calc.exe</Data></EventData></Event>","_time":"2026-11-21 11:00:00.000 CET","host":"other","source":"XmlWinEventLog:x","EventCode":"1"}}"#;
    check(xml, "splunk", (SYSMON, 1), "2026-11-21T10:00:00.1234567Z", &[("Image", r"C:\calc.exe"), ("EventID", "1")]);
    let text = r#"{"result":{"_raw":"11/21/2026 10:00:00 AM\nLogName=Security\nSourceName=Microsoft Windows security auditing.\nEventCode=4688\nEventType=0\nComputerName=pc.example\nRecordNumber=77\nKeywords=Audit Success\nMessage=A new process has been created.\r\n\r\nCreator Subject:\r\n\tAccount Name:\t\tme\r\n\r\nProcess Information:\r\n\tNew Process Name:\tC:\\calc.exe\r\n\tProcess Command Line:\tcalc -x"}}"#;
    check(
        text,
        "splunk",
        ("Security", 4688),
        "2026-11-21T10:00:00.0000000",
        &[
            ("NewProcessName", r"C:\calc.exe"),
            ("CommandLine", "calc -x"),
            ("SubjectUserName", "me"),
            ("EventRecordID", "77"),
        ],
    );
    let fields = r#"{"result":{"_time":"1795255200.5","host":"pc.example","source":"WinEventLog:Microsoft-Windows-Sysmon/Operational","sourcetype":"x","EventCode":"1","Image":"C:\\calc.exe"}}"#;
    check(fields, "splunk", (SYSMON, 1), "2026-11-21T10:00:00.5000000Z", &[("Image", r"C:\calc.exe")]);
}

#[test]
fn security_event_table() {
    let row = r#"{"TimeGenerated":"2026-11-21T10:00:00.5Z","Computer":"pc.example","EventSourceName":"Microsoft-Windows-Security-Auditing","Channel":"Security","EventID":4688,"NewProcessName":"C:\\calc.exe","Type":"SecurityEvent"}"#;
    let expected = [("NewProcessName", r"C:\calc.exe"), ("Provider_Name", "Microsoft-Windows-Security-Auditing")];
    check(row, "sysmon-json", ("Security", 4688), "2026-11-21T10:00:00.5000000Z", &expected);
}

#[test]
fn defender() {
    let row = r#"{"Timestamp":"2026-11-21T10:00:00.1234567Z","DeviceName":"pc.example","ActionType":"ProcessCreated","FileName":"calc.exe","ProcessCommandLine":"calc","ReportId":77}"#;
    let expected = [("ProcessCommandLine", "calc"), ("ActionType", "ProcessCreated"), ("ReportId", "77")];
    let key = ("DeviceProcessEvents", 0);
    let time = "2026-11-21T10:00:00.1234567Z";
    check(row, "defender", key, time, &expected);
    check(&format!("[{row}]"), "defender", key, time, &expected);
    check(&format!("{{\"Schema\":[{{\"Name\":\"a\"}}],\"Results\":[{row},{row}]}}"), "defender", key, time, &expected);
    let event = row.replace("ProcessCreated", "DnsQueryResponse").replace(
        "calc\",\"Rep",
        r#"calc","AdditionalFields":"{\"DnsQueryString\":\"a.example\",\"FileName\":\"x\"}","Rep"#,
    );
    let inside = [("AdditionalFields.DnsQueryString", "a.example"), ("FileName", "calc.exe")];
    check(&event, "defender", ("DeviceEvents", 0), time, &inside);
    let object = event.replace("\"{\\\"", "{\"").replace("\\\"", "\"").replace("}\",\"Rep", "},\"Rep");
    check(&object, "defender", ("DeviceEvents", 0), time, &[("DnsQueryString", "a.example")]);
    let streamed = format!(
        r#"{{"records":[{{"time":"2026-11-21T10:00:05Z","tenantId":"x","category":"AdvancedHunting-DeviceProcessEvents","properties":{row}}}]}}"#
    );
    check(&format!("{streamed}\n{streamed}\n"), "defender", key, time, &expected);
    let typed = row
        .replace("\"Timestamp\"", "\"Type\":\"DeviceRegistryEvents\",\"TimeGenerated\"")
        .replace("ProcessCreated", "RegistryValueSet");
    check(&typed, "defender", ("DeviceRegistryEvents", 0), time, &[]);
    let answer = r#"{"tables":[{"name":"PrimaryResult","columns":[{"name":"TimeGenerated","type":"datetime"},{"name":"Extra","type":"dynamic"},{"name":"DeviceName","type":"string"},{"name":"ActionType","type":"string"},{"name":"ProcessCommandLine","type":"string"}],"rows":[["2026-11-21T10:00:00.1234567Z",{"a":[1]},"pc.example","ProcessCreated","calc"], ["2026-11-21T10:00:01Z",null,"pc.example","ImageLoaded",null]]}]}"#;
    check(answer, "defender", key, time, &expected[..2]);
    let (_, kept) = read(answer.as_bytes());
    assert_eq!(kept.events.len(), 2);
    let csv = "\u{feff}\"TimeGenerated [UTC]\",DeviceName,ActionType,ProcessCommandLine,ReportId\r\n\"11/21/2026, 10:00:00.123 AM\",pc.example,ProcessCreated,\"say \"\"hi\"\",\r\nthere\",77\r\n";
    check(csv, "defender-csv", key, "2026-11-21T10:00:00.1230000Z", &[("ProcessCommandLine", "say \"hi\",\r\nthere")]);
}

#[test]
fn tools() {
    let csv = "RecordNumber,EventRecordId,TimeCreated,EventId,Level,Provider,Channel,ProcessId,ThreadId,Computer,UserId,MapDescription,PayloadData1,Payload\r\n1,77,2026-11-21 10:00:00.1234567,1,Info,Microsoft-Windows-Sysmon,Microsoft-Windows-Sysmon/Operational,1,2,pc.example,S-1-5-18,Process creation,x,\"{\"\"EventData\"\":{\"\"Data\"\":[{\"\"@Name\"\":\"\"Image\"\",\"\"#text\"\":\"\"C:\\\\calc.exe\"\"},{\"\"@Name\"\":\"\"CommandLine\"\",\"\"#text\"\":\"\"calc\"\"}]}}\"\r\n";
    let expected = [("Image", r"C:\calc.exe"), ("CommandLine", "calc"), ("EventRecordID", "77")];
    check(csv, "evtxecmd-csv", (SYSMON, 1), "2026-11-21T10:00:00.1234567Z", &expected);
    let json = r##"{"PayloadData1":"x","Payload":"{\"EventData\":{\"Data\":[{\"@Name\":\"Image\",\"#text\":\"C:\\\\calc.exe\"}]}}","EventId":1,"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"pc.example","TimeCreated":"2026-11-21T10:00:00.1234567+00:00","EventRecordId":"77"}"##;
    check(json, "evtxecmd-json", (SYSMON, 1), "2026-11-21T10:00:00.1234567Z", &expected[..1]);
    let hayabusa = "\"Timestamp\",\"RuleTitle\",\"Level\",\"Computer\",\"Channel\",\"EventID\",\"RecordID\",\"Details\",\"ExtraFieldInfo\"\n\"2026-11-21 10:00:00.123 +00:00\",\"Proc Exec\",\"info\",\"pc.example\",\"Sysmon\",1,77,\"Cmdline: calc ¦ Proc: C:\\calc.exe ¦ PID: 5\",\"IntegrityLevel: High ¦ ParentImage: C:\\EXCEL.EXE\"\n";
    check(
        hayabusa,
        "hayabusa-csv",
        (SYSMON, 1),
        "2026-11-21T10:00:00.1230000Z",
        &[("CommandLine", "calc"), ("Image", r"C:\calc.exe"), ("ProcessId", "5"), ("ParentImage", r"C:\EXCEL.EXE")],
    );
    let powershell = r#"[{"Id":1,"Version":5,"Level":4,"Task":1,"Opcode":0,"Keywords":-9223372036854775808,"RecordId":77,"ProviderName":"Microsoft-Windows-Sysmon","LogName":"Microsoft-Windows-Sysmon/Operational","ProcessId":1,"MachineName":"pc.example","UserId":{"BinaryLength":12,"AccountDomainSid":null,"Value":"S-1-5-18"},"TimeCreated":"\/Date(1795255200123)\/","Message":"Process Create:\r\nImage: C:\\calc.exe\r\nCommandLine: calc","Properties":[{"Value":"-"},{"Value":"x"}]}]"#;
    check(
        powershell,
        "powershell",
        (SYSMON, 1),
        "2026-11-21T10:00:00.1230000Z",
        &[
            ("Image", r"C:\calc.exe"),
            ("CommandLine", "calc"),
            ("Keywords", "0x8000000000000000"),
            ("UserID", "S-1-5-18"),
            ("Data", ""),
        ],
    );
}
