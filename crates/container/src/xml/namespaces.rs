use super::ns;
use quick_xml::events::BytesStart;
use quick_xml::name::PrefixDeclaration;
use std::cell::Cell;

/// The namespaces in scope (Namespaces in XML 1.0, section 6). Most elements declare none, and most have the prefix of
/// the one before them.
#[derive(Debug, Default)]
pub(super) struct Namespaces<'s> {
    bindings: Vec<Binding>,
    /// The prefix that was asked for last, and what it is bound to.
    last: Cell<Option<(&'s str, &'static str)>>,
}

#[derive(Debug)]
struct Binding {
    /// Open elements, the declaring one included.
    depth: u32,
    prefix: String,
    uri: &'static str,
}

impl<'s> Namespaces<'s> {
    /// Notes what the start tag of an element at `depth` declares.
    pub(super) fn declare(&mut self, start: &BytesStart<'_>, depth: u32) {
        let mut attributes = start.attributes();
        attributes.with_checks(false);
        for attribute in attributes.flatten() {
            let prefix = match attribute.key.as_namespace_binding() {
                Some(PrefixDeclaration::Default) => String::new(),
                Some(PrefixDeclaration::Named(prefix)) => prefix.to_owned(),
                None => continue,
            };
            self.bindings.push(Binding { depth, prefix, uri: known(&attribute.value) });
        }
        self.last.set(None);
    }

    /// Forgets what the element at `depth` declared.
    pub(super) fn leave(&mut self, depth: u32) {
        while self.bindings.last().is_some_and(|binding| binding.depth >= depth.max(1)) {
            self.bindings.pop();
            self.last.set(None);
        }
    }

    /// The namespace that `prefix` is bound to; nothing where it is unknown.
    pub(super) fn of(&self, prefix: &'s str) -> &'static str {
        if let Some((known, uri)) = self.last.get()
            && known == prefix
        {
            return uri;
        }
        let bound = self.bindings.iter().rev().find(|binding| binding.prefix == prefix);
        let uri = bound.map_or("", |binding| binding.uri);
        self.last.set(Some((prefix, uri)));
        uri
    }
}

/// True where a tag may declare a namespace.
pub(super) fn may_declare(tag: &[u8]) -> bool {
    memchr::memchr_iter(b'x', tag).any(|at| tag.get(at..).is_some_and(|rest| rest.starts_with(b"xmlns")))
}

/// Namespaces that carriers ask for, as constants that outlive the reader; others come back empty.
fn known(uri: &str) -> &'static str {
    ns::ALL.iter().copied().find(|known| *known == uri).unwrap_or_default()
}
