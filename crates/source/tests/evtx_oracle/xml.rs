//! Event XML to native names, by its own short way.
use quick_xml::events::Event;
use quick_xml::reader::Reader;

#[derive(Default)]
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    text: String,
    children: Vec<Element>,
}

fn parse(xml: &str) -> Element {
    let mut reader = Reader::from_str(xml);
    let mut open = vec![Element::default()];
    let start = |start: &quick_xml::events::BytesStart<'_>| Element {
        name: start.name().as_ref().to_owned(),
        attributes: start
            .attributes()
            .map(|attribute| {
                let attribute = attribute.unwrap();
                let value = quick_xml::escape::unescape(&attribute.value).unwrap().into_owned();
                (attribute.key.as_ref().to_owned(), value)
            })
            .collect(),
        ..Element::default()
    };
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) => open.push(start(&tag)),
            Event::Empty(tag) => {
                let element = start(&tag);
                open.last_mut().unwrap().children.push(element);
            }
            Event::End(_) => {
                let element = open.pop().unwrap();
                open.last_mut().unwrap().children.push(element);
            }
            Event::Text(text) => open.last_mut().unwrap().text += &text,
            Event::GeneralRef(entity) => {
                let name = &*entity;
                open.last_mut().unwrap().text += &quick_xml::escape::unescape(&format!("&{name};")).unwrap();
            }
            Event::CData(text) => open.last_mut().unwrap().text += &text,
            Event::Eof => return open.swap_remove(0),
            _ => {}
        }
    }
}

/// Names and values in the order of the document.
pub(crate) fn flat(xml: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for element in parse(xml).children {
        for child in element.children {
            walk(&child, &[], &mut out);
        }
    }
    out
}

fn walk(element: &Element, path: &[&str], out: &mut Vec<(String, String)>) {
    let system = path.first() == Some(&"System");
    let mut name = element.name.clone();
    let mut attributes = element.attributes.clone();
    if path.first() == Some(&"RenderingInfo") && name != "Message" {
        name = format!("RenderingInfo_{name}");
    }
    let data = !path.is_empty() && !system && ["Data", "ComplexData"].contains(&name.as_str());
    if let Some(at) = attributes.iter().position(|(key, _)| data && key == "Name") {
        let label = attributes.remove(at).1;
        if !label.is_empty() {
            name = label;
        }
    }
    let plain = attributes.is_empty();
    for (key, value) in attributes {
        if key == "xmlns" || key.starts_with("xmlns:") {
            continue;
        }
        out.push(match (system, element.name.as_str(), key.as_str()) {
            (true, "TimeCreated", "SystemTime") => (key.replace("SystemTime", "TimeCreated"), value),
            (true, "Security", "UserID") => (key, value),
            _ => (format!("{name}_{key}"), value),
        });
    }
    let inner: Vec<&str> = path.iter().copied().chain([element.name.as_str()]).collect();
    if element.children.is_empty() || !element.text.trim().is_empty() {
        let frame = path.is_empty()
            || system
                && !["EventID", "Version", "Level", "Task", "Opcode", "Keywords", "Channel"]
                    .contains(&element.name.as_str());
        if !(element.text.is_empty() && (!plain || frame)) {
            out.push((name, element.text.clone()));
        }
    }
    for child in &element.children {
        walk(child, &inner, out);
    }
}
