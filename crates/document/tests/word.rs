//! Word text in XML and HTML: every sample yields what it stands for, and damaged ones end in a report, not in a panic.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::arithmetic_side_effects, missing_docs)]

use ddefend_model::{Link, LinkKind, Trigger, trick};
use ddefend_testkit::samples::word;
use ddefend_testkit::{Collected, Expect, Sample, collect};

fn sample(name: &str) -> (Sample, Collected) {
    let sample = word::samples().into_iter().find(|sample| sample.name == name).unwrap_or_else(|| panic!("{name}"));
    let collected = collect(name, &sample.bytes);
    (sample, collected)
}

fn first(name: &str) -> Link {
    let (_, collected) = sample(name);
    collected.walked.links.first().unwrap_or_else(|| panic!("{name}: {:?}", collected.walked)).clone()
}

fn kebab(kind: LinkKind) -> String {
    serde_json::to_value(kind).unwrap().as_str().unwrap().to_owned()
}

#[test]
fn every_sample_yields_what_it_stands_for() {
    let mut wrong = Vec::new();
    for sample in word::samples() {
        let collected = collect(sample.name, &sample.bytes);
        let links = &collected.walked.links;
        let dde = collected.of_kind(LinkKind::Dde).next();
        let right = match &sample.expect {
            Expect::Dde(service, topic) => {
                dde.is_some_and(|link| link.service.as_deref() == Some(service) && link.topic.as_deref() == Some(topic))
            }
            Expect::Related(kind) => dde.is_none() && links.iter().any(|link| kebab(link.kind) == *kind),
            Expect::Silent => links.is_empty(),
        };
        let is_trick = trick::ALL.contains(&sample.row);
        let carries = !is_trick || links.iter().any(|link| link.tricks.iter().any(|trick| trick.0 == sample.row));
        let gaps: Vec<_> = collected.walked.diagnostics.iter().filter(|diagnostic| diagnostic.is_gap()).collect();
        if !right || !carries || !gaps.is_empty() {
            wrong.push(format!("{} ({}): {links:?} {gaps:?}", sample.name, sample.row));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn names_are_unique_and_formats_known() {
    let samples = word::samples();
    let names: std::collections::BTreeSet<_> = samples.iter().map(|sample| sample.name).collect();
    assert_eq!(names.len(), samples.len());
    for (name, format) in [
        ("w5-ddeauto.docx", "docx"),
        ("w10-strict.docx", "docx"),
        ("w5-macro.docm", "docx"),
        ("renamed-main.docx", "docx"),
        ("w11-no-instruction.doc", "word2003xml"),
        ("w12-flatopc.xml", "flatopc"),
        ("w5-loose-document.xml", "wordxml"),
        ("w13-renamed.doc", "wordhtml"),
        ("p1-link.pptx", "pptx"),
    ] {
        assert_eq!(sample(name).1.walked.detected.map(|format| format.id), Some(format), "{name}");
    }
}

#[test]
fn triggers_and_places() {
    let auto = first("w5-ddeauto.docx");
    assert_eq!(auto.trigger, Trigger::Open);
    assert_eq!(auto.part.as_str(), "w5-ddeauto.docx!word/document.xml");
    assert_eq!((auto.location.paragraph, auto.location.holder.as_deref()), (Some(1), Some("w:fldChar")));
    assert!(auto.location.offset.is_some());
    assert_eq!(auto.shown.as_deref(), Some("!Unexpected end"));
    assert!(auto.tricks.is_empty(), "{:?}", auto.tricks);
    assert_eq!(first("w5-dde.docx").trigger, Trigger::Update);
    assert_eq!(first("w5-dde.docx").item.as_deref(), Some("x"));
    assert_eq!(first("w5-dirty.docx").trigger, Trigger::Open);
    assert_eq!(first("locked.docx").trigger, Trigger::Never);
    assert_eq!(first("update-fields.docx").trigger, Trigger::Open);
    assert_eq!(first("path-trick.docx").item.as_deref(), Some("for security reasons"));
    assert_eq!(first("in-alternate.docx").count, 2);
    assert_eq!(first("w6-header.docx").part.as_str(), "w6-header.docx!word/header7.xml");
    assert!(first("w6-header.docx").tricks.iter().any(|trick| trick.0 == trick::OTHER_STORY));
    assert!(first("w10-strict.docx").tricks.iter().any(|trick| trick.0 == trick::STRICT_NAMESPACE));
}

#[test]
fn loaders_name_their_targets() {
    let target = |name: &str| first(name).target.unwrap();
    assert_eq!(target("w8-template.docx"), "http://example.com/t.dotm");
    assert_eq!(target("w8-frame.docx"), "http://example.com/dde.docx");
    assert_eq!(target("w7-chunk-remote.docx"), "http://example.com/chunk.docx");
    assert_eq!(target("w8-database.docx"), r"C:\x.mdb");
    let object = first("w8-object.docx");
    assert_eq!((object.service.as_deref(), object.trigger), (Some("Word.Document.8"), Trigger::Open));
    let link = first("w8-link.docx");
    assert_eq!(link.service.as_deref(), Some("Word.Document.8"));
    assert_eq!((link.target.as_deref(), link.trigger), (Some("http://example.com/x.docx"), Trigger::Open));
    let merge = first("w9-merge-excel.docx");
    assert_eq!((merge.service.as_deref(), merge.topic.as_deref()), (Some("Excel"), Some("Entire Spreadsheet")));
    assert_eq!(merge.target.as_deref(), Some("file:///C:\\data\\addresses.xls"));
    assert_eq!(target("p1-program.pptx"), r"file:///C:\Windows\System32\calc.exe");
    assert_eq!(first("p1-link.pptx").trigger, Trigger::Open);
}

#[test]
fn effective_text_is_beside_the_raw_one() {
    let link = first("quote-decimal.docx");
    assert!(link.raw.starts_with("DDEAUTO {QUOTE 99 58"), "{}", link.raw);
    assert_eq!(link.effective.as_deref(), Some(r#"DDEAUTO c:\windows\system32\cmd.exe "/k calc.exe""#));
}

#[test]
fn damaged_samples_never_panic() {
    for sample in word::samples() {
        let bytes = &sample.bytes;
        for part in 0..16 {
            let _ = collect(sample.name, &bytes[..bytes.len() * part / 16]);
            let mut changed = bytes.clone();
            let at = bytes.len() * part / 16;
            changed[at] ^= 0x55;
            let end = (at + 4).min(changed.len());
            let _ = collect(sample.name, &changed);
            changed[at..end].fill(0xff);
            let _ = collect(sample.name, &changed);
            changed[at..end].fill(0);
            let _ = collect(sample.name, &changed);
        }
    }
}

#[test]
fn cut_xml_keeps_its_head() {
    let (sample, _) = sample("w5-loose-document.xml");
    let text = String::from_utf8(sample.bytes).unwrap();
    let cut = &text[..text.find("separate").unwrap()];
    let collected = collect("cut.xml", cut.as_bytes());
    assert_eq!(collected.dde(), [r"c:\windows\system32\cmd.exe|/k calc.exe!"]);
    assert!(!collected.codes().is_empty(), "a cut part is told");
}

#[test]
fn hostile_structures_end_in_reports() {
    let w = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"";
    let begin = "<w:fldChar w:fldCharType=\"begin\"/><w:instrText>IF </w:instrText>";
    let deep = format!("<w:document {w}>{}</w:document>", begin.repeat(20_000));
    assert!(collect("x.xml", deep.as_bytes()).codes().contains(&"limit.structure"));
    let many = r#"<w:fldSimple w:instr="DDE cmd x"/>"#.repeat(250_000);
    let many = collect("x.xml", format!("<w:document {w}>{many}</w:document>").as_bytes());
    assert_eq!((many.walked.links.len(), many.walked.links[0].count), (1, 200_000));
    assert!(many.codes().contains(&"limit.structure"));
    let elements = format!("<w:document {w}>{}", "<w:p>".repeat(50_000) + "<w:instrText/>");
    assert!(collect("x.xml", elements.as_bytes()).codes().contains(&"limit.structure"));
    let html =
        "<html xmlns:w=\"urn:schemas-microsoft-com:office:word\"><span style='mso-element:field-begin'>".to_owned();
    for filler in ["<a b=\"", "<!--[if", "<span style='mso-field-code:\"DDE cmd x\"'>", "<script>", "<", "&#", "<!"] {
        let started = std::time::Instant::now();
        let _ = collect("x.htm", (html.clone() + &filler.repeat(50_000)).as_bytes());
        assert!(started.elapsed().as_secs() < 10, "{filler}");
    }
}
