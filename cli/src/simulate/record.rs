//! The record of what runs have written into a folder. Nothing else is ever overwritten or removed.

use super::FILES;
use super::fingerprint::Fingerprint;
use super::frames::{FrameName, Frames};
use crate::error::Error;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::{fs, io};

/// The name of the file.
pub const RECORD: &str = "simulation.json";

const WRITTEN_BY: &str = "spadina simulate";
const FORMAT: u32 = 1;

/// The record of a folder.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Record {
    written_by: String,
    format: u32,
    /// The processes whose temporaries may be left; these have the number in their names. The last one wrote the record.
    processes: Vec<u32>,
    /// The number of steps from one frame to the next.
    pub every: usize,
    /// True once there is a state of this run.
    pub has_state: bool,
    /// The frames of this run.
    pub frames: Frames,
    /// The frames that it was about to write when the record was written: those whose temporaries are gone were written.
    pub pending: Frames,
    /// The frames of runs before it that may still be there.
    pub earlier: Frames,
    /// The problem as it was at the start, or when the run last went on.
    pub problem: Fingerprint,
}

impl Record {
    /// The record of a run that begins, where others may have been before.
    pub fn begin(every: usize, problem: Fingerprint, before: Option<Record>) -> Record {
        let (mut earlier, mut processes) = (Frames::default(), Vec::new());
        if let Some(old) = &before {
            earlier.absorb(&old.frames);
            earlier.absorb(&old.earlier);
            processes.clone_from(&old.processes);
        }
        processes.push(std::process::id());
        let written_by = WRITTEN_BY.to_string();
        let (frames, pending) = Default::default();
        Record { written_by, format: FORMAT, processes, every, has_state: false, frames, pending, earlier, problem }
    }

    /// The record of the same run, which goes on with a problem.
    pub fn go_on(mut self, problem: Fingerprint) -> Record {
        self.processes.push(std::process::id());
        Record { problem, ..self }
    }

    /// Notes that nothing is left of other processes.
    pub fn alone(&mut self) {
        self.processes = vec![std::process::id()];
    }

    /// True if a run has written the file.
    pub fn owns(&self, name: FrameName) -> bool {
        [&self.frames, &self.pending, &self.earlier].into_iter().any(|frames| frames.contains(name))
    }

    /// Notes that frames are about to be written; the ones before have been.
    pub fn announce(&mut self, names: &[FrameName]) {
        self.settle();
        names.iter().for_each(|name| self.pending.insert(*name));
    }

    /// Notes that what was announced has been written.
    pub fn settle(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        self.frames.absorb(&pending);
    }

    /// Reads the record of a folder, if there is one, and finds out how far its process came; and returns what is left of
    /// that and of others.
    pub fn read(folder: &Path) -> Result<Option<(Record, Vec<PathBuf>)>, Error> {
        let path = folder.join(RECORD);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::Record { path, reason: error.to_string() }),
        };
        let refused = |reason: String| Error::Record { path: path.clone(), reason };
        let mut record: Record = serde_json::from_slice(&text).map_err(|error| refused(error.to_string()))?;
        if record.written_by != WRITTEN_BY || record.format != FORMAT {
            return Err(refused(format!("written by {}, format {}", record.written_by, record.format)));
        }
        let left = record.left(folder);
        for file in &left {
            match file.kind {
                LeftKind::Begun(frame) => record.pending.remove(frame),
                // Whatever has its name now was written by others.
                LeftKind::Doomed(frame) => record.earlier.remove(frame),
                LeftKind::Other => {}
            }
        }
        record.settle();
        Ok(Some((record, left.into_iter().map(|file| file.path).collect())))
    }

    /// Writes the record, whole or not at all.
    pub fn write(&self, folder: &Path) -> Result<(), Error> {
        let path = folder.join(RECORD);
        let text = serde_json::to_string_pretty(self).map_err(Error::Json)? + "\n";
        let own = folder.join(format!(".{RECORD}.tmp"));
        let written = fs::write(&own, text).and_then(|()| fs::rename(&own, &path));
        written.map_err(|source| {
            let _ = fs::remove_file(&own);
            Error::File { path, source }
        })
    }

    /// The temporaries that the processes have left.
    fn left(&self, folder: &Path) -> Vec<Left> {
        let processes: Vec<String> = self.processes.iter().map(|process| format!(".{process}.")).collect();
        let known = |file: &str| {
            let own = file.strip_prefix('.')?;
            let (name, end) = processes.iter().find_map(|process| own.rsplit_once(process.as_str()))?;
            let kind = match (FrameName::of(name), end) {
                (Some(frame), "tmp") => LeftKind::Begun(frame),
                (Some(frame), "old") => LeftKind::Doomed(frame),
                (None, "tmp") if FILES.contains(&name) => LeftKind::Other,
                _ => return None,
            };
            Some(Left { kind, path: folder.join(file) })
        };
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries.filter_map(|entry| entry.file_name().to_str().and_then(known)).collect()
    }

    /// The name of a frame from when it is to be removed until it is.
    pub fn doomed(name: FrameName) -> String {
        format!(".{}.{}.old", name.file(), std::process::id())
    }
}

