//! What links say and run: the only place where commands of documents are written.

use crate::scenario::{CommandForm, Feed};

/// A link.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// Service as the program reads it: `c:\windows\system32\cmd.exe`, in a sheet `cmd`.
    pub service: String,
    /// Topic.
    pub topic: String,
    /// Item; empty for none.
    pub item: String,
    /// The command line of the process that it starts; empty for a harmless link.
    pub command: String,
    /// Path of that program.
    pub program: String,
}

impl Link {
    /// The instruction of a Word field: backslashes are doubled, what holds blanks or backslashes of a topic stands in quotes.
    #[must_use]
    pub fn field(&self) -> String {
        let word = |text: &str| {
            let text = text.replace('\\', "\\\\").replace('"', "\\\"");
            if text.contains(' ') { format!("\"{text}\"") } else { text }
        };
        let item = if self.item.is_empty() { String::new() } else { format!(" {}", word(&self.item)) };
        format!("DDEAUTO {} {}{item}", word(&self.service), word(&self.topic))
    }

    /// The formula of a cell without `=`: quotes in a topic are doubled.
    #[must_use]
    pub fn formula(&self) -> String {
        let word = |text: &str| {
            let plain = text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
            if plain { text.to_owned() } else { format!("'{}'", text.replace('\'', "''")) }
        };
        format!("{}|{}!{}", word(&self.service), word(&self.topic), word(&self.item))
    }
}

const SYSTEM: &str = "C:\\Windows\\System32\\";
const CMD: &str = "C:\\Windows\\System32\\cmd.exe";
const POWERSHELL: &str = "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe";
/// `whoami` in UTF-16 and Base64, as `-EncodedCommand` takes it.
const WHOAMI: &str = "dwBoAG8AYQBtAGkA";

/// The link of an attack, in a sheet or in text.
#[must_use]
pub fn of_command(form: CommandForm, sheet: bool) -> Link {
    let (service, topic, program) = match form {
        CommandForm::Calc => (CMD, "/k calc.exe", CMD),
        CommandForm::Whoami => (CMD, "/c whoami", CMD),
        CommandForm::WhoamiCsv => ("cmd", "/c whoami > %TEMP%\\dde_csv_out.txt", CMD),
        CommandForm::WhoamiWord => (CMD, "/c whoami > %TEMP%\\dde_word_out.txt", CMD),
        CommandForm::WhoamiMsg => (CMD, "/c whoami > %TEMP%\\dde_msg_out.txt", CMD),
        CommandForm::PowershellEcho => {
            (CMD, "/k powershell.exe -NoP -NonI $e=('echo T1173');powershell -Command $e", CMD)
        }
        CommandForm::PowershellEncoded => (POWERSHELL, "-NoP -W Hidden -Enc dwBoAG8AYQBtAGkA", POWERSHELL),
        CommandForm::Traversal => (
            "C:\\Programs\\Microsoft\\Office\\MSWord.exe\\..\\..\\..\\..\\windows\\system32\\cmd.exe",
            "/c calc.exe",
            CMD,
        ),
        CommandForm::Carets => (CMD, "/c w^h^o^a^m^i", CMD),
        CommandForm::Renamed => ("C:\\Users\\Public\\svchost32.exe", "/c whoami", "C:\\Users\\Public\\svchost32.exe"),
        CommandForm::Markup => (CMD, "/c whoami & rem <script>alert('lab')</script>", CMD),
        CommandForm::Mshta => ("C:\\Windows\\System32\\mshta.exe", "about:blank", "C:\\Windows\\System32\\mshta.exe"),
        CommandForm::Certutil => (CMD, "/c certutil -?", CMD),
        CommandForm::Rundll32 => ("C:\\Windows\\System32\\rundll32.exe", "/?", "C:\\Windows\\System32\\rundll32.exe"),
    };
    debug_assert!(!topic.contains("-Enc") || topic.ends_with(WHOAMI));
    // A sheet names programs without folder and extension; a path climbs in the topic of Excel itself.
    let (service, topic, command) = match (sheet, form) {
        (true, CommandForm::Traversal) => {
            let topic = format!("\\..\\..\\..\\Windows\\System32\\cmd.exe {topic}");
            ("MSEXCEL".to_owned(), topic, format!("{CMD} /c calc.exe"))
        }
        (true, CommandForm::Renamed) => {
            let service = service.trim_end_matches(".exe").to_owned();
            (service.clone(), topic.to_owned(), format!("{service} {topic}"))
        }
        (true, _) => {
            let name = service.rsplit('\\').next().unwrap_or(service).trim_end_matches(".exe").to_owned();
            (name.clone(), topic.to_owned(), format!("{name} {topic}"))
        }
        (false, CommandForm::Traversal) => (service.to_owned(), topic.to_owned(), format!("{SYSTEM}cmd.exe {topic}")),
        (false, _) => (service.to_owned(), topic.to_owned(), format!("{service} {topic}")),
    };
    let item = if sheet { "A0" } else { "" };
    Link { service, topic, item: item.to_owned(), command, program: program.to_owned() }
}

/// A harmless link.
#[must_use]
pub fn of_feed(feed: Feed, sheet: bool) -> Link {
    let (service, topic, item) = match feed {
        Feed::Bloomberg => ("BLP", "M", "EURUSD Curncy,[LAST_PRICE]"),
        Feed::Reuters => ("TRDE", "IDN_RDF", "EUR=,BID"),
        Feed::Erp => ("ERPLINK", "STOCK", "4711"),
        Feed::LocalWorkbook => ("excel", "C:\\Data\\customers.xlsx", "Sheet1!R1C1"),
    };
    let item = if sheet && feed == Feed::LocalWorkbook { "R1C1" } else { item };
    Link { service: service.to_owned(), topic: topic.to_owned(), item: item.to_owned(), ..Link::default() }
}
