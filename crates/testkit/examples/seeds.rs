//! Writes the seeds of every fuzz target: `seeds FOLDER` makes `FOLDER/ENTRY/SAMPLE`.

use std::path::Path;

fn main() -> std::io::Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "fuzz/corpus".to_owned());
    let samples = ddefend_testkit::samples::all();
    for entry in ddefend_testkit::samples::entries() {
        let target = Path::new(&folder).join(entry.name);
        std::fs::create_dir_all(&target)?;
        for sample in samples.iter().filter(|sample| (entry.seed)(sample.name)) {
            std::fs::write(target.join(sample.name), &sample.bytes)?;
        }
    }
    Ok(())
}
