//! An object of a schema to the parts of a record.

use super::scan::{Broken, DEPTH, Item, Scan};
use crate::layout::{Branch, Layout, Node};
use crate::leaf::{Parts, Raw};
use crate::unescape;
use ddefend_event::native;
use std::borrow::Cow;

/// Members that hold an element's text, as converters from XML write it.
const TEXT: &[&str] = &["#text", "$t", "$", "_", "text", "Value", "value"];
/// Members that hold the `Name` attribute of a `Data` element.
const NAME: &[&str] = &["@Name", "Name", "-Name", "name"];
/// Members that hold attributes.
const ATTRIBUTES: &[&str] = &["#attributes", "@attributes"];

/// Takes objects apart.
pub(crate) struct Walk<'w> {
    pub(super) layout: &'w Layout,
}

impl Walk<'_> {
    /// The object whose bracket was just taken.
    pub(super) fn record<'a>(&self, scan: &mut Scan<'a>, parts: &mut Parts<'a>) -> Result<(), Broken> {
        parts.clear(self.layout.dialect);
        parts.utc = self.layout.utc;
        self.object(scan, parts, self.layout.root, 0)?;
        (self.layout.finish)(parts);
        Ok(())
    }

    fn object<'a>(
        &self,
        scan: &mut Scan<'a>,
        parts: &mut Parts<'a>,
        branch: &Branch,
        depth: u32,
    ) -> Result<(), Broken> {
        while let Some((name, escaped)) = scan.member()? {
            let (node, name) = match plain(name, escaped) {
                Cow::Borrowed(name) => {
                    let (node, name) = branch.node(name);
                    (node, Cow::Borrowed(name))
                }
                Cow::Owned(name) => {
                    let (node, name) = branch.node(&name);
                    (node, Cow::Owned(name.to_owned()))
                }
            };
            self.member(scan, parts, name, node, depth)?;
        }
        Ok(())
    }

    fn member<'a>(
        &self,
        scan: &mut Scan<'a>,
        parts: &mut Parts<'a>,
        name: Cow<'a, str>,
        node: Node,
        depth: u32,
    ) -> Result<(), Broken> {
        let item = scan.item()?;
        if depth >= DEPTH {
            return scan.finish(item);
        }
        let deeper = depth.saturating_add(1);
        match (node, item) {
            (Node::Skip, _) => scan.finish(item),
            (Node::Enter(branch) | Node::SlotOr(_, _, branch) | Node::NameOr(_, branch), Item::Object) => {
                self.object(scan, parts, branch, deeper)
            }
            (Node::Enter(branch), Item::String(text, escaped)) if matches!(branch.other, Node::Data) => {
                self.layout.put(parts, native::DATA.into(), Node::Data, string(text, escaped));
                Ok(())
            }
            (Node::Json(branch), Item::String(text, escaped)) => {
                self.inner(parts, &plain(text, escaped), branch, deeper);
                Ok(())
            }
            (Node::Json(branch), Item::Object) => self.object(scan, parts, branch, deeper),
            (_, Item::Object) => self.nested(scan, parts, name, node, deeper),
            (_, Item::Array) => {
                while scan.element()? {
                    self.member(scan, parts, name.clone(), node, deeper)?;
                }
                Ok(())
            }
            (_, Item::String(text, escaped)) => {
                self.layout.put(parts, name, node, string(text, escaped));
                Ok(())
            }
            (_, Item::Number(text)) => {
                self.layout.put(parts, name, node, Raw::Number(text));
                Ok(())
            }
            (_, Item::Bool(value)) => {
                self.layout.put(parts, name, node, Raw::Bool(value));
                Ok(())
            }
            (Node::Enter(_), Item::Null) => Ok(()),
            (_, Item::Null) => {
                self.layout.put(parts, name, node, Raw::Null);
                Ok(())
            }
        }
    }

    /// An object where a value is expected: an element with attributes, or members that lie deeper.
    fn nested<'a>(
        &self,
        scan: &mut Scan<'a>,
        parts: &mut Parts<'a>,
        name: Cow<'a, str>,
        node: Node,
        depth: u32,
    ) -> Result<(), Broken> {
        if matches!(node, Node::Common) {
            while let Some((member, escaped)) = scan.member()? {
                let path = format!("{name}.{}", plain(member, escaped));
                self.member(scan, parts, path.into(), node, depth)?;
            }
            return Ok(());
        }
        let (mut title, mut texts) = (None, Vec::new());
        while let Some((member, escaped)) = scan.member()? {
            let member = plain(member, escaped);
            if NAME.contains(&member.as_ref()) && matches!(node, Node::Data) {
                title = self.collect(scan, depth)?.pop().and_then(|raw| raw.text().map(|text| text.into_owned()));
            } else if TEXT.contains(&member.as_ref()) {
                texts.extend(self.collect(scan, depth)?);
            } else if ATTRIBUTES.contains(&member.as_ref()) {
                title = attributes(scan)?.or(title);
            } else if matches!(node, Node::Data) {
                self.member(scan, parts, member, node, depth)?;
            } else {
                scan.skip()?;
            }
        }
        let name: Cow<'a, str> = title.map_or(name, Cow::Owned);
        if texts.is_empty() && name.as_ref() != native::DATA && matches!(node, Node::Data) {
            return Ok(());
        }
        for raw in texts {
            self.layout.put(parts, name.clone(), node, raw);
        }
        Ok(())
    }

    /// A value, or the values of an array.
    fn collect<'a>(&self, scan: &mut Scan<'a>, depth: u32) -> Result<Vec<Raw<'a>>, Broken> {
        let item = scan.item()?;
        Ok(match item {
            Item::String(text, escaped) => vec![string(text, escaped)],
            Item::Number(text) => vec![Raw::Number(text)],
            Item::Bool(value) => vec![Raw::Bool(value)],
            Item::Null => vec![Raw::Null],
            Item::Array if depth < DEPTH => {
                let mut all = Vec::new();
                while scan.element()? {
                    all.extend(self.collect(scan, depth.saturating_add(1))?);
                }
                all
            }
            Item::Array | Item::Object => {
                scan.finish(item)?;
                Vec::new()
            }
        })
    }

    /// JSON in a string: its values are no longer borrowed.
    pub(super) fn inner(&self, parts: &mut Parts<'_>, text: &str, branch: &Branch, depth: u32) {
        let mut scan = Scan::new(text, 0);
        let mut inner = Parts::default();
        if scan.next() == Some(b'{') {
            scan.take();
            _ = self.object(&mut scan, &mut inner, branch, depth);
        }
        parts.adopt(&inner);
    }
}

/// The `Name` among attributes.
fn attributes(scan: &mut Scan<'_>) -> Result<Option<String>, Broken> {
    let mut found = None;
    let item = scan.item()?;
    if item != Item::Object {
        scan.finish(item)?;
        return Ok(None);
    }
    while let Some((member, _)) = scan.member()? {
        let item = scan.item()?;
        match item {
            Item::String(text, escaped) if NAME.contains(&member) => found = Some(plain(text, escaped).into_owned()),
            _ => scan.finish(item)?,
        }
    }
    Ok(found)
}

pub(super) fn string(text: &str, escaped: bool) -> Raw<'_> {
    if escaped { Raw::Json(text) } else { Raw::Text(text) }
}

/// The text of a string.
pub(super) fn plain(text: &str, escaped: bool) -> Cow<'_, str> {
    if !escaped {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    unescape::json(text, &mut out);
    Cow::Owned(out)
}
