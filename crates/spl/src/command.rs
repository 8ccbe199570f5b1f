//! Commands (Search Reference), by subject.

mod aggregate;
mod combine;
mod extract;
mod fields;
pub(crate) mod filter;
mod generate;
mod time;
mod tstats;

use crate::context::{Builder, Context, Range};
use crate::expand::Fault;
use crate::token::{Kind, Token, tokens};
use ddefend_rule::ir::query::Span;

/// A command as written.
#[derive(Clone, Copy)]
pub(crate) struct Given<'n> {
    /// Its name in lower case.
    pub(crate) name: &'n str,
    /// What stands behind the name.
    pub(crate) arguments: Range,
    /// All of it.
    pub(crate) range: Range,
}

/// Commands that send something, store something, run something or learn something: never followed.
const REFUSED: &[&str] = &[
    "map",
    "collect",
    "mcollect",
    "meventcollect",
    "outputlookup",
    "outputcsv",
    "outputtext",
    "sendalert",
    "sendemail",
    "script",
    "run",
    "runshellscript",
    "delete",
    "dump",
    "predict",
    "anomalydetection",
    "anomalies",
    "anomalousvalue",
    "outlier",
    "cluster",
    "kmeans",
    "apply",
    "fit",
    "summary",
    "score",
    "sample",
    "x11",
    "mstats",
    "rest",
    "dbxquery",
    "loadjob",
    "savedsearch",
    "metadata",
    "metasearch",
    "dbinspect",
    "eventcount",
    "sistats",
    "sitimechart",
    "sichart",
    "sitop",
    "sirare",
    "tscollect",
    "overlap",
    "localize",
    "localop",
    "gauge",
    "geom",
    "geomfilter",
    "geostats",
    "trendline",
    "associate",
    "contingency",
    "correlate",
    "cofilter",
    "analyzefields",
    "arules",
    "bucketdir",
    "concurrency",
    "cefout",
    "ldapsearch",
    "adsisearcher",
    "highlight",
    "iconify",
    "abstract",
    "typeahead",
    "walklex",
    "searchtxn",
    "set",
    "selfjoin",
    "untable",
    "xyseries",
    "xpath",
    "multikv",
    "tojson",
    "folderize",
    "erex",
    "findtypes",
    "typelearner",
    "typer",
    "tags",
    "timewrap",
    "delta",
    "autoregress",
    "accum",
    "addtotals",
    "addcoltotals",
    "diff",
    "makecontinuous",
    "input",
    "history",
    "audit",
    "fieldsummary",
    "reltime",
    "rangemap",
    "setfields",
    "mvreverse",
    "inputcsv",
    "inputintelligence",
    "gentimes",
    "nearest",
    "snowincident",
    "risk",
    "mergeevents",
    "jsontable",
    "base64",
    "cut",
    "decrypt",
    "entropy",
];

/// What a command makes of the rows.
pub(crate) fn apply(context: &mut Context<'_>, builder: Option<Builder>, given: Given<'_>) -> Result<Builder, Fault> {
    if builder.is_none() {
        return generate::first(context, given);
    }
    let Some(mut builder) = builder else { return Err(context.syntax(given.range, "no rows")) };
    let b = &mut builder;
    match given.name {
        "where" => filter::filter(context, b, given)?,
        "regex" => filter::regex(context, b, given)?,
        "head" | "tail" => filter::ends(context, b, given)?,
        "dedup" => filter::dedup(context, b, given)?,
        "eval" => fields::eval(context, b, given)?,
        "fields" => fields::fields(context, b, given)?,
        "table" => fields::table(context, b, given)?,
        "rename" => fields::rename(context, b, given)?,
        "sort" => fields::sort(context, b, given)?,
        "reverse" => fields::reverse(context, b, given),
        "fillnull" => fields::fillnull(context, b, given)?,
        "filldown" => fields::filldown(context, b, given)?,
        "replace" => fields::replace(context, b, given)?,
        "convert" => fields::convert(context, b, given)?,
        "fieldformat" | "format" | "noop" | "addinfo" => {}
        "return" => fields::returned(context, b, given)?,
        "strcat" => fields::strcat(context, b, given)?,
        "iplocation" => fields::iplocation(context, b, given)?,
        "rex" => extract::rex(context, b, given)?,
        "spath" => extract::spath(context, b, given)?,
        "xmlkv" | "kv" | "extract" | "fromjson" => extract::pairs(context, b, given)?,
        "makemv" | "nomv" => extract::makemv(context, b, given)?,
        "mvexpand" => extract::mvexpand(context, b, given)?,
        "mvcombine" => extract::mvcombine(context, b, given)?,
        "stats" => aggregate::stats(context, b, given)?,
        "eventstats" | "streamstats" => aggregate::beside(context, b, given)?,
        "top" | "rare" => aggregate::top(context, b, given)?,
        "chart" => aggregate::chart(context, b, given)?,
        "bin" | "bucket" | "discretize" => time::bin(context, b, given)?,
        "timechart" => time::timechart(context, b, given)?,
        "transaction" => time::transaction(context, b, given)?,
        "lookup" => combine::lookup(context, b, given)?,
        "join" => combine::join(context, b, given)?,
        "append" | "union" => combine::append(context, b, given)?,
        "appendpipe" => combine::appendpipe(context, b, given)?,
        "appendcols" => combine::appendcols(context, b, given)?,
        "foreach" => combine::foreach(context, b, given)?,
        "inputlookup" => generate::inputlookup_behind(context, b, given)?,
        name => return Err(unknown(context, name, given.range)),
    }
    Ok(builder)
}

