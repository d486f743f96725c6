//! Nodes and single unknowns that are held or moved.

use super::entry::EntryValue;
use super::file::ProblemFile;
use super::selection::Selection;
use super::solve::{FixEntry, MoveEntry};
use crate::npy::{self, ArrayData};
use crate::problem::{Pins, Place, Problem, ProblemError, list, no_such};
use crate::tensor::{Shape, Tensor};

/// Entries of the global vector, times, and for each time how far each entry is from where it began.
pub type KeyFrames = (Vec<usize>, Vec<f64>, Vec<Vec<f64>>);

/// An unknown array, and where in the global vector it begins.
struct Target<'a> {
    name: &'a str,
    tensor: &'a Tensor<f64>,
    first: usize,
    place: &'a Place,
}

impl Target<'_> {
    fn rows(&self) -> usize {
        self.tensor.shape.first().copied().unwrap_or(1)
    }

    /// Entries of a row.
    fn width(&self) -> usize {
        self.tensor.shape.iter().skip(1).product()
    }

    fn error(&self, message: String) -> ProblemError {
        ProblemError::Pins { place: self.place.clone(), message }
    }

    /// The entries that flags name: one for each node, or one for each entry.
    fn flagged(&self, flags: &Tensor<i64>) -> Result<Chosen, ProblemError> {
        let width = match () {
            () if flags.shape == self.tensor.shape => 1,
            () if flags.data.len() == self.rows() && flags.shape.len() == 1 => self.width(),
            () => {
                let (found, wanted) = (Shape(&flags.shape), Shape(&self.tensor.shape));
                let name = self.name;
                return Err(self.error(format!(
                    "flags of shape {found} do not fit `{name}` of shape {wanted}: give one for each node or each entry"
                )));
            }
        };
        let on = flags.data.iter().enumerate().filter(|(_, flag)| **flag != 0);
        let entries = on.flat_map(|(k, _)| k * width..(k + 1) * width).collect();
        Ok(if width == self.width() { Chosen::Nodes(entries) } else { Chosen::Entries(entries) })
    }

    /// The entries that numbers name: nodes, or pairs of a node and a component.
    fn numbered(&self, numbers: &Tensor<i64>) -> Result<Chosen, ProblemError> {
        if numbers.data.is_empty() {
            return Ok(Chosen::Nodes(Vec::new()));
        }
        if self.is_mask(numbers) {
            return self.flagged(numbers);
        }
        let (rows, width) = (self.rows(), self.width());
        let inside = |value: i64, end: usize| usize::try_from(value).ok().filter(|&value| value < end);
        let node = |value: i64| {
            inside(value, rows).ok_or_else(|| {
                let name = self.name;
                self.error(format!("node {value} of `{name}` is out of range: there are {rows} nodes, from zero on"))
            })
        };
        match numbers.shape[..] {
            [] | [_] => {
                let nodes = numbers.data.iter().map(|&value| node(value));
                let entries = nodes.map(|node| node.map(|node| node * width..(node + 1) * width));
                Ok(Chosen::Nodes(entries.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect()))
            }
            [_, 2] => {
                let pair = |pair: &[i64]| {
                    let component = inside(pair[1], width).ok_or_else(|| {
                        let (found, name) = (pair[1], self.name);
                        self.error(format!(
                            "component {found} of `{name}` is out of range: a node has {width}, from zero on"
                        ))
                    })?;
                    Ok(node(pair[0])? * width + component)
                };
                Ok(Chosen::Entries(numbers.data.chunks_exact(2).map(pair).collect::<Result<_, _>>()?))
            }
            _ => {
                let (found, name) = (Shape(&numbers.shape), self.name);
                Err(self.error(format!(
                    "numbers of shape {found} name no nodes of `{name}`: give (p,) nodes or (p, 2) pairs of node and component"
                )))
            }
        }
    }

    /// Returns true if integers are flags: zeros and ones in the unknown's own shape, which are no pairs of a node and
    /// a component.
    fn is_mask(&self, numbers: &Tensor<i64>) -> bool {
        let pairs = self.width() == 2 && numbers.shape.first().is_some_and(|&rows| rows <= 4);
        numbers.shape.len() == 2
            && numbers.shape == self.tensor.shape
            && !pairs
            && numbers.data.iter().all(|v| matches!(v, 0 | 1))
    }

    /// The nodes that begin in a box.
    fn inside(&self, low: &[f64], high: &[f64], problem: &Problem) -> Result<Chosen, ProblemError> {
        let positions = |t: &&Tensor<f64>| t.shape[..] == [self.rows(), low.len()];
        let named = problem.arrays.iter().find(|(name, _)| name == "X").map(|(_, tensor)| tensor);
        let Some(points) = [Some(self.tensor), named].into_iter().flatten().find(positions) else {
            let (name, shape, dimension) = (self.name, Shape(&self.tensor.shape), low.len());
            return Err(self.error(format!(
                "a box of {dimension} coordinates holds no nodes of `{name}`, shape {shape}: neither it nor `X` has as many"
            )));
        };
        // What was computed to lie on the box's side belongs to it.
        let largest = points.data.iter().fold(0.0f64, |most, x| most.max(x.abs()));
        let near = 1e-9 * largest;
        let inside =
            |row: &[f64]| row.iter().zip(low.iter().zip(high)).all(|(x, (l, h))| *x >= l - near && *x <= h + near);
        let nodes = points.data.chunks_exact(low.len().max(1)).enumerate().filter(|(_, row)| inside(row));
        let width = self.width();
        let entries: Vec<usize> = nodes.flat_map(|(k, _)| k * width..(k + 1) * width).collect();
        match entries.is_empty() {
            true => Err(self.error(format!("there is no node of `{}` in the box", self.name))),
            false => Ok(Chosen::Nodes(entries)),
        }
    }
}

