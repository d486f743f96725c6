//! Bytes that random programs are read off: shrinking the tape shrinks the program.

/// Choices; after the end all are 0.
pub struct Tape<'a> {
    bytes: std::slice::Iter<'a, u8>,
}

impl<'a> Tape<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes: bytes.iter() }
    }

    /// A number below `count`.
    pub fn pick(&mut self, count: usize) -> usize {
        self.bytes.next().map_or(0, |&b| usize::from(b) % count)
    }
}
