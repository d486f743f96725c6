//! Sets of frames: kinds of files and their numbers, kept as ranges.

use serde::{Deserialize, Serialize};
use spadina::files::FrameFile;
use std::collections::BTreeMap;

/// The kinds of files there are of a frame, with the ends of their names.
const KINDS: [(FrameFile, &str); 3] = [(FrameFile::Vtk, "vtk"), (FrameFile::Obj, "obj"), (FrameFile::Png, "png")];

/// One file of a frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FrameName {
    pub kind: FrameFile,
    pub number: usize,
}

impl FrameName {
    /// The name of the file.
    pub fn file(self) -> String {
        format!("frame_{:05}.{}", self.number, ending(self.kind))
    }

    /// The frame that a file is named after, if its name is exactly that of one.
    pub fn of(file: &str) -> Option<FrameName> {
        let (number, end) = file.strip_prefix("frame_")?.split_once('.')?;
        let (kind, _) = KINDS.into_iter().find(|(_, own)| *own == end)?;
        let name = FrameName { kind, number: number.parse().ok()? };
        (name.file() == file).then_some(name)
    }
}

fn ending(kind: FrameFile) -> &'static str {
    KINDS.into_iter().find(|(own, _)| *own == kind).map_or("", |(_, end)| end)
}

/// A set of files of frames: for each kind ranges of numbers, each from its first to before its last.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, Debug)]
#[serde(transparent)]
pub struct Frames(BTreeMap<String, Vec<[usize; 2]>>);

impl Frames {
    /// True if it has the file.
    pub fn contains(&self, name: FrameName) -> bool {
        let ranges = self.0.get(ending(name.kind)).into_iter().flatten();
        ranges.into_iter().any(|[first, end]| (*first..*end).contains(&name.number))
    }

    /// Adds a file.
    pub fn insert(&mut self, name: FrameName) {
        self.join(ending(name.kind), &[[name.number, name.number + 1]]);
    }

    /// Adds the files of another set.
    pub fn absorb(&mut self, other: &Frames) {
        other.0.iter().for_each(|(end, ranges)| self.join(end, ranges));
    }

    /// Takes a file away.
    pub fn remove(&mut self, name: FrameName) {
        let Some(ranges) = self.0.get_mut(ending(name.kind)) else { return };
        let own = name.number;
        let parts = |[first, end]: [usize; 2]| match (first..end).contains(&own) {
            true => vec![[first, own], [own + 1, end]],
            false => vec![[first, end]],
        };
        *ranges = ranges.iter().copied().flat_map(parts).filter(|[first, end]| first < end).collect();
    }

    fn join(&mut self, end: &str, more: &[[usize; 2]]) {
        let own = self.0.entry(end.to_string()).or_default();
        own.extend(more);
        own.sort_unstable();
        let mut joined: Vec<[usize; 2]> = Vec::with_capacity(own.len());
        for range in own.iter().filter(|[first, end]| first < end) {
            match joined.last_mut() {
                Some(last) if last[1] >= range[0] => last[1] = last[1].max(range[1]),
                _ => joined.push(*range),
            }
        }
        *own = joined;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vtk(number: usize) -> FrameName {
        FrameName { kind: FrameFile::Vtk, number }
    }

    #[test]
    fn only_exact_names_are_frames() {
        assert_eq!(FrameName::of("frame_00012.vtk"), Some(vtk(12)));
        assert_eq!(FrameName::of("frame_123456.vtk"), Some(vtk(123_456)));
        for other in [
            "frame_0120.exr",
            "frame_0012.vtk",
            "frame_00012.vtk.bak",
            "frame_+0012.vtk",
            "frame_000012.vtk",
            "frame_.vtk",
        ] {
            assert_eq!(FrameName::of(other), None, "{other}");
        }
    }

    #[test]
    fn sets_are_ranges() {
        let mut frames = Frames::default();
        [3, 1, 0, 2, 7, 2].into_iter().for_each(|number| frames.insert(vtk(number)));
        frames.insert(FrameName { kind: FrameFile::Png, number: 4 });
        assert_eq!(serde_json::to_string(&frames).unwrap(), r#"{"png":[[4,5]],"vtk":[[0,4],[7,8]]}"#);
        frames.remove(vtk(2));
        frames.remove(vtk(7));
        assert_eq!(serde_json::to_string(&frames).unwrap(), r#"{"png":[[4,5]],"vtk":[[0,2],[3,4]]}"#);
        assert!(frames.contains(vtk(3)) && !frames.contains(vtk(2)) && !frames.contains(vtk(4)));
        let mut other = Frames::default();
        (1..6).for_each(|number| other.insert(vtk(number)));
        frames.absorb(&other);
        assert_eq!(serde_json::to_string(&frames).unwrap(), r#"{"png":[[4,5]],"vtk":[[0,6]]}"#);
    }
}
