//! The change for people: what would be written, what that comes to, what it does to them.

use super::{HardenMeta, after, before, owner, stands};
use crate::escape::terminal;
use crate::paint::{Paint, Style};
use crate::wrap::{clip, pad, wrap};
use ddefend_model::posture::Layer;
use ddefend_posture::harden::{self, Batch, Hardening, Moved, Plan, State, Step, full};
use std::collections::BTreeSet;

/// Owners of a change that are named; of more, their number is.
const OWNERS: usize = 6;

/// Lays out a hardening for a terminal.
#[must_use]
pub fn harden_text(hardening: &Hardening, meta: &HardenMeta) -> String {
    let mut page = Page {
        out: String::new(),
        width: if meta.width == 0 { 100 } else { meta.width },
        paint: Paint { colour: meta.colour },
        verbose: meta.verbose,
    };
    page.head(hardening);
    for batch in &hardening.batches {
        page.batch(batch);
    }
    page.outcome(hardening);
    page.list("Does not come out as it should", &hardening.faults, Style::Alarm);
    page.list("DDE servers that are kept", &hardening.kept, Style::Plain);
    page.effects(hardening);
    page.out
}

struct Page {
    out: String,
    width: usize,
    paint: Paint,
    verbose: bool,
}

impl Page {
    fn line(&mut self, text: &str) {
        self.out.push_str(text.trim_end());
        self.out.push('\n');
    }

    fn title(&mut self, text: &str) {
        self.out.push('\n');
        let text = self.paint.with(Style::Strong, &terminal(text));
        self.line(&text);
    }

    fn wrapped(&mut self, indent: usize, text: &str, style: Style) {
        for line in wrap(&terminal(text), self.width.saturating_sub(indent)) {
            let line = format!("{}{}", " ".repeat(indent), self.paint.with(style, &line));
            self.line(&line);
        }
    }

    fn head(&mut self, hardening: &Hardening) {
        let writes: usize = hardening.plans.iter().map(|plan| plan.writes().count()).sum();
        let ready = hardening.plans.iter().flat_map(|plan| &plan.steps).filter(|it| it.state == State::InOrder).count();
        let users = hardening.plans.iter().filter(|plan| !plan.user.is_empty()).count();
        let machines = hardening.plans.len() - users;
        let head = format!("Hardening with the profile {}", hardening.profile);
        let head = self.paint.with(Style::Strong, &terminal(&head));
        self.line(&head);
        self.wrapped(0, &hardening.about, Style::Plain);
        let counts = format!(
            "{} to write on {} and for {}; {ready} in order already. Nothing was changed: this is what would be.",
            many(writes, "value"),
            many(machines, "machine"),
            many(users, "user"),
        );
        self.wrapped(0, &counts, Style::Plain);
        let lost: usize = hardening.batches.iter().map(|batch| harden::not_known(&batch.steps).count()).sum();
        if lost > 0 {
            let lost = format!(
                "WARNING: of {} the inputs do not tell what was there (\"not known\" below): no undo brings that back. Audit \
                 with whole hives to know.",
                many(lost, "value"),
            );
            self.wrapped(0, &lost, Style::Warn);
        }
    }

    fn batch(&mut self, batch: &Batch) {
        let mut owners: Vec<String> = batch.owners.iter().take(OWNERS).map(|(host, user)| owner(host, user)).collect();
        if batch.owners.len() > OWNERS {
            owners.push(format!("{} more", batch.owners.len() - OWNERS));
        }
        self.title(&format!("{} ({})", owners.join("; "), many(batch.steps.len(), "value")));
        let mut key = String::new();
        let mut told = BTreeSet::new();
        for step in &batch.steps {
            let same = |it: &&Step| kind(it) == kind(step);
            let places = batch.steps.iter().filter(same).count();
            if !told.insert(kind(step)) && !self.verbose {
                continue;
            }
            let at = full(&step.root, &step.key);
            if at != key {
                self.wrapped(2, &at, Style::Dim);
                key = at;
            }
            self.step(step, if self.verbose { 1 } else { places });
        }
    }

