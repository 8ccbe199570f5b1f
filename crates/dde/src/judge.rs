//! Rules held against facts: links become findings.

use crate::facts::{Facts, facts_of, kebab};
use crate::indicators::indicators;
use crate::knowledge::{Knowledge, Rule, TagSet};
use crate::lure::lure_of;
use crate::render::{Values, fill, one_line};
use ddefend_model::{Blocker, Confidence, Diagnostic, Finding, FindingId, Level, Link, Prompt, Trick};
use std::borrow::Cow;

/// Judges links, in their order: one finding for each that a rule knows.
#[must_use]
pub fn judge(links: &[Link], knowledge: &Knowledge) -> Vec<Finding> {
    links.iter().filter_map(|link| judge_one(link, knowledge)).collect()
}

/// The finding that stands for gaps in reading: limits hit, damaged or unreadable parts. None where there is no gap.
#[must_use]
pub fn incomplete(diagnostics: &[Diagnostic], knowledge: &Knowledge) -> Option<Finding> {
    let wording = &knowledge.judgement.incomplete;
    let gaps: Vec<&Diagnostic> = diagnostics.iter().filter(|diagnostic| diagnostic.is_gap()).collect();
    let first = gaps.first()?;
    let named = knowledge.judgement.limits.gaps;
    let mut values = Values::new();
    values.insert("count", gaps.len().to_string());
    let title = fill(&wording.title, &values);
    let mut reasons: Vec<String> = Vec::new();
    for gap in gaps.iter().take(named) {
        let mut values = Values::new();
        values.insert("code", gap.code.to_string());
        values.insert("part", gap.part.to_string());
        values.insert("location", gap.location.to_string());
        values.insert("message", gap.message.clone());
        let reason = fill(&wording.gap, &values);
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    if let Some(rest) = gaps.len().checked_sub(named).filter(|rest| *rest > 0) {
        values.insert("count", rest.to_string());
        reasons.push(fill(&wording.more, &values));
    }
    let mut finding = bare(wording.id.clone(), wording.level, wording.confidence, title, first);
    finding.artifact.clone_from(&first.artifact);
    finding.reasons = reasons;
    Some(finding)
}

fn bare(id: String, level: Level, confidence: Confidence, title: String, place: &Diagnostic) -> Finding {
    Finding {
        id: FindingId(Cow::Owned(id)),
        level,
        confidence,
        title,
        artifact: String::new(),
        part: place.part.clone(),
        location: place.location.clone(),
        link: None,
        command: None,
        decoded: Vec::new(),
        indicators: Vec::new(),
        techniques: Vec::new(),
        reasons: Vec::new(),
        prompts: Vec::new(),
        blockers: Vec::new(),
        lure: None,
        tricks: Vec::new(),
    }
}

fn judge_one(link: &Link, knowledge: &Knowledge) -> Option<Finding> {
    let mut facts = facts_of(link, knowledge);
    let lure = lure_of(link, knowledge);
    if lure.is_some() {
        facts.tags.insert("lure".to_owned());
    }
    let tags = |facts: &Facts| knowledge.tags.set(facts.tags.iter().map(String::as_str));
    let matched = tags(&facts);
    let rule = knowledge.judgement.rules.iter().find(|rule| rule.condition.fits(&matched))?;
    facts.tags.insert(format!("id:{}", rule.id));
    facts.tags.insert(format!("level:{}", rule.level));
    let matched = tags(&facts);
    let values = values_of(link, &facts, rule, knowledge);
    let mut verdict = Verdict::of(rule, &values);
    verdict.adjust(knowledge, &matched, &values);
    if rule.command {
        verdict.command(&facts, knowledge, &values);
    }
    let tricks = tricks_of(link, &facts);
    verdict.tricks(&tricks, knowledge);
    let command = facts.command.as_ref().filter(|_| rule.command);
    Some(Finding {
        id: FindingId(Cow::Owned(rule.id.clone())),
        level: verdict.level,
        confidence: verdict.confidence,
        title: fill(&rule.title, &values),
        artifact: String::new(),
        part: link.part.clone(),
        location: link.location.clone(),
        link: Some(link.clone()),
        command: command.map(|command| command.line.clone()),
        decoded: command.map(|command| command.decoded.clone()).unwrap_or_default(),
        indicators: indicators_of(link, &facts, knowledge),
        techniques: verdict.techniques,
        reasons: verdict.reasons,
        prompts: prompts(knowledge, &matched, &values),
        blockers: blockers(knowledge, &matched),
        lure,
        tricks,
    })
}

/// The judgement while it is being made.
struct Verdict {
    level: Level,
    confidence: Confidence,
    reasons: Vec<String>,
    techniques: Vec<String>,
}

impl Verdict {
    fn of(rule: &Rule, values: &Values) -> Self {
        let mut verdict =
            Self { level: rule.level, confidence: rule.confidence, reasons: Vec::new(), techniques: Vec::new() };
        for reason in &rule.reasons {
            verdict.because(reason, values);
        }
        verdict.uses(&rule.techniques);
        verdict
    }

    fn because(&mut self, template: &str, values: &Values) {
        let reason = fill(template, values);
        if !reason.is_empty() && !self.reasons.contains(&reason) {
            self.reasons.push(reason);
        }
    }

    fn uses(&mut self, techniques: &[String]) {
        for technique in techniques {
            if !self.techniques.contains(technique) {
                self.techniques.push(technique.clone());
            }
        }
    }

    fn adjust(&mut self, knowledge: &Knowledge, tags: &TagSet, values: &Values) {
        for adjustment in knowledge.judgement.adjustments.iter().filter(|adjustment| adjustment.condition.fits(tags)) {
            self.level = stepped(self.level, adjustment.raise, adjustment.lower);
            self.level = adjustment.at_least.map_or(self.level, |least| self.level.max(least));
            self.level = adjustment.at_most.map_or(self.level, |most| self.level.min(most));
            self.confidence = adjustment.confidence.map_or(self.confidence, |most| self.confidence.min(most));
            self.because(&adjustment.reason, values);
            self.uses(&adjustment.techniques);
        }
    }

    fn command(&mut self, facts: &Facts, knowledge: &Knowledge, values: &Values) {
        for name in &facts.programs {
            let Some(program) = knowledge.program(name) else { continue };
            let mut about = Values::new();
            about.insert("program", name.clone());
            about.insert("about", program.about.clone());
            self.because(knowledge.word("reason.program"), &about);
            self.uses(&program.techniques);
        }
        for found in facts.traits.iter().filter_map(|index| knowledge.commands.traits.get(*index)) {
            self.because(&found.reason, values);
            self.uses(&found.techniques);
        }
        if facts.command.as_ref().is_some_and(|command| command.cut) {
            self.because(knowledge.word("reason.cut"), values);
        }
    }

    fn tricks(&mut self, tricks: &[Trick], knowledge: &Knowledge) {
        for trick in tricks {
            if let Some(short) = knowledge.trick(&trick.0) {
                let mut values = Values::new();
                values.insert("trick", trick.0.to_string());
                values.insert("short", short.to_owned());
                self.because(knowledge.word("reason.trick"), &values);
            }
        }
    }
}

fn stepped(level: Level, raise: u8, lower: u8) -> Level {
    let at = Level::ALL.iter().position(|known| *known == level).unwrap_or(0);
    let moved = at.saturating_add(usize::from(raise)).saturating_sub(usize::from(lower));
    Level::ALL.get(moved.min(Level::ALL.len().saturating_sub(1))).copied().unwrap_or(level)
}

fn values_of(link: &Link, facts: &Facts, rule: &Rule, knowledge: &Knowledge) -> Values {
    let most = knowledge.judgement.limits.title_chars;
    let unknown = |key: &str| knowledge.word(&format!("unknown.{key}")).to_owned();
    let named = |key: &str, text: Option<&str>| match text.map(str::trim) {
        Some(text) if !text.is_empty() => one_line(text, most),
        _ => unknown(key),
    };
    let command = facts.command.as_ref().filter(|_| rule.command);
    let mut values = Values::new();
    values.insert("app", named("app", Some(&facts.app)));
    values.insert("when", knowledge.word(&format!("when.{}", kebab(&link.trigger))).to_owned());
    values.insert("service", named("service", link.service.as_deref()));
    values.insert("topic", named("topic", link.topic.as_deref()));
    values.insert("item", named("item", link.item.as_deref()));
    // Word shows topic and item together; the item is where lures stand.
    let asked = [link.topic.as_deref(), link.item.as_deref()].map(|word| word.unwrap_or("").trim()).join(" ");
    values.insert("asked", named("topic", Some(&asked)));
    values.insert("start", one_line(&started(link, facts, knowledge), most));
    values.insert("target", named("target", link.target.as_deref().or(link.topic.as_deref())));
    values.insert("host", named("host", facts.host.as_deref()));
    values.insert("keyword", named("keyword", Some(&facts.keyword)));
    values.insert("server", named("server", Some(&facts.server)));
    values.insert("holder", named("holder", link.location.holder.as_deref()));
    values.insert("count", link.count.to_string());
    values.insert("command", named("command", command.map(|command| command.line.as_str())));
    let program = command.map(|command| program_file(&command.line));
    values.insert("program", named("program", program));
    values
}

/// The service as the prompt names it: as written, with an extension; Excel in capitals and cut to what counts. A path
/// trick shows its harmless beginning here.
fn started(link: &Link, facts: &Facts, knowledge: &Knowledge) -> String {
    let service = link.service.as_deref().unwrap_or("").trim_matches(|c: char| c.is_whitespace() || c == '"');
    let excel = facts.tags.contains("family:excel") || facts.tags.contains("family:text");
    let plain = !service.contains(['\\', '/', '.']);
    let name: String = if excel {
        let counted = if plain { knowledge.commands.service_chars } else { usize::MAX };
        service.chars().filter(|c| *c != '\0').take(counted).collect::<String>().to_uppercase()
    } else {
        service.to_owned()
    };
    match (name.is_empty(), plain, excel) {
        (true, ..) => knowledge.word("unknown.program").to_owned(),
        (_, true, true) => format!("{name}.EXE"),
        (_, true, false) => format!("{name}.exe"),
        _ => name,
    }
}

/// The file name of a line's program: `cmd.exe` of `C:\windows\system32\cmd.exe /c calc`.
fn program_file(line: &str) -> &str {
    let word = match line.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next(),
        None => line.split(' ').next(),
    };
    word.unwrap_or("").rsplit(['\\', '/']).next().unwrap_or("")
}

