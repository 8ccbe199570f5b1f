//! Fields that contact or load something.

use super::token::{Segment, Word};
use super::types::{Field, Instruction, Keyword, Piece, VALUE_CAP};
use super::value::{Context, Expanded, Value, flatten, head, note};
use ddefend_model::{Trigger, trick};

/// How much of a field's result is kept, bytes.
const SHOWN_CAP: usize = 4 << 10;
/// More blanks in a row than this are no accident.
const MANY_BLANKS: usize = 8;

/// What a field's text and stored type make of it.
struct Head {
    keyword: Keyword,
    /// Words that spell the keyword.
    length: usize,
    /// The stored type contradicts the text.
    mismatch: bool,
    /// It fires at open whatever the keyword.
    auto: bool,
}

/// True where the field may be an instruction: cheap, decides whether its words are read at all.
pub(super) fn concerns(field: &Field, first: &Word) -> bool {
    stored(field).is_some() || first.quoted || keyword(&first.text).is_some()
}

fn keyword(word: &str) -> Option<Keyword> {
    const KEYWORDS: [(&str, Keyword); 8] = [
        ("DDE", Keyword::Dde),
        ("DDEAUTO", Keyword::DdeAuto),
        ("LINK", Keyword::Link),
        ("INCLUDETEXT", Keyword::IncludeText),
        ("INCLUDE", Keyword::IncludeText),
        ("INCLUDEPICTURE", Keyword::IncludePicture),
        ("IMPORT", Keyword::IncludePicture),
        ("DATABASE", Keyword::Database),
    ];
    KEYWORDS.iter().find(|(name, _)| word.eq_ignore_ascii_case(name)).map(|(_, keyword)| *keyword)
}

/// The DDE keyword that the file stores beside the text: `flt` 0x2D and 0x2E, MS-DOC 2.9.90.
fn stored(field: &Field) -> Option<Keyword> {
    match field.stored_type {
        Some(0x2d) => Some(Keyword::Dde),
        Some(0x2e) => Some(Keyword::DdeAuto),
        _ => None,
    }
}

fn is_dde(keyword: Keyword) -> bool {
    matches!(keyword, Keyword::Dde | Keyword::DdeAuto)
}

/// The keyword that the words spell and how many of them do: one, or several quoted ones that spell DDE together.
fn spelt(words: &[Word]) -> Option<(Keyword, usize)> {
    let first = words.first().filter(|word| !word.switch)?;
    if let Some(found) = keyword(&first.text) {
        return Some((found, 1));
    }
    if !first.quoted {
        return None;
    }
    let mut joined = String::new();
    let mut best = None;
    for (index, word) in words.iter().take(7).enumerate() {
        joined.push_str(&word.text);
        if !word.quoted || joined.len() > 7 {
            break;
        }
        best = keyword(&joined).filter(|found| is_dde(*found)).map(|found| (found, index.saturating_add(1))).or(best);
    }
    best
}

fn judge(field: &Field, words: &[Word]) -> Option<Head> {
    let text = spelt(words);
    let stored = stored(field);
    match (text, stored) {
        (Some((keyword, length)), stored) => {
            let disagree = field.stored_type.is_some() && stored != Some(keyword);
            let mismatch = disagree && (is_dde(keyword) || stored.is_some());
            let auto = keyword == Keyword::DdeAuto || stored == Some(Keyword::DdeAuto);
            let keyword = stored.filter(|_| !is_dde(keyword)).unwrap_or(keyword);
            Some(Head { keyword, length, mismatch, auto })
        }
        (None, Some(keyword)) => {
            let named =
                words.first().is_some_and(|word| !word.quoted && word.text.bytes().all(|b| b.is_ascii_alphabetic()));
            let auto = keyword == Keyword::DdeAuto;
            Some(Head { keyword, length: usize::from(named), mismatch: true, auto })
        }
        (None, None) => None,
    }
}

/// How much stored text an instruction may repeat, and how deep its fields are followed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Caps {
    /// Bytes.
    pub(super) raw: usize,
    /// Depth of fields.
    pub(super) nesting: u32,
}

/// The field as an instruction, where it contacts or loads something.
pub(super) fn instruction(
    field: &Field,
    expanded: &Expanded<'_>,
    words: &[Word],
    nested: &[Value],
    context: Context,
    caps: Caps,
) -> Option<Instruction> {
    let found = judge(field, words)?;
    let (spelling, arguments) = words.split_at_checked(found.length).unwrap_or((words, &[]));
    let (arguments, switches) = split_switches(found.keyword, arguments);
    let mut tricks = field.tricks.clone();
    if found.mismatch {
        note(&mut tricks, trick::FIELD_TYPE_MISMATCH);
    }
    context_tricks(field, nested, context, &mut tricks);
    word_tricks(spelling, words, &arguments, is_dde(found.keyword), &mut tricks);
    let mut raw = String::new();
    write_raw(&field.instruction, caps.raw, caps.nesting, &mut raw);
    let effective = (!nested.is_empty()).then(|| effective(&expanded.segments)).filter(|text| *text != raw);
    let mut shown = String::new();
    flatten(&field.result, SHOWN_CAP, caps.nesting, &mut shown);
    Some(Instruction {
        keyword: found.keyword,
        trigger: trigger(field, &found, &switches),
        arguments,
        switches,
        raw,
        effective,
        shown: (!shown.trim().is_empty()).then_some(shown),
        tricks,
        mark: field.mark,
    })
}

