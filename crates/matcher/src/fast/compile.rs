use super::check::Check;
use super::lower::Node;
use core::ops::Range;

/// A rule ready to run.
#[derive(Debug, Default)]
pub(super) struct Program {
    pub(super) root: u32,
    atoms: Vec<Atom>,
    codes: Vec<Code>,
    kids: Vec<u32>,
}

/// A test of a field.
#[derive(Debug)]
pub(super) struct Atom {
    pub(super) field: u16,
    pub(super) second: Option<u16>,
    pub(super) check: Check,
}

/// A step of a program.
#[derive(Clone, Debug)]
pub(super) enum Code {
    Known(bool),
    May,
    And(Range<u32>),
    Or(Range<u32>),
    AtLeast(u32, Range<u32>),
    Not(u32),
    Atom(u32),
}

impl Program {
    pub(super) fn new(node: &Node<'_>) -> Self {
        let mut program = Self::default();
        program.root = program.add(node);
        program
    }

    pub(super) fn code(&self, at: u32) -> &Code {
        &self.codes[at as usize]
    }

    pub(super) fn kids(&self, range: &Range<u32>) -> &[u32] {
        &self.kids[range.start as usize..range.end as usize]
    }

    pub(super) fn atom(&self, at: u32) -> &Atom {
        &self.atoms[at as usize]
    }

    fn add(&mut self, node: &Node<'_>) -> u32 {
        let code = match node {
            Node::Known(value) => Code::Known(*value),
            Node::May => Code::May,
            Node::And(parts) => Code::And(self.several(parts)),
            Node::Or(parts) => Code::Or(self.several(parts)),
            Node::AtLeast(count, parts) => Code::AtLeast(*count, self.several(parts)),
            Node::Not(part) => Code::Not(self.add(part)),
            Node::Is(field, second, test) => self.test(*field, *second, Check::new(test)),
            Node::When(field, when) => self.test(*field, None, Check::when(when)),
        };
        self.codes.push(code);
        number(self.codes.len() - 1)
    }

    fn several(&mut self, parts: &[Node<'_>]) -> Range<u32> {
        let kids: Vec<u32> = parts.iter().map(|part| self.add(part)).collect();
        let start = number(self.kids.len());
        self.kids.extend(kids);
        start..number(self.kids.len())
    }

    fn test(&mut self, field: u16, second: Option<u16>, check: Check) -> Code {
        self.atoms.push(Atom { field, second, check });
        Code::Atom(number(self.atoms.len() - 1))
    }
}

/// Counts of a plan fit 32 bits: rules are text of a few megabytes.
pub(super) fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
