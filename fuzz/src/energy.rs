//! A text as an energy file: parser, lowering, pipeline, kernels, and every stage in print.

use crate::{text, words};
use spadina_core::frontend::{Frontend, Module};
use spadina_core::kernel::{Outputs, build};
use spadina_core::pipeline;
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

/// The longest text.
const LIMIT: usize = 4096;

/// The most nodes of a program that is derived.
const NODES: usize = 2000;

/// Reads, lowers and derives an energy.
pub fn energy(data: &[u8]) -> String {
    let Some(text) = text(data, LIMIT) else { return "skipped".into() };
    let module = match Module::parse("fuzz", text) {
        Ok(module) => module,
        Err(e) => {
            e.render("fuzz", text);
            return words(&e.message);
        }
    };
    let program = match module.lower(&module.default_roles(None)) {
        Ok(program) => program,
        Err(e) => {
            e.render("fuzz", text);
            return words(&e.message);
        }
    };
    if program.graph.len() > NODES {
        return "large".into();
    }
    let residual = pipeline::is_residual(&program);
    let stages = pipeline::run(program);
    let outputs =
        Outputs { energy: !residual, gradient: true, hessian: true, residual, jacobian: residual, product: false };
    let kernels = build(&stages.solved, outputs);
    let printed = [stages.program.to_string(), stages.gradient.to_string(), stages.solved.to_string()];
    format!("derived {} kernels, {}", kernels.len().min(8), shape(&printed[2]))
}

/// A hash of which words a text has, so that programs of other operations are other outcomes.
fn shape(text: &str) -> u64 {
    let words: BTreeSet<&str> = text.split(|c: char| !c.is_ascii_alphabetic()).collect();
    let mut hasher = DefaultHasher::new();
    words.hash(&mut hasher);
    hasher.finish()
}
