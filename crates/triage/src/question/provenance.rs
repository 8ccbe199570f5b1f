//! Does it come from a known and trusted source?

use super::found::{Found, some_of};
use super::lookalike::looks_like;
use super::view::{View, base, number, of_file, span};
use crate::CaseFile;
use crate::playbook::Question;
use ddefend_event::Time;
use ddefend_model::case::{Evidence, Held};
use ddefend_model::provenance::{Authentication, Mail, Mark};
use std::collections::BTreeSet;

/// What one document's way comes to.
struct Way {
    held: Held,
    detail: &'static str,
    what: String,
    evidence: Vec<Evidence>,
    gaps: Vec<String>,
    seen: usize,
    days: usize,
}

/// Q1: the worst of the documents that the case is about.
pub(super) fn provenance(view: &View<'_>, question: &Question) -> Found {
    let documents = view.documents();
    if documents.is_empty() {
        let gaps = vec!["the document with its mark of the web, and the mail that brought it".to_owned()];
        return Found::unknown("undecided", "no document is at hand", gaps);
    }
    let ways: Vec<Way> =
        documents.iter().filter_map(|file| Some(way(view, question, *file, view.file(*file)?))).collect();
    let of = |held: Held| ways.iter().filter(move |way| way.held == held);
    let pieces = |held: Held| -> Vec<Evidence> { of(held).flat_map(|way| way.evidence.iter().cloned()).collect() };
    let said = |held: Held| -> String {
        // A mail and the file that it brought share reasons: each is said once.
        let mut known = BTreeSet::new();
        let reasons = of(held).flat_map(|way| way.what.split("; "));
        let said: Vec<String> = reasons.filter(|reason| known.insert(*reason)).map(str::to_owned).collect();
        some_of(&said, 5)
    };
    let seen = ways.iter().map(|way| way.seen).min().unwrap_or(0);
    let days = ways.iter().map(|way| way.days).min().unwrap_or(0);
    let found = if let Some(no) = of(Held::No).next() {
        Found::no(no.detail, 0.9, said(Held::No)).with(pieces(Held::No))
    } else if let Some(unknown) = of(Held::Unknown).next() {
        let gaps = of(Held::Unknown).flat_map(|way| way.gaps.iter().cloned()).collect();
        Found::unknown(unknown.detail, said(Held::Unknown), gaps).with(pieces(Held::Unknown))
    } else {
        Found::yes("trusted", 0.8, said(Held::Yes)).with(pieces(Held::Yes))
    };
    found.value("seen", seen).value("days", days)
}

/// The mails that brought a file: itself, where it is one.
fn mails<'a>(view: &View<'a>, at: usize, file: &'a CaseFile) -> Vec<(&'a CaseFile, &'a Mail)> {
    let mut mails: Vec<(&CaseFile, &Mail)> = Vec::new();
    if let Some(mail) = &file.provenance.mail {
        mails.push((file, mail));
    }
    for link in view.linked.mails.iter().filter(|link| link.file == at && link.confidence >= 0.5) {
        let holder = link.mail.and_then(|mail| view.file(mail));
        if let Some((holder, mail)) = holder.and_then(|holder| Some((holder, holder.provenance.mail.as_ref()?))) {
            mails.push((holder, mail));
        }
    }
    mails
}

fn domain(address: &str) -> String {
    address.rsplit_once('@').map_or("", |(_, domain)| domain).trim_matches(['<', '>', ' ', '.']).to_lowercase()
}

/// True for a domain of the list, or below one.
fn within(domain: &str, list: &[String]) -> bool {
    list.iter().any(|known| {
        let known = known.to_lowercase();
        domain == known || domain.strip_suffix(&known).is_some_and(|rest| rest.ends_with('.'))
    })
}

fn of_mail(file: &CaseFile, place: &str, text: String) -> Evidence {
    let source = file.scanned.artifact.path.clone();
    Evidence { kind: "mail".to_owned(), source, place: place.to_owned(), text, ..Evidence::default() }
}

fn of_mark(mark: &Mark, text: String) -> Evidence {
    let place = format!("mark of the web ({}) on {}", mark.form, mark.of);
    Evidence { kind: "file".to_owned(), source: mark.source.clone(), place, text, ..Evidence::default() }
}

