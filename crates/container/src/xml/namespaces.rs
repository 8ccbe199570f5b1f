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

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, clippy::indexing_slicing, reason = "a test's own numbers")]
mod tests {
    use super::Namespaces;
    use quick_xml::events::Event;
    use quick_xml::name::{QName, ResolveResult};
    use quick_xml::reader::NsReader;

    const TEXT: &str = r#"<a xmlns="http://www.w3.org/1999/xlink" xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main">
        <w:b/><b/><c xmlns=""><w:d/><d/></c><w:e xmlns:w="http://openoffice.org/2000/text"><w:f/><f/></w:e><w:g/>
        <x:h/><x:i xmlns:x='http://www.w3.org/1999/xlink'><x:j>text</x:j></x:i><x:k/><l xmlnsx="no"/></a>"#;

    /// The same as the resolver that looks at every attribute of every element.
    #[test]
    fn scopes() {
        let mut reader = NsReader::from_str(TEXT);
        let (mut names, mut depth, mut seen) = (Namespaces::default(), 0_u32, 0);
        loop {
            let event = reader.read_event().unwrap();
            let (start, empty) = match &event {
                Event::Start(start) => (start, false),
                Event::Empty(start) => (start, true),
                Event::End(_) => {
                    names.leave(depth);
                    depth = depth.saturating_sub(1);
                    continue;
                }
                Event::Eof => break,
                _ => continue,
            };
            depth = depth.saturating_add(1);
            if super::may_declare(start.as_bytes()) {
                names.declare(start, depth);
            }
            let name: QName<'_> = start.name();
            let prefix = name.prefix().map(quick_xml::name::Prefix::into_inner).unwrap_or_default();
            let oracle = match reader.resolver().resolve_element(start.name()).0 {
                ResolveResult::Bound(namespace) => super::known(namespace.into_inner()),
                _ => "",
            };
            let leaked: &'static str = Box::leak(prefix.to_owned().into_boxed_str());
            assert_eq!(names.of(leaked), oracle, "{}", name.into_inner());
            seen += 1;
            if empty {
                names.leave(depth);
                depth = depth.saturating_sub(1);
            }
        }
        assert_eq!(seen, 15);
    }
}