fn unknown(context: &Context<'_>, name: &str, range: Range) -> Fault {
    let named = Range { start: range.start, end: range.start.saturating_add(name.len()) };
    if REFUSED.contains(&name) {
        return context.unsupported(named, &format!("the command {name}"));
    }
    if matches!(name, "tstats" | "makeresults" | "multisearch" | "datamodel" | "from") {
        return context.syntax(named, format!("{name} must be the first command"));
    }
    let code = ddefend_model::code::QUERY_NAME;
    context.fault(named, code, format!("{name:?} is no command that is known"))
}

/// A command's arguments: `name=value` apart from the rest.
pub(crate) struct Arguments {
    pub(crate) options: Vec<(String, Token)>,
    pub(crate) rest: Vec<Token>,
}

impl Arguments {
    /// Splits them; in brackets nothing is an option.
    pub(crate) fn of(context: &mut Context<'_>, range: Range) -> Result<Self, Fault> {
        let all = tokens(context, range)?;
        Ok(Self::split(all))
    }

    pub(crate) fn split(all: Vec<Token>) -> Self {
        let mut options = Vec::new();
        let mut rest: Vec<Token> = Vec::new();
        let mut depth = 0_u32;
        let mut tokens = all.into_iter().peekable();
        while let Some(token) = tokens.next() {
            match token.kind {
                Kind::Open => depth = depth.saturating_add(1),
                Kind::Close => depth = depth.saturating_sub(1),
                Kind::Operator("=")
                    if depth == 0
                        && rest.last().is_some_and(|token| matches!(token.kind, Kind::Word(_)))
                        && tokens.peek().is_some_and(|token| matches!(token.kind, Kind::Word(_) | Kind::Quoted(_))) =>
                {
                    let name = rest.pop().and_then(|token| token.keyword()).unwrap_or_default();
                    if let Some(value) = tokens.next() {
                        options.push((name, value));
                    }
                    continue;
                }
                _ => {}
            }
            rest.push(token);
        }
        Self { options, rest }
    }

    pub(crate) fn option(&self, name: &str) -> Option<String> {
        self.options.iter().find(|(own, _)| own == name).and_then(|(_, token)| token.text())
    }

    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        self.option(name).map(|value| matches!(value.to_ascii_lowercase().as_str(), "t" | "true" | "1" | "yes"))
    }

    /// A whole number that must be one.
    pub(crate) fn number(&self, context: &Context<'_>, name: &str) -> Result<Option<u64>, Fault> {
        let Some((_, token)) = self.options.iter().find(|(own, _)| own == name) else { return Ok(None) };
        let value = token.text().and_then(|text| text.parse().ok());
        value.map(Some).ok_or_else(|| context.syntax(token.range, format!("{name} takes a number")))
    }

    /// Every option is one of these; the others are refused by name.
    pub(crate) fn only(&self, context: &Context<'_>, command: &str, known: &[&str]) -> Result<(), Fault> {
        match self.options.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            Some((name, token)) => Err(context.unsupported(token.range, &format!("the option {name} of {command}"))),
            None => Ok(()),
        }
    }

    /// The rest as names of fields.
    pub(crate) fn names(&self, context: &Context<'_>) -> Result<Vec<(String, Span)>, Fault> {
        names(context, &self.rest)
    }
}

/// Names between commas or white space.
pub(crate) fn names(context: &Context<'_>, tokens: &[Token]) -> Result<Vec<(String, Span)>, Fault> {
    let mut out = Vec::new();
    for token in tokens {
        match &token.kind {
            Kind::Comma => {}
            Kind::Word(_) | Kind::Quoted(_) => {
                out.push((token.text().unwrap_or_default(), context.span(token.range)));
            }
            _ => return Err(context.syntax(token.range, "the name of a field must stand here")),
        }
    }
    Ok(out)
}

/// What stands in the brackets that open at this token: from behind it to before its partner, and the partner's place.
pub(crate) fn bracket(context: &Context<'_>, tokens: &[Token], open: usize) -> Result<(Range, usize), Fault> {
    let mut depth = 0_u32;
    let start = tokens.get(open).map_or_else(Range::default, |token| token.range);
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.kind {
            Kind::Open => depth = depth.saturating_add(1),
            Kind::Close => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Ok((Range { start: start.end, end: token.range.start }, at));
                }
            }
            _ => {}
        }
    }
    Err(context.syntax(start, "the bracket is not closed"))
}
