//! One pass over a document: where text goes, which fields, objects and merges are open.

mod text;

use super::field::{Between, OpenField};
use super::link::{self, Place};
use super::merge::{self, Merge, Slot};
use super::names::{self, Names, Naming};
use super::object::OpenObject;
use super::words;
use crate::fields::{self, Carrier, Folder};
use ddefend_container::Sink;
use ddefend_container::rtf::{Event, Flow, Letters, word_text};
use ddefend_grammar::field::{Built, Piece, Story};
use ddefend_model::{Link, LinkKind, Location, Trigger, code, trick};

/// Where text goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum To {
    /// The document: of no interest outside fields.
    Text,
    /// A field's instruction or result.
    Instruction,
    Result,
    /// Nowhere.
    Nowhere,
    ObjectClass,
    ObjectData,
    Template,
    Merge(Slot),
    Name(Naming),
    /// A path of the file table.
    File,
}

/// What ends with a group.
#[derive(Clone, Copy, Debug, Default)]
struct Ends {
    field: bool,
    story: bool,
    object: bool,
    merge: bool,
    template: bool,
    name: bool,
}

#[derive(Clone, Copy, Debug)]
struct Group {
    to: To,
    /// In a destination that readers ignore.
    dead: bool,
    /// `\v`, `\deleted`.
    hidden: bool,
    /// The next group is the plain half of `\upr` and is passed over.
    plain_half: bool,
    ends: Ends,
}

/// Groups deeper than this share one state.
const DEEPEST: usize = 65_536;
/// Fields of one document that are followed.
const FIELDS: usize = 200_000;

/// Fields that are open in one story.
#[derive(Debug, Default)]
struct Frame {
    fields: Vec<OpenField>,
    other: bool,
}

/// Reads a document.
pub(super) struct Collector<'d> {
    data: &'d [u8],
    flow: Flow<'d>,
    now: Group,
    groups: Vec<Group>,
    deeper: usize,
    frames: Vec<Frame>,
    done: Vec<Piece>,
    places: Vec<Place>,
    objects: Vec<OpenObject>,
    object_count: usize,
    merge: Option<Merge>,
    template: Letters,
    template_at: usize,
    names: Names,
    file: Letters,
    files: Vec<(String, Place)>,
    /// A sub-document stands somewhere: the files of the table are loaded.
    has_parts: bool,
    has_unicode_half: bool,
    pub(super) tricks: Vec<&'static str>,
    pub(super) folder: Folder,
    /// A field was nested deeper than is followed.
    too_deep: bool,
    /// There are more fields than are followed, and that was told.
    too_many: bool,
}

impl<'d> Collector<'d> {
    pub(super) fn new(data: &'d [u8], offset: usize) -> Self {
        Self {
            data,
            flow: Flow::new(data, offset),
            now: Group { to: To::Text, dead: false, hidden: false, plain_half: false, ends: Ends::default() },
            groups: Vec::new(),
            deeper: 0,
            frames: vec![Frame::default()],
            done: Vec::new(),
            places: Vec::new(),
            objects: Vec::new(),
            object_count: 0,
            merge: None,
            template: Letters::default(),
            template_at: 0,
            names: Names::default(),
            file: Letters::default(),
            files: Vec::new(),
            has_parts: false,
            has_unicode_half: memchr::memmem::find(data, b"\\ud").is_some(),
            tricks: Vec::new(),
            folder: Folder::default(),
            too_deep: false,
            too_many: false,
        }
    }

    /// Reads to the end.
    pub(super) fn run(&mut self, sink: &mut dyn Sink) {
        let mut count = 0_u32;
        while let Some((offset, event)) = self.flow.next() {
            count = count.wrapping_add(1);
            if count.is_multiple_of(4096)
                && let Err(exceeded) = sink.budget().check_time()
            {
                let place = Location::bytes(offset as u64, 0);
                sink.report(exceeded.code, place, format!("{exceeded}; the rest of the document was not read"));
                break;
            }
            self.take(offset, event, sink);
        }
        let open = self.flow.depth();
        while let Some(group) = self.groups.pop() {
            self.close(false, group.to, sink);
            self.now = group;
        }
        self.close(false, To::Text, sink);
        if open > 0 {
            let message = format!("the document ends with {open} open groups");
            sink.report(code::BROKEN_TRUNCATED, Location::bytes(self.flow.position() as u64, 0), message);
        }
    }

