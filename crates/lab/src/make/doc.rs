//! Writes Word binary documents by hand: FIB, piece table, field tables and strings, with a knob for every trick.

use super::cfb::Cfb;

/// Field begin, separator and end.
pub const MARKS: [char; 3] = ['\u{13}', '\u{14}', '\u{15}'];

/// A story, in the order in which the FIB counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Story {
    /// Main text.
    Main = 0,
    /// Footnotes.
    Footnote = 1,
    /// Headers and footers.
    Header = 2,
    /// Comments.
    Comment = 4,
    /// Endnotes.
    Endnote = 5,
    /// Text boxes.
    Textbox = 6,
    /// Text boxes in headers.
    HeaderTextbox = 7,
}

/// Numbers of the field tables, by story.
const FIELD_TABLES: [usize; 8] = [16, 18, 17, 20, 19, 48, 57, 59];

/// Which layout is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// Word 97 to 2003.
    #[default]
    Word97,
    /// Word 6 and 95, in a compound file.
    Word6,
    /// Word for Windows 2, no compound file.
    Word2,
}

/// A run of text that becomes one piece.
#[derive(Clone, Debug)]
struct Run {
    story: usize,
    text: String,
    wide: bool,
}

/// Builder of a document.
#[derive(Clone, Debug, Default)]
pub struct Doc {
    layout: Layout,
    runs: Vec<Run>,
    types: Vec<(usize, usize, u8)>,
    locked: bool,
    reversed: bool,
    dead: Vec<Vec<u8>>,
    template: String,
    data_source: String,
    bookmark: Option<(String, u32, u32)>,
    glossary: Option<Box<Doc>>,
    without_fields: bool,
    without_pieces: bool,
    wrong_table: bool,
    table_head: Vec<u8>,
}

impl Doc {
    /// A document for Word 97 with one field in an 8-bit main text, with something shown in its place.
    #[must_use]
    pub fn field(instruction: &str) -> Self {
        Self::default().narrow(Story::Main, &format!("Before \u{13}{instruction}\u{14}shown\u{15} after.\r"))
    }

    /// Writes another layout; its text is in 8 bits.
    #[must_use]
    pub fn layout(mut self, layout: Layout) -> Self {
        self.layout = layout;
        self
    }

    /// Adds an 8-bit piece. Field marks are the characters 0x13 to 0x15.
    #[must_use]
    pub fn narrow(mut self, story: Story, text: &str) -> Self {
        self.runs.push(Run { story: story as usize, text: text.to_owned(), wide: false });
        self
    }

    /// Adds a UTF-16 piece.
    #[must_use]
    pub fn wide(mut self, story: Story, text: &str) -> Self {
        self.runs.push(Run { story: story as usize, text: text.to_owned(), wide: true });
        self
    }

    /// Stores another type byte for the field of that number (from 0) in a story.
    #[must_use]
    pub fn stored_type(mut self, story: Story, field: usize, flt: u8) -> Self {
        self.types.push((story as usize, field, flt));
        self
    }

    /// Locks all fields.
    #[must_use]
    pub fn locked(mut self) -> Self {
        self.locked = true;
        self
    }

    /// Fast save: pieces lie in the stream in reverse order.
    #[must_use]
    pub fn reversed(mut self) -> Self {
        self.reversed = true;
        self
    }

    /// Text that no piece reaches, between the pieces.
    #[must_use]
    pub fn dead(mut self, bytes: &[u8]) -> Self {
        self.dead.push(bytes.to_vec());
        self
    }

    /// Attached template.
    #[must_use]
    pub fn template(mut self, name: &str) -> Self {
        name.clone_into(&mut self.template);
        self
    }

    /// Data source of a mail merge.
    #[must_use]
    pub fn data_source(mut self, name: &str) -> Self {
        name.clone_into(&mut self.data_source);
        self
    }

    /// A bookmark over some character positions.
    #[must_use]
    pub fn bookmark(mut self, name: &str, start: u32, end: u32) -> Self {
        self.bookmark = Some((name.to_owned(), start, end));
        self
    }

    /// An AutoText document in the same streams.
    #[must_use]
    pub fn glossary(mut self, inner: Self) -> Self {
        self.glossary = Some(Box::new(inner));
        self
    }

    /// Writes no field tables.
    #[must_use]
    pub fn without_field_tables(mut self) -> Self {
        self.without_fields = true;
        self
    }

    /// Writes no piece table.
    #[must_use]
    pub fn without_piece_table(mut self) -> Self {
        self.without_pieces = true;
        self
    }

    /// Writes the tables into the stream that the FIB does not select.
    #[must_use]
    pub fn in_wrong_table(mut self) -> Self {
        self.wrong_table = true;
        self
    }

    /// Bytes at the start of the table stream: an encryption header.
    #[must_use]
    pub fn table_head(mut self, bytes: &[u8]) -> Self {
        self.table_head = bytes.to_vec();
        self
    }

