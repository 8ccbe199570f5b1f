//! What a link is, in tags that the rules are written in.
//!
//! | tag | meaning |
//! |---|---|
//! | `kind:K` | the link's kind |
//! | `trigger:T` | its trigger; `fires` stands beside open and calculation |
//! | `carrier:C`, `family:F` | reader id and the family that the content puts it into |
//! | `holder:H` | record, element or property that holds it |
//! | `trick:T` | hiding trick |
//! | `class:` | DDE: `launch`, `document`, `application`, `feed`, `server`, `empty` |
//! | `runs:S` | sort of the program that is started; `unknown` for one that the content does not know |
//! | `mentions:S` | sort of any program named in the command or in its decoded layers |
//! | `does:T` | trait of the command |
//! | `place:P`, `host:H`, `file:F` | where the target (for DDE the topic) points, sort of host, sort of file |
//! | `function:F`, `keyword:K` | service name of links that are not DDE, lower case |
//! | `evidence:E` | what a reader wrote into the raw text, by the content's phrases |
//! | `remote`, `lure`, `shown`, `many`, `refers-to-cells`, `library-call`, `packaged-command` | further facts |

use crate::command::{self, Command};
use crate::knowledge::{Carrier, Knowledge};
use crate::place::{Place, place_of};
use ddefend_model::{Link, LinkKind, Trigger};
use std::collections::BTreeSet;

/// What a link is.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Tags.
    pub tags: BTreeSet<String>,
    /// The command that would run, where one would.
    pub command: Option<Command>,
    /// Names of known programs in command and layers, in order.
    pub programs: Vec<String>,
    /// Indexes of the traits that fit.
    pub(crate) traits: Vec<usize>,
    /// Name of the application that opens the carrier.
    pub app: String,
    /// Host of the target.
    pub host: Option<String>,
    /// Title of the application or name of the feed that is asked.
    pub server: String,
    /// Keyword of a field that names another file.
    pub keyword: String,
}

impl Facts {
    fn tag(&mut self, tag: impl Into<String>) {
        self.tags.insert(tag.into());
    }
}

/// Finds out what a link is.
#[must_use]
pub fn facts_of(link: &Link, knowledge: &Knowledge) -> Facts {
    let mut facts = Facts::default();
    facts.tag(format!("kind:{}", kebab(&link.kind)));
    facts.tag(format!("trigger:{}", kebab(&link.trigger)));
    if matches!(link.trigger, Trigger::Open | Trigger::Calculation) {
        facts.tag("fires");
    }
    let family = carrier(link, knowledge, &mut facts);
    for trick in &link.tricks {
        facts.tag(format!("trick:{}", trick.0));
    }
    if let Some(holder) = &link.location.holder {
        facts.tag(format!("holder:{}", holder.to_lowercase()));
    }
    if link.count > 1 {
        facts.tag("many");
    }
    if link.shown.as_ref().is_some_and(|shown| !shown.trim().is_empty()) {
        facts.tag("shown");
    }
    let raw = link.raw.to_lowercase();
    for evidence in knowledge.judgement.evidence.iter().filter(|evidence| evidence.kind == link.kind) {
        if evidence.phrases.iter().any(|phrase| phrase.fits(&raw)) {
            facts.tag(format!("evidence:{}", evidence.id));
        }
    }
    match link.kind {
        LinkKind::Dde => dde(link, &family, knowledge, &mut facts),
        LinkKind::MacroDde => macro_dde(link, knowledge, &mut facts),
        LinkKind::MacroExec | LinkKind::ProgramAction => starts(link, knowledge, &mut facts),
        _ => reaches(link, knowledge, &mut facts),
    }
    read_command(knowledge, &mut facts);
    facts
}

/// The kebab-case name of a variant without fields, as serde writes it.
pub(crate) fn kebab(value: &impl std::fmt::Debug) -> String {
    let mut name = String::new();
    for c in format!("{value:?}").chars() {
        if c.is_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.extend(c.to_lowercase());
    }
    name
}

fn carrier(link: &Link, knowledge: &Knowledge, facts: &mut Facts) -> String {
    facts.tag(format!("carrier:{}", link.carrier));
    let known: Option<&Carrier> = knowledge.carrier(&link.carrier);
    let mut family = known.map_or("office", |carrier| carrier.family.as_str());
    if family == "html" {
        family = if holds_keyword(link, knowledge) { "word" } else { "excel" };
    }
    if matches!(family, "excel" | "text") && link.kind == LinkKind::Dde && calls_dde(link, knowledge) {
        family = "odf";
    }
    // The body of a mail is RTF or HTML to its reader, and Outlook shows it with Word's engine.
    let body = knowledge.judgement.mail_steps.iter().any(|step| is_last_step(link.part.as_str(), step));
    if body && matches!(family, "word" | "excel" | "office") {
        family = "mail";
    }
    facts.app = match known {
        Some(carrier) if carrier.family == family => carrier.app.clone(),
        _ => knowledge.word(&format!("app.{family}")).to_owned(),
    };
    facts.tag(format!("family:{family}"));
    family.to_owned()
}

