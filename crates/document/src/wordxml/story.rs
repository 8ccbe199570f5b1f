//! Fields in WordprocessingML: the same elements in OOXML (ISO 29500-1 17.16) and in Word 2003 XML.

use ddefend_container::Sink;
use ddefend_container::xml::{Element, Event, Source, Xml, ns};
use ddefend_grammar::field::{Built, Field, Piece, StoryBuilder};
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

/// How many `mc:Choice` of one `mc:AlternateContent` are read each on its own.
const CHOICES: u32 = 4;

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
    /// Further readings of parts that read in several ways, see [`Reading`].
    again: Option<StoryBuilder>,
    /// Fields in text boxes nest too deep.
    too_deep: bool,
    nesting: u32,
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

/// What is passed over in one reading of a part. Word takes one branch of `mc:AlternateContent` and shows text as if
/// changes were accepted or refused; in the midst of an instruction that makes different instructions.
#[derive(Clone, Copy, Debug, Default)]
struct Reading {
    branch: Option<Branch>,
    /// Deleted text is passed over.
    without_deleted: bool,
}

/// The branch of each `mc:AlternateContent` (ISO 29500-3 10.2) that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Branch {
    /// The nth `mc:Choice`.
    Choice(u32),
    Fallback,
}

/// In how many ways a part reads.
#[derive(Clone, Copy, Debug, Default)]
struct Ways {
    /// Most `mc:Choice` in one `mc:AlternateContent`, where one stands in an instruction.
    choices: u32,
    alternates: bool,
    deleted: bool,
}

impl Ways {
    /// The further readings.
    fn readings(self) -> Vec<Reading> {
        let mut branches = vec![None];
        if self.alternates {
            branches.extend((0..self.choices.min(CHOICES)).map(|number| Some(Branch::Choice(number))));
            branches.push(Some(Branch::Fallback));
        }
        let all = branches
            .into_iter()
            .flat_map(|branch| [false, true].map(|without_deleted| Reading { branch, without_deleted }));
        all.filter(|reading| reading.branch.is_some() || reading.without_deleted)
            .filter(|reading| self.deleted || !reading.without_deleted)
            .collect()
    }
}

impl Stories {
    /// No story yet; fields may nest `nesting` deep.
    pub(crate) fn new(nesting: u32) -> Self {
        Self {
            builder: StoryBuilder::new(nesting),
            again: None,
            too_deep: false,
            nesting,
            parts: Vec::new(),
            places: Vec::new(),
        }
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
        let ways = self.pass(Reading::default(), &tricks, source, sink);
        for reading in ways.readings() {
            self.pass(reading, &tricks, source, sink);
        }
    }

