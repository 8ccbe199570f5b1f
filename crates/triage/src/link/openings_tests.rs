use crate::FactKind;
use crate::link::testing::{EXCEL, EXPLORER, Made, OUTLOOK, WORD};

fn told(made: &Made) -> Vec<(Option<usize>, String, &'static str, f64)> {
    let all = made.link().openings;
    all.into_iter().map(|one| (one.file, one.path, one.rule, (one.confidence * 100.0).round() / 100.0)).collect()
}

const PATH: &str = r"C:\Users\alice\Downloads\Invoice.docx";

#[test]
fn by_place_and_by_name() {
    let mut made = Made::new();
    let file = made.file("C/Users/alice/Downloads/Invoice.docx", "aa", &[]);
    made.start(0, 10, WORD, &format!(r#""{WORD}" /n "{PATH}" /o """#), 4, EXPLORER);
    assert_eq!(told(&made), [(Some(file), PATH.to_owned(), "path", 1.0)]);

    let mut made = Made::new();
    let file = made.file("docs/invoice.docx", "aa", &[]);
    made.start(0, 10, WORD, &format!(r#""{WORD}" /n "{PATH}""#), 4, EXPLORER);
    assert_eq!(told(&made), [(Some(file), PATH.to_owned(), "name", 0.8)]);
}

#[test]
fn another_document_of_the_same_name_is_another() {
    let mut made = Made::new();
    made.file("docs/Invoice.docx", &"aa".repeat(32), &[]);
    let hash = format!("SHA256={}", "bb".repeat(32));
    made.fact(FactKind::File, -20, &[("Image", OUTLOOK), ("TargetFilename", PATH), ("Hashes", &hash)]);
    made.start(0, 10, WORD, &format!(r#""{WORD}" /n "{PATH}""#), 4, EXPLORER);
    assert_eq!(told(&made), [(None, PATH.to_owned(), "path", 1.0)]);
    // The digest finds the file under any name.
    let other = made.file("docs/renamed.bin", &"bb".repeat(32), &[]);
    assert_eq!(told(&made), [(Some(other), PATH.to_owned(), "hash", 1.0)]);
}

#[test]
fn two_files_that_fit_share_the_certainty() {
    let mut made = Made::new();
    made.file("a/Invoice.docx", "aa", &[]);
    made.file("b/Invoice.docx", "bb", &[]);
    made.start(0, 10, WORD, &format!(r#""{WORD}" /n "{PATH}""#), 4, EXPLORER);
    assert_eq!(told(&made).iter().map(|one| (one.0, one.3)).collect::<Vec<_>>(), [(Some(0), 0.4), (Some(1), 0.4)]);
}

#[test]
fn size_decides_where_the_log_has_it() {
    let mut made = Made::new();
    let file = made.file("docs/Invoice.docx", "aa", &[]);
    made.fact(FactKind::File, -20, &[("TargetFilename", PATH), ("FileSize", "1000")]);
    made.start(0, 10, WORD, &format!(r#""{WORD}" "{PATH}""#), 4, EXPLORER);
    assert_eq!(told(&made), [(Some(file), PATH.to_owned(), "name-and-size", 0.9)]);
    made.evidence.files[file].scanned.artifact.size = 7;
    assert_eq!(told(&made), [(None, PATH.to_owned(), "path", 1.0)]);
}

#[test]
fn an_attachment_of_a_collected_mail() {
    let mut made = Made::new();
    let mail = made.file("mail.eml", "aa", &[]);
    made.inside(mail, "Invoice.docx", "bb", 1000);
    made.start(0, 10, WORD, &format!(r#""{WORD}" "{PATH}""#), 4, EXPLORER);
    assert_eq!(told(&made), [(Some(mail), PATH.to_owned(), "inside", 0.8)]);
}

#[test]
fn by_dde_the_traces_of_the_open_file_count() {
    let mut made = Made::new();
    let file = made.file("docs/Report.xlsx", "aa", &[]);
    made.start(0, 10, EXCEL, &format!(r#""{EXCEL}" /dde"#), 4, EXPLORER);
    let owner = r"C:\Users\alice\Documents\~$Report.xlsx";
    made.fact(FactKind::File, 2, &[("ProcessId", "10"), ("Image", EXCEL), ("TargetFilename", owner)]);
    let path = r"C:\Users\alice\Documents\report.xlsx".to_owned();
    assert_eq!(told(&made), [(Some(file), path, "owner-file", 0.72)]);
}

#[test]
fn by_dde_without_traces_the_file_written_just_before() {
    let mut made = Made::new();
    let file = made.file("docs/Report.xlsx", "aa", &[]);
    let path = r"C:\Users\alice\Downloads\Report.xlsx";
    made.fact(FactKind::File, -30, &[("Image", OUTLOOK), ("TargetFilename", path)]);
    made.start(0, 10, EXCEL, &format!(r#""{EXCEL}" /dde"#), 4, EXPLORER);
    assert_eq!(told(&made), [(Some(file), path.to_owned(), "written-before", 0.4)]);
    // Written long before: no.
    made.evidence.facts[0].time = Some(crate::link::testing::at(-300));
    assert_eq!(told(&made), []);
}
