use super::check::Check;
use super::lower::Node;
use core::ops::Range;
use ddefend_rule::ir::{Piece, Test};
use std::collections::HashMap;

/// The rules of a plan as programs over shared atoms.
#[derive(Debug, Default)]
pub(super) struct Compiled {
    pub(super) programs: Vec<Program>,
    pub(super) atoms: Vec<Atom>,
    codes: Vec<Code>,
    kids: Vec<u32>,
}

/// A rule's program.
#[derive(Clone, Copy, Debug)]
pub(super) struct Program {
    /// The rule's index.
    pub(super) rule: u32,
    /// Where its program starts.
    pub(super) root: u32,
}

/// A test of a field, shared by all rules that ask it.
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

impl Compiled {
    pub(super) fn new(rules: &[(u32, Node<'_>)]) -> Self {
        let mut compiled = Self::default();
        let mut known = HashMap::new();
        for (rule, node) in rules {
            let root = compiled.add(node, &mut known);
            compiled.programs.push(Program { rule: *rule, root });
        }
        compiled
    }

    pub(super) fn code(&self, at: u32) -> &Code {
        &self.codes[at as usize]
    }

    pub(super) fn kids(&self, range: &Range<u32>) -> &[u32] {
        &self.kids[range.start as usize..range.end as usize]
    }

    fn add(&mut self, node: &Node<'_>, known: &mut HashMap<Vec<u8>, u32>) -> u32 {
        let code = match node {
            Node::Known(value) => Code::Known(*value),
            Node::May => Code::May,
            Node::And(parts) => Code::And(self.several(parts, known)),
            Node::Or(parts) => Code::Or(self.several(parts, known)),
            Node::AtLeast(count, parts) => Code::AtLeast(*count, self.several(parts, known)),
            Node::Not(part) => Code::Not(self.add(part, known)),
            Node::Is(field, second, test) => {
                self.atom(*field, *second, name(*field, *second, test), || Check::new(test), known)
            }
            Node::When(field, when) => {
                let name = format!("{field} {when:?}").into_bytes();
                self.atom(*field, None, name, || Check::when(when), known)
            }
        };
        self.codes.push(code);
        number(self.codes.len() - 1)
    }

    fn several(&mut self, parts: &[Node<'_>], known: &mut HashMap<Vec<u8>, u32>) -> Range<u32> {
        let kids: Vec<u32> = parts.iter().map(|part| self.add(part, known)).collect();
        let start = number(self.kids.len());
        self.kids.extend(kids);
        start..number(self.kids.len())
    }

    fn atom(
        &mut self,
        field: u16,
        second: Option<u16>,
        name: Vec<u8>,
        check: impl FnOnce() -> Check,
        known: &mut HashMap<Vec<u8>, u32>,
    ) -> Code {
        let atom = *known.entry(name).or_insert_with(|| {
            self.atoms.push(Atom { field, second, check: check() });
            number(self.atoms.len() - 1)
        });
        Code::Atom(atom)
    }
}

/// Counts of a plan fit 32 bits: rules are text of a few megabytes.
pub(super) fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Equal for equal tests of the same field.
fn name(field: u16, second: Option<u16>, test: &Test) -> Vec<u8> {
    let mut name = field.to_le_bytes().to_vec();
    if let Test::Text { pattern, cased } = test {
        name.push(u8::from(*cased));
        for piece in &pattern.pieces {
            match piece {
                Piece::Literal(text) => {
                    name.push(b'L');
                    name.extend_from_slice(&text.len().to_le_bytes());
                    name.extend_from_slice(text.as_bytes());
                }
                Piece::One => name.push(b'?'),
                Piece::Any => name.push(b'*'),
            }
        }
    } else {
        name.push(2);
        name.extend_from_slice(format!("{second:?} {test:?}").as_bytes());
    }
    name
}
