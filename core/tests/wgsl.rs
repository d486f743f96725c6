//! The WGSL front-end: every energy of the corpus lowers.

use spadina_core::frontend::{Frontend, Module};
use spadina_core::program::Program;

fn lower(name: &str, text: &str) -> Program {
    let module = Module::parse(name, text).unwrap_or_else(|e| panic!("{}", e.render(name, text)));
    module.lower(&module.default_roles(None)).unwrap_or_else(|e| panic!("{}", e.render(name, text)))
}

#[test]
fn the_corpus_lowers() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/energies");
    let mut names: Vec<_> = std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().path()).collect();
    names.sort();
    for path in names {
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy().to_string();
        println!("{}", lower(&name, &text));
    }
}