/// True where the formula calls a function that only LibreOffice and its kin have, so Excel would not evaluate it.
fn calls_dde(link: &Link, knowledge: &Knowledge) -> bool {
    const LONGEST: usize = 4_096;
    let text = link.effective.as_deref().unwrap_or(&link.raw);
    let head: String = text.chars().take(LONGEST).collect::<String>().to_lowercase();
    knowledge.judgement.libreoffice_functions.iter().any(|function| function.fits(&head))
}

/// True where the last step of a part path, steps that only unwrap a body aside, begins with `step`.
fn is_last_step(path: &str, step: &str) -> bool {
    let last = path.rsplit('!').find(|step| *step != "html");
    last.is_some_and(|last| last.starts_with(step))
}

fn holds_keyword(link: &Link, knowledge: &Knowledge) -> bool {
    let text = link.effective.as_deref().unwrap_or(&link.raw);
    let head: String = text.trim_start().chars().take(40).collect::<String>().to_lowercase();
    knowledge.judgement.field_keywords.iter().any(|keyword| head.starts_with(keyword.as_str()))
}

fn dde(link: &Link, family: &str, knowledge: &Knowledge, facts: &mut Facts) {
    let service = link.service.as_deref().unwrap_or("");
    let topic = link.topic.as_deref().unwrap_or("");
    conversation(service, topic, matches!(family, "excel" | "text"), knowledge, facts);
}

/// Sorts a conversation into its class, and finds the command where it starts one.
fn conversation(service: &str, topic: &str, eight: bool, knowledge: &Knowledge, facts: &mut Facts) {
    if service.trim().is_empty() && topic.trim().is_empty() {
        facts.tag("class:empty");
        return;
    }
    let command = command::command_of(service, topic, eight, knowledge);
    let program = knowledge.program(&command.program);
    let application = knowledge.application(&command.program);
    let trimmed = service.trim();
    let path = trimmed.contains(['\\', '/']);
    let extension =
        trimmed.rsplit_once('.').is_some_and(|(_, end)| knowledge.commands.extensions.is_program(end.trim()));
    match command::program_word(topic, knowledge) {
        "" => place(topic, knowledge, facts),
        word => place(word, knowledge, facts),
    }
    if let Some(program) = program {
        facts.tag(format!("runs:{}", program.sort));
        facts.tag("class:launch");
    } else if let Some(application) = application {
        facts.server = application.title.clone();
        let plain = knowledge.services.plain_topics.iter().any(|known| known.eq_ignore_ascii_case(topic.trim()));
        let document = topic.contains(['\\', '/', '.', '[']) || plain;
        let program = facts.tags.contains("file:program");
        facts.tag(if document && !program { "class:document" } else { "class:application" });
        return;
    } else if knowledge.services.feeds.iter().any(|feed| feed.eq_ignore_ascii_case(trimmed)) {
        trimmed.clone_into(&mut facts.server);
        facts.tag("class:feed");
        return;
    } else if path || extension || command.tricks.contains(&command::trick::PATH_TRICK) {
        facts.tag("runs:unknown");
        facts.tag("class:launch");
    } else {
        facts.tag("class:server");
    }
    facts.command = Some(command);
}

/// DDE verbs in macros name the service as the link's service, or stand there themselves with the arguments behind.
fn macro_dde(link: &Link, knowledge: &Knowledge, facts: &mut Facts) {
    let service = link.service.as_deref().unwrap_or("");
    let topic = link.topic.as_deref().unwrap_or("");
    if !knowledge.judgement.dde_verbs.contains(&service.to_lowercase()) {
        conversation(service, topic, false, knowledge, facts);
    } else {
        facts.tag("class:verb");
        facts.command = Some(command::command_line(topic, knowledge)).filter(|command| !command.program.is_empty());
        named_program(knowledge, facts);
    }
}

/// Macro calls and actions. `EXEC` takes a command line; `CALL` and `REGISTER` take a library, a function and its
/// arguments, which only together say what is started.
fn starts(link: &Link, knowledge: &Knowledge, facts: &mut Facts) {
    let name = function(link, facts);
    let calls = knowledge.judgement.library_calls.contains(&name);
    let (target, topic) = (link.target.as_deref(), link.topic.as_deref());
    let line = if calls { topic.or(target) } else { target.or(topic) };
    let written = line.unwrap_or("");
    place(written, knowledge, facts);
    let path = local_path(written);
    let line = path.as_deref().unwrap_or(written);
    if calls {
        facts.tag("library-call");
        facts.command = Some(Command { line: line.to_owned(), ..Command::default() });
    } else if !line.trim().is_empty() {
        facts.command = Some(command::command_line(line, knowledge));
    }
    named_program(knowledge, facts);
}

