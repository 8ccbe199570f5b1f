use crate::LabError;
use crate::moment::moment;
use crate::scenario::{HiveSpec, Scenario, TrustSpec, ValueSpec};
use crate::world::{World, leaf};
use ddefend_event::Time;
use ddefend_registry::write::{HiveFile, HiveMount, hive};
use ddefend_registry::{Data, Entry, Fact, Origin, Place, Root, Tree};

/// A hive before and after the incident.
#[derive(Clone, Debug)]
pub(crate) struct Hives {
    pub(crate) path: String,
    pub(crate) before: Vec<u8>,
    pub(crate) after: Vec<u8>,
    pub(crate) collected: bool,
}

/// Every hive of a scenario.
///
/// # Errors
/// Where a hive has an unknown name, or a value cannot be written.
pub(crate) fn hives(scenario: &Scenario, world: &World) -> Result<Vec<Hives>, LabError> {
    scenario.hives.iter().map(|spec| one(spec, world).map_err(|error| error.of(&spec.path))).collect()
}

fn one(spec: &HiveSpec, world: &World) -> Result<Hives, LabError> {
    let host = world.host(&spec.host)?;
    let user = world.hosts.get(host).map(|host| host.user.as_str()).unwrap_or_default();
    let name = leaf(&spec.path).to_ascii_uppercase();
    let (mount, root, top) = match name.as_str() {
        name if name.contains("NTUSER") => (HiveMount::User, Root::User, ""),
        name if name.contains("USRCLASS") => (HiveMount::Classes, Root::User, ""),
        name if name.contains("SOFTWARE") => (HiveMount::Software, Root::Machine, "SOFTWARE\\"),
        name if name.contains("SYSTEM") => (HiveMount::System, Root::Machine, "SYSTEM\\"),
        _ => return Err(LabError("call it NTUSER.DAT, UsrClass.dat, SOFTWARE or SYSTEM".to_owned())),
    };
    let mut tree = Tree::default();
    let at = world.start();
    let add = |tree: &mut Tree, key: &str, fact: Fact, at: Time| {
        let known = key.get(..top.len()).is_some_and(|head| head.eq_ignore_ascii_case(top));
        let key = if known { key.to_owned() } else { format!("{top}{key}") };
        let root = root.clone();
        tree.apply(&Entry { root, key, fact, written: Some(at), place: Place::Unknown, origin: Origin::Written });
    };
    // The root of a hive is never empty.
    add(&mut tree, if top.is_empty() { "Software\\Microsoft" } else { "Microsoft" }, Fact::Key, at);
    for value in &spec.before {
        let (key, fact, at) = fact(value, world, host)?;
        add(&mut tree, &key, fact, at);
    }
    let file = HiveFile { mount, user };
    let write = |tree: &Tree| hive(tree, &file).map_err(|error| LabError(error.to_string()));
    let before = write(&tree)?;
    for value in &spec.after {
        let (key, fact, at) = fact(value, world, host)?;
        add(&mut tree, &key, fact, at);
    }
    for trust in &spec.trust {
        let (key, fact, at) = trusted(trust, world, host)?;
        add(&mut tree, &key, fact, at);
    }
    Ok(Hives { path: spec.path.clone(), before, after: write(&tree)?, collected: spec.collected.unwrap_or(true) })
}

fn fact(value: &ValueSpec, world: &World, host: usize) -> Result<(String, Fact, Time), LabError> {
    let fill = world.fill(host);
    let at = moment(&value.at, world.start())?;
    let name = fill.text(&value.name)?;
    let fact = match (value.dword, &value.text) {
        _ if value.removed && value.name.is_empty() => Fact::KeyRemoved,
        _ if value.removed => Fact::ValueRemoved { name },
        (Some(number), None) => Fact::Value { name, data: Data::Dword(number) },
        (None, Some(text)) => Fact::Value { name, data: Data::Sz(fill.text(text)?) },
        (None, None) if value.name.is_empty() => Fact::Key,
        _ => return Err(LabError(format!("{}: a value needs one of dword and text", value.name))),
    };
    Ok((fill.text(&value.key)?, fact, at))
}

/// A trust record: FILETIME, offset of the time zone, minutes since 1970, what was chosen; 24 bytes.
fn trusted(trust: &TrustSpec, world: &World, host: usize) -> Result<(String, Fact, Time), LabError> {
    let fill = world.fill(host);
    let at = moment(&trust.at, world.start())?;
    let choice = match trust.choice.as_str() {
        "editing" => 1,
        "content" => 0x7fff_ffff,
        number => {
            number.parse::<u32>().map_err(|_| LabError(format!("'{number}' is no choice: editing or content")))?
        }
    };
    let ticks = at.ticks.saturating_sub(Time::from_filetime(0).ticks);
    let minutes = at.ticks.div_euclid(Time::SECOND.saturating_mul(60));
    let mut bytes = ticks.to_le_bytes().to_vec();
    bytes.extend(0_i64.to_le_bytes());
    bytes.extend(u32::try_from(minutes).unwrap_or_default().to_le_bytes());
    bytes.extend(choice.to_le_bytes());
    let version = if trust.version.is_empty() { "16.0" } else { &trust.version };
    let key = format!(
        "Software\\Microsoft\\Office\\{version}\\{}\\Security\\Trusted Documents\\TrustRecords",
        trust.application
    );
    // Office writes the profile as a variable, and slashes.
    let profile = fill.text("{profile}")?;
    let document = fill.text(&trust.document)?.replace(&profile, "%USERPROFILE%").replace('\\', "/");
    Ok((key, Fact::Value { name: document, data: Data::Binary(bytes) }, at))
}