    fn take(&mut self, offset: usize, event: Event<'d>, sink: &mut dyn Sink) {
        match event {
            Event::Open => self.open(),
            Event::Close => {
                if self.deeper > 0 {
                    self.deeper = self.deeper.saturating_sub(1);
                } else if let Some(group) = self.groups.pop() {
                    self.close(true, group.to, sink);
                    self.now = group;
                }
            }
            Event::Word { name, parameter, starred } => self.word(offset, name, parameter, starred, sink),
            Event::Text(bytes) => self.text(bytes),
            Event::Byte(byte) => self.byte(byte),
            Event::Unit(unit) => self.unit(unit),
            Event::Symbol(symbol) => self.symbol(symbol),
            Event::BadByte => self.escape(),
            Event::Binary(bytes) => {
                if self.now.to == To::ObjectData
                    && let Some(object) = self.objects.last_mut()
                {
                    object.data.binary(bytes);
                }
                self.border(Between::Ignored);
            }
        }
        if self.now.to == To::Nowhere || self.now.to == To::Text && !self.names.is_open() {
            self.flow.skip_text();
        }
    }

    fn open(&mut self) {
        self.border(Between::Group);
        if self.groups.len() >= DEEPEST {
            self.deeper = self.deeper.saturating_add(1);
            return;
        }
        let plain_half = std::mem::take(&mut self.now.plain_half);
        self.groups.push(self.now);
        self.now.ends = Ends::default();
        if plain_half {
            self.now.to = To::Nowhere;
            self.now.dead = true;
        }
    }

    /// Ends what ends with the group that closes; `outer` is where text of the group around it goes.
    fn close(&mut self, closed: bool, outer: To, sink: &mut dyn Sink) {
        let ends = self.now.ends;
        let end = self.flow.position();
        if ends.template {
            self.finish_template(end, sink);
        }
        match self.now.to {
            To::File => self.file_path(end),
            To::Name(naming) if ends.name => self.names.close(naming),
            To::Name(Naming::Variable) => self.names.inner_group(),
            _ => {}
        }
        if ends.merge
            && let Some(link) = self.merge.take().and_then(|merge| merge.finish(end, sink.path().clone()))
        {
            self.add(link);
        }
        if ends.object
            && let Some(object) = self.objects.pop()
        {
            self.object_count = self.object_count.saturating_add(1);
            object.finish(self.object_count, end, &self.tricks, sink);
        }
        if ends.field {
            self.close_field(closed, end, outer, sink);
        }
        if ends.story && self.frames.len() > 1 {
            while self.frames.last().is_some_and(|frame| !frame.fields.is_empty()) {
                self.close_field(false, end, To::Instruction, sink);
            }
            self.frames.pop();
        }
        self.border(Between::Group);
    }

    fn close_field(&mut self, closed: bool, end: usize, outer_to: To, sink: &mut dyn Sink) {
        let nesting = usize::try_from(sink.budget().limits().nesting).unwrap_or(usize::MAX);
        let data = self.data;
        let Some(frame) = self.frames.last_mut() else { return };
        let Some(mut open) = frame.fields.pop() else { return };
        if frame.other {
            open.saw(trick::OTHER_STORY);
        }
        if self.now.hidden || self.now.dead {
            open.saw(trick::HIDDEN_CONTENT);
        }
        for trick in &self.tricks {
            open.saw(trick);
        }
        if has_nul(data, open.offset, end) {
            open.saw(trick::NUL_BYTES);
        }
        // What readers ignore never updates.
        open.locked |= self.now.dead;
        let mark = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
        self.places.push(Place { offset: open.offset, length: end.saturating_sub(open.offset) });
        let depth = frame.fields.len();
        let field = open.close(closed, mark);
        if depth >= nesting {
            // Deeper ones stand alone: nothing recurses over them.
            self.too_deep = true;
            self.done.push(Piece::Field(field));
            return;
        }
        match frame.fields.last_mut() {
            Some(outer) if outer_to == To::Result => outer.nest(field, true),
            Some(outer) => outer.nest(field, false),
            None => self.done.push(Piece::Field(field)),
        }
    }

