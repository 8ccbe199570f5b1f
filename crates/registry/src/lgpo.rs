//! Text of Microsoft's LGPO.exe: four lines a setting (whose it is, key, value, action), `;` begins a comment.

use crate::lines::Lines;
use crate::out::{Out, about, quote};
use crate::{About, Data, Fact, Format, Intent, Place, Root, path, typed};
use ddefend_model::code;

/// Stands for the value where the action is about the key.
pub(crate) const ANY: &str = "*";

/// Whether text begins with a setting.
pub(crate) fn is(head: &str) -> bool {
    let mut lines = head.lines().filter(|line| !line.trim().is_empty() && !line.starts_with(';'));
    let first = lines.next().and_then(whose);
    let key = lines.next().is_some();
    let action = lines.nth(1).is_some_and(|action| act("", action).is_some());
    first.is_some() && key && action
}

/// `Computer`, `User`, or `User:<name>` of policies for some users.
fn whose(line: &str) -> Option<(Root, Option<&str>)> {
    let line = line.trim();
    let (word, name) = line.split_once(':').map_or((line, None), |(word, name)| (word, Some(name)));
    if word.eq_ignore_ascii_case("computer") && name.is_none() {
        Some((Root::Machine, None))
    } else {
        word.eq_ignore_ascii_case("user").then_some((Root::User, name))
    }
}

pub(crate) fn read(bytes: &[u8], mut out: Out<'_>) -> About {
    let mut about = about(Format::Lgpo, Intent::Policy);
    let wanted = |text: &str| !text.trim().is_empty() && !text.trim_start().starts_with(';');
    let mut lines = Lines::new(bytes).filter(|line| wanted(&line.text));
    let mut junk = false;
    while let Some(first) = lines.next() {
        if !out.step() {
            break;
        }
        if first.bad {
            out.tell_line(code::BROKEN_STRUCTURE, first.number, "letters that are no text in this encoding");
        }
        let Some((root, name)) = whose(&first.text) else {
            // What is between two settings is told once.
            if !junk {
                let message = format!("Computer or User expected, not {}", quote(&first.text));
                out.tell_line(code::BROKEN_STRUCTURE, first.number, message);
            }
            junk = true;
            continue;
        };
        junk = false;
        if let Some(name) = name {
            out.tell_line(code::NOTE_ODD, first.number, format!("is for {} alone", quote(name)));
            about.user.get_or_insert_with(|| name.trim().to_owned());
        }
        let (Some(key), Some(value), Some(action)) = (lines.next(), lines.next(), lines.next()) else {
            out.tell_line(code::BROKEN_TRUNCATED, first.number, "the file ends inside a setting");
            break;
        };
        let place = Place::Line(first.number);
        match act(value.text.trim(), &action.text) {
            Some(Act::Fact(fact)) => out.fact(&root, &path::tidy(key.text.trim()), fact, place, None),
            Some(Act::Clear) => out.tell_line(
                code::NOTE_ODD,
                first.number,
                format!("{} is taken out of the policy; nothing is written", quote(&value.text)),
            ),
            None => {
                let message = format!("no action that is known: {}", quote(&action.text));
                out.tell_line(code::BROKEN_STRUCTURE, action.number, message);
            }
        }
    }
    out.finish();
    about
}

pub(crate) enum Act {
    Fact(Fact),
    /// The policy says nothing any more.
    Clear,
}

/// What an action says of a value.
pub(crate) fn act(name: &str, action: &str) -> Option<Act> {
    let action = action.trim_start();
    let fact = match action.trim_end().to_ascii_uppercase().as_str() {
        "DELETE" => Fact::ValueRemoved { name: name.to_owned() },
        "DELETEALLVALUES" => Fact::ValuesRemoved,
        "CREATEKEY" => Fact::Key,
        "DELETEKEY" => Fact::KeyRemoved,
        "CLEAR" => return Some(Act::Clear),
        _ => {
            let (word, text) = action.split_once(':')?;
            let kind =
                typed::kind(word).filter(|_| word.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_'))?;
            Fact::Value { name: name.to_owned(), data: data(kind, text)? }
        }
    };
    Some(Act::Fact(fact))
}

fn data(kind: u32, text: &str) -> Option<Data> {
    typed::data(kind, text, &["\\0"])
}
