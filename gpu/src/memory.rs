//! Buffers: made within the device's limits, filled, and read back.

use crate::waiting::{Signal, Waiting, block_on};
use crate::{Device, Error};
use spadina_core::real::Precision;

/// The least bytes of a buffer: an empty one cannot be bound.
const LEAST: u64 = 16;

/// Bytes of a real.
pub(crate) fn real_bytes(precision: Precision) -> usize {
    match precision {
        Precision::F32 => size_of::<f32>(),
        Precision::F64 => size_of::<f64>(),
    }
}

/// Bytes of so many items; more than any buffer has where they do not fit 64 bits.
pub(crate) fn size_of_items(count: usize, item: usize) -> u64 {
    (count as u64).saturating_mul(item as u64)
}

/// Reals in the precision of the device.
pub(crate) fn bytes(precision: Precision, numbers: &[f64]) -> Vec<u8> {
    match precision {
        Precision::F32 => {
            let narrow: Vec<f32> = numbers.iter().map(|&x| x as f32).collect();
            bytemuck::cast_slice(&narrow).to_vec()
        }
        Precision::F64 => bytemuck::cast_slice(numbers).to_vec(),
    }
}

/// Refuses numbers that would be infinite in the precision of the device: compilers of shaders may take it that there is no
/// infinity, so that nothing would come of it but a wrong number.
pub(crate) fn check_range(precision: Precision, what: &str, numbers: &[f64]) -> Result<(), Error> {
    let too_large = |x: &&f64| x.is_finite() && (**x as f32).is_infinite();
    match numbers.iter().find(too_large).filter(|_| precision == Precision::F32) {
        Some(&value) => Err(Error::Narrow { what: what.into(), value }),
        None => Ok(()),
    }
}

/// The error for a device that left other words than its shaders write: it is taken for lost.
pub(crate) fn garbled(what: &str) -> Error {
    Error::Lost { reason: format!("it left words that are not {what}") }
}

/// The reals that were read from the device.
pub(crate) fn numbers(precision: Precision, bytes: &[u8]) -> Vec<f64> {
    match precision {
        Precision::F32 => bytemuck::pod_collect_to_vec::<u8, f32>(bytes).into_iter().map(f64::from).collect(),
        Precision::F64 => bytemuck::pod_collect_to_vec(bytes),
    }
}

/// A buffer that is mapped, or will be: until this is dropped, be it because a call gives up.
struct Mapping<'a> {
    device: &'a Device,
    buffer: &'a wgpu::Buffer,
}

impl Drop for Mapping<'_> {
    fn drop(&mut self) {
        // An error says that the buffer is not mapped, which is what is wanted.
        let _ = self.device.caught("the end of reading", || self.buffer.unmap());
    }
}

impl Device {
    /// A buffer for `count` items of `item` bytes that shaders read and write whole; it holds zeros.
    pub(crate) fn storage(&self, what: &str, count: usize, item: usize) -> Result<wgpu::Buffer, Error> {
        self.buffer(what, size_of_items(count, item), storage_usage(), false)
    }

    /// A buffer that shaders read, with its bytes.
    pub(crate) fn filled(&self, what: &str, bytes: &[u8], usage: wgpu::BufferUsages) -> Result<wgpu::Buffer, Error> {
        let buffer = self.buffer(what, bytes.len() as u64, usage, true)?;
        self.scoped(what, || {
            if let Ok(mut view) = buffer.get_mapped_range_mut(..) {
                view.slice(..bytes.len()).copy_from_slice(bytes);
            }
            buffer.unmap();
        })?;
        Ok(buffer)
    }

    /// A buffer of 32-bit words that shaders read.
    pub(crate) fn words(&self, what: &str, words: &[u32]) -> Result<wgpu::Buffer, Error> {
        self.filled(what, bytemuck::cast_slice(words), storage_usage())
    }

    fn buffer(
        &self,
        what: &str,
        bytes: u64,
        usage: wgpu::BufferUsages,
        mapped_at_creation: bool,
    ) -> Result<wgpu::Buffer, Error> {
        let limits = self.device().limits();
        let size = bytes.max(LEAST).checked_next_multiple_of(wgpu::COPY_BUFFER_ALIGNMENT).unwrap_or(u64::MAX);
        let mut bounds = vec![("max_buffer_size", limits.max_buffer_size)];
        if usage.contains(wgpu::BufferUsages::STORAGE) {
            bounds.push(("max_storage_buffer_binding_size", limits.max_storage_buffer_binding_size));
        }
        if usage.contains(wgpu::BufferUsages::UNIFORM) {
            bounds.push(("max_uniform_buffer_binding_size", limits.max_uniform_buffer_binding_size));
        }
        if let Some(&(limit, allowed)) = bounds.iter().find(|(_, allowed)| size > *allowed) {
            return Err(Error::Limit { what: what.into(), wanted: size, limit, allowed });
        }
        let descriptor = wgpu::BufferDescriptor { label: Some(what), size, usage, mapped_at_creation };
        self.scoped(what, || self.device().create_buffer(&descriptor))
    }

