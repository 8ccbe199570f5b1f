//! Formula text to links: remote references and the functions that fetch, send, start or register something.

use super::{CARRIER, Opened};
use ddefend_container::Sink;
use ddefend_container::xml::Source;
use ddefend_grammar::formula::{Dialect, Found, Request, requests};
use ddefend_model::{Link, LinkKind, Location, Trigger, trick};

/// Where a formula stands.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// Sheet name.
    pub(super) sheet: Option<String>,
    /// Cell or name.
    pub(super) cell: Option<String>,
    /// Element.
    pub(super) holder: &'static str,
    /// Offset of the element.
    pub(super) offset: u64,
    /// Cached value.
    pub(super) shown: Option<String>,
    /// True where needless references broke up its text.
    pub(super) encoded: bool,
}

impl Place {
    fn location(&self) -> Location {
        Location {
            sheet: self.sheet.clone(),
            cell: self.cell.clone(),
            offset: Some(self.offset),
            ..Location::default()
        }
        .held_by(self.holder)
    }
}

/// Reports what one formula asks for.
pub(super) fn report(opened: &Opened<'_>, source: &Source<'_>, formula: &str, place: &Place, sink: &mut dyn Sink) {
    for found in requests(formula, Dialect::Excel) {
        let Some(mut link) = link(opened, &found, place) else { continue };
        formula.clone_into(&mut link.raw);
        link.shown.clone_from(&place.shown);
        link.trigger = Trigger::Calculation;
        for trick in &found.tricks {
            link.saw(trick);
        }
        if place.encoded {
            link.saw(trick::XML_ENCODING);
        }
        opened.report(link, Some(source), sink);
    }
}

fn link(opened: &Opened<'_>, found: &Found, place: &Place) -> Option<Link> {
    let base = |kind| Link::new(kind, CARRIER, opened.path.clone(), place.location());
    match &found.request {
        Request::Dde { service, topic, item } => {
            let mut link = base(LinkKind::Dde);
            link.service = Some(service.clone());
            link.topic = Some(topic.clone());
            link.item = Some(item.clone());
            Some(link)
        }
        Request::Call { name, arguments } if place.holder == "definedName" && speaks(name) => {
            let mut link = base(LinkKind::MacroDde);
            if name == "INITIATE" {
                link.service = arguments.first().cloned();
                link.topic = arguments.get(1).cloned();
            } else {
                link.item = Some(arguments.get(1..).unwrap_or_default().join(","));
            }
            Some(link)
        }
        Request::Call { name, arguments } => {
            let kind = kind(name, arguments)?;
            let mut link = base(kind);
            link.service = Some(name.clone());
            link.topic = Some(arguments.join(","));
            link.target = arguments.first().cloned();
            Some(link)
        }
    }
}

/// Macro functions of a conversation; cells cannot call them, names can.
fn speaks(name: &str) -> bool {
    matches!(name, "INITIATE" | "EXECUTE" | "POKE" | "REQUEST")
}

/// What a call is; none where it neither starts nor sends nor fetches anything.
pub(super) fn kind(name: &str, arguments: &[String]) -> Option<LinkKind> {
    let first = arguments.first().map(String::as_str).unwrap_or_default();
    let remote = first.contains("://") || first.contains("\\\\");
    // A literal comes without its quotes: quotes are left where cell contents are joined to it.
    let joined = first.contains('"');
    let yes = match name {
        "CALL" | "REGISTER" | "REGISTER.ID" | "EXEC" => return Some(LinkKind::MacroExec),
        // A target that only a cell knows may be remote.
        "WEBSERVICE" => remote || !first.contains('.'),
        "IMPORTXML" | "IMPORTDATA" | "IMPORTRANGE" | "IMPORTHTML" | "IMPORTFEED" => remote,
        "HYPERLINK" | "IMAGE" => remote && joined,
        _ => false,
    };
    yes.then_some(LinkKind::Exfiltration)
}
