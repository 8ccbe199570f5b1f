//! Hands members of archives to a sink; passwords for formats that are unpacked as a whole.

use crate::{Part, Sink};
use ddefend_guard::Budget;
use ddefend_guard::decode::{Decoded, Receiver, Unpacked};
use ddefend_model::{Diagnostic, Location, code};

/// Unpacks with one password; see [`ddefend_guard::decode`].
type Unpack = fn(&[u8], &str, &mut dyn Receiver) -> Unpacked;

/// A sink that takes members.
struct Members<'s> {
    sink: &'s mut dyn Sink,
    password: String,
    told: bool,
}

impl Receiver for Members<'_> {
    fn budget(&self) -> &Budget {
        self.sink.budget()
    }

    fn member(&mut self, name: &str, decoded: Decoded) {
        if !self.told && !self.password.is_empty() {
            self.told = true;
            let shown = self.password.escape_debug().to_string();
            let message = format!("opened with the password '{shown}'");
            self.sink.report(code::NOTE_PASSWORD, Location::default(), message);
            self.sink.fact(format!("an archive was opened with the password '{shown}'"));
        }
        give(name, &decoded, &[], self.sink);
    }
}

/// Reports why a member is only a head, and walks it.
pub(crate) fn give(name: &str, decoded: &Decoded, tricks: &[&'static str], sink: &mut dyn Sink) {
    let name = if name.is_empty() { "member" } else { name };
    if let Some(stopped) = decoded.stopped {
        let read = if decoded.bytes.is_empty() { "it was not read" } else { "its head was read" };
        let part = sink.path().join(name);
        sink.diagnostic(Diagnostic::new(stopped.code(), part, Location::default(), format!("{stopped}; {read}")));
    }
    walk(name, &decoded.bytes, tricks, sink);
}

/// Walks a member's bytes.
pub(crate) fn walk(name: &str, bytes: &[u8], tricks: &[&'static str], sink: &mut dyn Sink) {
    if bytes.is_empty() {
        return;
    }
    let path = sink.path().clone();
    let mut child = Part::below(&path, name, bytes);
    child.tricks.extend(tricks);
    sink.child(child);
}

/// Walks what a single stream decoded to, under the outer name without its last extension.
pub(crate) fn walk_single(part: &Part<'_>, decoded: &Decoded, tricks: &[&'static str], sink: &mut dyn Sink) {
    let outer = part.name.as_deref().unwrap_or_default();
    let base = outer.rsplit(['/', '\\', '!']).next().unwrap_or_default();
    let inner = match base.rsplit_once('.') {
        Some((stem, extension))
            if matches!(extension.to_ascii_lowercase().as_str(), "tgz" | "tbz" | "tbz2" | "txz") =>
        {
            format!("{stem}.tar")
        }
        Some((stem, _)) if !stem.is_empty() => stem.to_owned(),
        _ => "data".to_owned(),
    };
    give(&inner, decoded, tricks, sink);
}

/// Unpacks without a password, then with every known one until one fits.
pub(crate) fn unpack(bytes: &[u8], unpack: Unpack, sink: &mut dyn Sink) {
    let words: Vec<String> =
        std::iter::once(String::new()).chain(sink.secrets().for_archive().map(str::to_owned)).collect();
    let count = words.len().saturating_sub(1);
    for word in words {
        if let Err(exceeded) = sink.budget().check_time() {
            sink.report(exceeded.code, Location::default(), format!("{exceeded}; the archive was not read"));
            return;
        }
        let mut members = Members { sink, password: word.clone(), told: false };
        match unpack(bytes, &word, &mut members) {
            Unpacked::Done => return,
            Unpacked::Locked => {}
            Unpacked::Broken(code, message) => {
                sink.report(code, Location::default(), format!("{message}; what came before was read"));
                return;
            }
        }
    }
    let message = format!("encrypted, and none of {count} passwords opens it");
    sink.report(code::UNREADABLE_ENCRYPTED, Location::default(), message);
}
