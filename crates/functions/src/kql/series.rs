//! Series: lists of numbers. What is no number in them is null.

use super::string::count;
use super::value::{DYNAMIC, REAL, at, bagged, empty, f, key, list_at, listed, number, truth};
use crate::{Context, Function};
use ddefend_rule::ir::query::Datum;

pub(super) const FUNCTIONS: &[Function] = &[
    f("series_stats", 1, 2, DYNAMIC, |arguments, _| {
        stats(arguments).map_or(Datum::Null, |stats| listed(stats.several()))
    }),
    f("series_stats_dynamic", 1, 2, DYNAMIC, stats_dynamic),
    f("series_fit_line", 1, 1, DYNAMIC, |arguments, _| {
        fit(arguments).map_or(Datum::Null, |(_, values)| listed(values))
    }),
    f("series_fit_line_dynamic", 1, 1, DYNAMIC, fit_dynamic),
    f("series_sum", 1, 1, REAL, |arguments, _| reduced(arguments, 0.0, |sum, value| sum + value)),
    f("series_product", 1, 1, REAL, |arguments, _| reduced(arguments, 1.0, |product, value| product * value)),
    f("series_magnitude", 1, 1, REAL, magnitude),
    f("series_dot_product", 2, 2, REAL, |arguments, _| {
        pairs(arguments).map_or(Datum::Null, |pairs| Datum::Real(dot(&pairs)))
    }),
    f("series_cosine_similarity", 2, 4, REAL, cosine),
    f("series_pearson_correlation", 2, 2, REAL, pearson),
    f("series_add", 2, 2, DYNAMIC, |arguments, _| both(arguments, |left, right| Some(left + right))),
    f("series_subtract", 2, 2, DYNAMIC, |arguments, _| both(arguments, |left, right| Some(left - right))),
    f("series_multiply", 2, 2, DYNAMIC, |arguments, _| both(arguments, |left, right| Some(left * right))),
    f("series_divide", 2, 2, DYNAMIC, |arguments, _| {
        both(arguments, |left, right| (right != 0.0).then_some(left / right))
    }),
    f("series_pow", 2, 2, DYNAMIC, |arguments, _| both(arguments, |left, right| Some(left.powf(right)))),
    f("series_equals", 2, 2, DYNAMIC, |arguments, _| compared(arguments, |left, right| left == right)),
    f("series_not_equals", 2, 2, DYNAMIC, |arguments, _| compared(arguments, |left, right| left != right)),
    f("series_less", 2, 2, DYNAMIC, |arguments, _| compared(arguments, |left, right| left < right)),
    f("series_less_equals", 2, 2, DYNAMIC, |arguments, _| compared(arguments, |left, right| left <= right)),
    f("series_greater", 2, 2, DYNAMIC, |arguments, _| compared(arguments, |left, right| left > right)),
    f("series_greater_equals", 2, 2, DYNAMIC, |arguments, _| compared(arguments, |left, right| left >= right)),
    f("series_abs", 1, 1, DYNAMIC, |arguments, _| each(arguments, f64::abs)),
    f("series_ceiling", 1, 1, DYNAMIC, |arguments, _| each(arguments, f64::ceil)),
    f("series_floor", 1, 1, DYNAMIC, |arguments, _| each(arguments, f64::floor)),
    f("series_exp", 1, 1, DYNAMIC, |arguments, _| each(arguments, f64::exp)),
    f("series_log", 1, 1, DYNAMIC, |arguments, _| each(arguments, f64::ln)),
    f("series_sign", 1, 1, DYNAMIC, |arguments, _| {
        each(arguments, |value| if value == 0.0 { 0.0 } else { value.signum() })
    }),
    f("series_fill_const", 2, 3, DYNAMIC, fill_const),
    f("series_fill_forward", 1, 2, DYNAMIC, |arguments, _| fill(arguments, false)),
    f("series_fill_backward", 1, 2, DYNAMIC, |arguments, _| fill(arguments, true)),
    f("series_fill_linear", 1, 4, DYNAMIC, fill_linear),
];

