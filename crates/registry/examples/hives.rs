//! Writes hives into a folder (argument 1), for independent readers: every type and size of data, ten thousand keys,
//! names in other scripts, and dirty ones with the logs of both formats.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use ddefend_registry::write::{HiveFile, HiveMount, LogFormat, dirty_hive, hive};
use ddefend_registry::{Data, Entry, Fact, Origin, Place, Root, Tree};
use std::path::Path;

fn add(tree: &mut Tree, key: &str, name: &str, data: Data) {
    let fact = Fact::Value { name: name.to_owned(), data };
    let (root, key) = (Root::User, key.to_owned());
    tree.apply(&Entry { root, key, fact, written: None, place: Place::Unknown, origin: Origin::Written });
}

fn main() {
    let folder = std::env::args().nth(1).unwrap();
    let folder = Path::new(&folder);
    let file = HiveFile { mount: HiveMount::User, user: "alice" };
    let mut tree = Tree::default();
    let key = r"Software\Microsoft\Office\16.0\Word\Security";
    add(&mut tree, key, "AllowDDE", Data::Dword(2));
    add(&mut tree, key, "", Data::Sz("default".into()));
    add(&mut tree, key, "Expand", Data::ExpandSz("%TEMP%\\x".into()));
    add(&mut tree, key, "Multi", Data::MultiSz(vec!["one".into(), "two".into()]));
    add(&mut tree, key, "Quad", Data::Qword(1 << 40));
    add(&mut tree, key, "Small", Data::Binary(vec![1, 2, 3]));
    for size in [5, 16_344, 16_345, 100_000] {
        add(&mut tree, key, &format!("Bytes{size}"), Data::Binary((0..size).map(|n: u32| (n % 251) as u8).collect()));
    }
    add(&mut tree, r"Software\Größe\日本", "Ω", Data::Sz("\u{1f600}".into()));
    for number in 0..10_000 {
        add(&mut tree, &format!(r"Software\Many\Key{number}"), "n", Data::Dword(number));
    }
    std::fs::write(folder.join("clean"), hive(&tree, &file).unwrap()).unwrap();
    let states: Vec<Tree> = (0..6)
        .map(|step| {
            let mut tree = tree.clone();
            for number in 0..step {
                add(&mut tree, &format!(r"Software\Later\{number}"), "AllowDDE", Data::Dword(number));
            }
            add(&mut tree, key, "AllowDDE", Data::Dword(step));
            tree
        })
        .collect();
    for (name, format) in [("new", LogFormat::New), ("old", LogFormat::Old)] {
        let dirty = dirty_hive(&states, &file, format).unwrap();
        std::fs::write(folder.join(name), dirty.primary).unwrap();
        for (number, log) in (1..).zip(&dirty.logs) {
            std::fs::write(folder.join(format!("{name}.LOG{number}")), log).unwrap();
        }
    }
}
