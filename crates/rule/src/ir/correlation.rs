use super::Meta;

/// A rule on several events (Sigma correlation rules specification 2.1).
#[derive(Clone, Debug, PartialEq)]
pub struct Correlation {
    /// What it says of itself.
    pub meta: Meta,
    /// What it counts or orders.
    pub kind: CorrelationKind,
    /// Which rules feed it, in the order written.
    pub members: Vec<Member>,
    /// Fields whose values must be the same (names of [`Member::aliases`] allowed).
    pub group_by: Vec<Box<str>>,
    /// Seconds.
    pub timespan: u64,
    /// How windows lie.
    pub window: Window,
    /// When the measure is enough.
    pub condition: Compare,
    /// For temporal correlations with a condition in words: which members must, or must not, have occurred.
    pub require: Option<Require>,
    /// True where its own matches are shown; false where it only feeds other correlations.
    pub shown: bool,
}

/// A rule that feeds a correlation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Where in the set.
    pub feed: Feed,
    /// Alias to this rule's own field name.
    pub aliases: Vec<(Box<str>, Box<str>)>,
}

/// What feeds a correlation: a rule or another correlation, by index in the set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feed {
    /// `RuleSet::rules`.
    Rule(usize),
    /// `RuleSet::correlations`; always one that stands before the correlation that it feeds.
    Correlation(usize),
}

/// What a correlation measures.
#[derive(Clone, Debug, PartialEq)]
pub enum CorrelationKind {
    /// Events.
    EventCount,
    /// Different values of the fields.
    ValueCount(Vec<Box<str>>),
    /// Different member rules, in any order.
    Temporal,
    /// All member rules in the order written.
    TemporalOrdered,
    /// Sum of a field.
    ValueSum(Box<str>),
    /// Mean of a field.
    ValueAvg(Box<str>),
    /// Percentile (0 to 100) of a field.
    ValuePercentile(Box<str>, f64),
    /// Median of a field.
    ValueMedian(Box<str>),
}

/// A boolean of members that occurred, by index in [`Correlation::members`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Require {
    /// All of them.
    And(Vec<Require>),
    /// At least one of them.
    Or(Vec<Require>),
    /// Not.
    Not(Box<Require>),
    /// That member.
    Member(usize),
}

/// How windows lie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Window {
    /// The timespan ends at each event.
    #[default]
    Sliding,
    /// Fixed spans from the epoch on.
    Tumbling,
    /// As long as gaps stay at or under so many seconds, the timespan at most.
    Session(u64),
}

/// Bounds of a measure; all that are given must hold.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Compare {
    /// Greater than.
    pub gt: Option<f64>,
    /// Greater or equal.
    pub gte: Option<f64>,
    /// Less than.
    pub lt: Option<f64>,
    /// Less or equal.
    pub lte: Option<f64>,
    /// Equal.
    pub eq: Option<f64>,
    /// Not equal.
    pub neq: Option<f64>,
}

impl Compare {
    /// True where every bound that is given holds.
    #[must_use]
    pub fn holds(&self, measure: f64) -> bool {
        let test =
            |bound: Option<f64>, holds: fn(&f64, &f64) -> bool| bound.is_none_or(|bound| holds(&measure, &bound));
        test(self.gt, f64::gt)
            && test(self.gte, f64::ge)
            && test(self.lt, f64::lt)
            && test(self.lte, f64::le)
            && test(self.eq, f64::eq)
            && test(self.neq, f64::ne)
    }

    /// True where a measure that only grows can never stop to be enough.
    #[must_use]
    pub fn only_from_below(&self) -> bool {
        self.lt.is_none() && self.lte.is_none() && self.eq.is_none() && self.neq.is_none()
    }
}
