//! Operations on vectors, which are made once and encoded many times among other passes.

use crate::dispatch::Dispatch;
use crate::memory::{real_bytes, size_of_items};
use crate::{Device, Error};
use spadina_core::real::Precision;
use spadina_shaders::{AXPY, Constants, DOT, GROUP, Shader, TOTAL, VectorWords};

/// `y += a x`, where `a` is a number in a buffer. No buffer is another one of the three.
#[derive(Debug)]
pub struct Axpy {
    dispatch: Dispatch,
}

/// `x · y`, by a fixed tree, into a buffer, which is neither of theirs; they can be one.
#[derive(Debug)]
pub struct Dot {
    dispatches: [Dispatch; 2],
}

/// A number in a buffer: the buffer, and its place among the reals there.
#[derive(Clone, Copy, Debug)]
pub struct Scalar<'a>(pub &'a wgpu::Buffer, pub usize);

impl Axpy {
    /// For so many numbers of `x` and `y`. [`Error::System`] if a buffer is too short.
    pub fn new(
        device: &Device,
        precision: Precision,
        count: usize,
        a: Scalar<'_>,
        [x, y]: [&wgpu::Buffer; 2],
    ) -> Result<Self, Error> {
        check(precision, count, [x, y], a)?;
        let maker = Maker { device, precision };
        let words = VectorWords { place: a.1 as u32, ..VectorWords::default() };
        Ok(Self { dispatch: maker.make(AXPY, count, words, &[x, y, a.0])? })
    }

    /// Encodes the operation: no allocation of memory on the device, no data from the host.
    pub fn encode(&self, encoder: &mut wgpu::CommandEncoder) {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        self.dispatch.encode(&mut pass);
    }
}

impl Dot {
    /// For so many numbers of `x` and `y`. [`Error::System`] if a buffer is too short.
    pub fn new(
        device: &Device,
        precision: Precision,
        count: usize,
        [x, y]: [&wgpu::Buffer; 2],
        result: Scalar<'_>,
    ) -> Result<Self, Error> {
        check(precision, count, [x, y], result)?;
        let maker = Maker { device, precision };
        let sums = groups(count);
        let partials = device.storage("partial sums", sums, real_bytes(precision))?;
        let words = VectorWords { partials: sums as u32, ..VectorWords::default() };
        let dot = maker.make(DOT, count, words, &[x, y, &partials])?;
        let total = maker.make(TOTAL, 1, VectorWords { place: result.1 as u32, ..words }, &[&partials, result.0])?;
        Ok(Self { dispatches: [dot, total] })
    }

    /// Encodes the operation: no allocation of memory on the device, no data from the host.
    pub fn encode(&self, encoder: &mut wgpu::CommandEncoder) {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        self.dispatches.iter().for_each(|dispatch| dispatch.encode(&mut pass));
    }
}

fn check(
    precision: Precision,
    count: usize,
    vectors: [&wgpu::Buffer; 2],
    Scalar(scalars, place): Scalar<'_>,
) -> Result<(), Error> {
    let item = real_bytes(precision);
    let room = |what, buffer: &wgpu::Buffer, numbers: usize| match buffer.size() < size_of_items(numbers, item) {
        true => Err(Error::System { what, wanted: numbers.saturating_mul(item), given: buffer.size() as usize }),
        false => Ok(()),
    };
    vectors.into_iter().try_for_each(|vector| room("bytes of a vector", vector, count))?;
    room("bytes of scalars", scalars, place.saturating_add(1))
}

/// Partial sums of so many numbers.
pub(crate) fn groups(count: usize) -> usize {
    count.div_ceil(GROUP as usize)
}

/// Makes dispatches of the shaders of vectors.
pub(crate) struct Maker<'a> {
    pub device: &'a Device,
    pub precision: Precision,
}

impl Maker<'_> {
    /// A dispatch over so many items, which are set in the words, with the grid.
    pub fn make(
        &self,
        shader: Shader,
        items: usize,
        words: VectorWords,
        buffers: &[&wgpu::Buffer],
    ) -> Result<Dispatch, Error> {
        let text = shader.text(Constants::of_vectors(self.precision == Precision::F64));
        let pipeline = self.device.shared_pipeline(shader.name, &text)?;
        let grid = self.device.grid(shader.name, items, GROUP)?;
        let words = VectorWords { row: grid.row, count: items as u32, ..words }.words();
        self.device.dispatch(shader.name, &pipeline, grid.workgroups, bytemuck::cast_slice(&words), buffers)
    }
}
