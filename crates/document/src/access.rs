//! Access databases: the DDE functions of its expression language, wherever a page holds their text.
//!
//! Tables, queries, forms and macros are not taken apart: expressions are stored as text, one or two bytes a character,
//! so that a linear search finds those that do not run over the end of a page.

mod call;
mod pages;

use crate::fields::Folder;
use call::Call;
use ddefend_container::{Claim, Format, Part, Probe, Reader, Sink};
use ddefend_model::{Link, LinkKind, Location, Trigger, code};
use pages::Database;

/// Access databases.
pub(crate) static READER: Reader = Reader {
    format: Format {
        id: "access",
        title: "Access database",
        extensions: &["mdb", "mde", "mda", "mdw", "accdb", "accde", "accda", "accdr", "accdt"],
    },
    sniff,
    read,
};

fn sniff(probe: &Probe<'_>) -> Claim {
    if Database::is(probe.bytes()) { Claim::Magic } else { Claim::No }
}

fn read(part: &Part<'_>, sink: &mut dyn Sink) {
    let Some(database) = Database::open(part.bytes) else {
        sink.report(code::BROKEN_TRUNCATED, Location::default(), "the head of the database is incomplete".to_owned());
        return;
    };
    sink.fact(
        "Access database: the text of its pages was searched for DDE functions; no deeper structure was read"
            .to_owned(),
    );
    if let Some(why) = database.locked() {
        sink.report(code::UNREADABLE_ENCRYPTED, Location::default(), why);
        return;
    }
    if database.is_cut() {
        let message = "the database ends inside a page; what stood behind it is missing".to_owned();
        sink.report(code::BROKEN_TRUNCATED, Location::default(), message);
    }
    let mut folder = Folder::default();
    for (number, offset, page) in database.pages() {
        if let Err(exceeded) = sink.budget().check_time() {
            let location = Location { offset: Some(offset as u64), ..Location::default() };
            sink.report(exceeded.code, location, format!("{exceeded}; the pages from here on were not searched"));
            break;
        }
        for call in call::find(&page) {
            folder.add(link(call, number, offset, sink));
        }
    }
    folder.into_links().into_iter().for_each(|link| sink.link(link));
}

fn link(call: Call, page: usize, offset: usize, sink: &dyn Sink) -> Link {
    let start = offset.saturating_add(call.bytes.start) as u64;
    let length = call.bytes.end.saturating_sub(call.bytes.start) as u64;
    let location = Location::bytes(start, length).held_by(format!("page {page}"));
    let mut link = Link::new(LinkKind::MacroDde, READER.format.id, sink.path().clone(), location);
    let mut arguments = call.arguments.into_iter();
    link.service = arguments.next();
    link.topic = arguments.next();
    link.item = arguments.next();
    link.raw = call.text;
    link.trigger = Trigger::Calculation;
    link
}