    /// A group of the file table closes: its text is a path. Only what is reached over the network is kept.
    fn file_path(&mut self, end: usize) {
        let path = self.file.take().trim().trim_end_matches(';').to_owned();
        if link::is_remote(&path) && self.files.len() < 1_024 {
            let length = path.len();
            self.files.push((path, Place { offset: end.saturating_sub(length.saturating_add(1)), length }));
        }
    }

    /// Sub-documents that are loaded from elsewhere.
    fn add_parts(&mut self, sink: &dyn Sink) {
        if !self.has_parts {
            return;
        }
        for (path, place) in std::mem::take(&mut self.files) {
            let location = Location::bytes(place.offset as u64, place.length as u64).held_by("\\filetbl");
            let mut link = Link::new(LinkKind::RemoteFrame, "rtf", sink.path().clone(), location);
            link.raw.clone_from(&path);
            link.target = Some(path);
            link.trigger = Trigger::Open;
            self.add(link);
        }
    }

    fn finish_template(&mut self, end: usize, sink: &dyn Sink) {
        let target = self.template.take().trim().to_owned();
        if !link::is_remote(&target) {
            return;
        }
        let place = Location::bytes(self.template_at as u64, end.saturating_sub(self.template_at) as u64);
        let mut link = Link::new(LinkKind::RemoteTemplate, "rtf", sink.path().clone(), place.held_by("\\template"));
        link.raw.clone_from(&target);
        link.target = Some(target);
        link.trigger = Trigger::Open;
        self.add(link);
    }

    fn add(&mut self, mut link: Link) {
        for trick in &self.tricks {
            link.saw(trick);
        }
        self.folder.add(link);
    }

    fn word(&mut self, offset: usize, name: &[u8], parameter: Option<i32>, starred: bool, sink: &mut dyn Sink) {
        if self.field_word(offset, name, sink) || self.object_word(offset, name) || self.document_word(offset, name) {
            return;
        }
        if words::is_story(name) {
            if !self.now.ends.story {
                self.frames.push(Frame { fields: Vec::new(), other: true });
            }
            self.now.ends.story = true;
            self.now.to = To::Text;
        } else if words::is_silent(name) {
            self.now.to = To::Nowhere;
        } else if starred && !words::is_live(name) {
            self.border(Between::Ignored);
            self.now.to = To::Nowhere;
            self.now.dead = true;
        } else if let Some(text) = word_text(name) {
            self.plain(text);
        } else {
            match name {
                b"v" | b"deleted" | b"webhidden" => self.now.hidden = parameter != Some(0),
                b"upr" => {
                    self.now.plain_half = self.has_unicode_half;
                    if let Some((field, false)) = self.field() {
                        field.saw(trick::RTF_ESCAPES);
                    }
                }
                _ => {}
            }
            self.border(Between::Word);
            if self.now.to == To::ObjectData
                && let Some(object) = self.objects.last_mut()
            {
                object.data.interrupted();
            }
        }
    }

    fn field_word(&mut self, offset: usize, name: &[u8], sink: &mut dyn Sink) -> bool {
        match name {
            b"field" => {
                self.open_field(offset, sink);
                self.now.to = To::Nowhere;
            }
            b"fldinst" => {
                let open = self.frames.last_mut().and_then(|frame| frame.fields.last_mut());
                match open {
                    // An instruction where text of a field is expected is a field of its own.
                    Some(_) if matches!(self.now.to, To::Instruction | To::Result) => self.open_field(offset, sink),
                    // So is a second one: together they would say something that neither says.
                    Some(open) if open.begun => {
                        let next = std::mem::replace(open, OpenField::new(offset));
                        self.keep_field(next, offset);
                    }
                    Some(_) => {}
                    None => self.open_field(offset, sink),
                }
                if let Some(open) = self.frames.last_mut().and_then(|frame| frame.fields.last_mut()) {
                    open.begun = true;
                }
                self.now.to = To::Instruction;
            }
            b"fldrslt" if self.frames.last().is_some_and(|frame| !frame.fields.is_empty()) => {
                self.now.to = To::Result;
            }
            b"flddirty" | b"fldlock" | b"fldedit" | b"fldpriv" | b"fldalt" => {
                if let Some(field) = self.frames.last_mut().and_then(|frame| frame.fields.last_mut()) {
                    field.dirty |= name == b"flddirty";
                    field.locked |= name == b"fldlock";
                }
            }
            _ => return false,
        }
        true
    }