/// A file that a process has left when it was ended.
struct Left {
    kind: LeftKind,
    path: PathBuf,
}

enum LeftKind {
    /// A frame that was not complete, or not renamed yet.
    Begun(FrameName),
    /// A frame that was to be removed.
    Doomed(FrameName),
    /// Another file that was not complete.
    Other,
}

#[cfg(test)]
mod tests {
    use super::*;
    use spadina::files::FrameFile;

    fn name(number: usize) -> FrameName {
        FrameName { kind: FrameFile::Vtk, number }
    }

    /// A record of frames 0 and 1, with 2 pending and 7 and 8 of an earlier run.
    fn record() -> Record {
        let mut earlier = Record::begin(1, Fingerprint::default(), None);
        earlier.announce(&[name(7), name(8)]);
        earlier.settle();
        let mut record = Record::begin(1, Fingerprint::default(), Some(earlier));
        (0..3).for_each(|number| record.announce(&[name(number)]));
        record
    }

    fn owned(record: &Record) -> Vec<usize> {
        (0..20).filter(|&number| record.owns(name(number))).collect()
    }

    #[test]
    fn a_frame_is_of_the_run_once_it_is_renamed() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Record::read(folder.path()).unwrap().is_none());
        record().write(folder.path()).unwrap();
        let (read, left) = Record::read(folder.path()).unwrap().unwrap();
        assert_eq!((owned(&read), left), (vec![0, 1, 2, 7, 8], vec![]));
        // Its process was killed before it renamed frame 2, and before it removed frame 8; the rest is of others.
        let process = std::process::id();
        let own = ["frame_00002.vtk", "state.npy"].map(|name| format!(".{name}.{process}.tmp"));
        let own = [&own[..], &[format!(".frame_00008.vtk.{process}.old")]].concat();
        let others = [".frame_00001.vtk.0.tmp".to_string(), format!(".notes.{process}.tmp"), "frame_00008.vtk".into()];
        own.iter().chain(&others).for_each(|name| fs::write(folder.path().join(name), "").unwrap());
        let (read, mut left) = Record::read(folder.path()).unwrap().unwrap();
        left.sort();
        let mut wanted: Vec<PathBuf> = own.iter().map(|name| folder.path().join(name)).collect();
        wanted.sort();
        assert_eq!((owned(&read), left), (vec![0, 1, 7], wanted));
    }

    #[test]
    fn records_that_are_none_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let whole = serde_json::to_string(&record()).unwrap();
        for text in
            ["", "{}", &whole[1..], &whole.replace("simulate", "paint"), &whole.replace("\"format\":1", "\"format\":2")]
        {
            fs::write(folder.path().join(RECORD), text).unwrap();
            assert!(matches!(Record::read(folder.path()), Err(Error::Record { .. })), "{text}");
        }
    }
}
