//! The size that a program grows to: functions with all that they call, and types with all that they hold.

use super::literals::Rewriting;
use crate::error::Diagnostic;
use naga::{ArraySize, Statement, TypeInner};

/// The most numbers of a type.
const TYPE_LIMIT: usize = 1 << 20;

/// By function, its expressions with those of all that it calls, whatever runs: a loop counts as one iteration. Functions
/// stand behind those that they call.
pub fn expanded_sizes(module: &naga::Module) -> Vec<f64> {
    let mut sizes: Vec<f64> = Vec::with_capacity(module.functions.len());
    for (_, function) in module.functions.iter() {
        let mut size = function.expressions.len() as f64;
        let mut blocks = vec![&function.body];
        while let Some(block) = blocks.pop() {
            for statement in block.iter() {
                match statement {
                    Statement::Call { function, .. } => size += sizes.get(function.index()).copied().unwrap_or(0.0),
                    other => inner_blocks(other, &mut blocks),
                }
            }
        }
        sizes.push(size);
    }
    sizes
}

/// Adds the blocks in a statement to a list.
pub fn inner_blocks<'m>(statement: &'m Statement, blocks: &mut Vec<&'m naga::Block>) {
    match statement {
        Statement::Block(inner) => blocks.push(inner),
        Statement::If { accept, reject, .. } => blocks.extend([accept, reject]),
        Statement::Switch { cases, .. } => blocks.extend(cases.iter().map(|case| &case.body)),
        Statement::Loop { body, continuing, .. } => blocks.extend([body, continuing]),
        _ => {}
    }
}

/// Refuses types of too many numbers: each is a variable of its own.
pub fn check_types(source: &Rewriting, module: &naga::Module) -> Result<(), Diagnostic> {
    let mut sizes: Vec<usize> = Vec::with_capacity(module.types.len());
    for (handle, ty) in module.types.iter() {
        let of = |ty: &naga::Handle<naga::Type>| sizes.get(ty.index()).copied().unwrap_or(1);
        let size = match &ty.inner {
            TypeInner::Vector { size, .. } => *size as usize,
            TypeInner::Matrix { columns, rows, .. } => *columns as usize * *rows as usize,
            TypeInner::Array { base, size: ArraySize::Constant(count), .. } => {
                of(base).saturating_mul(count.get() as usize)
            }
            TypeInner::Struct { members, .. } => members.iter().fold(0, |sum, m| of(&m.ty).saturating_add(sum)),
            _ => 1,
        };
        if size > TYPE_LIMIT {
            let name = ty.name.as_deref().map_or("an array".into(), |name| format!("`{name}`"));
            let message = format!(
                "{name} has {size} numbers, and a type at most {TYPE_LIMIT}: bind large arrays to data, as in \
                 `var<storage, read> a: array<f32>`"
            );
            return Err(Diagnostic::new(source.place(module.types.get_span(handle)), message));
        }
        sizes.push(size);
    }
    Ok(())
}