    /// Sets the entries of a buffer of reals from `first` on. Numbers beyond the precision are refused.
    pub fn write(
        &self,
        buffer: &wgpu::Buffer,
        precision: Precision,
        first: usize,
        values: &[f64],
    ) -> Result<(), Error> {
        check_range(precision, "a number that is written", values)?;
        let offset = size_of_items(first, real_bytes(precision));
        let bytes = bytes(precision, values);
        self.scoped("writing numbers", || self.queue().write_buffer(buffer, offset, &bytes))
    }

    /// A buffer of so many bytes that can be copied to, and that [`map`](Self::map) reads.
    pub fn readback(&self, what: &str, bytes: usize) -> Result<wgpu::Buffer, Error> {
        self.buffer(what, bytes as u64, wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST, false)
    }

    /// The bytes of a [`readback`](Self::readback) buffer once a submission is done. Blocks.
    pub fn map(&self, buffer: &wgpu::Buffer, submission: wgpu::SubmissionIndex) -> Result<Vec<u8>, Error> {
        block_on(self.map_by(Waiting::Blocking, buffer, submission))
    }

    /// [`map`](Self::map) without blocking, once all is done that was submitted with the buffer. Natively somebody has to
    /// poll the device ([`wait_async`](Self::wait_async)).
    pub async fn map_async(&self, buffer: &wgpu::Buffer, submission: wgpu::SubmissionIndex) -> Result<Vec<u8>, Error> {
        self.map_by(Waiting::Woken, buffer, submission).await
    }

    pub(crate) async fn map_by(
        &self,
        waiting: Waiting,
        buffer: &wgpu::Buffer,
        submission: wgpu::SubmissionIndex,
    ) -> Result<Vec<u8>, Error> {
        let (mapped, give) = Signal::new();
        let mapping = Mapping { device: self, buffer };
        self.scoped("reading numbers", || buffer.map_async(wgpu::MapMode::Read, .., give))?;
        match waiting {
            Waiting::Blocking => self.wait(submission)?,
            Waiting::Woken => {
                let mapped = mapped.await;
                self.settle().await?;
                mapped.map_err(|error| Error::Lost { reason: error.to_string() })?;
            }
        }
        let lost = |error: wgpu::MapRangeError| Error::Lost { reason: error.to_string() };
        let bytes = self.scoped("reading numbers", || buffer.get_mapped_range(..))?.map_err(lost)?.to_vec();
        drop(mapping);
        Ok(bytes)
    }

    /// The first `count` entries of several buffers of reals, after all that was submitted. Blocks.
    pub fn read(&self, precision: Precision, buffers: &[(&wgpu::Buffer, usize)]) -> Result<Vec<Vec<f64>>, Error> {
        block_on(self.read_by(Waiting::Blocking, precision, buffers))
    }

    /// [`read`](Self::read) without blocking. Natively somebody has to poll the device ([`wait_async`](Self::wait_async)).
    pub async fn read_async(
        &self,
        precision: Precision,
        buffers: &[(&wgpu::Buffer, usize)],
    ) -> Result<Vec<Vec<f64>>, Error> {
        self.read_by(Waiting::Woken, precision, buffers).await
    }

    pub(crate) async fn read_by(
        &self,
        waiting: Waiting,
        precision: Precision,
        buffers: &[(&wgpu::Buffer, usize)],
    ) -> Result<Vec<Vec<f64>>, Error> {
        let size = |count: usize| (count * real_bytes(precision)) as u64;
        let total = buffers.iter().map(|&(_, count)| size(count)).sum::<u64>();
        let target = self.readback("what is read", total as usize)?;
        let commands = self.scoped("reading numbers", || {
            let mut encoder = self.device().create_command_encoder(&Default::default());
            let mut offset = 0;
            for &(buffer, count) in buffers {
                encoder.copy_buffer_to_buffer(buffer, 0, &target, offset, size(count));
                offset += size(count);
            }
            encoder.finish()
        })?;
        let submission = self.submit(commands)?;
        let view = self.map_by(waiting, &target, submission).await?;
        let mut offset = 0;
        Ok(buffers
            .iter()
            .map(|&(_, count)| {
                let end = offset + size(count) as usize;
                let own = numbers(precision, &view[offset..end]);
                offset = end;
                own
            })
            .collect())
    }
}

/// The usages of the buffers of shaders.
pub(crate) fn storage_usage() -> wgpu::BufferUsages {
    wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST
}
