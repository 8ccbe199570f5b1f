//! Every output of `memory` over images that are full of hostile strings: snapshots, schema, escaping.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod common;

use common::HOSTILE;
use common::looks::{self, schema, valid};
use ddefend_model::memory::{DumpedProcess, MemoryHit, MemoryImage, MemorySummary, Module};
use ddefend_model::{Diagnostic, Level, Location, code};
use ddefend_report::{MemoryMeta, memory_names, memory_renderer};

fn images() -> Vec<MemoryImage> {
    let path = format!("dumps/{HOSTILE}.dmp");
    let hit = |kind: &str, level, offset| MemoryHit {
        kind: kind.to_owned(),
        offset,
        encoding: "utf-16".to_owned(),
        text: HOSTILE.repeat(3),
        level: Some(level),
        ..MemoryHit::default()
    };
    let mut field = hit("dde-field", Level::Critical, 0x1f_0000);
    field.address = Some(0x0213_0000_0040);
    "rw- private".clone_into(&mut field.region);
    field.command = format!("cmd.exe /c {HOSTILE}");
    field.count = 3;
    let mut case = hit("case-command", Level::High, 0x2_0000);
    case.of = format!("dde.launch in {HOSTILE}");
    case.module = HOSTILE.to_owned();
    let module = |level: Option<Level>, why: &str| Module {
        path: HOSTILE.to_owned(),
        base: u64::MAX,
        size: 4_096,
        version: "1.2.3.4".to_owned(),
        why: why.to_owned(),
        level,
    };
    let mut quiet: Vec<MemoryHit> = (0..7).map(|index| hit("dde-keyword", Level::Info, index * 64)).collect();
    quiet.push(hit("url", Level::Info, 9_999));
    vec![
        MemoryImage {
            path: path.clone(),
            sha256: "ab".repeat(32),
            size: 94_371_840,
            format: "minidump".to_owned(),
            taken: "2026-11-21T15:10:00.0000000Z".to_owned(),
            system: "Windows 10.0.19045, x64".to_owned(),
            process: Some(DumpedProcess {
                pid: 4312,
                image: HOSTILE.to_owned(),
                command: HOSTILE.to_owned(),
                inferred: true,
                started: "2026-11-21T14:48:55.0000000Z".to_owned(),
            }),
            modules: vec![
                module(Some(Level::High), "loaded from a share"),
                module(Some(Level::Info), "known"),
                module(None, ""),
            ],
            module_count: 143,
            hits: [
                vec![field, case, hit("dde-formula", Level::Medium, 77), hit("command-line", Level::Low, 99)],
                quiet,
            ]
            .concat(),
            more_hits: 12,
            complete: false,
            diagnostics: vec![Diagnostic::about(code::LIMIT_RESULTS, &path, Location::bytes(4, 8), HOSTILE)],
        },
        MemoryImage { path: "mem.raw".to_owned(), format: "raw".to_owned(), complete: true, ..MemoryImage::default() },
    ]
}

fn rendered(format: &str, meta: &MemoryMeta) -> String {
    let mut renderer = memory_renderer(format, meta).unwrap();
    let mut summary = MemorySummary::default();
    let mut out = renderer.begin();
    for image in images() {
        summary.add(&image);
        out.push_str(&renderer.image(&image));
    }
    out + &renderer.end(&summary)
}

fn meta(width: usize) -> MemoryMeta {
    MemoryMeta { width, ..MemoryMeta::default() }
}

fn forms() -> Vec<(String, &'static str, MemoryMeta)> {
    let mut forms: Vec<(String, &'static str, MemoryMeta)> =
        memory_names().filter(|name| *name != "text").map(|name| (name.to_owned(), name, meta(80))).collect();
    forms.extend([80, 120].map(|width| (format!("text-{width}"), "text", meta(width))));
    forms.push(("text-verbose".to_owned(), "text", MemoryMeta { verbose: true, ..meta(100) }));
    forms
}

#[test]
fn outputs_look_as_they_did() {
    for (name, format, meta) in forms() {
        looks::as_before(&format!("memory/{name}"), &rendered(format, &meta));
    }
}

#[test]
fn no_output_lets_control_characters_through() {
    for (name, format, meta) in forms() {
        looks::plain(&name, &rendered(format, &meta));
    }
}

#[test]
fn text_keeps_to_its_width() {
    for (name, format, meta) in forms().into_iter().filter(|(_, format, _)| *format == "text") {
        looks::narrow(&name, &rendered(format, &meta), meta.width);
    }
}

#[test]
fn colour_changes_nothing_else() {
    let coloured = rendered("text", &MemoryMeta { colour: true, ..meta(100) });
    assert!(coloured.contains("\u{1b}[1;31m"));
    assert_eq!(looks::bare(&coloured), rendered("text", &meta(100)));
}

#[test]
fn lines_fit_the_schema() {
    let validator = schema("../../docs/reference/output.schema.json");
    let lines: Vec<serde_json::Value> =
        rendered("jsonl", &meta(80)).lines().map(|line| valid(line, &validator)).collect();
    let types: Vec<&str> = lines.iter().map(|line| line["type"].as_str().unwrap()).collect();
    assert_eq!(types.iter().filter(|kind| **kind == "memory").count(), 2);
    assert_eq!(types.iter().filter(|kind| **kind == "module").count(), 3);
    assert_eq!(types.iter().filter(|kind| **kind == "memory_hit").count(), 12);
    let whole: serde_json::Value = serde_json::from_str(&rendered("json", &meta(80))).unwrap();
    for image in whole["images"].as_array().unwrap() {
        valid(&image.to_string(), &validator);
    }
    valid(&whole["summary"].to_string(), &validator);
}