/// Parts arguments from switches; switches that take an argument are given with it.
fn split_switches(keyword: Keyword, words: &[Word]) -> (Vec<String>, Vec<String>) {
    let own: &str = match keyword {
        Keyword::Dde | Keyword::DdeAuto => "",
        Keyword::Link => "f",
        Keyword::IncludeText => "cntx",
        Keyword::IncludePicture => "c",
        Keyword::Database => "bcdflst",
    };
    let (mut arguments, mut switches) = (Vec::new(), Vec::new());
    let mut words = words.iter().peekable();
    while let Some(word) = words.next() {
        if !word.switch {
            arguments.push(word.text.clone());
            continue;
        }
        let name = word.text.chars().nth(1).unwrap_or_default();
        let takes = matches!(name, '*' | '#' | '@') || own.contains(name.to_ascii_lowercase());
        match words.next_if(|next| takes && !next.switch) {
            Some(value) => switches.push(format!("{} {}", word.text, value.text)),
            None => switches.push(word.text.clone()),
        }
    }
    (arguments, switches)
}

/// LINK and DDE `\a` update automatically; INCLUDEPICTURE `\d` keeps no picture, so it is loaded at open.
fn trigger(field: &Field, found: &Head, switches: &[String]) -> Trigger {
    let has = |name: &str| switches.iter().any(|switch| switch.eq_ignore_ascii_case(name));
    let auto = match found.keyword {
        Keyword::Dde | Keyword::DdeAuto => found.auto || has("\\a"),
        Keyword::Link => has("\\a"),
        Keyword::IncludePicture => has("\\d"),
        Keyword::IncludeText | Keyword::Database => false,
    };
    if field.locked {
        Trigger::Never
    } else if auto || field.dirty {
        Trigger::Open
    } else {
        Trigger::Update
    }
}

fn context_tricks(field: &Field, nested: &[Value], context: Context, tricks: &mut Vec<&'static str>) {
    for trick in nested.iter().flat_map(|value| &value.tricks) {
        note(tricks, trick);
    }
    let seen = [
        (field.dirty, trick::DIRTY_FIELD),
        (!nested.is_empty() || context.in_instruction, trick::NESTED_FIELD),
        (context.conditional, trick::CONDITIONAL_FIELD),
        (context.in_result, trick::FIELD_IN_RESULT),
        (context.unclosed, trick::UNCLOSED_FIELD),
    ];
    for (_, trick) in seen.iter().filter(|(seen, _)| *seen) {
        note(tricks, trick);
    }
}

fn word_tricks(spelling: &[Word], words: &[Word], arguments: &[String], dde: bool, tricks: &mut Vec<&'static str>) {
    let mixed = |word: &Word| {
        word.text.bytes().any(|b| b.is_ascii_uppercase()) && word.text.bytes().any(|b| b.is_ascii_lowercase())
    };
    let behind = words.get(spelling.len());
    let odd = words.iter().any(|word| word.gap.odd || word.gap.length > MANY_BLANKS)
        || behind.is_some_and(|word| word.gap.length == 0);
    // A line end behind the keyword is a trick; one before it is how pretty-printed files look.
    let lines = words.iter().skip(1).any(|word| word.gap.line);
    let path = dde && arguments.first().is_some_and(|service| service.contains("..\\") || service.contains("../"));
    let seen = [
        (spelling.iter().any(|word| word.quoted), trick::QUOTED_KEYWORD),
        (spelling.iter().any(mixed), trick::MIXED_CASE),
        (odd, trick::ODD_SEPARATORS),
        (lines, trick::SPLIT_PARAGRAPHS),
        (path, trick::PATH_TRICK),
    ];
    for (_, trick) in seen.iter().filter(|(seen, _)| *seen) {
        note(tricks, trick);
    }
}

/// The text as stored, nested fields in braces.
fn write_raw(pieces: &[Piece], cap: usize, nesting: u32, out: &mut String) {
    for piece in pieces {
        let room = cap.saturating_sub(out.len());
        if room == 0 {
            return;
        }
        match piece {
            Piece::Text(text) => out.push_str(head(text, room)),
            Piece::Field(field) if nesting > 0 => {
                out.push('{');
                write_raw(&field.instruction, cap, nesting.saturating_sub(1), out);
                out.push('}');
            }
            Piece::Field(_) => {}
        }
    }
}

fn effective(segments: &[Segment<'_>]) -> String {
    let mut out = String::new();
    for segment in segments {
        let (Segment::Plain(text) | Segment::Value(text, _)) = segment;
        out.push_str(head(text, VALUE_CAP.saturating_mul(2).saturating_sub(out.len())));
    }
    out
}
