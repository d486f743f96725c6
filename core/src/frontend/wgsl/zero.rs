//! The zeros of types.

use crate::frontend::trace::Val;
use crate::real::Graph;
use naga::{ArraySize, Handle, TypeInner, VectorSize};

/// The zero of a type; `None` for types that have none here.
pub fn zero(g: &mut Graph, module: &naga::Module, ty: Handle<naga::Type>) -> Option<Val> {
    let repeat = |g: &mut Graph, base, n: usize| {
        let one = zero(g, module, base)?;
        Some(Val::composite(std::iter::repeat_n(one, n)))
    };
    match &module.types[ty].inner {
        TypeInner::Scalar(s) => zero_scalar(g, s.kind),
        TypeInner::Vector { size, scalar } => zero_vector(g, scalar.kind, *size),
        TypeInner::Matrix { columns, rows, scalar } => {
            let column = zero_vector(g, scalar.kind, *rows)?;
            Some(Val::composite(std::iter::repeat_n(column, *columns as usize)))
        }
        // A larger array would be unrolled into as many expressions.
        TypeInner::Array { base, size: ArraySize::Constant(n), .. } if n.get() <= 1 << 16 => {
            repeat(g, *base, n.get() as usize)
        }
        TypeInner::Struct { members, .. } => {
            let parts: Option<Vec<Val>> = members.iter().map(|m| zero(g, module, m.ty)).collect();
            parts.map(Val::composite)
        }
        _ => None,
    }
}

fn zero_scalar(g: &mut Graph, kind: naga::ScalarKind) -> Option<Val> {
    Some(match kind {
        naga::ScalarKind::Float | naga::ScalarKind::AbstractFloat => Val::Real(g.constant(0.0)),
        naga::ScalarKind::Sint | naga::ScalarKind::AbstractInt => Val::Int { index: g.indices.int(0), signed: true },
        naga::ScalarKind::Uint => Val::Int { index: g.indices.int(0), signed: false },
        naga::ScalarKind::Bool => Val::Bool(g.bool(false)),
    })
}

fn zero_vector(g: &mut Graph, kind: naga::ScalarKind, size: VectorSize) -> Option<Val> {
    let one = zero_scalar(g, kind)?;
    Some(Val::composite(std::iter::repeat_n(one, size as usize)))
}
