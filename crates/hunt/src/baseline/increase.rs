//! Is there more of something today than usual? Daily counts against a Gamma-Poisson predictive distribution, with a
//! guard for histories that vary more than Poisson's. Pure functions, for a host, a user or a whole fleet alike.

/// Days of history below which nothing is said.
const MIN_DAYS: usize = 7;
/// Variance over mean above which a history counts as over-dispersed.
const OVERDISPERSED: f64 = 1.5;
/// Robust z above which a day stands out.
const ROBUST: f64 = 3.5;
/// Most terms that are added up; far more than any history of events needs.
const TERMS: u64 = 2_000_000;

/// A count of one day.
pub type DayCount = u64;

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Increase {
    /// Chance of a count as high as today's if nothing changed; none where the history is shorter than seven days.
    pub p_value: Option<f64>,
    /// True where the history varies more than a Poisson process would: the p-value then comes from a negative binomial
    /// with the history's own mean and variance.
    pub overdispersed: bool,
    /// `0.6745 (today - median) / max(MAD, 0.5)`, where there is a history.
    pub robust_z: Option<f64>,
    /// True where the history holds nothing and today does.
    pub first_seen: bool,
}

impl Increase {
    /// Clearly more: p below 0.01 and at least two today. For an over-dispersed history the robust z must agree.
    #[must_use]
    pub fn is_clear(&self, today: DayCount) -> bool {
        let robust = !self.overdispersed || self.robust_z.is_some_and(|z| z >= ROBUST);
        today >= 2 && robust && self.p_value.is_some_and(|p| p < 0.01)
    }

    /// Perhaps more: p below 0.05.
    #[must_use]
    pub fn is_weak(&self) -> bool {
        self.p_value.is_some_and(|p| p < 0.05)
    }
}

/// Compares today's count with those of the days before.
#[must_use]
pub fn increase(history: &[DayCount], today: DayCount) -> Increase {
    let total = history.iter().fold(0_u64, |sum, count| sum.saturating_add(*count));
    let dispersion = dispersion(history).filter(|(mean, variance)| *mean > 0.0 && variance / mean > OVERDISPERSED);
    let p_value = (history.len() >= MIN_DAYS).then(|| match dispersion {
        Some((mean, variance)) => negative_binomial_tail(mean * mean / (variance - mean), mean / variance, today),
        None => predictive(history.len() as u64, total, today),
    });
    Increase {
        p_value,
        overdispersed: dispersion.is_some(),
        robust_z: robust_z(history, today),
        first_seen: total == 0 && today > 0,
    }
}

/// Chance of `today` or more after `total` in `days` days: Gamma-Poisson with Jeffreys' prior, that is a negative binomial
/// with r = total + 0.5 and p = days / (days + 1).
#[must_use]
pub fn predictive(days: u64, total: u64, today: DayCount) -> f64 {
    let days = days as f64;
    negative_binomial_tail(total as f64 + 0.5, days / (days + 1.0), today)
}

/// P(X >= x) of a negative binomial distribution: number of failures before the `r`-th success, `r` any positive number.
/// Adds up whichever tail is shorter, so that small chances keep their digits. 1 where the parameters are none.
#[must_use]
pub fn negative_binomial_tail(r: f64, p: f64, x: u64) -> f64 {
    if x == 0 || !r.is_finite() || r <= 0.0 || !(p > 0.0 && p < 1.0) {
        return 1.0;
    }
    let mean = r * (1.0 - p) / p;
    let log = |k: f64| ln_gamma(k + r) - ln_gamma(r) - ln_gamma(k + 1.0) + r * p.ln() + k * (1.0 - p).ln();
    let start = x as f64;
    let (mut sum, mut k) = (0.0, start);
    if start > mean {
        let mut term = log(k).exp();
        for _ in 0..TERMS {
            sum += term;
            if term <= sum * 1e-17 {
                break;
            }
            term *= (k + r) / (k + 1.0) * (1.0 - p);
            k += 1.0;
        }
        return sum.clamp(0.0, 1.0);
    }
    k = start - 1.0;
    let mut term = log(k).exp();
    for _ in 0..TERMS {
        sum += term;
        if k < 1.0 || term <= sum * 1e-17 {
            break;
        }
        term *= k / ((k - 1.0 + r) * (1.0 - p));
        k -= 1.0;
    }
    (1.0 - sum).clamp(0.0, 1.0)
}

