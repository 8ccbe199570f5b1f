//! SigmaHQ's regression data: an `info.yml` that names a rule, with logs beside it on which the rule must fire.

use ddefend_content::Content;
use ddefend_engine::Input;
use ddefend_engine::hunt::{Asked, HuntProgress, HuntSettings, Told, hunt_inputs};
use ddefend_guard::stream::Allowance;
use ddefend_hunt::sample::{Regression, Trial};
use ddefend_hunt::{Hunt, Settings};
use ddefend_matcher::Matcher;
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;

struct Silent;

impl HuntProgress for Silent {
    fn read(&self, _bytes: u64) {}
}

/// Hunts in the logs of each file; `tell` gets the rule's id and a line, or what is wrong.
///
/// # Errors
/// Where the built-in content is damaged.
pub(super) fn run(
    files: &[(String, String)],
    trial: &Trial,
    content: &Content,
    verbose: bool,
    tell: &mut dyn FnMut(&str, Result<String, String>),
) -> Result<(), String> {
    if files.is_empty() {
        return Ok(());
    }
    let told = |error: ddefend_content::ContentError| error.to_string();
    let (mapping, wording) = (Arc::new(content.mapping().map_err(told)?), content.wording().map_err(told)?);
    let rules: Arc<[_]> = trial.set().rules.clone().into();
    let deferred = [&*wording.ancestor_image, &*wording.ancestor_command];
    let matcher = Matcher::new(Arc::clone(&rules), Arc::clone(&mapping), &deferred, &[]);
    for (file, text) in files {
        let regression = match Regression::read(text) {
            Ok(regression) => regression,
            Err(error) => {
                tell("", Err(format!("{file}: {error}")));
                continue;
            }
        };
        let folder = Path::new(file).parent().unwrap_or(Path::new(""));
        for name in &regression.logs {
            let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
            let path = folder.join(base);
            let mut fired = BTreeSet::new();
            let asked = Asked::new(&matcher);
            let settings = HuntSettings {
                matcher: &matcher,
                selector: &asked,
                threads: 1,
                seconds: None,
                named: vec![path.clone()],
                schema: None,
                allowance: Allowance::default(),
                carve: false,
                extras: &[],
                rows: None,
            };
            let mut hunt = Hunt::new(trial.set().clone(), Arc::clone(&mapping), wording.clone(), Settings::default());
            let done = hunt_inputs(&[Input::File(path)], &settings, &mut hunt, &Silent, &mut |told| {
                if let Told::Detection(detection) = told {
                    fired.insert(detection.rule.id);
                }
                Ok::<(), Infallible>(())
            });
            let Ok(_) = done;
            for id in &regression.rules {
                let line = if verbose { format!("passes  {file}: {base}\n") } else { String::new() };
                tell(
                    id,
                    if fired.contains(id) { Ok(line) } else { Err(format!("{file}: {base}: {id} does not fire")) },
                );
            }
        }
    }
    Ok(())
}
