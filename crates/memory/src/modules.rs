//! Which modules do not belong into a process.

use crate::dump::{Dump, RawModule};
use crate::lists::{Lists, fits};
use ddefend_model::Level;
use ddefend_model::memory::Module;

/// Characters of a path that are compared.
const COMPARED: usize = 1_024;

/// The last step of a path, lower case.
pub(crate) fn base_name(path: &str) -> String {
    path.rsplit(['\\', '/']).next().unwrap_or(path).to_lowercase()
}

/// True for a program of Office.
pub(crate) fn is_office(image: &str, lists: &Lists) -> bool {
    let name = base_name(image);
    lists.office.contains(&name)
}

/// The modules that do not belong, worst first, and all others too where `all` is asked for. Folders are judged in Office
/// programs alone: others have plug-ins wherever they like.
pub(crate) fn judged(dump: &Dump, image: &str, lists: &Lists, all: bool) -> Vec<Module> {
    let office = is_office(image, lists);
    let main = dump.modules.first().map(|module| module.base);
    let mut found: Vec<Module> = Vec::new();
    for raw in dump.modules.iter().chain(&dump.unloaded) {
        let own = !raw.unloaded && main == Some(raw.base);
        let judged = if office && !own { judge(raw, lists) } else { None };
        if judged.is_none() && !all {
            continue;
        }
        let (level, mut why) = judged.map_or((None, String::new()), |(level, why)| (Some(level), why));
        if raw.unloaded {
            why = if why.is_empty() { "unloaded".to_owned() } else { format!("{why}; unloaded since") };
        }
        let path = raw.path.clone();
        found.push(Module { path, base: raw.base, size: raw.size, version: raw.version.clone(), why, level });
    }
    found.sort_by(|a, b| (b.level, a.base, &a.path).cmp(&(a.level, b.base, &b.path)));
    found.dedup();
    found
}

/// The path without what Windows puts before long and internal ones.
fn plain(path: &str) -> String {
    let path: String = path.chars().take(COMPARED).collect::<String>().to_lowercase().replace('/', "\\");
    for (prefix, instead) in [("\\\\?\\unc\\", "\\\\"), ("\\??\\unc\\", "\\\\"), ("\\\\?\\", ""), ("\\??\\", "")] {
        if let Some(rest) = path.strip_prefix(prefix) {
            return format!("{instead}{rest}");
        }
    }
    path
}

fn judge(raw: &RawModule, lists: &Lists) -> Option<(Level, String)> {
    let path = plain(&raw.path);
    let mut reasons: Vec<(Level, &str)> = Vec::new();
    let ends = |end: &String| {
        let end = end.to_lowercase();
        path.ends_with(&end) || end.strip_prefix('\\').is_some_and(|name| name == path)
    };
    if lists.suspicious_modules.iter().any(ends) {
        reasons.push((lists.suspicious_level, &lists.suspicious_why));
    }
    let windows = lists.windows_folders.iter().any(|folder| fits(folder, &path));
    let named = lists.stand_in_names.contains(&base_name(&path));
    if named && path.contains('\\') && !windows {
        reasons.push((lists.stand_in_level, &lists.stand_in_why));
    }
    let place = lists
        .place
        .iter()
        .find(|place| place.paths.iter().any(|it| fits(it, &path)) && !place.not.iter().any(|it| fits(it, &path)));
    if let Some(place) = place {
        reasons.push((place.level, &place.why));
    }
    let worst = reasons.iter().map(|(level, _)| *level).max()?;
    let words: Vec<&str> = reasons.iter().map(|(_, why)| *why).collect();
    Some((worst, words.join("; ")))
}
