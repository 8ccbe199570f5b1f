use crate::link::testing::{Made, OUTLOOK};
use crate::{FactKind, MailLink};
use ddefend_model::provenance::{Contained, JournalEntry, Mail};

fn mail(made: &mut Made, id: &str, attachment: (&str, u64, &str)) -> usize {
    let file = made.file("mails/m.eml", "mm", &[]);
    made.evidence.files[file].provenance.mail = Some(Mail { message_id: id.to_owned(), ..Mail::default() });
    made.inside(file, attachment.0, attachment.2, attachment.1);
    file
}

fn entry(id: &str, attachments: &[(&str, u64, &str)]) -> JournalEntry {
    let contained = |(name, size, sha256): &(&str, u64, &str)| Contained {
        name: (*name).to_owned(),
        size: *size,
        sha256: (*sha256).to_owned(),
        ..Contained::default()
    };
    JournalEntry {
        message_id: id.to_owned(),
        attachments: attachments.iter().map(contained).collect(),
        ..JournalEntry::default()
    }
}

fn links(made: &Made) -> Vec<(Option<usize>, Option<usize>, usize, &'static str)> {
    made.link()
        .mails
        .into_iter()
        .map(|MailLink { mail, journal, file, rule, .. }| (mail, journal, file, rule))
        .collect()
}

#[test]
fn by_digest_then_name_and_size_then_name() {
    let mut made = Made::new();
    let file = made.file("docs/Invoice.docx", "aa", &[]);
    let by_hash = mail(&mut made, "1@x", ("other.docx", 1, "aa"));
    let by_size = mail(&mut made, "2@x", ("invoice.docx", 1000, ""));
    let by_name = mail(&mut made, "3@x", ("Invoice.docx", 0, ""));
    mail(&mut made, "4@x", ("Invoice.docx", 999, ""));
    mail(&mut made, "5@x", ("Invoice.docx", 1000, "bb"));
    assert_eq!(
        links(&made),
        [
            (Some(by_hash), None, file, "hash"),
            (Some(by_size), None, file, "name-and-size"),
            (Some(by_name), None, file, "name"),
        ]
    );
}

#[test]
fn the_journal_tells_who_else_got_it() {
    let mut made = Made::new();
    let file = made.file("docs/Invoice.docx", "aa", &[]);
    let own = mail(&mut made, "1@x", ("Invoice.docx", 1000, "aa"));
    made.evidence.journal =
        vec![entry("1@x", &[]), entry("9@x", &[("a.docx", 5, "AA")]), entry("8@x", &[("a.docx", 5, "cc")])];
    assert_eq!(
        links(&made),
        [
            (None, Some(1), file, "hash"),
            (Some(own), None, file, "hash"),
            (Some(own), Some(0), file, "hash"),
            (None, Some(1), own, "hash"),
        ]
    );
}

#[test]
fn sysmon_15_marks_the_collected_file() {
    let mut made = Made::new();
    let file = made.file("C/Users/alice/Downloads/Invoice.docx", "aa", &[]);
    made.fact(
        FactKind::Stream,
        -5,
        &[
            ("Image", OUTLOOK),
            ("TargetFilename", r"C:\Users\alice\Downloads\Invoice.docx:Zone.Identifier"),
            ("Contents", "[ZoneTransfer]  ZoneId=3  HostUrl=https://mail.example/x"),
        ],
    );
    made.fact(
        FactKind::Stream,
        -5,
        &[
            ("TargetFilename", r"C:\Users\bob\Downloads\Other.docx:Zone.Identifier"),
            ("Contents", "[ZoneTransfer]  ZoneId=3"),
        ],
    );
    let marks = made.link().marks;
    assert_eq!(marks[file].len(), 1);
    assert_eq!((marks[file][0].zone, marks[file][0].host_url.as_str()), (Some(3), "https://mail.example/x"));
}
