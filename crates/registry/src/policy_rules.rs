//! Policy Analyzer's `.PolicyRules`: one element a setting, with the policy that it came from.

use crate::lgpo::{Act, act};
use crate::out::{Out, about, quote};
use crate::pol::Setting;
use crate::xml::{Node, walk};
use crate::{About, Format, Intent, Place, Root, path, typed};
use ddefend_model::code;

/// What a setting has said so far.
#[derive(Default)]
struct Rule {
    key: Option<String>,
    value: String,
    kind: String,
    data: String,
    line: u64,
}

pub(crate) fn read(bytes: &[u8], mut out: Out<'_>) -> About {
    let mut about = about(Format::PolicyRules, Intent::Policy);
    let mut rule = Rule::default();
    let mut names: Vec<String> = Vec::new();
    walk(bytes, &mut out, &mut |out, spot, node| match (node, root_of(spot.name())) {
        (Node::Start(_), Some(_)) => rule = Rule { line: spot.line, ..Rule::default() },
        (Node::End(_), Some(root)) => std::mem::take(&mut rule).tell(&root, out),
        (Node::End(text), None) if root_of(spot.parent()).is_some() => match spot.name() {
            "Key" => rule.key = Some(text.trim().to_owned()),
            "Value" => text.clone_into(&mut rule.value),
            "RegType" => text.clone_into(&mut rule.kind),
            "RegData" => text.clone_into(&mut rule.data),
            "PolicyName" if !text.trim().is_empty() && !names.iter().any(|name| name == text.trim()) => {
                names.push(text.trim().to_owned());
            }
            _ => {}
        },
        _ => {}
    });
    // A file may hold many policies; what it is called then names the first and counts the rest.
    about.policy = match names.as_slice() {
        [] => None,
        [one] => Some(one.clone()),
        [first, rest @ ..] => Some(format!("{first} and {} more", rest.len())),
    };
    out.finish();
    about
}

fn root_of(element: &str) -> Option<Root> {
    match element {
        "ComputerConfig" => Some(Root::Machine),
        "UserConfig" => Some(Root::User),
        _ => None,
    }
}

impl Rule {
    fn tell(self, root: &Root, out: &mut Out<'_>) {
        let Some(key) = self.key else {
            out.tell_line(code::BROKEN_STRUCTURE, self.line, "a setting without a key");
            return;
        };
        let (key, place) = (path::tidy(&key), Place::Line(self.line));
        if !self.kind.contains(':')
            && let Some(Act::Fact(fact)) = act(&self.value, &self.kind)
        {
            out.fact(root, &key, fact, place, None);
            return;
        }
        let data = typed::kind(&self.kind).and_then(|kind| typed::data(kind, &self.data, &["\\0", "\r\n", "\n"]));
        let Some(data) = data else {
            let message = format!("data that does not fit: {} {}", quote(&self.kind), quote(&self.data));
            out.tell_line(code::BROKEN_STRUCTURE, self.line, message);
            return;
        };
        Setting { key, name: self.value, data, place }.tell(root, out);
    }
}
