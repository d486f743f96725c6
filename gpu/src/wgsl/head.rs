//! The declarations that every shader of a kernel begins with.

use super::literal::real_type;
use super::options::Options;
use super::sink::Sink;
use crate::{staging, words};
use spadina_core::kernel::Kernel;

/// The declarations at the head of a kernel's shader.
pub(super) fn head(kernel: &Kernel, options: &Options, sink: Sink<'_>) -> String {
    let vectors = words::Words::of(kernel).vectors();
    let mut text = format!("alias real = {};\n\n", real_type(options.precision));
    text += &format!("struct Params {{\n  numbers: vec2<real>,\n  words: array<vec4<i32>, {vectors}>,\n}}\n");
    text += "@group(0) @binding(0) var<uniform> params: Params;\n";
    for (binding, own) in sink.bindings().iter().enumerate() {
        let access = if own.writes { "read_write" } else { "read" };
        let (name, item) = (own.name, own.item);
        text += &format!("@group(0) @binding({}) var<storage, {access}> {name}: array<{item}>;\n", binding + 1);
    }
    text.push('\n');
    if matches!(sink, Sink::Staged(_)) {
        text += &staging::wgsl();
    }
    text
}