    /// Reads the last part once.
    fn pass(&mut self, reading: Reading, tricks: &[&'static str], source: &Source<'_>, sink: &mut dyn Sink) -> Ways {
        let nesting = self.nesting;
        let further = reading.branch.is_some() || reading.without_deleted;
        let builder =
            if further { self.again.get_or_insert_with(|| StoryBuilder::new(nesting)) } else { &mut self.builder };
        let mut reader = PartReader {
            part: self.parts.len().saturating_sub(1),
            builder: std::mem::take(builder),
            places: &mut self.places,
            tricks: tricks.to_vec(),
            paragraph: 0,
            wrappers: 0,
            other_stories: 0,
            vanished: false,
            text: None,
            pieces: Vec::new(),
            simple: Vec::new(),
            bookmarks: HashMap::new(),
            reading,
            ways: Ways::default(),
            skipped: 0,
            choices: Vec::new(),
            loose: String::new(),
            outer: Vec::new(),
            boxed: Vec::new(),
            too_deep: false,
            nesting,
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
        reader.finish();
        self.too_deep |= reader.too_deep;
        *builder = reader.builder;
        reader.ways
    }

    /// A bookmark, variable or property, see [`ddefend_grammar::field::Story::names`].
    pub(crate) fn name(&mut self, name: String, text: String) {
        self.builder.name(name, text);
    }

    /// The story, its further readings where there are some, and the places of their fields.
    pub(crate) fn finish(self) -> (Built, Option<Built>, impl Fn(u32) -> (PartPath, Location)) {
        let Self { builder, again, too_deep, parts, places, .. } = self;
        let place = move |mark: u32| {
            let place = usize::try_from(mark).ok().and_then(|mark| places.get(mark));
            let part = place.and_then(|place| parts.get(place.part)).cloned().unwrap_or_default();
            (part, place.map(|place| place.location()).unwrap_or_default())
        };
        let mut built = builder.finish();
        built.too_deep |= too_deep;
        let again = again.map(|again| {
            let mut again = again.finish();
            again.story.names.clone_from(&built.story.names);
            again
        });
        (built, again, place)
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
    builder: StoryBuilder,
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
    reading: Reading,
    ways: Ways,
    /// Open elements of a subtree that this reading passes over.
    skipped: u32,
    /// For each open `mc:AlternateContent` how many `mc:Choice` it had so far.
    choices: Vec<u32>,
    /// Ordinary text in the innermost field's instruction.
    loose: String,
    /// What was being read around each open text box that stands in an instruction.
    outer: Vec<Outer>,
    /// Fields of such text boxes.
    boxed: Vec<Field>,
    too_deep: bool,
    nesting: u32,
}

/// What is put aside while a text box is read: it is a story of its own, wherever its anchor stands.
struct Outer {
    builder: StoryBuilder,
    pieces: Vec<u32>,
    simple: Vec<usize>,
    other_stories: u32,
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
            Event::Start(_) if self.skipped > 0 => self.skipped = self.skipped.saturating_add(1),
            Event::Start(element) if self.passes_over(element.local()) => self.skipped = 1,
            Event::End(_) if self.skipped > 0 => self.skipped = self.skipped.saturating_sub(1),
            _ if self.skipped > 0 => {}
            Event::Start(element) => self.start(element, open),
            Event::End(name) => self.end(name),
            Event::Text { text, encoded } => self.take_text(text, *encoded),
            Event::Comment(_) | Event::Instruction(_) if self.text == Some(Text::Instruction) => {
                self.saw(trick::XML_ENCODING);
            }
            Event::Comment(_) | Event::Instruction(_) => {}
        }
    }

    /// True where this reading leaves out an element that begins here.
    fn passes_over(&mut self, local: &str) -> bool {
        let inside = self.builder.in_instruction();
        match local {
            "AlternateContent" => {
                self.ways.alternates |= inside;
                self.choices.push(0);
                false
            }
            "Choice" => {
                let Some(number) = self.choices.last_mut() else { return false };
                let own = Branch::Choice(*number);
                *number = number.saturating_add(1);
                self.ways.choices = self.ways.choices.max(*number);
                self.reading.branch.is_some_and(|branch| branch != own)
            }
            "Fallback" => self.reading.branch.is_some_and(|branch| branch != Branch::Fallback),
            "delInstrText" | "del" | "moveFrom" => {
                self.ways.deleted |= inside;
                if inside && self.reading.without_deleted {
                    self.saw(trick::HIDDEN_CONTENT);
                }
                self.reading.without_deleted
            }
            _ => false,
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
            "txbxContent" | "comment" => {
                self.other_stories = self.other_stories.saturating_add(1);
                if local == "txbxContent" && self.builder.in_instruction() {
                    self.enter_box();
                }
            }
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
            "txbxContent" | "comment" => {
                if self.outer.last().is_some_and(|outer| outer.other_stories == self.other_stories) {
                    self.leave_box();
                }
                self.other_stories = self.other_stories.saturating_sub(1);
            }
            "AlternateContent" => {
                self.ways.alternates |= self.builder.in_instruction();
                self.choices.pop();
                self.wrappers = self.wrappers.saturating_sub(1);
            }
            _ if WRAPPERS.contains(&local) => self.wrappers = self.wrappers.saturating_sub(1),
            _ => {}
        }
    }

    fn enter_box(&mut self) {
        self.loose.clear();
        self.outer.push(Outer {
            builder: std::mem::replace(&mut self.builder, StoryBuilder::new(self.nesting)),
            pieces: std::mem::take(&mut self.pieces),
            simple: std::mem::take(&mut self.simple),
            other_stories: self.other_stories,
        });
    }

    fn leave_box(&mut self) {
        let Some(outer) = self.outer.pop() else { return };
        let inner = std::mem::replace(&mut self.builder, outer.builder).finish();
        self.pieces = outer.pieces;
        self.simple = outer.simple;
        self.loose.clear();
        self.too_deep |= inner.too_deep;
        for (name, text) in inner.story.names {
            self.builder.name(name, text);
        }
        self.boxed.extend(inner.story.pieces.into_iter().filter_map(|piece| match piece {
            Piece::Field(field) => Some(field),
            Piece::Text(_) => None,
        }));
    }

    /// The part ends, and with it what is open.
    fn finish(&mut self) {
        while !self.outer.is_empty() {
            self.leave_box();
        }
        self.builder.break_story();
        for field in std::mem::take(&mut self.boxed) {
            self.builder.field(field);
        }
    }

    /// The instruction is over: where it has none of its own, Word takes the ordinary text that stands there.
    fn take_loose(&mut self) {
        let loose = std::mem::take(&mut self.loose);
        if loose.is_empty() || !self.builder.in_instruction() {
            return;
        }
        let blank = |piece: &Piece| matches!(piece, Piece::Text(text) if text.trim().is_empty());
        if self.builder.current().is_some_and(|field| field.instruction.iter().all(blank)) {
            self.builder.text(&loose);
            self.saw(trick::HIDDEN_CONTENT);
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
                // Ordinary text between begin and separator is no part of the instruction, unless there is no other.
                if self.builder.in_instruction() {
                    self.loose.push_str(text);
                } else {
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
            "separate" => {
                self.take_loose();
                self.builder.separator();
            }
            "end" => {
                self.take_loose();
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
        self.loose.clear();
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
