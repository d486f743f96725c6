//! Seeds: the conformance cases, and inputs of both targets made from them.

use std::fs;
use std::path::{Path, PathBuf};

fn folders(root: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(root).into_iter().flatten();
    let mut folders: Vec<PathBuf> = entries.filter_map(|e| e.ok()).map(|e| e.path()).collect();
    folders.sort();
    folders
}

fn with_extension(folder: &Path, extension: &str) -> Vec<PathBuf> {
    folders(folder).into_iter().filter(|p| p.extension().is_some_and(|e| e == extension)).collect()
}

fn conformance() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/conformance")
}

/// The WGSL files of the conformance cases and of the tests' folders beside them.
pub fn energies() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut all = folders(&conformance());
    all.extend(["tests/programs", "examples/energies", "core/tests/energies"].map(|f| root.join(f)));
    all.iter().flat_map(|f| with_extension(f, "wgsl")).filter_map(|p| fs::read(p).ok()).collect()
}

/// The problems of the conformance cases, with their paths as seen from the folder above, and once more with the
/// energies behind the problem.
pub fn problems() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for folder in folders(&conformance()) {
        let Ok(text) = fs::read_to_string(folder.join("problem.toml")) else { continue };
        let Some(case) = folder.file_name().and_then(|n| n.to_str()) else { continue };
        let mut toml = String::new();
        let mut texts = String::new();
        for line in text.lines().filter(|l| !l.starts_with('#')) {
            let file = line.split('"').nth(1).filter(|f| f.ends_with(".npy") || f.ends_with(".wgsl"));
            match file {
                Some(file) => toml += &line.replace(file, &format!("{case}/{file}")),
                None => toml += line,
            }
            toml.push('\n');
            if let Some(file) = file.filter(|f| f.ends_with(".wgsl")) {
                texts += &format!("\0{}", fs::read_to_string(folder.join(file)).unwrap_or_default());
            }
        }
        seeds.push(toml.clone().into_bytes());
        seeds.push((toml + &texts).into_bytes());
    }
    seeds
}