/// Entries of an unknown array.
enum Chosen {
    /// Those of whole nodes.
    Nodes(Vec<usize>),
    /// Single ones.
    Entries(Vec<usize>),
}

impl Chosen {
    fn entries(&self) -> &[usize] {
        let (Chosen::Nodes(entries) | Chosen::Entries(entries)) = self;
        entries
    }
}

impl ProblemFile {
    /// The entries of the global vector that `fix` holds and `move` moves. `at`: for key frames, the time.
    pub fn pins(&self, problem: &Problem, fix: &[FixEntry], moves: &[MoveEntry]) -> Result<Pins, ProblemError> {
        let mut pins = Pins { held: vec![false; problem.unknown_count()], moved: Vec::new() };
        for entry in fix {
            let target = target(problem, &entry.unknown, &entry.place)?;
            for own in self.selected(problem, &target, &entry.nodes)?.entries() {
                pins.held[target.first + own] = true;
            }
        }
        let mut goals = vec![None; problem.unknown_count()];
        for entry in moves {
            let target = target(problem, &entry.unknown, &entry.place)?;
            let entries = self.selected(problem, &target, &entry.nodes)?;
            for (own, by) in self.displacements(&target, entry, &entries)? {
                let at = target.first + own;
                let before = goals[at].or(pins.held[at].then_some(0.0));
                if before.is_some_and(|before| before != by) {
                    let (node, name) = (own / target.width().max(1), target.name);
                    return Err(target.error(format!(
                        "node {node} of `{name}` is moved by {by}, but it is held or moved otherwise, too"
                    )));
                }
                goals[at] = Some(by);
            }
        }
        for (at, goal) in goals.into_iter().enumerate() {
            if let Some(by) = goal {
                pins.held[at] = true;
                pins.moved.push((at, by));
            }
        }
        Ok(pins)
    }

    /// Displacements by key frames. What is moved twice, or is in `held`, is refused.
    pub fn key_frames(
        &self,
        problem: &Problem,
        held: &[bool],
        moves: &[MoveEntry],
    ) -> Result<Vec<KeyFrames>, ProblemError> {
        let mut taken = held.to_vec();
        let mut all = Vec::new();
        for entry in moves {
            let target = target(problem, &entry.unknown, &entry.place)?;
            let own = self.selected(problem, &target, &entry.nodes)?;
            for at in own.entries() {
                if std::mem::replace(&mut taken[target.first + at], true) {
                    let (node, name) = (at / target.width().max(1), target.name);
                    let message = format!("node {node} of `{name}` is moved, but it is held or moved otherwise, too");
                    return Err(target.error(message));
                }
            }
            let (times, by) = self.frames(&target, entry, &own)?;
            all.push((own.entries().iter().map(|at| target.first + at).collect(), times, by));
        }
        Ok(all)
    }

    /// The times, and for each the displacement of every entry.
    fn frames(
        &self,
        target: &Target<'_>,
        entry: &MoveEntry,
        chosen: &Chosen,
    ) -> Result<(Vec<f64>, Vec<Vec<f64>>), ProblemError> {
        let own = chosen.entries();
        if entry.times.is_empty() {
            let all = self.displacements(target, entry, chosen)?;
            return Ok((vec![0.0], vec![all.into_iter().map(|(_, by)| by).collect()]));
        }
        let (by, count, width) = (self.amounts(target, entry)?, entry.times.len(), target.width());
        let (found, name) = (Shape(&by.shape), target.name);
        let row = match by.data.len() {
            len if matches!(chosen, Chosen::Nodes(_)) && len == count * width => width,
            len if len == count * own.len() => own.len(),
            _ => {
                return Err(target.error(format!(
                    "`by` has the shape {found}: give for each of the {count} times the {width} components of a \
                     displacement of `{name}`, or one number for each of the {} entries that move",
                    own.len()
                )));
            }
        };
        let frame = |frame: &[f64]| match matches!(chosen, Chosen::Nodes(_)) && row == width {
            true => own.iter().map(|at| frame[at % width]).collect(),
            false => frame.to_vec(),
        };
        Ok((entry.times.clone(), by.data.chunks_exact(row.max(1)).map(frame).collect()))
    }

