//! Every energy of the tests as shaders that a browser accepts: in single precision they validate without any capability.

use naga::valid::{Capabilities, ValidationFlags, Validator};
use spadina::explain::{Stage, explain};
use std::path::{Path, PathBuf};

/// The energies below a folder.
fn energies(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut pending = vec![folder.to_path_buf()];
    while let Some(folder) = pending.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|e| e == "wgsl") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn energies_become_shaders_that_need_no_capability() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut modules = 0;
    for path in energies(&root.join("conformance")).into_iter().chain(energies(&root.join("programs"))) {
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.display().to_string();
        let shaders = explain(&name, &text, Stage::Wgsl, &[]).unwrap_or_else(|e| panic!("{name}: {e}"));
        // Each module begins with the type of its reals.
        for shader in shaders.split("alias real").skip(1) {
            let shader = format!("alias real{shader}");
            let module = naga::front::wgsl::parse_str(&shader);
            let module = module.unwrap_or_else(|e| panic!("{name}: {}", e.emit_to_string(&shader)));
            let validated = Validator::new(ValidationFlags::all(), Capabilities::empty()).validate(&module);
            validated.unwrap_or_else(|e| panic!("{name}: {}", e.emit_to_string(&shader)));
            modules += 1;
        }
    }
    assert!(modules >= 20, "{modules} modules");
}
