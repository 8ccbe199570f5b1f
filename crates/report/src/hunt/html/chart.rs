//! Detections over time, as bars.

use crate::escape::html as e;
use crate::hunt::tally::{Levels, index};
use ddefend_event::{Time, Zone};
use ddefend_model::{Detection, Level};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Minutes told apart; detections in later ones are left out of the chart.
const MINUTES: usize = 50_000;
/// Bars.
const BARS: i64 = 60;
/// Height and width of the drawing, in its own units.
const HEIGHT: f64 = 80.0;
const WIDTH: f64 = 960.0;

/// Counts per minute.
#[derive(Clone, Debug, Default)]
pub(super) struct Chart {
    minutes: BTreeMap<i64, Levels>,
}

impl Chart {
    pub(super) fn add(&mut self, detection: &Detection) {
        let Some(time) = Time::parse(&detection.event.time) else { return };
        let minute = time.ticks.div_euclid(Time::SECOND * 60);
        if self.minutes.len() >= MINUTES && !self.minutes.contains_key(&minute) {
            return;
        }
        let levels = self.minutes.entry(minute).or_default();
        if let Some(count) = levels.get_mut(index(detection.rule.level)) {
            *count += 1;
        }
    }

    /// The drawing; nothing where all happened within a minute. Heights grow with the square root, so that single
    /// critical detections stay visible beside a flood of low ones.
    pub(super) fn svg(&self) -> String {
        let (Some((first, _)), Some((last, _))) = (self.minutes.first_key_value(), self.minutes.last_key_value())
        else {
            return String::new();
        };
        let step = (last - first) / BARS + 1;
        if last == first {
            return String::new();
        }
        let mut bars: BTreeMap<i64, Levels> = BTreeMap::new();
        for (minute, levels) in &self.minutes {
            let bar = bars.entry((minute - first) / step).or_default();
            bar.iter_mut().zip(levels).for_each(|(sum, count)| *sum += count);
        }
        let total = |levels: &Levels| levels.iter().sum::<u64>() as f64;
        let highest = bars.values().map(total).fold(1.0, f64::max).sqrt();
        let wide = WIDTH / ((last - first) / step + 1) as f64;
        let mut out = format!(
            "<figure class=\"chart\"><svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
             aria-label=\"detections over time\" preserveAspectRatio=\"none\">\n"
        );
        for (bar, levels) in &bars {
            let sum = total(levels);
            let full = sum.sqrt() / highest * HEIGHT;
            let mut top = HEIGHT;
            let from = shown((first + bar * step) * 60);
            let words: Vec<String> = Level::ALL
                .into_iter()
                .zip(levels)
                .rev()
                .filter(|(_, count)| **count > 0)
                .map(|(level, count)| format!("{count} {level}"))
                .collect();
            let _ = write!(out, "<g><title>{}: {}</title>", e(&from), words.join(", "));
            for (level, count) in Level::ALL.into_iter().zip(levels).rev().filter(|(_, count)| **count > 0) {
                let height = (full * *count as f64 / sum).max(2.0);
                top -= height;
                let x = *bar as f64 * wide;
                let _ = write!(
                    out,
                    "<rect class=\"{level}\" x=\"{x:.1}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"{height:.1}\"/>",
                    (wide - 1.0).clamp(1.0, 40.0)
                );
            }
            out.push_str("</g>\n");
        }
        let _ = writeln!(
            out,
            "</svg><figcaption><span>{}</span><span>{}</span></figcaption></figure>",
            e(&shown(first * 60)),
            e(&shown((last + 1) * 60))
        );
        out
    }
}

/// `2026-11-21 14:49`.
fn shown(seconds: i64) -> String {
    let time = Time { ticks: seconds.saturating_mul(Time::SECOND), zone: Zone::Unknown }.to_string();
    time.get(..16).unwrap_or_default().replacen('T', " ", 1)
}