    /// The streams: the one with the text, and the one with the tables (empty for the old layouts).
    #[must_use]
    pub fn streams(&self) -> (Vec<u8>, Vec<u8>) {
        let mut stream = vec![0; 0x800];
        let mut tables = if self.table_head.is_empty() { vec![0; 4] } else { self.table_head.clone() };
        self.write(&mut stream, &mut tables, 0);
        (stream, tables)
    }

    /// The file.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        self.cfb().map_or_else(|| self.streams().0, |cfb| cfb.bytes())
    }

    /// The compound file before it is written, to add streams to; none for Word 2.
    #[must_use]
    pub fn cfb(&self) -> Option<Cfb> {
        let (stream, tables) = self.streams();
        let cfb = Cfb::new().stream("WordDocument", &stream);
        match self.layout {
            Layout::Word97 if self.wrong_table => Some(cfb.stream("0Table", &tables)),
            Layout::Word97 => Some(cfb.stream("1Table", &tables)),
            Layout::Word6 => Some(cfb),
            Layout::Word2 => None,
        }
    }

    fn write(&self, stream: &mut Vec<u8>, tables: &mut Vec<u8>, fib: usize) {
        let text_start = stream.len();
        let mut order: Vec<usize> = (0..self.runs.len()).collect();
        order.sort_by_key(|index| self.runs[*index].story);
        let mut places = vec![0; self.runs.len()];
        let mut written = order.clone();
        if self.reversed {
            written.reverse();
        }
        let mut dead = self.dead.iter();
        for index in written {
            places[index] = stream.len();
            stream.extend(encode(&self.runs[index]));
            if let Some(bytes) = dead.next() {
                stream.extend(bytes);
            }
        }
        let text_end = stream.len();
        let mut pairs: Vec<(usize, Vec<u8>)> = Vec::new();
        if !self.without_pieces {
            pairs.push((33, self.clx(&order, &places)));
        }
        let mut lengths = [0_u32; 8];
        for run in &self.runs {
            lengths[run.story] += run.text.encode_utf16().count() as u32;
        }
        if !self.without_fields {
            for (story, number) in FIELD_TABLES.iter().enumerate() {
                pairs.extend(self.field_table(&order, story).map(|table| (*number, table)));
            }
        }
        pairs.extend(self.strings());
        let mut next = 0;
        if let Some(inner) = &self.glossary {
            stream.resize(stream.len().next_multiple_of(512), 0);
            let at = stream.len();
            next = at / 512;
            stream.resize(at + 0x800, 0);
            inner.write(stream, tables, at);
        }
        let places: Vec<(usize, usize, usize)> = pairs
            .into_iter()
            .map(|(number, bytes)| {
                let home = if self.layout == Layout::Word97 { &mut *tables } else { &mut *stream };
                let at = home.len();
                home.extend(&bytes);
                (number, at, bytes.len())
            })
            .collect();
        self.fib(stream, fib, [text_start, text_end, next], &lengths, &places);
    }

    fn fib(
        &self,
        stream: &mut [u8],
        fib: usize,
        heads: [usize; 3],
        lengths: &[u32; 8],
        places: &[(usize, usize, usize)],
    ) {
        let [text_start, text_end, next] = heads;
        let mut put = |at: usize, bytes: &[u8]| stream[fib + at..fib + at + bytes.len()].copy_from_slice(bytes);
        let (magic, number, first) = match self.layout {
            Layout::Word97 => (0xa5ec_u16, 0xc1_u16, 0x4c),
            Layout::Word6 => (0xa5dc, 101, 0x34),
            Layout::Word2 => (0xa5db, 45, 0x34),
        };
        put(0, &magic.to_le_bytes());
        put(2, &number.to_le_bytes());
        put(8, &(next as u16).to_le_bytes());
        let table_flag = if self.layout == Layout::Word97 { 0x1200_u16 } else { 0 };
        let fast_flag = if self.reversed || !self.dead.is_empty() { 0x0004 } else { 0 };
        put(0x0a, &(table_flag | fast_flag).to_le_bytes());
        put(0x18, &(text_start as u32).to_le_bytes());
        put(0x1c, &(text_end as u32).to_le_bytes());
        if self.layout == Layout::Word97 {
            put(0x20, &14_u16.to_le_bytes());
            put(0x3e, &22_u16.to_le_bytes());
            put(0x98, &93_u16.to_le_bytes());
        }
        let count = if self.layout == Layout::Word2 { 5 } else { 8 };
        for (index, length) in lengths.iter().take(count).enumerate() {
            put(first + 4 * index, &length.to_le_bytes());
        }
        for (number, at, length) in places {
            let pair = match (self.layout, *number) {
                (Layout::Word97, number) => 0x9a + 8 * number,
                (Layout::Word6, number @ ..38) => 0x58 + 8 * number,
                (Layout::Word6, number) => 0x192 + 8 * (number - 38),
                (Layout::Word2, number @ ..34) => 0x58 + 6 * number,
                (Layout::Word2, _) => continue,
            };
            put(pair, &(*at as u32).to_le_bytes());
            match self.layout {
                Layout::Word2 => put(pair + 4, &(*length as u16).to_le_bytes()),
                _ => put(pair + 4, &(*length as u32).to_le_bytes()),
            }
        }
    }

    /// A property run, which readers pass over, then the piece table.
    fn clx(&self, order: &[usize], places: &[usize]) -> Vec<u8> {
        let mut positions = vec![0_u32];
        let mut pieces = Vec::new();
        for index in order {
            let run = &self.runs[*index];
            let length = run.text.encode_utf16().count() as u32;
            positions.push(positions.last().copied().unwrap_or_default() + length);
            let place = places[*index] as u32;
            let coded = match (self.layout, run.wide) {
                (Layout::Word97, false) => (place * 2) | 0x4000_0000,
                _ => place,
            };
            pieces.extend([0, 0]);
            pieces.extend(coded.to_le_bytes());
            pieces.extend([0, 0]);
        }
        let table: Vec<u8> = positions.iter().flat_map(|cp| cp.to_le_bytes()).chain(pieces).collect();
        let mut clx = vec![1, 2, 0, 0x55, 0x08, 2];
        clx.extend((table.len() as u32).to_le_bytes());
        clx.extend(table);
        clx
    }

    fn field_table(&self, order: &[usize], story: usize) -> Option<Vec<u8>> {
        let text: String = order
            .iter()
            .map(|index| &self.runs[*index])
            .filter(|run| run.story == story)
            .map(|run| run.text.as_str())
            .collect();
        let units: Vec<u16> = text.encode_utf16().collect();
        let mut positions = Vec::new();
        let mut details = Vec::new();
        let mut number = 0;
        for (cp, unit) in units.iter().enumerate() {
            let detail = match unit {
                0x13 => {
                    let own =
                        self.types.iter().find(|(s, field, _)| (*s, *field) == (story, number)).map(|known| known.2);
                    number += 1;
                    own.unwrap_or_else(|| field_type(&units[cp + 1..]))
                }
                0x14 => 0xff,
                0x15 => 0x80 | if self.locked { 0x10 } else { 0 },
                _ => continue,
            };
            positions.push(cp as u32);
            details.extend([*unit as u8, detail]);
        }
        if positions.is_empty() {
            return None;
        }
        positions.push(units.len() as u32);
        Some(positions.iter().flat_map(|cp| cp.to_le_bytes()).chain(details).collect())
    }

    fn strings(&self) -> Vec<(usize, Vec<u8>)> {
        let mut out = Vec::new();
        if !self.template.is_empty() || !self.data_source.is_empty() {
            let mut strings = vec![""; 18];
            strings[1] = &self.template;
            strings[8] = &self.data_source;
            out.push((32, self.string_table(&strings)));
        }
        if let Some((name, start, end)) = &self.bookmark {
            let last = end + 1000;
            let starts: Vec<u8> = [*start, last, 0].iter().flat_map(|word| word.to_le_bytes()).collect();
            let ends: Vec<u8> = [*end, last].iter().flat_map(|word| word.to_le_bytes()).collect();
            out.extend([(21, self.string_table(&[name])), (22, starts), (23, ends)]);
        }
        out
    }

    fn string_table(&self, strings: &[&str]) -> Vec<u8> {
        if self.layout != Layout::Word97 {
            let body: Vec<u8> = strings.iter().flat_map(|s| [s.len() as u8].into_iter().chain(s.bytes())).collect();
            return ((body.len() + 2) as u16).to_le_bytes().into_iter().chain(body).collect();
        }
        let mut out = vec![0xff, 0xff];
        out.extend((strings.len() as u16).to_le_bytes());
        out.extend([0, 0]);
        for string in strings {
            let units: Vec<u16> = string.encode_utf16().collect();
            out.extend((units.len() as u16).to_le_bytes());
            out.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
        }
        out
    }
}

fn encode(run: &Run) -> Vec<u8> {
    if run.wide {
        return run.text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    }
    run.text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect()
}

/// The type byte that Word stores for the keyword behind a begin; 1 ("unknown") for any other.
fn field_type(units: &[u16]) -> u8 {
    let text: String = units.iter().take(40).filter_map(|unit| char::from_u32(u32::from(*unit))).collect();
    let word = text.trim_start().split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    match word.to_ascii_uppercase().as_str() {
        "DDE" => 0x2d,
        "DDEAUTO" => 0x2e,
        "LINK" => 0x38,
        "INCLUDETEXT" => 0x44,
        "QUOTE" => 0x23,
        "SET" => 0x06,
        "IF" => 0x07,
        "REF" => 0x03,
        "PAGE" => 0x21,
        "TOC" => 0x0d,
        "HYPERLINK" => 0x58,
        _ => 0x01,
    }
}
