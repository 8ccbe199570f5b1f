//! Makes the collected tree of a host (argument 1) with so many users (argument 2): hives of some 300 KB, of which one in
//! four allows DDE. Few different hives stand behind many links: it is reading them that takes time.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use ddefend_registry::write::{HiveFile, HiveMount, hive};
use ddefend_registry::{Data, Entry, Fact, Origin, Place, Root, Tree};
use std::fs;
use std::path::Path;

/// Different hives.
const HIVES: usize = 64;

fn add(tree: &mut Tree, key: &str, name: &str, data: Data) {
    let fact = Fact::Value { name: name.to_owned(), data };
    let (root, key) = (Root::User, key.to_owned());
    tree.apply(&Entry { root, key, fact, written: None, place: Place::Unknown, origin: Origin::Written });
}

fn profile(number: usize) -> Vec<u8> {
    let mut tree = Tree::default();
    for application in ["Word", "Excel", "PowerPoint"] {
        let security = format!(r"Software\Microsoft\Office\16.0\{application}\Security");
        add(&mut tree, &security, "VBAWarnings", Data::Dword(2));
        for place in 0..5 {
            let location = format!(r"{security}\Trusted Locations\Location{place}");
            add(&mut tree, &location, "Path", Data::Sz(format!(r"C:\Program Files\Office\{place}")));
        }
    }
    let word = r"Software\Microsoft\Office\16.0\Word\Security";
    add(&mut tree, word, "AllowDDE", Data::Dword(if number.is_multiple_of(4) { 2 } else { 0 }));
    for other in 0..1_500 {
        let key = format!(r"Software\Vendor{}\Product{}\Setting{other}", other % 10, other % 50);
        add(&mut tree, &key, "Value", Data::Sz(format!("what user {number} set as {other}")));
        add(&mut tree, &key, "State", Data::Dword(u32::try_from(other).unwrap()));
    }
    hive(&tree, &HiveFile { mount: HiveMount::User, user: "someone" }).unwrap()
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let (folder, count) = (Path::new(&arguments[1]), arguments[2].parse::<usize>().unwrap());
    let store = folder.join("hives");
    fs::create_dir_all(&store).unwrap();
    for number in 0..HIVES.min(count) {
        fs::write(store.join(number.to_string()), profile(number)).unwrap();
    }
    for user in 0..count {
        let home = folder.join(format!("HOST/C/Users/user{user:05}"));
        fs::create_dir_all(&home).unwrap();
        fs::hard_link(store.join((user % HIVES).to_string()), home.join("NTUSER.DAT")).unwrap();
    }
}
