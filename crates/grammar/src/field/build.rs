//! From begin, separator, end and text, as carriers meet them, to a [`Story`].

use super::types::{Field, Piece, Story};

/// Builds a [`Story`] out of the events that a carrier meets. Ends and separators without a begin are passed over;
/// fields that are never closed are kept and marked so.
#[derive(Debug, Default)]
pub struct StoryBuilder {
    story: Story,
    open: Vec<Open>,
    nesting: u32,
    too_deep: bool,
}

/// A field that is being read.
#[derive(Debug)]
struct Open {
    field: Field,
    /// True behind its separator.
    in_result: bool,
}

/// What a builder made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Built {
    /// The story.
    pub story: Story,
    /// True where fields nest deeper than was allowed. The outer ones were then closed early: each field is there, but
    /// not in its place.
    pub too_deep: bool,
}

impl StoryBuilder {
    /// A builder that allows fields to nest `nesting` deep.
    #[must_use]
    pub fn new(nesting: u32) -> Self {
        Self { nesting, ..Self::default() }
    }

    /// A field begins; `mark` becomes [`Field::mark`].
    pub fn begin(&mut self, mark: u32) {
        if self.open.len() >= usize::try_from(self.nesting).unwrap_or(usize::MAX) {
            // Closing the outer ones keeps every later field readable; counting depth alone would hide them.
            self.too_deep = true;
            self.close_all();
        }
        self.open.push(Open { field: Field { mark, ..Field::default() }, in_result: false });
    }

    /// The innermost open field's instruction is over, its result follows. A second separator changes nothing.
    pub fn separator(&mut self) {
        if let Some(open) = self.open.last_mut() {
            open.in_result = true;
        }
    }

    /// The innermost open field ends. Without one nothing happens.
    pub fn end(&mut self) {
        if let Some(mut open) = self.open.pop() {
            open.field.closed = true;
            self.push(Piece::Field(open.field));
        }
    }

    /// Text at the present place; adjacent texts are joined. Outside of fields text is dropped, since no instruction
    /// can come from it.
    pub fn text(&mut self, text: &str) {
        let Some(open) = self.open.last_mut() else { return };
        let pieces = if open.in_result { &mut open.field.result } else { &mut open.field.instruction };
        match pieces.last_mut() {
            Some(Piece::Text(last)) => last.push_str(text),
            _ => pieces.push(Piece::Text(text.to_owned())),
        }
    }

    /// A bookmark, variable or property that fields may refer to.
    pub fn name(&mut self, name: String, text: String) {
        self.story.names.push((name, text));
    }

    /// A whole field at the present place (`w:fldSimple`, an HTML field-code style). `field.closed` is taken as it is.
    pub fn field(&mut self, field: Field) {
        self.push(Piece::Field(field));
    }

    /// The innermost open field, to set its flags and tricks.
    pub fn current(&mut self) -> Option<&mut Field> {
        self.open.last_mut().map(|open| &mut open.field)
    }

    /// How many fields are open.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    /// True where text would become part of an instruction.
    #[must_use]
    pub fn in_instruction(&self) -> bool {
        self.open.last().is_some_and(|open| !open.in_result)
    }

    /// Closes open fields as unclosed until `depth` are left: the end of an element over which no field reaches.
    pub fn close_to(&mut self, depth: usize) {
        while self.open.len() > depth
            && let Some(open) = self.open.pop()
        {
            self.push(Piece::Field(open.field));
        }
    }

    /// Closes open fields as unclosed: the end of a text (header, part) over which no field reaches.
    pub fn break_story(&mut self) {
        self.close_all();
    }

    /// The story. Fields still open are marked unclosed.
    #[must_use]
    pub fn finish(mut self) -> Built {
        self.close_all();
        Built { story: self.story, too_deep: self.too_deep }
    }

    fn close_all(&mut self) {
        self.close_to(0);
    }

    fn push(&mut self, piece: Piece) {
        match self.open.last_mut() {
            Some(open) if open.in_result => open.field.result.push(piece),
            Some(open) => open.field.instruction.push(piece),
            None => self.story.pieces.push(piece),
        }
    }
}
