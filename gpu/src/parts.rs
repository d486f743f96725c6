//! Into which parts a kernel is split, and where the numbers of each go.

use crate::Error;
use crate::numbering::Numbering;
use crate::schedule::{Cost, Schedule, has_atomics, has_rows, prefers_rows, rows, split};
use crate::wgsl::{self, Options, Shader, Sink};
use spadina_core::element::{Element, Projection};
use spadina_core::kernel::Kernel;

/// The destination of a part's numbers.
#[derive(Debug)]
pub(crate) enum Kind {
    /// In the staging buffer.
    Staged(Numbering, Option<ElementProjection>),
    /// To rows that the invocation owns. The slots of the part are at these places of the records.
    Rows(Vec<usize>),
    /// To entries, by atomic additions.
    Atomic,
}

/// The projection of a part's elements, before they are gathered.
#[derive(Debug)]
pub(crate) struct ElementProjection {
    pub element: Element,
    pub projection: Projection,
    /// The region whose records are the elements.
    pub region: usize,
    /// By entry of the lower triangle, its number, and then those of copies, as [`Projector::dispatches`] takes them.
    pub places: Vec<u32>,
}

impl Kind {
    pub fn sink(&self) -> Sink<'_> {
        match self {
            Self::Staged(numbering, _) => Sink::Staged(numbering),
            Self::Rows(_) => Sink::Rows,
            Self::Atomic => Sink::Atomic,
        }
    }

    /// The numbers of records, if they are staged.
    pub fn numbering(&self) -> Option<&Numbering> {
        match self {
            Self::Staged(numbering, _) => Some(numbering),
            Self::Rows(_) | Self::Atomic => None,
        }
    }
}

/// The kernels that evaluate a kernel by the schedule of the options, and where their numbers go. Without `cost`, the automatic
/// schedule is the staged one, and no body is split.
pub(crate) fn parts(kernel: &Kernel, options: &Options, cost: Option<Cost>) -> Vec<(Kernel, Kind)> {
    let precision = options.precision;
    let by_rows = match (options.schedule, cost) {
        (Schedule::Auto, Some(cost)) => has_rows(kernel) && prefers_rows(kernel, cost, precision),
        (Schedule::Rows, _) => has_rows(kernel),
        _ => false,
    };
    let staged = |kernel: Kernel| {
        let numbering = Numbering::of(&kernel, |_| None);
        (kernel, Kind::Staged(numbering, None))
    };
    if by_rows {
        let (energy, nodes) = rows(kernel);
        let nodes = nodes.into_iter().map(|(kernel, columns)| (kernel, Kind::Rows(columns)));
        return energy.map(staged).into_iter().chain(nodes).collect();
    }
    if options.schedule == Schedule::Atomic && has_atomics(kernel, precision) {
        return vec![(kernel.clone(), Kind::Atomic)];
    }
    match cost {
        Some(cost) => split(kernel, cost).into_iter().map(staged).collect(),
        None => vec![staged(kernel.clone())],
    }
}

/// The shaders of a kernel, one after another, by the schedule of the options; the automatic one is the staged one here.
///
/// In single precision they need no capability beyond what a browser has, but for atomic additions. In double precision
/// they need `f64` and `u64` (`SHADER_F64`, `SHADER_INT64`). Refused is a kernel that uses what none of its steps computes.
pub fn emit(kernel: &Kernel, options: &Options) -> Result<Vec<Shader>, Error> {
    let parts = parts(kernel, options, None);
    parts.iter().map(|(kernel, kind)| wgsl::emit_to(kernel, options, kind.sink())).collect()
}
