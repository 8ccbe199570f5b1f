//! Publisher, Visio, Project and Works files (row P2): recognised, so that their embedded objects are walked like those
//! of any compound file. Their own streams hold no DDE primitive whose layout is published and are not read.

use ddefend_container::cfb::Storage;
use ddefend_container::{Format, Sink, StorageReader};
use ddefend_model::{Location, code};

/// Publisher.
pub(crate) static PUBLISHER: StorageReader = StorageReader {
    format: Format { id: "pub", title: "Publisher publication", extensions: &["pub"] },
    claims: |storage| storage.is_root() && storage.storage("Quill").is_some(),
    read: |_, sink| tell(sink, "Publisher"),
};

/// Visio 2000 to 2010.
pub(crate) static VISIO: StorageReader = StorageReader {
    format: Format { id: "vsd", title: "Visio drawing", extensions: &["vsd", "vss", "vst"] },
    claims: |storage| storage.stream("VisioDocument").is_some(),
    read: |_, sink| tell(sink, "Visio"),
};

/// Project.
pub(crate) static PROJECT: StorageReader = StorageReader {
    format: Format { id: "mpp", title: "Project plan", extensions: &["mpp", "mpt"] },
    claims: is_project,
    read: |_, sink| tell(sink, "Project"),
};

/// Works.
pub(crate) static WORKS: StorageReader = StorageReader {
    format: Format { id: "wps", title: "Works document", extensions: &["wps", "wks", "wdb", "xlr"] },
    claims: |storage| storage.is_root() && (storage.stream("MatOST").is_some() || storage.storage("MatOST").is_some()),
    read: |_, sink| tell(sink, "Works"),
};

fn is_project(storage: &Storage<'_>) -> bool {
    let marks = ["Props9", "Props12", "Props14", "Props"];
    storage.is_root() && marks.iter().any(|mark| storage.stream(mark).is_some()) && storage.storages().len() > 1
}

fn tell(sink: &mut dyn Sink, name: &str) {
    let message = format!("a {name} file: its embedded objects were read, its own streams were not read deeper");
    sink.fact(message.clone());
    sink.report(code::NOTE_ODD, Location::default(), message);
}