/// The path of a `file:` URL on a local drive.
fn local_path(target: &str) -> Option<String> {
    let rest = target
        .trim()
        .get(..5)
        .filter(|scheme| scheme.eq_ignore_ascii_case("file:"))
        .and_then(|_| target.trim().get(5..))?;
    let local = place_of(target).0 == Place::Local;
    local.then(|| rest.trim_start_matches(['/', '\\']).replace("%20", " ").replace('/', "\\"))
}

fn named_program(knowledge: &Knowledge, facts: &mut Facts) {
    let sort = facts.command.as_ref().and_then(|command| knowledge.program(&command.program));
    let tag = sort.map_or_else(|| "runs:unknown".to_owned(), |program| format!("runs:{}", program.sort));
    facts.tag(tag);
}

fn reaches(link: &Link, knowledge: &Knowledge, facts: &mut Facts) {
    if link.kind == LinkKind::IncludeField {
        field_keyword(link, knowledge, facts);
    } else {
        function(link, facts);
    }
    let target = link.target.as_deref().or(link.topic.as_deref()).unwrap_or("");
    place(reached(link.kind, target), knowledge, facts);
    match link.kind {
        LinkKind::Exfiltration if refers_to_cells(target) => facts.tag("refers-to-cells"),
        // A package names its file several times: label, path, command.
        LinkKind::PackagedFile => {
            for name in [&link.shown, &link.topic, &link.item].into_iter().flatten() {
                facts.tag(knowledge.commands.extensions.tag(name));
            }
            packaged_command(link, knowledge, facts);
        }
        _ => {}
    }
}

/// A package without a file holds a command line instead.
fn packaged_command(link: &Link, knowledge: &Knowledge, facts: &mut Facts) {
    if let Some(line) = link.topic.as_deref().filter(|line| !line.trim().is_empty()) {
        facts.tag("packaged-command");
        facts.command = Some(command::command_line(line, knowledge));
        named_program(knowledge, facts);
    }
}

/// The address inside a target: `URL;http://...` of a web query, `wsdl=http://...` of a SOAP moniker.
fn reached(kind: LinkKind, target: &str) -> &str {
    let trimmed = target.trim();
    match kind {
        LinkKind::Query => match trimmed.get(..4) {
            Some(url) if url.eq_ignore_ascii_case("url;") => trimmed.get(4..).unwrap_or(""),
            _ => trimmed,
        },
        LinkKind::OleLink => match trimmed.find("://") {
            Some(at) if place_of(trimmed).0 == Place::Relative => {
                let head = trimmed.get(..at).unwrap_or("");
                let scheme = head.rfind(|c: char| !c.is_ascii_alphanumeric()).map_or(0, |cut| cut + 1);
                trimmed.get(scheme..).unwrap_or(trimmed)
            }
            _ => trimmed,
        },
        _ => trimmed,
    }
}

fn function(link: &Link, facts: &mut Facts) -> String {
    let name = link.service.as_deref().unwrap_or("").trim().to_lowercase();
    if !name.is_empty() {
        facts.tag(format!("function:{name}"));
    }
    name
}

/// The keyword of a field that names another file, from its text, or from the service where the text has none.
fn field_keyword(link: &Link, knowledge: &Knowledge, facts: &mut Facts) {
    let texts = [link.effective.as_deref(), Some(link.raw.as_str()), link.service.as_deref()];
    let known = |text: &str| {
        let lower = text.trim_start_matches([' ', '"', '{']).to_lowercase();
        let word = lower.split(|c: char| !c.is_alphanumeric()).next().unwrap_or("").to_owned();
        knowledge.judgement.loading_keywords.contains(&word).then_some(word)
    };
    let keyword = texts.into_iter().flatten().find_map(|text| {
        let head: String = text.chars().take(80).collect();
        known(&head)
    });
    if let Some(keyword) = keyword {
        facts.tag(format!("function:{keyword}"));
        facts.keyword = format!("{} {}", knowledge.word("field"), keyword.to_uppercase());
    }
}

fn place(target: &str, knowledge: &Knowledge, facts: &mut Facts) {
    let (place, host) = place_of(target);
    facts.tag(place.tag());
    if place != Place::None {
        facts.tag(knowledge.commands.extensions.tag(target));
    }
    if let Some(host) = host {
        facts.tag(host_tag(host));
        facts.host = Some(host.to_owned());
    }
    if place.is_remote() {
        facts.tag("remote");
    }
}

fn host_tag(host: &str) -> &'static str {
    let digits = host.chars().all(|c| c.is_ascii_digit() || c == '.') || host.contains(':');
    match host {
        "localhost" | "127.0.0.1" | "::1" => "host:local",
        _ if digits => "host:ip",
        _ if !host.contains('.') => "host:plain",
        _ => "host:name",
    }
}