/// Mean and sample variance; none for fewer than two days.
fn dispersion(history: &[DayCount]) -> Option<(f64, f64)> {
    if history.len() < 2 {
        return None;
    }
    let days = history.len() as f64;
    let mean = history.iter().map(|count| *count as f64).sum::<f64>() / days;
    let squares = history.iter().map(|count| (*count as f64 - mean).powi(2)).sum::<f64>();
    Some((mean, squares / (days - 1.0)))
}

fn robust_z(history: &[DayCount], today: DayCount) -> Option<f64> {
    let median_count = median(history.iter().map(|count| *count as f64).collect())?;
    let spread = median(history.iter().map(|count| (*count as f64 - median_count).abs()).collect())?;
    Some(0.6745 * (today as f64 - median_count) / spread.max(0.5))
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    if values.len() % 2 == 1 { Some(upper) } else { Some(f64::midpoint(*values.get(middle.checked_sub(1)?)?, upper)) }
}

/// Logarithm of the gamma function for positive numbers: Stirling's series (NIST DLMF 5.11.1) behind a shift to 10 and
/// above by the recurrence (DLMF 5.5.1).
fn ln_gamma(x: f64) -> f64 {
    let mut shift = 0.0;
    let mut x = x;
    while x < 10.0 {
        shift += x.ln();
        x += 1.0;
    }
    let (inverse, square) = (1.0 / x, 1.0 / (x * x));
    let series = inverse * (1.0 / 12.0 - square * (1.0 / 360.0 - square * (1.0 / 1260.0 - square / 1680.0)));
    (x - 0.5) * x.ln() - x + 0.5 * (2.0 * std::f64::consts::PI).ln() + series - shift
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn predictive_gives_the_known_chances() {
        for (days, total, today, chance) in [
            (30, 0, 1, "0.01626"),
            (30, 0, 2, "0.00039"),
            (30, 3, 2, "0.00776"),
            (30, 3, 3, "0.00046"),
            (30, 30, 3, "0.08636"),
            (30, 30, 5, "0.00475"),
            (30, 300, 20, "0.00411"),
            (7, 0, 1, "0.06459"),
            (14, 2, 3, "0.00180"),
        ] {
            assert_eq!(format!("{:.5}", predictive(days, total, today)), chance, "{days} {total} {today}");
        }
    }

    #[test]
    fn both_tails_add_up_to_one() {
        for (r, p) in [(0.5, 0.9), (3.5, 0.968), (300.5, 0.968), (12.0, 0.05), (1e6, 0.5)] {
            let (mut before, mut mass) = (1.0, 0.0);
            for x in 0..400 {
                let tail = negative_binomial_tail(r, p, x);
                assert!(tail <= before + 1e-12, "{r} {p} {x}");
                mass += before - tail;
                before = tail;
            }
            assert!((mass + before - 1.0).abs() < 1e-9);
        }
        // Geometric distribution: P(X >= x) = (1 - p)^x.
        for x in 0..60 {
            let exact = 0.7_f64.powi(x);
            let tail = negative_binomial_tail(1.0, 0.3, u64::try_from(x).unwrap());
            assert!((tail / exact - 1.0).abs() < 1e-9, "{x}: {tail} {exact}");
        }
    }

    #[test]
    fn says_nothing_where_nothing_can_be_said() {
        assert_eq!(increase(&[0; 6], 9).p_value, None);
        assert!(!increase(&[0; 6], 9).is_clear(9));
        assert!(increase(&[0; 6], 9).first_seen);
        assert_eq!(increase(&[], 0).robust_z, None);
        for (r, p) in [(f64::NAN, 0.5), (0.0, 0.5), (1.0, 0.0), (1.0, 1.0), (f64::INFINITY, 0.5)] {
            assert!((negative_binomial_tail(r, p, 3) - 1.0).abs() < f64::EPSILON);
        }
        assert!(negative_binomial_tail(1e18, 0.5, u64::MAX) <= 1.0);
    }

    #[test]
    fn calm_days_and_bursts_are_told_apart() {
        let calm = [1, 0, 2, 1, 1, 0, 1, 2, 1, 0];
        assert!(increase(&calm, 9).is_clear(9));
        assert!(!increase(&calm, 2).is_clear(2));
        // Bursts every few days: a Poisson model would cry at 30, its own spread does not.
        let bursts = [0, 40, 0, 0, 35, 1, 0, 50, 0, 2, 38, 0];
        let total = bursts.iter().sum();
        assert!(predictive(bursts.len() as u64, total, 30) < 0.01);
        let found = increase(&bursts, 30);
        assert!(found.overdispersed && !found.is_clear(30), "{found:?}");
    }
}
