use crate::harness::run;
use serde_json::{Value, json};

fn process(source: &str, code: i64, image: &str, parent: &str) -> Value {
    json!({"source": source, "EventCode": code, "Image": image, "ParentImage": parent, "index": "main", "_raw": "raw"})
}

#[test]
fn the_car_search_runs_verbatim() {
    let sysmon = "WinEventLog:Microsoft-Windows-Sysmon/Operational";
    let events = [
        process(sysmon, 1, r"C:\Windows\System32\CMD.EXE", r"C:\Office\EXCEL.EXE"),
        process(sysmon, 1, r"C:\Windows\System32\cmd.exe", r"C:\Windows\explorer.exe"),
        process(sysmon, 1, r"C:\Windows\x.dll", r"C:\Office\excel.exe"),
        json!({"Image": "a.exe", "ParentImage": "excel.exe"}),
    ];
    let text = r#"index = * ParentImage="*excel.exe*" Image="*.exe" | table _raw, ParentImage, Image"#;
    assert_eq!(run(text, &events), "_raw|ParentImage|Image\nraw|C:\\Office\\EXCEL.EXE|C:\\Windows\\System32\\CMD.EXE");
}

#[test]
fn the_attack_analytic_runs_with_or_before_and() {
    let sysmon = "WinEventLog:Microsoft-Windows-Sysmon/Operational";
    let security = "WinEventLog:Security";
    let text = r#"(source="WinEventLog:Microsoft-Windows-Sysmon/Operational" EventCode="1") OR (source="WinEventLog:Security" EventCode="4688") Image="*.exe" (ParentImage="*excel.exe" OR ParentImage="*word.exe" OR ParentImage="*outlook.exe") | table EventCode, Image"#;
    let events = [
        process(sysmon, 1, "C:\\a.exe", "C:\\excel.exe"),
        process(security, 4688, "C:\\b.exe", "C:\\WINWORD.EXE"),
        process(sysmon, 1, "C:\\c.exe", "C:\\explorer.exe"),
        process(sysmon, 3, "C:\\d.exe", "C:\\excel.exe"),
        process(security, 1, "C:\\e.exe", "C:\\outlook.exe"),
    ];
    // Read as (A) OR (B and the rest), the third event would be there.
    assert_eq!(run(text, &events), "EventCode|Image\n1|C:\\a.exe\n4688|C:\\b.exe");
}