    fn step(&mut self, step: &Step, places: usize) {
        let name = if step.value.is_empty() { "(default)" } else { &step.value };
        let name = pad(&clip(&terminal(name), 36), 36);
        let change = format!("{} -> {}", clip(&terminal(&before(step)), 20), clip(&terminal(&after(step)), 20));
        let room = self.width.saturating_sub(4 + 36 + 1 + 20 + 2);
        let more = if places > 1 { format!(" (and {} more)", many(places - 1, "key")) } else { String::new() };
        let check = format!("{}{more}", step.check);
        let line =
            format!("    {name} {}  {}", pad(&change, 20), self.paint.with(Style::Dim, &clip(&terminal(&check), room)));
        self.line(&line);
        if self.verbose {
            self.wrapped(6, &step.why, Style::Dim);
        }
    }

    fn outcome(&mut self, hardening: &Hardening) {
        for plan in &hardening.plans {
            if plan.ways.is_empty()
                && plan.checks.is_empty()
                && plan.left.is_empty()
                && plan.stays.is_empty()
                && plan.failed.is_empty()
            {
                continue;
            }
            let closed = plan.checks.iter().filter(|check| check.closed).count();
            self.title(&format!(
                "{}: {} would be secure that {} not (or not enforced)",
                owner(&plan.host, &plan.user),
                many(closed, "check"),
                if closed == 1 { "is" } else { "are" },
            ));
            self.plan(plan);
        }
    }

    fn plan(&mut self, plan: &Plan) {
        for way in &plan.ways {
            self.moved(way);
        }
        if self.verbose {
            for check in &plan.checks {
                self.moved(check);
            }
            for step in plan.steps.iter().filter(|step| step.state == State::InOrder) {
                self.wrapped(2, &format!("{}: {}", step.place, step.why), Style::Dim);
            }
        }
        for failed in &plan.failed {
            self.wrapped(2, &format!("Not closed: {failed}"), Style::Alarm);
        }
        for stay in &plan.stays {
            self.wrapped(2, &format!("Stays open: {} {}", stay.id, stay.what), Style::Warn);
            self.wrapped(4, &format!("By hand: {}.", stay.how), Style::Dim);
        }
        let shown = if self.verbose { usize::MAX } else { 5 };
        for left in plan.left.iter().take(shown) {
            let what = format!("Stays: {}: {}", stands(left), left.why);
            self.wrapped(2, &what, Style::Warn);
        }
        if plan.left.len() > shown {
            self.wrapped(2, &format!("{} more that stay; --verbose lists them", plan.left.len() - shown), Style::Dim);
        }
    }

    fn moved(&mut self, moved: &Moved) {
        let who = format!("{} {}", moved.application, moved.version);
        let style = if moved.closed { Style::Good } else { Style::Warn };
        let was = if moved.before.is_empty() { "-" } else { &moved.before };
        let line = format!(
            "  {} {} {} -> {}",
            pad(&clip(&terminal(&moved.id), 24), 24),
            pad(&clip(&terminal(&who), 14), 14),
            terminal(was),
            self.paint.with(style, &terminal(&moved.after)),
        );
        self.line(&line);
    }

    fn list(&mut self, title: &str, lines: &[String], style: Style) {
        if !lines.is_empty() {
            self.title(title);
        }
        for line in lines {
            self.wrapped(2, line, style);
        }
    }

    fn effects(&mut self, hardening: &Hardening) {
        if hardening.effects.is_empty() {
            return;
        }
        self.title("Side effects");
        let shown = hardening.effects.iter().filter(|it| self.verbose || !it.instead.is_empty());
        let shown: Vec<_> = shown.collect();
        for effect in &shown {
            self.wrapped(2, &effect.who, Style::Strong);
            self.wrapped(4, &effect.what, Style::Plain);
            if !effect.instead.is_empty() {
                self.wrapped(4, &format!("Instead: {}", effect.instead), Style::Dim);
            }
        }
        if shown.len() < hardening.effects.len() {
            let more = format!("{} of single settings; --verbose lists them", hardening.effects.len() - shown.len());
            self.wrapped(2, &more, Style::Dim);
        }
    }
}

/// What the same value at several keys has in common.
fn kind(step: &Step) -> (&str, &str, &str, Layer) {
    (&step.check, &step.value, &step.version, step.layer)
}

fn many(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