fn tricks_of(link: &Link, facts: &Facts) -> Vec<Trick> {
    let mut tricks = link.tricks.clone();
    for trick in facts.command.iter().flat_map(|command| &command.tricks) {
        let trick = Trick(Cow::Borrowed(trick));
        if !tricks.contains(&trick) {
            tricks.push(trick);
        }
    }
    tricks
}

fn indicators_of(link: &Link, facts: &Facts, knowledge: &Knowledge) -> Vec<ddefend_model::Indicator> {
    let command = facts.command.iter().flat_map(|command| std::iter::once(&command.line).chain(&command.decoded));
    // The command holds the topic, tricks taken back.
    let topic = if facts.command.is_some() { &None } else { &link.topic };
    let rest = [&link.target, topic, &link.item];
    let texts = command.chain(rest.into_iter().flatten()).map(|text| {
        let most = knowledge.judgement.limits.command_chars;
        text.char_indices().nth(most).map_or(text.as_str(), |(at, _)| text.get(..at).unwrap_or(text))
    });
    indicators(texts, &knowledge.commands.extensions, knowledge.judgement.limits.indicators)
}

fn prompts(knowledge: &Knowledge, tags: &TagSet, values: &Values) -> Vec<Prompt> {
    let shown = knowledge.prompts.iter().filter(|prompt| prompt.condition.fits(tags));
    shown.map(|prompt| Prompt { text: fill(&prompt.text, values), lets_through: prompt.lets_through.clone() }).collect()
}

fn blockers(knowledge: &Knowledge, tags: &TagSet) -> Vec<Blocker> {
    let helping = knowledge.blockers.iter().filter(|blocker| blocker.condition.fits(tags));
    helping
        .map(|blocker| Blocker {
            name: blocker.name.clone(),
            registry: blocker.registry.clone(),
            value: blocker.value.clone(),
        })
        .collect()
}
