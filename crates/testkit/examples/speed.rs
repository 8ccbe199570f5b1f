#![allow(missing_docs, clippy::all, clippy::print_stdout, clippy::unwrap_used)]
use ddefend_event::*;
use ddefend_matcher::{Matcher, Scratch};
use std::sync::Arc;
use std::time::Instant;
fn cpu() -> f64 { let s = std::fs::read_to_string("/proc/self/stat").unwrap(); let f: Vec<&str> = s.rsplit(')').next().unwrap().split_whitespace().collect(); (f[11].parse::<f64>().unwrap() + f[12].parse::<f64>().unwrap()) / 100.0 }
fn rss() -> String { std::fs::read_to_string("/proc/self/status").unwrap().lines().filter(|l| l.starts_with("VmRSS")||l.starts_with("VmHWM")).collect::<Vec<_>>().join(" ") }
fn flat(v: &serde_json::Value, name: &str, out: &mut Vec<(Box<str>, Value)>) {
    use serde_json::Value as J;
    match v {
        J::Null => out.push((name.into(), Value::Null)),
        J::Bool(b) => out.push((name.into(), Value::Bool(*b))),
        J::Number(n) => out.push((name.into(), n.as_i64().map(Value::Int).unwrap_or(Value::Text(n.to_string().into())))),
        J::String(s) => out.push((name.into(), Value::Text(s.as_str().into()))),
        J::Array(a) => a.iter().for_each(|v| flat(v, name, out)),
        J::Object(o) => for (k, v) in o { flat(v, k, out) },
    }
}
fn main() {
    let dir = std::env::args().nth(1).unwrap();
    let mut files = Vec::new();
    let mut todo = vec![std::path::PathBuf::from(dir)];
    while let Some(d) = todo.pop() { for e in std::fs::read_dir(d).unwrap() { let p = e.unwrap().path();
        if p.is_dir() { if !p.ends_with("deprecated") && !p.ends_with("unsupported") { todo.push(p) } } else if p.extension().is_some_and(|e| e == "yml") { files.push((p.display().to_string(), std::fs::read_to_string(&p).unwrap())) } } }
    files.sort();
    let t = cpu();
    let set = ddefend_rule::front::sigma::read(&files, &Default::default());
    println!("files {} rules {} problems {} parse cpu {:.3}", files.len(), set.rules.len(), set.problems.len(), cpu() - t);
    println!("{}", rss());
    drop(files);
    let content = ddefend_content::Content::load().unwrap();
    let mapping = Arc::new(content.mapping().unwrap());
    let t = cpu();
    let matcher = Matcher::new(set.rules.into(), mapping, &[], &[]);
    println!("matcher new {:.3}", cpu() - t);
    let text = std::fs::read_to_string(std::env::args().nth(2).unwrap()).unwrap();
    let mut events = Vec::new();
    for line in text.lines() {
        let v: serde_json::Value = serde_json::from_str(line).unwrap();
        let e = &v["Event"]; let s = &e["System"];
        let id = s["EventID"].as_u64().or_else(|| s["EventID"]["#text"].as_u64()).unwrap_or(0);
        let mut data = vec![("EventID".into(), Value::Int(id as i64)), ("Channel".into(), Value::Text(s["Channel"].as_str().unwrap_or("").into())), ("Provider_Name".into(), Value::Text(s["Provider"]["#attributes"]["Name"].as_str().unwrap_or("").into())), ("Computer".into(), Value::Text(s["Computer"].as_str().unwrap_or("").into()))];
        for (k, v) in e.as_object().unwrap() { if k != "System" && k != "#attributes" { flat(v, k, &mut data) } }
        let key = Key { dialect: Dialect::Windows, channel: s["Channel"].as_str().unwrap_or("").into(), provider: s["Provider"]["#attributes"]["Name"].as_str().unwrap_or("").into(), event_id: id as u32, action: "".into() };
        events.push(Event { head: Head { place: Place { source: "x".into(), record: 1, offset: 0 }, key, time: None, host: "".into() }, data });
    }
    println!("events {} {}", events.len(), rss());
    let t = cpu();
    let mut selections = std::collections::HashMap::new();
    for e in &events { if !selections.contains_key(&e.head.key) { selections.insert(e.head.key.clone(), matcher.select(&e.head.key)); } }
    println!("select {} kinds {:.3} cpu, {} of interest", selections.len(), cpu() - t, selections.values().filter(|s| s.is_some()).count());
    // Wide rows, like EVTX gives them.
    let wide: Vec<Option<(Arc<Selection>, Vec<(u16, Vec<u8>)>)>> = events.iter().map(|e| selections[&e.head.key].clone().map(|s| {
        let row = Row::of(e, &s); let cells = row.cells.iter().map(|(c, v)| (*c, v.to_text().encode_utf16().flat_map(u16::to_le_bytes).collect())).collect(); (s, cells) })).collect();
    println!("rows {}", rss());
    let mut scratch = Scratch::default();
    for round in 0..3 {
        let (t, t0, p0) = (cpu(), Instant::now(), scratch.programs());
        let (mut hits, mut all, mut rows, mut bytes) = (Vec::new(), 0, 0, 0);
        let mut row = Row::default();
        for (e, w) in events.iter().zip(&wide) {
            let Some((s, cells)) = w else { continue };
            rows += 1;
            hits.clear();
            row.cells.clear();
            row.cells.extend(cells.iter().map(|(c, b)| { bytes += b.len(); (*c, Cell::Utf16(b)) }));
            row.everything.clear();
            if s.everything { row.everything.extend(e.data.iter().map(|(_, v)| v.cell())) }
            matcher.evaluate(s, &row, &mut scratch, &mut hits);
            all += hits.len();
        }
        println!("round {round}: rows {rows} bytes {bytes} hits {all} programs {} cpu {:.3} wall {:.3} {}", scratch.programs() - p0, cpu() - t, t0.elapsed().as_secs_f64(), rss());
    }
}