/// The numbers of the series at that place; none where one is none.
fn numbers(arguments: &[Datum], place: usize) -> Option<Vec<f64>> {
    list_at(arguments, place)?.iter().map(number).collect()
}

/// "Kusto documentation, 'series_stats()'"; deviations are those of samples.
struct Stats {
    least: (f64, usize),
    most: (f64, usize),
    mean: f64,
    variance: f64,
    sum: f64,
    length: usize,
}

impl Stats {
    fn of(values: &[f64]) -> Option<Self> {
        let first = *values.first()?;
        let (mut least, mut most) = ((first, 0), (first, 0));
        for (place, value) in values.iter().enumerate() {
            if *value < least.0 {
                least = (*value, place);
            }
            if *value > most.0 {
                most = (*value, place);
            }
        }
        let sum: f64 = values.iter().sum();
        let mean = sum / values.len() as f64;
        let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        let variance = if values.len() > 1 { squares / (values.len() as f64 - 1.0) } else { 0.0 };
        Some(Self { least, most, mean, variance, sum, length: values.len() })
    }

    /// As `series_stats()` gives them.
    fn several(&self) -> Vec<Datum> {
        vec![
            Datum::Real(self.least.0),
            count(self.least.1),
            Datum::Real(self.most.0),
            count(self.most.1),
            Datum::Real(self.mean),
            Datum::Real(self.variance.sqrt()),
            Datum::Real(self.variance),
        ]
    }
}

/// With a second argument that is true what is no finite number is left out.
fn stats(arguments: &[Datum]) -> Option<Stats> {
    let values = if truth(at(arguments, 1)) == Some(true) {
        list_at(arguments, 0)?.iter().filter_map(number).filter(|value| value.is_finite()).collect()
    } else {
        numbers(arguments, 0)?
    };
    Stats::of(&values)
}

/// "Kusto documentation, 'series_stats_dynamic()'".
fn stats_dynamic(arguments: &[Datum], _: &Context) -> Datum {
    let Some(stats) = stats(arguments) else { return Datum::Null };
    let names = ["min", "min_idx", "max", "max_idx", "avg", "stdev", "variance"];
    let named = names.iter().zip(stats.several()).map(|(name, value)| (Box::from(*name), value));
    let more = [("sum".into(), Datum::Real(stats.sum)), ("len".into(), count(stats.length))];
    bagged(named.chain(more).collect())
}

