use crate::Outcome;
use crate::args::Explain;
use crate::terminal;
use ddefend_content::{Content, Explanation};
use ddefend_report::explanation::{Section, layout};
use std::io::{self, Write};

/// `ddefend explain`.
pub(crate) fn run(args: &Explain, content: &Content) -> Outcome {
    let text = match &args.id {
        Some(id) if !args.list => match content.explain(id) {
            Some(explanation) => {
                let techniques = explanation.techniques.join(", ");
                let references = explanation.references.join("\n");
                let mut sections = vec![
                    Section::new("What", &explanation.what),
                    Section::new("Why it matters", &explanation.why),
                    Section::new("Verify by hand", &explanation.verify),
                    Section::new("Known false positives", &explanation.false_positives),
                    Section::new("What stops it", &explanation.stops),
                ];
                sections.extend(explanation.more.iter().map(|(heading, text)| Section::new(heading, text)));
                sections.push(Section::new("ATT&CK", &techniques));
                sections.push(Section::new("References", &references));
                let heading = format!("{} ({})", explanation.title, explanation.id);
                layout(&heading, &sections, terminal::width(None), terminal::colour(args.color))
            }
            None => {
                eprintln!("ddefend: nothing is known under the id '{id}'{}", suggestion(id, content));
                return Outcome::Usage;
            }
        },
        _ => {
            let line = |it: &Explanation| format!("{:<28} {:<11} {}\n", it.id, it.sort, it.title);
            content.explanations().iter().map(line).collect()
        }
    };
    if terminal::written(io::stdout().lock().write_all(text.as_bytes())) { Outcome::Clean } else { Outcome::Internal }
}

/// The nearest id, where one is near.
fn suggestion(id: &str, content: &Content) -> String {
    let nearest = content.explanations().iter().map(|known| (distance(id, &known.id), &known.id)).min();
    match nearest {
        Some((steps, known)) if steps <= 4 => format!("; did you mean '{known}'?"),
        _ => "; `ddefend explain --list` lists all".to_owned(),
    }
}

/// Levenshtein distance in characters.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (index, from) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], index + 1);
        for (column, to) in b.iter().enumerate() {
            let cost = diagonal + usize::from(from != *to);
            diagonal = row[column + 1];
            row[column + 1] = cost.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}
