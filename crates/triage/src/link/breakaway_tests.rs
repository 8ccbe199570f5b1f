use crate::link::testing::{CMD, EXPLORER, Made, WORD};

const WMI: &str = r"C:\Windows\System32\wbem\WmiPrvSE.exe";
const WMIC: &str = r"C:\Windows\System32\wbem\WMIC.exe";
const RUN: &str = r"C:\Windows\System32\rundll32.exe";

fn made(line: &str, second: i64) -> Made {
    let mut made = Made::new();
    made.start(0, 10, WORD, "winword x.docx", 4, EXPLORER);
    made.start(5, 20, CMD, "cmd /c wmic process call create \"rundll32 a.dll,Go\"", 10, WORD);
    made.start(6, 30, WMIC, "wmic process call create \"rundll32 a.dll,Go\"", 20, CMD);
    made.start(second, 50, RUN, line, 40, WMI);
    made
}

#[test]
fn what_wmi_started_belongs_to_the_tree() {
    let linked = made("rundll32 a.dll,Go", 7).link();
    let run = linked.processes.iter().find(|proc| proc.name == "rundll32.exe").expect("broke away");
    assert!(run.broke_away && run.parent_confidence >= 0.8, "{run:?}");
    let parent = run.parent.and_then(|at| linked.processes.get(at)).expect("cause");
    assert_eq!(parent.name, "wmic.exe");
}

#[test]
fn too_late_or_something_else_does_not() {
    for made in
        [made("rundll32 a.dll,Go", 90), made("rundll32 shell32.dll,Control_RunDLL", 7), made("rundll32 a.dll,Go", 3)]
    {
        assert!(!made.link().processes.iter().any(|proc| proc.broke_away));
    }
}
