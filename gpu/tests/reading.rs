//! Reads that are given up leave nothing behind.

mod support;

use spadina_gpu::{Device, Error, wgpu};
use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;
use support::device;

/// Bytes that are copied, so often that it takes a while.
const BYTES: u64 = 64 << 20;
const COPIES: usize = 100;

/// Submits copies that take a while, and one to a buffer that the host reads.
fn submit(device: &Device, buffer: &wgpu::Buffer) -> wgpu::SubmissionIndex {
    let usage = wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST;
    let descriptor = wgpu::BufferDescriptor { label: None, size: BYTES, usage, mapped_at_creation: false };
    let [from, to] = [(); 2].map(|()| device.device().create_buffer(&descriptor));
    let mut encoder = device.device().create_command_encoder(&Default::default());
    for _ in 0..COPIES {
        encoder.copy_buffer_to_buffer(&from, 0, &to, 0, BYTES);
    }
    encoder.copy_buffer_to_buffer(&to, 0, buffer, 0, 16);
    device.submit(encoder.finish()).unwrap()
}

#[test]
fn a_read_that_is_given_up_can_be_repeated() {
    let Some(device) = device() else { return };
    let buffer = device.readback("numbers", 16).unwrap();
    // A future that is dropped.
    let submission = submit(&device, &buffer);
    {
        let mut reading = pin!(device.map_async(&buffer, submission.clone()));
        let polled = reading.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(polled.is_pending());
    }
    assert_eq!(device.map(&buffer, submission).unwrap(), [0; 16]);
    // A limit of time.
    let mut hasty = device.clone();
    hasty.patience = Duration::ZERO;
    let submission = submit(&device, &buffer);
    let error = hasty.map(&buffer, submission.clone()).err().unwrap();
    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
    assert_eq!(device.map(&buffer, submission).unwrap(), [0; 16]);
    let submission = submit(&device, &buffer);
    assert_eq!(device.map(&buffer, submission).unwrap(), [0; 16]);
}
