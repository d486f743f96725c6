//! The folder of a run: one run at a time, and nothing is overwritten or removed but what the record names.

use super::fingerprint::Fingerprint;
use super::frames::FrameName;
use super::record::{RECORD, Record};
use super::{FILES, RESULT};
use crate::error::Error;
use crate::output::{Lock, OutputFile, write_folder, write_folder_after};
use std::fs;
use std::path::{Path, PathBuf};

/// A folder that this process has for itself.
pub struct Locked {
    path: PathBuf,
    record: Option<Record>,
    /// The temporary files that a killed process has left.
    left: Vec<PathBuf>,
    lock: Lock,
}

/// The frames that a run is going to write.
#[derive(Clone, Copy)]
pub struct Plan<'a> {
    pub kinds: &'a [spadina::files::FrameFile],
    /// The number of the last one.
    pub last: usize,
    /// The number of steps from one to the next.
    pub every: usize,
}

impl Locked {
    /// Takes the folder, which is made if it is missing, and reads its record.
    pub fn open(path: PathBuf) -> Result<Locked, Error> {
        let lock = Lock::take(&path)?;
        let (record, left) = Record::read(&path)?.unzip();
        Ok(Locked { path, record, left: left.unwrap_or_default(), lock })
    }

    /// The folder for a run that begins. Nothing is written yet.
    pub fn begin(self, plan: Plan<'_>, problem: Fingerprint) -> Result<Folder, Error> {
        if self.record.is_none() {
            // What every command writes under this name may be replaced.
            for file in FILES.into_iter().filter(|file| *file != RESULT) {
                let path = self.path.join(file);
                if path.symlink_metadata().is_ok() {
                    return Err(Error::Foreign { path });
                }
            }
        }
        let record = Record::begin(plan.every, problem, self.record);
        Folder { path: self.path, record, left: self.left, _lock: self.lock }.checked(plan)
    }

    /// The folder for a run that goes on, and what has changed since it began. Nothing is written yet.
    pub fn go_on(self, plan: Plan<'_>, problem: Fingerprint) -> Result<(Folder, Vec<String>), Error> {
        let refused = |reason: String| Err(Error::Restart { path: self.path.clone(), reason });
        let Some(record) = self.record else {
            return refused(format!("there is nothing to go on from: {RECORD} is missing"));
        };
        if !record.has_state {
            return refused("there is nothing to go on from: the run was ended before its first state".into());
        }
        let misfits = record.problem.misfits(&problem);
        if !misfits.is_empty() {
            return refused(format!("the run there is of another problem: {} differs", misfits.join(", ")));
        }
        if record.every != plan.every {
            let (before, now) = (record.every, plan.every);
            return refused(format!(
                "the run there has a frame every {before} steps, and `every` is {now}, so that its frames would have other \
                 numbers: set every = {before}"
            ));
        }
        let changes = record.problem.changes(&problem);
        let record = record.go_on(problem);
        let folder = Folder { path: self.path, record, left: self.left, _lock: self.lock };
        Ok((folder.checked(plan)?, changes))
    }
}

/// The folder of a run.
pub struct Folder {
    path: PathBuf,
    record: Record,
    left: Vec<PathBuf>,
    _lock: Lock,
}

impl Folder {
    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Checks that no file of others is where a frame is going to be.
    fn checked(self, plan: Plan<'_>) -> Result<Folder, Error> {
        let foreign = |frame: &FrameName| {
            plan.kinds.contains(&frame.kind) && frame.number <= plan.last && !self.record.owns(*frame)
        };
        match self.frames().into_iter().filter(foreign).min_by_key(|frame| frame.number) {
            Some(frame) => Err(Error::Foreign { path: self.path.join(frame.file()) }),
            None => Ok(self),
        }
    }

    /// The files in the folder that are named as frames are.
    fn frames(&self) -> Vec<FrameName> {
        let entries = fs::read_dir(&self.path).into_iter().flatten().flatten();
        entries.filter_map(|entry| entry.file_name().to_str().and_then(FrameName::of)).collect()
    }

    /// Writes the record, before anything else is written.
    pub fn start(&mut self) -> Result<(), Error> {
        self.record.write(&self.path)?;
        // Not before the record knows what they say.
        for file in self.left.drain(..) {
            let _ = fs::remove_file(file);
        }
        self.record.alone();
        Ok(())
    }

    /// Writes the files of a frame, after the record has them.
    pub fn write_frame(&mut self, names: &[FrameName], files: &[OutputFile<'_>]) -> Result<(), Error> {
        if files.is_empty() {
            return Ok(());
        }
        let (path, record) = (&self.path, &mut self.record);
        let written = write_folder_after(path, files, || {
            let foreign = |name: &&FrameName| !record.owns(**name) && path.join(name.file()).symlink_metadata().is_ok();
            if let Some(name) = names.iter().find(foreign) {
                return Err(Error::Foreign { path: path.join(name.file()) });
            }
            record.announce(names);
            record.write(path)
        });
        if written.is_err() {
            // They were not written. Where not even that can be noted, their temporaries are gone, and so is the room.
            names.iter().for_each(|name| record.pending.remove(*name));
            let _ = record.write(path);
        }
        written
    }

    /// Writes files that are not frames.
    pub fn write(&self, files: &[OutputFile<'_>]) -> Result<(), Error> {
        write_folder(&self.path, files)
    }

    /// Notes that there is a state of this run.
    pub fn has_state(&mut self) -> Result<(), Error> {
        if self.record.has_state {
            return Ok(());
        }
        self.record.has_state = true;
        self.record.write(&self.path)
    }

    /// Removes the frames of runs before this one, which is complete, that it has not overwritten.
    pub fn complete(&mut self) -> Result<(), Error> {
        self.record.settle();
        let mut doomed = Vec::new();
        for frame in self.frames() {
            if self.record.earlier.contains(frame) && !self.record.frames.contains(frame) {
                let to = self.path.join(Record::doomed(frame));
                // One that cannot be removed does no harm.
                if fs::rename(self.path.join(frame.file()), &to).is_ok() {
                    doomed.push(to);
                }
            }
        }
        self.record.earlier = Default::default();
        self.record.write(&self.path)?;
        for file in doomed {
            let _ = fs::remove_file(file);
        }
        Ok(())
    }
}