/// "Kusto documentation, 'series_fit_line()'": r-square, slope, variance, variance of what is left, interception, the line.
fn fit(arguments: &[Datum]) -> Option<([&'static str; 6], Vec<Datum>)> {
    let values = numbers(arguments, 0)?;
    let stats = Stats::of(&values)?;
    let middle = (values.len() as f64 - 1.0) / 2.0;
    let places = || (0..values.len()).map(|place| place as f64);
    let spread: f64 = places().map(|place| (place - middle) * (place - middle)).sum();
    let with: f64 = places().zip(&values).map(|(place, value)| (place - middle) * (value - stats.mean)).sum();
    let slope = if spread > 0.0 { with / spread } else { 0.0 };
    let interception = stats.mean - slope * middle;
    let line: Vec<f64> = places().map(|place| interception + slope * place).collect();
    let left: Vec<f64> = values.iter().zip(&line).map(|(value, line)| value - line).collect();
    let rest = Stats::of(&left)?.variance;
    let square = if stats.variance > 0.0 { 1.0 - rest / stats.variance } else { 0.0 };
    let mut results: Vec<Datum> = [square, slope, stats.variance, rest, interception].map(Datum::Real).to_vec();
    results.push(listed(line.into_iter().map(Datum::Real).collect()));
    Some((["rsquare", "slope", "variance", "rvariance", "interception", "line_fit"], results))
}

/// "Kusto documentation, 'series_fit_line_dynamic()'".
fn fit_dynamic(arguments: &[Datum], _: &Context) -> Datum {
    let Some((names, values)) = fit(arguments) else { return Datum::Null };
    bagged(names.into_iter().map(Box::from).zip(values).collect())
}

/// "Kusto documentation, 'series_sum()', 'series_product()'".
fn reduced(arguments: &[Datum], start: f64, join: fn(f64, f64) -> f64) -> Datum {
    numbers(arguments, 0).map_or(Datum::Null, |values| Datum::Real(values.into_iter().fold(start, join)))
}

/// "Kusto documentation, 'series_magnitude()'": the square root of the sum of squares.
fn magnitude(arguments: &[Datum], _: &Context) -> Datum {
    let values = numbers(arguments, 0);
    values.map_or(Datum::Null, |values| Datum::Real(values.iter().map(|value| value * value).sum::<f64>().sqrt()))
}

/// Two series of the same length.
fn pairs(arguments: &[Datum]) -> Option<Vec<(f64, f64)>> {
    let (left, right) = (numbers(arguments, 0)?, numbers(arguments, 1)?);
    (left.len() == right.len()).then(|| left.into_iter().zip(right).collect())
}

fn dot(pairs: &[(f64, f64)]) -> f64 {
    pairs.iter().map(|(left, right)| left * right).sum()
}

/// "Kusto documentation, 'series_cosine_similarity()'".
fn cosine(arguments: &[Datum], _: &Context) -> Datum {
    let Some(pairs) = pairs(arguments) else { return Datum::Null };
    let size = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(|pair| of(pair) * of(pair)).sum::<f64>().sqrt();
    let by = size(|pair| pair.0) * size(|pair| pair.1);
    if by > 0.0 { Datum::Real(dot(&pairs) / by) } else { Datum::Null }
}

/// "Kusto documentation, 'series_pearson_correlation()'".
fn pearson(arguments: &[Datum], _: &Context) -> Datum {
    let Some(pairs) = pairs(arguments) else { return Datum::Null };
    let length = pairs.len() as f64;
    let (left, right): (f64, f64) = pairs.iter().fold((0.0, 0.0), |sum, pair| (sum.0 + pair.0, sum.1 + pair.1));
    let (left, right) = (left / length, right / length);
    let sum = |of: &dyn Fn(f64, f64) -> f64| pairs.iter().map(|pair| of(pair.0 - left, pair.1 - right)).sum::<f64>();
    let by = (sum(&|x, _| x * x) * sum(&|_, y| y * y)).sqrt();
    if by > 0.0 { Datum::Real(sum(&|x, y| x * y) / by) } else { Datum::Null }
}

/// The pairs of two series, of which one may be a number that stands for all; as long as the longer.
fn aligned(arguments: &[Datum]) -> Option<Vec<(Option<f64>, Option<f64>)>> {
    let (left, right) = (list_at(arguments, 0), list_at(arguments, 1));
    let length = left.as_ref().map_or(0, |items| items.len()).max(right.as_ref().map_or(0, |items| items.len()));
    (left.is_some() || right.is_some()).then_some(())?;
    let one = |series: &Option<std::sync::Arc<Vec<Datum>>>, argument: &Datum, place: usize| match series {
        Some(items) => items.get(place).and_then(number),
        None => number(argument),
    };
    Some((0..length).map(|place| (one(&left, at(arguments, 0), place), one(&right, at(arguments, 1), place))).collect())
}

/// "Kusto documentation, 'series_add()'" and its like: element by element.
fn both(arguments: &[Datum], join: fn(f64, f64) -> Option<f64>) -> Datum {
    let made = |(left, right): (Option<f64>, Option<f64>)| {
        left.zip(right).and_then(|(left, right)| join(left, right)).map_or(Datum::Null, Datum::Real)
    };
    aligned(arguments).map_or(Datum::Null, |pairs| listed(pairs.into_iter().map(made).collect()))
}

/// "Kusto documentation, 'series_equals()'" and its like.
fn compared(arguments: &[Datum], holds: fn(f64, f64) -> bool) -> Datum {
    let made = |(left, right): (Option<f64>, Option<f64>)| {
        left.zip(right).map_or(Datum::Null, |(left, right)| Datum::Bool(holds(left, right)))
    };
    aligned(arguments).map_or(Datum::Null, |pairs| listed(pairs.into_iter().map(made).collect()))
}

/// "Kusto documentation, 'series_abs()'" and its like.
fn each(arguments: &[Datum], make: fn(f64) -> f64) -> Datum {
    let made = |item: &Datum| number(item).map_or(Datum::Null, |value| Datum::Real(make(value)));
    list_at(arguments, 0).map_or(Datum::Null, |items| listed(items.iter().map(made).collect()))
}

/// True where the element is a gap: null, or what the argument at that place says.
fn gap(arguments: &[Datum], place: usize, item: &Datum) -> bool {
    match arguments.get(place).filter(|other| !empty(other)) {
        Some(other) => key(other) == key(item),
        None => *item == Datum::Null,
    }
}

/// "Kusto documentation, 'series_fill_const()'": series, value, what a gap is.
fn fill_const(arguments: &[Datum], _: &Context) -> Datum {
    let filled = |item: &Datum| if gap(arguments, 2, item) { at(arguments, 1).clone() } else { item.clone() };
    list_at(arguments, 0).map_or(Datum::Null, |items| listed(items.iter().map(filled).collect()))
}

/// "Kusto documentation, 'series_fill_forward()', 'series_fill_backward()'".
fn fill(arguments: &[Datum], backward: bool) -> Datum {
    let Some(items) = list_at(arguments, 0) else { return Datum::Null };
    let mut items = items.to_vec();
    if backward {
        items.reverse();
    }
    let mut last: Option<Datum> = None;
    for item in &mut items {
        match (gap(arguments, 1, item), &last) {
            (false, _) => last = Some(item.clone()),
            (true, Some(last)) => *item = last.clone(),
            (true, None) => {}
        }
    }
    if backward {
        items.reverse();
    }
    listed(items)
}

/// "Kusto documentation, 'series_fill_linear()'": series, what a gap is, whether the ends are filled, the value of a series of
/// gaps only. Among whole numbers the results are whole.
fn fill_linear(arguments: &[Datum], _: &Context) -> Datum {
    let Some(items) = list_at(arguments, 0) else { return Datum::Null };
    let edges = arguments.get(2).and_then(truth).unwrap_or(true);
    let known: Vec<(usize, f64)> = items
        .iter()
        .enumerate()
        .filter(|(_, item)| !gap(arguments, 1, item))
        .filter_map(|(place, item)| number(item).map(|value| (place, value)))
        .collect();
    if known.is_empty() {
        let value = arguments.get(3).cloned().unwrap_or(Datum::Long(0));
        return listed(vec![value; items.len()]);
    }
    let whole = items.iter().all(|item| gap(arguments, 1, item) || matches!(item, Datum::Long(_)));
    let made = |value: f64| match super::value::whole(value.round()).filter(|_| whole) {
        Some(value) => Datum::Long(value),
        None => Datum::Real(value),
    };
    let mut next = 0;
    let filled = items.iter().enumerate().map(|(place, item)| {
        if !gap(arguments, 1, item) {
            return item.clone();
        }
        while known.get(next).is_some_and(|(at, _)| *at < place) {
            next = next.saturating_add(1);
        }
        let before = next.checked_sub(1).and_then(|before| known.get(before));
        match (before, known.get(next)) {
            (Some((left, from)), Some((right, to))) => {
                let share = (place as f64 - *left as f64) / (*right as f64 - *left as f64);
                made(from + (to - from) * share)
            }
            (Some((_, only)), None) | (None, Some((_, only))) if edges => made(*only),
            _ => item.clone(),
        }
    });
    listed(filled.collect())
}