/// True where an address is put together with cells: a letter-digit reference outside quotes. A whole address without
/// quotes is a literal that the reader unquoted.
fn refers_to_cells(formula: &str) -> bool {
    if formula.contains("://") && !formula.contains('"') {
        return false;
    }
    let mut quoted = false;
    let bare: String = formula
        .chars()
        .map(|c| {
            if c == '"' {
                quoted = !quoted;
            }
            if quoted { ' ' } else { c }
        })
        .collect();
    bare.split(|c: char| !(c.is_ascii_alphanumeric() || c == '$')).any(|word| {
        let word = word.replace('$', "");
        let letters = word.chars().take_while(char::is_ascii_alphabetic).count();
        let digits = word.chars().skip(letters).filter(char::is_ascii_digit).count();
        (1..=3).contains(&letters) && (1..=7).contains(&digits) && letters + digits == word.len()
    })
}

fn read_command(knowledge: &Knowledge, facts: &mut Facts) {
    let Some(command) = facts.command.clone() else { return };
    let texts = || std::iter::once(&command.line).chain(&command.decoded);
    for text in texts() {
        for name in command::programs_in(text, knowledge) {
            if !facts.programs.iter().any(|known| known == name) {
                facts.programs.push(name.to_owned());
            }
        }
    }
    for name in facts.programs.clone() {
        let sort = knowledge.program(&name).map(|program| program.sort.clone()).unwrap_or_default();
        facts.tag(format!("mentions:{sort}"));
    }
    let lower: Vec<String> = texts().map(|text| text.to_lowercase()).collect();
    for (index, found) in knowledge.commands.traits.iter().enumerate() {
        if lower.iter().any(|text| found.phrases.iter().any(|phrase| phrase.fits(text))) {
            facts.traits.push(index);
            facts.tag(format!("does:{}", found.id));
        }
    }
    for trick in &command.tricks {
        facts.tag(format!("trick:{trick}"));
    }
}

/// True for a tag that some link can have; the check that keeps typing errors out of the content.
#[must_use]
pub fn known_tag(tag: &str, knowledge: &Knowledge) -> bool {
    let Some((prefix, value)) = tag.split_once(':') else {
        return ["fires", "lure", "shown", "many", "remote", "refers-to-cells", "library-call", "packaged-command"]
            .contains(&tag);
    };
    let kinds = KINDS.map(|kind| kebab(&kind));
    let triggers = TRIGGERS.map(|trigger| kebab(&trigger));
    let sorts = || knowledge.commands.programs.iter().map(|program| program.sort.as_str());
    match prefix {
        "kind" => kinds.iter().any(|kind| kind == value),
        "trigger" => triggers.iter().any(|trigger| trigger == value),
        "trick" => ddefend_model::trick::ALL.contains(&value),
        "carrier" => knowledge.carrier(value).is_some(),
        "family" => value == "office" || knowledge.judgement.carriers.iter().any(|carrier| carrier.family == value),
        "class" => ["launch", "document", "application", "feed", "server", "empty", "verb"].contains(&value),
        "runs" => value == "unknown" || sorts().any(|sort| sort == value),
        "mentions" => sorts().any(|sort| sort == value),
        "does" => knowledge.commands.traits.iter().any(|found| found.id == value),
        "place" => ["none", "relative", "local", "unc", "http", "script", "mail", "scheme"].contains(&value),
        "host" => ["local", "ip", "plain", "name"].contains(&value),
        "file" => ["program", "script", "document", "other", "none"].contains(&value),
        "id" => knowledge.judgement.rules.iter().any(|rule| rule.id == value),
        "level" => ddefend_model::Level::ALL.iter().any(|level| level.as_str() == value),
        "evidence" => knowledge.judgement.evidence.iter().any(|evidence| evidence.id == value),
        "holder" | "function" => value == value.to_lowercase() && !value.is_empty(),
        _ => false,
    }
}

/// Every kind of link.
pub const KINDS: [LinkKind; 15] = [
    LinkKind::Dde,
    LinkKind::MacroDde,
    LinkKind::MailMerge,
    LinkKind::ExternalWorkbook,
    LinkKind::RemoteTemplate,
    LinkKind::RemoteFrame,
    LinkKind::RemoteChunk,
    LinkKind::IncludeField,
    LinkKind::OleLink,
    LinkKind::PackagedFile,
    LinkKind::Equation,
    LinkKind::MacroExec,
    LinkKind::Query,
    LinkKind::Exfiltration,
    LinkKind::ProgramAction,
];

const TRIGGERS: [Trigger; 5] = [Trigger::Open, Trigger::Update, Trigger::Click, Trigger::Calculation, Trigger::Never];
