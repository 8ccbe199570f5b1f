//! Programs that scenarios name in short.

/// A program.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) path: String,
    pub(crate) original: &'static str,
    pub(crate) description: &'static str,
    pub(crate) company: &'static str,
}

/// Short name, folder (`O` Office's, `S` System32, `W` Windows), file, original name, description.
const KNOWN: &[(&str, &str, &str, &str, &str)] = &[
    ("winword", "O", "WINWORD.EXE", "WinWord.exe", "Microsoft Word"),
    ("excel", "O", "EXCEL.EXE", "Excel.exe", "Microsoft Excel"),
    ("outlook", "O", "OUTLOOK.EXE", "Outlook.exe", "Microsoft Outlook"),
    ("powerpnt", "O", "POWERPNT.EXE", "POWERPNT.EXE", "Microsoft PowerPoint"),
    ("onenote", "O", "ONENOTE.EXE", "OneNote.exe", "Microsoft OneNote"),
    ("msaccess", "O", "MSACCESS.EXE", "MSACCESS.EXE", "Microsoft Access"),
    ("mspub", "O", "MSPUB.EXE", "MSPUB.EXE", "Microsoft Publisher"),
    (
        "eqnedt32",
        "C:\\Program Files\\Common Files\\Microsoft Shared\\EQUATION\\",
        "EQNEDT32.EXE",
        "EQNEDT32.EXE",
        "Microsoft Equation Editor",
    ),
    ("cmd", "S", "cmd.exe", "Cmd.Exe", "Windows Command Processor"),
    (
        "powershell",
        "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\",
        "powershell.exe",
        "PowerShell.EXE",
        "Windows PowerShell",
    ),
    ("explorer", "W", "explorer.exe", "EXPLORER.EXE", "Windows Explorer"),
    ("svchost", "S", "svchost.exe", "svchost.exe", "Host Process for Windows Services"),
    ("services", "S", "services.exe", "services.exe", "Services and Controller app"),
    ("whoami", "S", "whoami.exe", "whoami.exe", "whoami - displays logged on user information"),
    ("calc", "S", "calc.exe", "CALC.EXE", "Windows Calculator"),
    ("conhost", "S", "conhost.exe", "CONHOST.EXE", "Console Window Host"),
    ("splwow64", "W", "splwow64.exe", "splwow64.exe", "Print driver host for applications"),
    ("wmiprvse", "C:\\Windows\\System32\\wbem\\", "WmiPrvSE.exe", "Wmiprvse.exe", "WMI Provider Host"),
    ("mshta", "S", "mshta.exe", "MSHTA.EXE", "Microsoft (R) HTML Application host"),
    ("rundll32", "S", "rundll32.exe", "RUNDLL32.EXE", "Windows host process (Rundll32)"),
    ("regsvr32", "S", "regsvr32.exe", "REGSVR32.EXE", "Microsoft(C) Register Server"),
    ("wscript", "S", "wscript.exe", "wscript.exe", "Microsoft Windows Based Script Host"),
    ("cscript", "S", "cscript.exe", "cscript.exe", "Microsoft Console Based Script Host"),
    ("certutil", "S", "certutil.exe", "CertUtil.exe", "CertUtil.exe"),
    ("schtasks", "S", "schtasks.exe", "schtasks.exe", "Task Scheduler Configuration Tool"),
    ("reg", "S", "reg.exe", "reg.exe", "Registry Console Tool"),
    ("net", "S", "net.exe", "net.exe", "Net Command"),
    ("werfault", "S", "WerFault.exe", "WerFault.exe", "Windows Problem Reporting"),
    ("notepad", "S", "notepad.exe", "NOTEPAD.EXE", "Notepad"),
    ("taskhostw", "S", "taskhostw.exe", "taskhostw.exe", "Host Process for Windows Tasks"),
    ("dllhost", "S", "dllhost.exe", "dllhost.exe", "COM Surrogate"),
    ("gpupdate", "S", "gpupdate.exe", "gpupdate.exe", "Microsoft Group Policy Update Utility"),
    ("ping", "S", "PING.EXE", "ping.exe", "TCP/IP Ping Command"),
    ("chrome", "C:\\Program Files\\Google\\Chrome\\Application\\", "chrome.exe", "chrome.exe", "Google Chrome"),
    ("msedge", "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\", "msedge.exe", "msedge.exe", "Microsoft Edge"),
];

/// Office's folder of a version.
pub(super) fn office(version: &str) -> String {
    let major = version.split('.').next().unwrap_or("16");
    format!("C:\\Program Files\\Microsoft Office\\root\\Office{major}")
}

/// A program by its short name; none for a path.
pub(crate) fn program(short: &str, version: &str) -> Option<Program> {
    let (_, folder, file, original, description) = KNOWN.iter().find(|(name, ..)| *name == short)?;
    let folder = match *folder {
        "O" => format!("{}\\", office(version)),
        "S" => "C:\\Windows\\System32\\".to_owned(),
        "W" => "C:\\Windows\\".to_owned(),
        folder => folder.to_owned(),
    };
    let company = if short == "chrome" { "Google LLC" } else { "Microsoft Corporation" };
    Some(Program { path: format!("{folder}{file}"), original, description, company })
}