fn way(view: &View<'_>, question: &Question, at: usize, file: &CaseFile) -> Way {
    let name = base(&file.scanned.artifact.path).to_owned();
    let mut way = Way {
        held: Held::Unknown,
        detail: "undecided",
        what: String::new(),
        evidence: Vec::new(),
        gaps: Vec::new(),
        seen: 0,
        days: 0,
    };
    let mails = mails(view, at, file);
    let journal = entries(view, at);
    let organisation = view.organisation();
    let distance = number(question, "distance", 2.0) as usize;
    let mut no: Vec<(&'static str, String)> = Vec::new();
    for (holder, mail) in &mails {
        if let Some((said, piece)) = failed(holder, mail) {
            no.push(("auth-fail", said));
            way.evidence.push(piece);
        }
    }
    let mut senders: Vec<String> =
        mails.iter().flat_map(|(_, mail)| mail.from.iter().map(|from| from.address.to_lowercase())).collect();
    senders.extend(journal.iter().map(|entry| entry.from.to_lowercase()));
    senders.sort();
    senders.dedup();
    for sender in &senders {
        if let Some(like) = looks_like(&domain(sender), &organisation.protected_domains, distance) {
            no.push(("look-alike", format!("{} looks like {like}", domain(sender))));
            way.evidence.push(of_file(file, format!("The sender's domain {} looks like {like}.", domain(sender))));
        }
    }
    let marks: Vec<&Mark> = file.provenance.marks.iter().chain(view.linked.all_marks(at)).collect();
    if let Some(mark) = marks.iter().filter(|mark| mark.zone.is_some_and(|zone| zone >= 3)).max_by_key(|mark| mark.zone)
    {
        let zone = mark.zone.unwrap_or_default();
        let inner = view.linked.inner_marks.get(at).is_some_and(|inner| inner.contains(mark));
        let bearer = if inner { format!("{} (in {name})", base(&mark.of)) } else { name.clone() };
        no.push(("internet-zone", format!("{bearer} bears the mark of the web, zone {zone}")));
        way.evidence.push(of_mark(
            mark,
            format!("Zone {zone}; from {}.", first_of([&mark.host_url, &mark.referrer_url], "an unnamed place")),
        ));
    }
    let external = senders
        .iter()
        .find(|sender| !domain(sender).is_empty() && !within(&domain(sender), &organisation.internal_domains));
    let before = seen_before(view, &senders, span(question, "window", "90d"));
    (way.seen, way.days) = before;
    if let Some(sender) = external.filter(|_| view.evidence.has_journal && before.0 == 0) {
        no.push(("first-seen", format!("{sender} is outside and was never seen before")));
        way.evidence.push(of_file(file, format!("The mail journal holds no earlier mail of {sender}.")));
    }
    if let Some((detail, _)) = no.first() {
        way.held = Held::No;
        way.detail = detail;
        way.what = no.iter().map(|(_, said)| said.as_str()).collect::<Vec<_>>().join("; ");
        return way;
    }
    decide(view, question, at, &name, &mails, &marks, way)
}

/// Where nothing speaks against it: does enough speak for it?
fn decide(
    view: &View<'_>,
    question: &Question,
    at: usize,
    name: &str,
    mails: &[(&CaseFile, &Mail)],
    marks: &[&Mark],
    mut way: Way,
) -> Way {
    let organisation = view.organisation();
    let opened: Vec<&str> = view
        .linked
        .openings
        .iter()
        .filter(|opening| opening.file == Some(at))
        .map(|opening| opening.path.as_str())
        .collect();
    let delivered = |path: &&&str| {
        let path = path.to_lowercase();
        ["\\content.outlook\\", "\\downloads\\"].iter().chain(&[]).any(|folder| path.contains(folder))
            || view.settings.lists.delivery_folders.iter().any(|folder| path.contains(&folder.to_lowercase()))
    };
    if let Some(path) = opened.iter().find(|path| delivered(path) && marks.is_empty()) {
        way.detail = "lost-mark";
        way.what = format!(
            "{name} was opened from a folder of downloads or mails and bears no mark of the web: it may have been lost"
        );
        way.gaps = vec![format!("the mark of the web of {path}, and the mail or page it came from")];
        return way;
    }
    let authenticated = mails.iter().any(|(_, mail)| mail.aligned && mail.authentication == Authentication::Pass);
    let internal = mails.iter().any(|(_, mail)| {
        let own = mail.from.iter().all(|from| within(&domain(&from.address), &organisation.internal_domains))
            && !mail.from.is_empty();
        own && mail.aligned && mail.authentication != Authentication::Fail && mail.odd.is_empty()
    });
    let intranet = mails.is_empty() && marks.iter().any(|mark| mark.zone == Some(1) && mark.odd.is_empty());
    let (seen, days) = if mails.is_empty() { family_seen(view, name) } else { (way.seen, way.days) };
    (way.seen, way.days) = (seen, days);
    let (least, least_days) = (number(question, "seen", 3.0) as usize, number(question, "days", 2.0) as usize);
    let origin = authenticated || internal || intranet;
    if origin && seen >= least && days >= least_days {
        way.held = Held::Yes;
        way.detail = "trusted";
        let by = if authenticated { "its sender is authenticated" } else { "it comes from inside" };
        way.what = format!("{name}: {by}, and was seen {seen} times on {days} days before");
        way.evidence.extend(mails.iter().map(|(holder, _)| {
            of_mail(holder, "headers", "The sender's domain is authenticated and aligned.".to_owned())
        }));
        way.evidence.extend(marks.iter().map(|mark| of_mark(mark, "The intranet's zone.".to_owned())));
        return way;
    }
    if mails.is_empty() {
        way.gaps.push(format!("the mail or page that brought {name}"));
    } else if !origin {
        way.gaps.push(format!("mail authentication of the message that brought {name}, by our own server"));
    }
    if !view.evidence.has_journal {
        way.gaps.push("the mail journal of the days before".to_owned());
    }
    way.what = if origin {
        format!(
            "{name} comes from an authenticated or own sender, but was seen {seen} times on {days} days before; {least} on {least_days} are needed"
        )
    } else {
        format!("nothing says where {name} comes from")
    };
    way
}

fn first_of<'t>(texts: [&'t String; 2], otherwise: &'t str) -> &'t str {
    texts.into_iter().map(String::as_str).find(|text| !text.is_empty()).unwrap_or(otherwise)
}

