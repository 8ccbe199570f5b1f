//! Fields in WordprocessingML: the same elements in OOXML (ISO 29500-1 17.16) and in Word 2003 XML.

use ddefend_container::Sink;
use ddefend_container::xml::{Element, Event, Source, Xml, ns};
use ddefend_grammar::field::{Built, StoryBuilder};
use ddefend_model::{Location, PartPath, code, trick};
use std::borrow::Cow;
use std::collections::HashMap;

/// How much text of a bookmark is kept, bytes, and how many are followed at once.
const BOOKMARK_CAP: usize = 4 << 10;
const BOOKMARKS: usize = 64;

/// Elements whose content is there and not in plain sight, or in alternatives.
const WRAPPERS: [&str; 11] = [
    "del",
    "ins",
    "moveFrom",
    "moveTo",
    "sdt",
    "hyperlink",
    "smartTag",
    "customXml",
    "AlternateContent",
    "ruby",
    "annotation",
];

/// How many fields of a document are read; further ones are reported as a limit.
const FIELDS: usize = 200_000;

/// Where a field begins. There may be many, so it is small.
#[derive(Clone, Copy, Debug)]
struct Place {
    part: usize,
    paragraph: u32,
    offset: u64,
    holder: &'static str,
}

impl Place {
    fn location(self) -> Location {
        let mut location = Location::paragraph(self.paragraph).held_by(Cow::Borrowed(self.holder));
        location.offset = Some(self.offset);
        location
    }
}

/// Reads the fields of all stories of a document into one [`Built`], since they share bookmarks.
pub(crate) struct Stories {
    builder: StoryBuilder,
    parts: Vec<PartPath>,
    places: Vec<Place>,
}

/// What is known of a part before its fields are read.
#[derive(Clone, Debug, Default)]
pub(crate) struct StoryPart {
    /// Its path.
    pub(crate) path: PartPath,
    /// Tricks that concern all of it.
    pub(crate) tricks: Vec<&'static str>,
}

impl Stories {
    /// No story yet; fields may nest `nesting` deep.
    pub(crate) fn new(nesting: u32) -> Self {
        Self { builder: StoryBuilder::new(nesting), parts: Vec::new(), places: Vec::new() }
    }

    /// Reads one part.
    pub(crate) fn read(&mut self, part: StoryPart, source: &Source<'_>, sink: &mut dyn Sink) {
        let mut tricks = part.tricks;
        if source.transcoded {
            tricks.push(trick::XML_ENCODING);
        }
        if source.entities {
            tricks.push(trick::XML_ENTITY);
        }
        self.parts.push(part.path);
        let mut reader = PartReader {
            part: self.parts.len().saturating_sub(1),
            builder: &mut self.builder,
            places: &mut self.places,
            tricks,
            paragraph: 0,
            wrappers: 0,
            other_stories: 0,
            vanished: false,
            text: None,
            pieces: Vec::new(),
            simple: Vec::new(),
            bookmarks: HashMap::new(),
        };
        let mut xml = Xml::new(source);
        while let Some(event) = xml.next(sink) {
            reader.event(&event, xml.open_elements());
            if reader.places.len() >= FIELDS {
                let place = Location::bytes(xml.offset(), 0);
                sink.report(code::LIMIT_STRUCTURE, place, format!("more than {FIELDS} fields; the rest was not read"));
                break;
            }
        }
        self.builder.break_story();
    }

    /// A bookmark, variable or property, see [`ddefend_grammar::field::Story::names`].
    pub(crate) fn name(&mut self, name: String, text: String) {
        self.builder.name(name, text);
    }

    /// The story and the places of its fields.
    pub(crate) fn finish(self) -> (Built, impl Fn(u32) -> (PartPath, Location)) {
        let Self { builder, parts, places } = self;
        let place = move |mark: u32| {
            let place = usize::try_from(mark).ok().and_then(|mark| places.get(mark));
            let part = place.and_then(|place| parts.get(place.part)).cloned().unwrap_or_default();
            (part, place.map(|place| place.location()).unwrap_or_default())
        };
        (builder.finish(), place)
    }
}

