//! OLE objects: version 1 byte streams (MS-OLEDS 2.2), version 2 storages with their monikers (MS-OLEDS 2.3), packaged
//! files and Equation Editor objects.
//!
//! RTF hands `\objdata` to [`object_data`]; storages of compound files come through [`READER`].

mod class;
mod equation;
mod legacy;
mod moniker;
mod packager;

use crate::cfb::Storage;
use crate::{Format, Sink, StorageReader};
use class::{ClassId, Role};
use ddefend_model::{Location, Trigger};

pub(crate) use legacy::READER as LEGACY;
pub use legacy::{object_data, ole1};

/// Where an object stands and what makes it load; every link from it carries this.
#[derive(Clone, Debug)]
pub struct Origin {
    /// Id of the reader that found it.
    pub carrier: &'static str,
    /// Where in the part that is being read.
    pub location: Location,
    /// What makes the object load: [`Trigger::Open`] where the document says so (`\objupdate`), else
    /// [`Trigger::Click`].
    pub trigger: Trigger,
}

/// OLE objects in storages.
pub(crate) static READER: StorageReader =
    StorageReader { format: Format { id: "ole", title: "OLE object", extensions: &["bin", "ole"] }, claims, read };

const LINK_STREAM: &str = "\u{1}Ole";
const NATIVE_STREAM: &str = "\u{1}Ole10Native";
const EQUATION_STREAM: &str = "Equation Native";

fn claims(storage: &Storage<'_>) -> bool {
    let named = |name| storage.stream(name).is_some_and(|stream| stream.declared_size() > 0);
    named(NATIVE_STREAM)
        || named(EQUATION_STREAM)
        || class::role(&storage.class_id()).is_some()
        // Twenty bytes are the stream of an object that is embedded, not linked.
        || storage.stream(LINK_STREAM).is_some_and(|stream| stream.declared_size() > 20)
}

fn read(storage: &Storage<'_>, sink: &mut dyn Sink) {
    let class_id = ClassId(storage.class_id());
    let role = class::role(&class_id.0);
    let program_id = class::program_id(storage, sink);
    let name = program_id.unwrap_or_else(|| class::name(&class_id));
    if let Some(stream) = storage.stream(LINK_STREAM).filter(|stream| stream.declared_size() > 20) {
        let bytes = stream.read(sink);
        moniker::read_link_stream(&bytes, &name, &stream.step(), sink);
    }
    let is_equation = role == Some(Role::Equation) || equation::is_equation(&name);
    if let Some(stream) = storage.stream(EQUATION_STREAM) {
        let bytes = stream.read(sink);
        equation::read(&bytes, &name, &stream_origin(EQUATION_STREAM), sink);
    } else if is_equation {
        // The editor takes its data from the native stream as well, behind its length.
        let bytes = storage.stream(NATIVE_STREAM).map(|stream| stream.read(sink)).unwrap_or_default();
        equation::read(bytes.get(4..).unwrap_or_default(), &name, &stream_origin("\\1Ole10Native"), sink);
        return;
    }
    if let Some(stream) = storage.stream(NATIVE_STREAM) {
        let bytes = stream.read(sink);
        packager::read_native_stream(&bytes, &name, &stream_origin("\\1Ole10Native"), sink);
    }
}

/// The origin of an object that a double click activates.
fn stream_origin(stream: &'static str) -> Origin {
    Origin { carrier: READER.format.id, location: Location::default().held_by(stream), trigger: Trigger::Click }
}

/// True for the class names of the Packager.
fn class_is_package(class: &str) -> bool {
    class.eq_ignore_ascii_case("Package") || class.to_ascii_lowercase().starts_with("packager")
}
