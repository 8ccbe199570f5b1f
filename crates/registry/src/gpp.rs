//! `Registry.xml` of group policy preferences ([MS-GPPREF] 2.2.1.11): items with an action, in collections.

use crate::out::{Out, about, quote};
use crate::pol;
use crate::xml::{Node, Spot, walk};
use crate::{About, Data, Fact, Format, Intent, Place, Root, path, typed};
use ddefend_container::xml::Element;
use ddefend_model::code;

pub(crate) fn read(name: &str, bytes: &[u8], mut out: Out<'_>) -> About {
    let mut items = Items::new(pol::root(name));
    walk(bytes, &mut out, &mut |out, spot, node| items.node(out, spot, node));
    out.finish();
    about(Format::Gpp, Intent::Policy)
}

/// Reads items wherever they stand: in a file of their own or in a report.
#[derive(Default)]
pub(crate) struct Items {
    /// Which half of the policy they are in, where that is known.
    pub(crate) half: Option<Root>,
    item: Option<Item>,
    /// How deep the outermost disabled collection stands.
    disabled: Option<usize>,
}

#[derive(Default)]
struct Item {
    line: u64,
    action: String,
    hive: String,
    key: String,
    name: String,
    kind: String,
    value: String,
    default: bool,
    list: Vec<String>,
    properties: bool,
    disabled: bool,
    filtered: bool,
}

impl Items {
    pub(crate) fn new(half: Option<Root>) -> Self {
        Self { half, ..Self::default() }
    }

    pub(crate) fn node(&mut self, out: &mut Out<'_>, spot: &Spot<'_>, node: Node<'_, '_>) {
        match node {
            Node::Start(element) => self.start(spot, element),
            Node::End(text) => match spot.name() {
                "Value" if spot.parent() == "Values" => {
                    if let Some(item) = &mut self.item {
                        item.list.push(text.to_owned());
                    }
                }
                "Registry" => {
                    if let Some(item) = self.item.take() {
                        self.tell(item, out);
                    }
                }
                _ if self.disabled == Some(spot.open.len()) => self.disabled = None,
                _ => {}
            },
        }
    }

    fn start(&mut self, spot: &Spot<'_>, element: &Element<'_>) {
        let is = |name: &str| element.attribute(name).is_some_and(|value| value == "1" || value == "true");
        match spot.name() {
            "Registry" => {
                let disabled = self.disabled.is_some() || is("disabled");
                self.item = Some(Item { line: spot.line, disabled, ..Item::default() });
            }
            "Collection" | "RegistrySettings" if self.disabled.is_none() && is("disabled") => {
                self.disabled = Some(spot.open.len());
            }
            "Properties" => {
                let Some(item) = &mut self.item else { return };
                let said = |name: &str| element.attribute(name).unwrap_or_default();
                item.action = said("action");
                item.hive = said("hive");
                item.key = said("key");
                item.name = said("name");
                item.kind = said("type");
                item.value = said("value");
                item.default = is("default");
                item.properties = true;
            }
            _ if spot.parent() == "Filters" => {
                if let Some(item) = &mut self.item {
                    item.filtered = true;
                }
            }
            _ => {}
        }
    }

    fn tell(&self, item: Item, out: &mut Out<'_>) {
        if !item.properties {
            out.tell_line(code::BROKEN_STRUCTURE, item.line, "an item without properties");
            return;
        }
        let Some((root, key)) = path::split(&path::below(&item.hive, &item.key)) else {
            let message = format!("no root of the registry: {}", quote(&item.hive));
            out.tell_line(code::BROKEN_STRUCTURE, item.line, message);
            return;
        };
        let what = quote(if item.name.is_empty() { &key } else { &item.name });
        if item.disabled {
            out.tell_line(code::NOTE_ODD, item.line, format!("{what} is disabled and not applied"));
            return;
        }
        if item.filtered {
            out.tell_line(code::NOTE_ODD, item.line, format!("{what} applies only where its filters match"));
        }
        // The machine's half runs as the system: its current user is no person.
        let root = match (&self.half, root) {
            (Some(Root::Machine), Root::User) => Root::Users(".DEFAULT".into()),
            (_, root) => root,
        };
        let place = Place::Line(item.line);
        let mut fact = |fact: Fact| out.fact(&root, &key, fact, place, None);
        let whole_key = item.name.is_empty() && !item.default;
        let name = if item.default { String::new() } else { item.name.clone() };
        match (item.action.to_ascii_uppercase().as_str(), whole_key) {
            ("D", true) => fact(Fact::KeyRemoved),
            ("D", false) => fact(Fact::ValueRemoved { name }),
            ("R", true) => {
                fact(Fact::KeyRemoved);
                fact(Fact::Key);
            }
            ("C" | "U" | "", true) => fact(Fact::Key),
            (action @ ("C" | "R" | "U" | ""), false) => {
                let Some(data) = item.data() else {
                    let message = format!("data that does not fit: {} {}", quote(&item.kind), quote(&item.value));
                    out.tell_line(code::BROKEN_STRUCTURE, item.line, message);
                    return;
                };
                fact(Fact::Value { name, data });
                if action == "C" {
                    let message = format!("{what} is written only where the value does not exist yet");
                    out.tell_line(code::NOTE_ODD, item.line, message);
                }
            }
            (action, _) => {
                let message = format!("no action that is known: {}", quote(action));
                out.tell_line(code::BROKEN_STRUCTURE, item.line, message);
            }
        }
    }
}

impl Item {
    /// Numbers are written in hexadecimal, however they are shown.
    fn data(&self) -> Option<Data> {
        let digits = || self.value.trim().trim_start_matches("0x").trim_start_matches("0X");
        Some(match typed::kind(&self.kind)? {
            4 => Data::Dword(u32::from_str_radix(digits(), 16).ok()?),
            11 => Data::Qword(u64::from_str_radix(digits(), 16).ok()?),
            7 if !self.list.is_empty() || self.value.is_empty() => Data::MultiSz(self.list.clone()),
            kind => typed::data(kind, &self.value, &["\r\n", "\n", "\\0"])?,
        })
    }
}
