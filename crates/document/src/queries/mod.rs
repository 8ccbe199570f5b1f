//! Queries that fetch data, and with it formulas, later: web queries, data connections, Power Query.

mod connections;
mod mashup;
mod odc;

use ddefend_container::opc::Package;
use ddefend_container::{Claim, Format, Part, Probe, Reader, Sink, text};
use ddefend_model::{Link, LinkKind, Location, Trigger, code};

/// Web query files.
pub(crate) static IQY: Reader = Reader {
    format: Format { id: "iqy", title: "Web query", extensions: &["iqy"] },
    sniff: |probe| claim(probe, is_web),
    read: read_web,
};

/// Database and OLAP query files.
pub(crate) static DQY: Reader = Reader {
    format: Format { id: "dqy", title: "Database query", extensions: &["dqy", "oqy", "rqy"] },
    sniff: |probe| claim(probe, is_database),
    read: read_database,
};

/// Office data connection files.
pub(crate) static ODC: Reader = Reader {
    format: Format { id: "odc", title: "Office data connection", extensions: &["odc"] },
    sniff: odc::sniff,
    read: odc::read,
};

/// Longest query file that is decoded, bytes.
const FILE_CAP: usize = 1 << 20;

/// Connections, query tables and Power Query of a package.
pub(crate) fn read_package(package: &Package<'_>, carrier: &'static str, sink: &mut dyn Sink) {
    let at_open = connections::read(package, carrier, sink);
    mashup::read(package, carrier, at_open, sink);
}

fn claim(probe: &Probe<'_>, wanted: fn(&[&str]) -> bool) -> Claim {
    let lines: Vec<&str> = probe.head().map(|head| head.lines().map(str::trim).take(4).collect()).unwrap_or_default();
    if wanted(&lines) { Claim::Magic } else { Claim::No }
}

/// `WEB`, the version, an address.
fn is_web(lines: &[&str]) -> bool {
    matches!(lines, [kind, version, ..] if kind.eq_ignore_ascii_case("WEB") && version.parse::<u8>().is_ok())
}

/// `XLODBC` and a version, or the keys of an OLAP query.
fn is_database(lines: &[&str]) -> bool {
    match lines {
        [kind, version, ..] if kind.eq_ignore_ascii_case("XLODBC") => version.parse::<u8>().is_ok(),
        [kind, ..] => kind.to_ascii_lowercase().starts_with("querytype="),
        [] => false,
    }
}

fn decoded(part: &Part<'_>, sink: &mut dyn Sink) -> String {
    let head = part.bytes.get(..FILE_CAP).unwrap_or(part.bytes);
    if head.len() < part.bytes.len() {
        let message = format!("only the first {FILE_CAP} bytes of the query were read");
        sink.report(code::LIMIT_STRUCTURE, Location::default(), message);
    }
    text::decode(head).text.into_owned()
}

fn read_web(part: &Part<'_>, sink: &mut dyn Sink) {
    let text = decoded(part, sink);
    let address = text.lines().map(str::trim).enumerate().skip(2).find(|(_, line)| !line.is_empty());
    let Some((index, address)) = address else { return };
    let line = u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1);
    let mut link = Link::new(LinkKind::Query, "iqy", sink.path().clone(), Location::line(line, 1));
    link.service = Some("WEB".to_owned());
    link.target = Some(address.to_owned());
    address.clone_into(&mut link.raw);
    link.trigger = Trigger::Open;
    sink.link(link);
}

fn read_database(part: &Part<'_>, sink: &mut dyn Sink) {
    let text = decoded(part, sink);
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let keyed = |key: &str| {
        let found = |line: &&str| line.get(..key.len()).is_some_and(|head| head.eq_ignore_ascii_case(key));
        lines.iter().find(|line| found(line)).and_then(|line| line.get(key.len()..)).map(str::to_owned)
    };
    let (connection, command, at) = match lines.first() {
        Some(first) if first.eq_ignore_ascii_case("XLODBC") => {
            (lines.get(2).map(|line| (*line).to_owned()), lines.get(3).map(|line| (*line).to_owned()), 3)
        }
        _ => (keyed("connection="), keyed("commandtext="), 1),
    };
    let mut link = Link::new(LinkKind::Query, "dqy", sink.path().clone(), Location::line(at, 1));
    link.service = lines.first().map(|line| (*line).to_owned());
    link.raw = connection.clone().unwrap_or_default();
    link.target = connection;
    link.topic = command;
    link.trigger = Trigger::Open;
    sink.link(link);
}