/// What the text that is being read belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Text {
    Instruction,
    Shown,
}

struct PartReader<'s> {
    part: usize,
    builder: &'s mut StoryBuilder,
    places: &'s mut Vec<Place>,
    tricks: Vec<&'static str>,
    paragraph: u32,
    /// Open elements of [`WRAPPERS`].
    wrappers: u32,
    /// Open text boxes, comments and the like.
    other_stories: u32,
    /// The run is hidden.
    vanished: bool,
    text: Option<Text>,
    /// For each open field: pieces of instruction since its begin or the last nested field.
    pieces: Vec<u32>,
    /// For each open simple field: how many fields were open before it.
    simple: Vec<usize>,
    /// Open bookmarks by id: name and text so far.
    bookmarks: HashMap<String, (String, String)>,
}

fn is_on(element: &Element<'_>, name: &str) -> bool {
    element.attribute(name).is_some_and(|value| is_true(&value))
}

/// ST_OnOff, ISO 29500-1 22.9.2.7.
pub(crate) fn is_true(value: &str) -> bool {
    !matches!(value.trim().to_ascii_lowercase().as_str(), "0" | "false" | "off" | "no")
}

impl PartReader<'_> {
    fn event(&mut self, event: &Event<'_>, open: &[&str]) {
        match event {
            Event::Start(element) => self.start(element, open),
            Event::End(name) => self.end(name),
            Event::Text { text, encoded } => self.take_text(text, *encoded),
            Event::Comment(_) | Event::Instruction(_) if self.text == Some(Text::Instruction) => {
                self.saw(trick::XML_ENCODING);
            }
            Event::Comment(_) | Event::Instruction(_) => {}
        }
    }

    fn start(&mut self, element: &Element<'_>, open: &[&str]) {
        let local = element.local();
        match local {
            "p" => self.paragraph = self.paragraph.saturating_add(1),
            "r" => self.vanished = false,
            "fldChar" => self.field_character(element),
            "fldSimple" => self.simple_field(element),
            "instrText" | "delInstrText" => self.instruction_piece(element),
            "t" | "delText" => self.text = Some(Text::Shown),
            "tab" | "ptab" => self.character('\t', open),
            "br" | "cr" => self.character('\n', open),
            "noBreakHyphen" => self.character('-', open),
            "vanish" | "webHidden" | "specVanish" => {
                let off = element.attribute("val").is_some_and(|value| !is_true(&value));
                // In `w:pPr` it hides the paragraph mark alone.
                self.vanished |= !off && !open.contains(&"pPr");
            }
            "txbxContent" | "comment" => self.other_stories = self.other_stories.saturating_add(1),
            "bookmarkStart" => self.bookmark(element),
            "bookmarkEnd" => self.bookmark_end(element),
            _ if WRAPPERS.contains(&local) => self.wrappers = self.wrappers.saturating_add(1),
            _ => {}
        }
    }

    fn end(&mut self, local: &str) {
        match local {
            "p" if self.builder.depth() > 0 => self.builder.text("\r"),
            "r" => self.vanished = false,
            "instrText" | "delInstrText" | "t" | "delText" => self.text = None,
            "fldSimple" => {
                let Some(depth) = self.simple.pop() else { return };
                // Fields that began inside and did not end there end here, unclosed.
                self.builder.close_to(depth.saturating_add(1));
                if self.builder.depth() > depth {
                    self.builder.end();
                }
                self.closed();
            }
            "txbxContent" | "comment" => self.other_stories = self.other_stories.saturating_sub(1),
            _ if WRAPPERS.contains(&local) => self.wrappers = self.wrappers.saturating_sub(1),
            _ => {}
        }
    }

    fn take_text(&mut self, text: &str, encoded: bool) {
        match self.text {
            Some(Text::Instruction) => {
                if encoded {
                    self.saw(trick::XML_ENCODING);
                }
                if self.builder.in_instruction() {
                    self.builder.text(text);
                }
            }
            Some(Text::Shown) => {
                // Ordinary text between begin and separator is no part of the instruction.
                if !self.builder.in_instruction() {
                    self.builder.text(text);
                }
                for (_, kept) in self.bookmarks.values_mut() {
                    if kept.len().saturating_add(text.len()) <= BOOKMARK_CAP {
                        kept.push_str(text);
                    }
                }
            }
            None => {}
        }
    }

    /// A character that has an element of its own; in `w:pPr` `w:tab` is a tab stop.
    fn character(&mut self, c: char, open: &[&str]) {
        if self.builder.depth() > 0 && !open.contains(&"pPr") {
            self.builder.text(c.encode_utf8(&mut [0; 4]));
        }
    }

    fn field_character(&mut self, element: &Element<'_>) {
        match element.attribute("fldCharType").unwrap_or_default().as_str() {
            "begin" => {
                self.begin(element, "w:fldChar");
                if let Some(field) = self.builder.current() {
                    field.dirty = is_on(element, "dirty");
                    field.locked = is_on(element, "fldLock");
                }
            }
            "separate" => self.builder.separator(),
            "end" => {
                self.builder.end();
                self.closed();
            }
            _ => {}
        }
    }

    fn simple_field(&mut self, element: &Element<'_>) {
        self.simple.push(self.builder.depth());
        self.begin(element, "w:fldSimple@w:instr");
        if let Some(field) = self.builder.current() {
            field.dirty = is_on(element, "dirty");
            field.locked = is_on(element, "fldLock");
        }
        if let Some(instruction) = element.attributes().find(|attribute| attribute.local == "instr") {
            if instruction.encoded {
                self.saw(trick::XML_ENCODING);
            }
            self.builder.text(&instruction.value);
        }
        self.builder.separator();
    }

    fn instruction_piece(&mut self, element: &Element<'_>) {
        self.text = Some(Text::Instruction);
        if element.local() == "delInstrText" || self.vanished || self.wrappers > 0 {
            self.saw(trick::HIDDEN_CONTENT);
        }
        let Some(pieces) = self.pieces.last_mut() else { return };
        *pieces = pieces.saturating_add(1);
        if *pieces > 1 {
            self.saw(trick::SPLIT_RUNS);
        }
    }

    fn begin(&mut self, element: &Element<'_>, holder: &'static str) {
        let mark = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
        let (part, paragraph, offset) = (self.part, self.paragraph, element.offset);
        self.places.push(Place { part, paragraph, offset, holder });
        self.builder.begin(mark);
        self.pieces.truncate(self.builder.depth().saturating_sub(1));
        self.pieces.push(0);
        let odd_prefix = !matches!(element.prefix(), "w");
        let seen = [
            (self.wrappers > 0 || self.vanished, trick::HIDDEN_CONTENT),
            (self.other_stories > 0, trick::OTHER_STORY),
            (!self.simple.is_empty(), trick::SIMPLE_FIELD),
            (odd_prefix, trick::XML_ENCODING),
            (element.namespace == ns::W_STRICT, trick::STRICT_NAMESPACE),
        ];
        let tricks = self.tricks.clone();
        for trick in tricks.into_iter().chain(seen.iter().filter(|(seen, _)| *seen).map(|(_, trick)| *trick)) {
            self.saw(trick);
        }
    }

    /// A field ended; what follows in the outer one is a new piece.
    fn closed(&mut self) {
        self.pieces.truncate(self.builder.depth());
        if let Some(pieces) = self.pieces.last_mut() {
            *pieces = 0;
        }
    }

    fn saw(&mut self, trick: &'static str) {
        if let Some(field) = self.builder.current()
            && !field.tricks.contains(&trick)
        {
            field.tricks.push(trick);
        }
    }

    fn bookmark(&mut self, element: &Element<'_>) {
        if let (Some(id), Some(name), true) =
            (element.attribute("id"), element.attribute("name"), self.bookmarks.len() < BOOKMARKS)
        {
            self.bookmarks.insert(id, (name, String::new()));
        }
    }

    fn bookmark_end(&mut self, element: &Element<'_>) {
        if let Some((name, text)) = element.attribute("id").and_then(|id| self.bookmarks.remove(&id)) {
            self.builder.name(name, text);
        }
    }
}