/// Mail authentication that failed.
fn failed(holder: &CaseFile, mail: &Mail) -> Option<(String, Evidence)> {
    let trusted = mail.results.iter().filter(|result| result.trusted);
    let dmarc = trusted.clone().find_map(|result| {
        let method = result.methods.iter().find(|method| method.method.eq_ignore_ascii_case("dmarc"))?;
        method.result.eq_ignore_ascii_case("fail").then_some((result, method))
    });
    if let Some((result, method)) = dmarc {
        let said = format!("DMARC fails for {}", method.domain);
        let place = format!("line {} (Authentication-Results)", result.line);
        return Some((said.clone(), of_mail(holder, &place, format!("{said}, says {}.", result.authserv_id))));
    }
    (mail.authentication == Authentication::Fail).then(|| {
        let why = mail.reasons.first().map_or("mail authentication fails", String::as_str);
        (why.trim_end_matches('.').to_owned(), of_mail(holder, "headers", why.to_owned()))
    })
}

/// Entries of the journal that brought the file.
fn entries<'a>(view: &View<'a>, file: usize) -> Vec<&'a ddefend_model::provenance::JournalEntry> {
    let links = view.linked.mails.iter().filter(|link| link.file == file);
    links.filter_map(|link| view.evidence.journal.get(link.journal?)).collect()
}

/// How often and on how many days the senders wrote before the incident's day.
fn seen_before(view: &View<'_>, senders: &[String], window: i64) -> (usize, usize) {
    let begin = view.linked.begin.map(|time| time.ticks);
    let mut days = BTreeSet::new();
    let mut count = 0;
    let earlier = view.evidence.journal.iter().filter(|entry| senders.contains(&entry.from.to_lowercase()));
    for time in earlier
        .filter(|entry| entry.action == "delivered" || entry.action.is_empty())
        .filter_map(|entry| Time::parse(&entry.time))
    {
        let before = begin.is_none_or(|begin| time.ticks < day(begin) && time.ticks >= begin.saturating_sub(window));
        if before {
            count += 1;
            days.insert(day(time.ticks));
        }
    }
    (count, days.len())
}

/// How often a document of that name was opened on earlier days.
fn family_seen(view: &View<'_>, name: &str) -> (usize, usize) {
    let begin = view.linked.begin.map(|time| time.ticks);
    let name = name.to_lowercase();
    let mut days = BTreeSet::new();
    let mut count = 0;
    for opening in &view.linked.openings {
        let time = view.linked.processes.get(opening.process).and_then(|proc| proc.start).map(|time| time.ticks);
        let same = base(&opening.path).to_lowercase() == name;
        if let Some(time) = time.filter(|time| same && begin.is_some_and(|begin| *time < day(begin))) {
            count += 1;
            days.insert(day(time));
        }
    }
    (count, days.len())
}

/// The beginning of a time's day (UTC), in ticks.
pub(super) fn day(ticks: i64) -> i64 {
    let length = 86_400 * Time::SECOND;
    ticks.div_euclid(length).saturating_mul(length)
}