    fn selected(&self, problem: &Problem, target: &Target<'_>, selection: &Selection) -> Result<Chosen, ProblemError> {
        let value = match selection {
            Selection::Box(low, high) => return target.inside(low, high, problem),
            Selection::Listed(value) => value,
        };
        match value {
            EntryValue::File(file) => match self.pin_file(target, file)? {
                ArrayData::Integer(numbers) => target.numbered(&numbers),
                ArrayData::Boolean(flags) => target.flagged(&flags),
                ArrayData::Real(t) if t.data.is_empty() => Ok(Chosen::Nodes(Vec::new())),
                ArrayData::Real(_) => Err(target.error(format!("{file} holds reals; nodes are integers or flags"))),
            },
            EntryValue::Integer(numbers) => target.numbered(numbers),
            EntryValue::Name(name) => {
                let Some((_, table)) = problem.indices.iter().find(|(n, _)| n == name) else {
                    let known = list(problem.indices.iter().map(|(n, _)| n.as_str()));
                    return Err(no_such(name, "index array", known, target.place));
                };
                let data = table.data.iter().map(|&v| i64::from(v)).collect();
                target.numbered(&Tensor { shape: table.shape.clone(), data })
            }
            EntryValue::Real(_) => Err(target.error("nodes are integers".into())),
        }
    }

    fn pin_file(&self, target: &Target<'_>, file: &str) -> Result<ArrayData, ProblemError> {
        npy::read(&self.resolve(file)).map_err(|source| ProblemError::Array {
            place: target.place.clone(),
            name: target.name.to_string(),
            source: Box::new(source),
        })
    }

    /// The numbers of `by`.
    fn amounts(&self, target: &Target<'_>, entry: &MoveEntry) -> Result<Tensor<f64>, ProblemError> {
        let whole =
            |t: &Tensor<i64>| Tensor { shape: t.shape.clone(), data: t.data.iter().map(|&v| v as f64).collect() };
        let amounts = match &entry.by {
            EntryValue::Real(t) => t.clone(),
            EntryValue::Integer(t) => whole(t),
            EntryValue::File(file) => match self.pin_file(target, file)? {
                ArrayData::Real(t) => t,
                ArrayData::Integer(t) | ArrayData::Boolean(t) => whole(&t),
            },
            EntryValue::Name(name) => {
                return Err(target.error(format!("`by` is {name:?}; give numbers or a .npy file")));
            }
        };
        match amounts.data.iter().position(|v| !v.is_finite()) {
            Some(at) => Err(target.error(format!("`by` has {} at {:?}", amounts.data[at], amounts.position(at)))),
            None => Ok(amounts),
        }
    }

    /// The displacement of each entry: the same row for all nodes, or a row for each of them.
    fn displacements(
        &self,
        target: &Target<'_>,
        entry: &MoveEntry,
        chosen: &Chosen,
    ) -> Result<Vec<(usize, f64)>, ProblemError> {
        let by = self.amounts(target, entry)?;
        let (width, entries) = (target.width(), chosen.entries());
        let same = match chosen {
            Chosen::Nodes(_) => by.data.len() == width,
            Chosen::Entries(_) => by.data.len() == 1,
        };
        if same {
            let each = by.data.len().max(1);
            return Ok(entries.iter().map(|&own| (own, by.data[own % each])).collect());
        }
        if by.data.len() == entries.len() {
            return Ok(entries.iter().copied().zip(by.data).collect());
        }
        let (found, name, count) = (Shape(&by.shape), target.name, entries.len());
        let one = match chosen {
            Chosen::Nodes(_) => format!("the {width} components of one displacement of `{name}`"),
            Chosen::Entries(_) => "one number".into(),
        };
        Err(target.error(format!(
            "`by` has the shape {found}: give {one}, or one number for each of the {count} entries that move"
        )))
    }
}

fn target<'a>(problem: &'a Problem, name: &str, place: &'a Place) -> Result<Target<'a>, ProblemError> {
    let mut first = 0;
    for (own, tensor) in &problem.unknowns {
        if own == name {
            return Ok(Target { name: own, tensor, first, place });
        }
        first += tensor.data.len();
    }
    Err(no_such(name, "unknown", list(problem.unknowns.iter().map(|(n, _)| n.as_str())), place))
}
