use serde::Deserialize;

/// A file that plays a part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FileSpec {
    /// Path below `evidence/`, with `/`; also its name in the rest of the scenario.
    pub path: String,
    /// What it is.
    pub recipe: Recipe,
    /// What is in it.
    pub options: DocumentOptions,
    /// Path on the host, with placeholders; empty: `{downloads}\NAME`.
    pub windows: String,
    /// False: it was there, but nobody collected it (or it only travels inside a mail or archive).
    pub collected: Option<bool>,
    /// Its mark of the web.
    pub mark: Option<MarkSpec>,
}

impl FileSpec {
    /// True where it lies in the evidence.
    #[must_use]
    pub fn is_collected(&self) -> bool {
        self.collected.unwrap_or(true)
    }

    /// The last part of its path.
    #[must_use]
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}

/// What a file is. Content follows from [`DocumentOptions`]: `command` puts in an attack, `feed` a harmless link, neither
/// nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Recipe {
    /// Word document with a `DDEAUTO` field.
    #[default]
    Docx,
    /// Word document behind a password that nobody here knows.
    DocxEncrypted,
    /// Word 97 document with a `DDEAUTO` field.
    Doc,
    /// Rich text with a `DDEAUTO` field.
    Rtf,
    /// Rich text with an Equation Editor object; its font record is too long and holds only letters, no program.
    RtfEquation,
    /// Comma-separated values with a formula.
    Csv,
    /// Symbolic link sheet with a formula.
    Slk,
    /// Workbook with a DDE link (`externalLink` with `ddeLink`); with `inner` the file embedded instead.
    Xlsx,
    /// Rich text with an OLE package (`inner` is the file in it).
    RtfPackage,
    /// ZIP archive with `inner`.
    Zip,
    /// ISO image with `inner`.
    Iso,
    /// A text file (notes, logs): only the lure's text.
    Text,
}

/// What is in a file: a closed vocabulary. No scenario sets the text of a command.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DocumentOptions {
    /// The attack's command.
    pub command: Option<CommandForm>,
    /// A harmless link.
    pub feed: Option<Feed>,
    /// How the instruction is hidden.
    pub trick: Trick,
    /// What the reader sees.
    pub lure: Lure,
    /// `path` of the file inside, which must come before this one in `files`.
    pub inner: String,
    /// Metadata: letters, digits, blanks and `.,@_-` only.
    pub creator: String,
    /// Metadata.
    pub last_modified_by: String,
    /// Metadata.
    pub company: String,
    /// Metadata.
    pub title: String,
    /// Metadata: name of the template.
    pub template: String,
    /// Metadata: `en-US`.
    pub language: String,
    /// When it was made: a moment; default one day before `start`.
    pub created: String,
}

/// The commands that documents of the lab may run. All are harmless.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CommandForm {
    /// `C:\Windows\System32\cmd.exe /k calc.exe` (Atomic Red Team, T1559.002 test 1).
    Calc,
    /// `C:\Windows\System32\cmd.exe /c whoami`.
    Whoami,
    /// `cmd /c whoami > %TEMP%\dde_csv_out.txt` (test 1 of the catalogue's analytic).
    WhoamiCsv,
    /// `cmd /c whoami > %TEMP%\dde_word_out.txt` (test 2 of it).
    WhoamiWord,
    /// `cmd /c whoami > %TEMP%\dde_msg_out.txt` (test 3 of it).
    WhoamiMsg,
    /// `cmd.exe /k powershell.exe $e=('echo T1173');powershell -Command $e`: Atomic Red Team's test 2 without its download.
    PowershellEcho,
    /// `powershell.exe -NoP -W Hidden -Enc` with `whoami` in Base64.
    PowershellEncoded,
    /// A path that climbs: `C:\Programs\Microsoft\Office\MSWord.exe\..\..\..\..\windows\system32\cmd.exe /c calc.exe`
    /// (Atomic Red Team's test 3).
    Traversal,
    /// `cmd.exe /c w^h^o^a^m^i`.
    Carets,
    /// `C:\Users\Public\svchost32.exe /c whoami`: a copy of `cmd.exe` under another name.
    Renamed,
    /// `cmd.exe /c whoami & rem <script>alert('lab')</script>"'`: for escaping in reports.
    Markup,
    /// `mshta.exe about:blank`: a living-off-the-land program with nothing to do.
    Mshta,
    /// `cmd.exe /c certutil -?`.
    Certutil,
    /// `rundll32.exe`, which does nothing without arguments.
    Rundll32,
}

/// Harmless links.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Feed {
    /// Bloomberg: `BLP|M!'EURUSD Curncy,[LAST_PRICE]'`.
    Bloomberg,
    /// Reuters: `TRDE|IDN_RDF!'EUR=,BID'`.
    Reuters,
    /// A terminal of an ERP system: `ERPLINK|STOCK!'4711'`.
    Erp,
    /// A Word document's link to a workbook on the same host: `DDEAUTO excel C:\\Data\\customers.xlsx Sheet1!R1C1`.
    LocalWorkbook,
}

/// How an instruction is hidden.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trick {
    /// Not at all.
    #[default]
    None,
    /// Over several runs (docx, rtf, doc).
    SplitRuns,
    /// As `QUOTE` with character codes (docx).
    Quote,
    /// In a field inside another (docx, rtf).
    Nested,
    /// In a field of the header (docx).
    Header,
    /// Behind an operator other than `=` (csv: `+`, `-`, `@`).
    Plus,
    /// Behind many blanks (csv, slk).
    Blanks,
    /// In a cell's formula beside the link (xlsx).
    Formula,
    /// With markup and escape sequences beside it (every recipe).
    Markup,
}

/// What the reader sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lure {
    /// A page of harmless text.
    #[default]
    Plain,
    /// "Click Enable Editing, then Yes".
    Protected,
    /// An invoice that asks to update links.
    Invoice,
    /// A form to merge addresses into.
    Letter,
    /// A table of prices.
    Prices,
    /// Notes of a test of interoperability.
    TestPlan,
    /// Text with markup and escape sequences.
    Markup,
}

/// A mark of the web.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MarkSpec {
    /// Where it is told.
    pub form: MarkForm,
    /// `ZoneId`; none: there is a stream, but it names none.
    pub zone: Option<u8>,
    /// `HostUrl`.
    pub host_url: String,
    /// `ReferrerUrl`.
    pub referrer_url: String,
    /// `HostIpAddress`.
    pub host_ip: String,
    /// `LastWriterPackageFamilyName`.
    pub writer: String,
    /// Moment at which it was written (form `stream`); default: one minute before `start`.
    pub at: String,
    /// Id of the process that wrote it (form `stream`).
    pub process: String,
}

/// Where a mark is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MarkForm {
    /// In a side file `NAME:Zone.Identifier`, as collectors write them (as `NAME.Zone.Identifier` where `:` cannot stand).
    #[default]
    SideFile,
    /// In Sysmon 15 on the host (needs Sysmon there).
    Stream,
    /// In both.
    Both,
}