    fn open_field(&mut self, offset: usize, sink: &mut dyn Sink) {
        if self.places.len() >= FIELDS {
            if !std::mem::replace(&mut self.too_many, true) {
                let message = format!("more than {FIELDS} fields; the rest was not read");
                sink.report(code::LIMIT_STRUCTURE, Location::bytes(offset as u64, 0), message);
            }
            return;
        }
        if self.now.ends.field {
            self.close_field(false, offset, To::Text, sink);
        }
        if let Some(frame) = self.frames.last_mut() {
            frame.fields.push(OpenField::new(offset));
            self.now.ends.field = true;
        }
    }

    /// A field that another one takes the place of, on its own.
    fn keep_field(&mut self, field: OpenField, end: usize) {
        let mark = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
        self.places.push(Place { offset: field.offset, length: end.saturating_sub(field.offset) });
        self.done.push(Piece::Field(field.close(true, mark)));
    }

    fn object_word(&mut self, offset: usize, name: &[u8]) -> bool {
        let other = self.frames.last().is_some_and(|frame| frame.other);
        match name {
            b"object" | b"objdata" | b"objclass" => {
                if name == b"object" || self.objects.is_empty() {
                    if self.now.ends.object || self.objects.len() >= DEEPEST {
                        return true;
                    }
                    self.objects.push(OpenObject::new(offset, self.now.dead, other));
                    self.now.ends.object = true;
                }
                self.now.to = match name {
                    b"object" => To::Nowhere,
                    b"objclass" => To::ObjectClass,
                    _ => To::ObjectData,
                };
                true
            }
            b"result" => {
                // Its text is shown; fields in it are alive.
                self.now.to = To::Text;
                true
            }
            _ => self.objects.last_mut().is_some_and(|object| object.take_word(name)),
        }
    }

    fn document_word(&mut self, offset: usize, name: &[u8]) -> bool {
        if name == b"template" {
            self.template.take();
            self.template_at = offset;
            self.now.to = To::Template;
            self.now.ends.template = true;
            return true;
        }
        if name == b"mailmerge" {
            self.merge = Some(Merge::new(offset));
            self.now.ends.merge = true;
            self.now.to = To::Nowhere;
            return true;
        }
        if name == b"file" {
            self.file.take();
            self.now.to = To::File;
            return true;
        }
        if name == b"subdocument" {
            self.has_parts = true;
            return true;
        }
        if let Some(naming) = names::naming(name) {
            self.now.to = To::Name(naming);
            self.now.ends.name = true;
            self.names.letters.take();
            return true;
        }
        let Some(merge) = &mut self.merge else { return false };
        match merge::slot(name) {
            Some(slot) => {
                self.now.to = To::Merge(slot);
                true
            }
            None => merge.take_word(name),
        }
    }

    /// Evaluates the fields and reports every link.
    pub(super) fn finish(mut self, sink: &mut dyn Sink) {
        self.add_parts(sink);
        for link in self.folder.into_links() {
            sink.link(link);
        }
        let story = Story { pieces: std::mem::take(&mut self.done), names: self.names.done() };
        let built = Built { story, too_deep: self.too_deep };
        let part = sink.path().clone();
        let places = self.places;
        let place = |mark: u32| {
            let place = usize::try_from(mark).ok().and_then(|mark| places.get(mark).copied()).unwrap_or_default();
            let location = Location::bytes(place.offset as u64, place.length as u64).held_by("\\fldinst");
            (part.clone(), location)
        };
        fields::report(Carrier { id: "rtf", update_fields: false }, &built, place, sink);
    }
}

/// True where NUL bytes stand between the letters of a field's first bytes.
fn has_nul(data: &[u8], start: usize, end: usize) -> bool {
    let end = end.min(start.saturating_add(1_024));
    data.get(start..end).is_some_and(|bytes| memchr::memchr(0, bytes).is_some())
}
