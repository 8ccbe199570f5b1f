//! Prints conversions of the rules in a file.

use ddefend_content::Content;
use ddefend_convert::{convert, targets};
use ddefend_rule::front::sigma;

#[test]
#[ignore = "prints, for those who look"]
fn prints() {
    let content = Content::load().unwrap();
    let (profiles, mapping) = (content.profiles().unwrap(), content.mapping().unwrap());
    let path = std::env::var("RULE").unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let set = sigma::read(&[(path, text)], &sigma::Options::default());
    let wanted = std::env::var("TARGET").ok();
    for rule in &set.rules {
        for target in targets().iter().filter(|target| wanted.as_deref().is_none_or(|name| name == target.name)) {
            match convert(rule, target, &profiles, &mapping) {
                Ok(done) => println!("== {} ==\n{}\nnotes: {:?}", target.name, done.text, done.notes),
                Err(refusals) => println!(
                    "== {} ==\nREFUSED {}",
                    target.name,
                    refusals.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
                ),
            }
        }
    }
}
