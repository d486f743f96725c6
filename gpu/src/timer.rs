//! How long the device takes, by its own clock where it has one.
//!
//! Timestamps are written between passes, not by passes: on some devices passes that share nothing overlap, and an empty one
//! ends before what was encoded ahead of it.

use crate::{Device, Error};
use std::time::Instant;

/// Bytes of the two timestamps.
const BYTES: usize = 2 * size_of::<u64>();

/// Bytes of each of the two buffers of the copy: more than caches hold.
const COPIED: u64 = 256 << 20;

/// How often is copied; the first time is left out, when a device may still have to find its memory.
const COPIES: usize = 8;

/// What a device needs to have a clock.
pub(crate) fn features() -> wgpu::Features {
    wgpu::Features::TIMESTAMP_QUERY | wgpu::Features::TIMESTAMP_QUERY_INSIDE_ENCODERS
}

/// Measures how long commands take. Without timestamps on the device it is from the submission until the host has seen its
/// end.
#[derive(Debug)]
pub struct Timer {
    device: Device,
    clock: Option<Clock>,
}

/// The timestamps of the device.
#[derive(Debug)]
struct Clock {
    queries: wgpu::QuerySet,
    resolved: wgpu::Buffer,
    seen: wgpu::Buffer,
    /// Nanoseconds of a tick.
    period: f64,
}

impl Timer {
    /// A timer of a device.
    pub fn new(device: &Device) -> Result<Self, Error> {
        let period = f64::from(device.queue().get_timestamp_period());
        let has_clock = device.device().features().contains(features()) && period > 0.0;
        let clock = has_clock.then(|| Clock::new(device, period)).transpose()?;
        Ok(Self { device: device.clone(), clock })
    }

    /// Whether the device's own clock measures.
    pub fn has_timestamps(&self) -> bool {
        self.clock.is_some()
    }

    /// Runs what is encoded, waits for it, and gives the seconds that it took: more than zero.
    pub fn time(&self, encode: impl FnOnce(&mut wgpu::CommandEncoder)) -> Result<f64, Error> {
        let commands = self.device.scoped("what is timed", || {
            let mut encoder = self.device.device().create_command_encoder(&Default::default());
            if let Some(clock) = &self.clock {
                encoder.write_timestamp(&clock.queries, 0);
            }
            encode(&mut encoder);
            if let Some(clock) = &self.clock {
                encoder.write_timestamp(&clock.queries, 1);
                clock.resolve(&mut encoder);
            }
            encoder.finish()
        })?;
        let start = Instant::now();
        let submission = self.device.submit(commands)?;
        match &self.clock {
            Some(clock) => Ok(clock.seconds(&self.device.map(&clock.seen, submission)?)),
            None => {
                self.device.wait(submission)?;
                Ok(start.elapsed().as_secs_f64().max(1e-9))
            }
        }
    }

    /// The bytes, those that are read and those that are written, that the device moves in a second by copying a large
    /// buffer: the best of several times.
    pub fn copy_rate(&self) -> Result<f64, Error> {
        let limits = self.device.device().limits();
        let most = COPIED.min(limits.max_buffer_size).min(limits.max_storage_buffer_binding_size);
        let bytes = most / wgpu::COPY_BUFFER_ALIGNMENT * wgpu::COPY_BUFFER_ALIGNMENT;
        let buffer = || self.device.storage("a buffer that is copied", bytes as usize, 1);
        let (from, to) = (buffer()?, buffer()?);
        let copy = |encoder: &mut wgpu::CommandEncoder| encoder.copy_buffer_to_buffer(&from, 0, &to, 0, bytes);
        self.time(copy)?;
        let times = (1..COPIES).map(|_| self.time(copy));
        let best = times.reduce(|a, b| Ok(a?.min(b?))).unwrap_or(Ok(f64::INFINITY))?;
        Ok(2.0 * bytes as f64 / best)
    }
}

impl Clock {
    fn new(device: &Device, period: f64) -> Result<Self, Error> {
        let usage = wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC;
        Ok(Self {
            queries: device.scoped("timestamps", || {
                let kind = wgpu::QueryType::Timestamp;
                let descriptor = wgpu::QuerySetDescriptor { label: Some("timestamps"), ty: kind, count: 2 };
                device.device().create_query_set(&descriptor)
            })?,
            resolved: device.filled("timestamps", &[0; BYTES], usage)?,
            seen: device.readback("timestamps", BYTES)?,
            period,
        })
    }

    fn resolve(&self, encoder: &mut wgpu::CommandEncoder) {
        encoder.resolve_query_set(&self.queries, 0..2, &self.resolved, 0);
        encoder.copy_buffer_to_buffer(&self.resolved, 0, &self.seen, 0, BYTES as u64);
    }

    /// The time between the timestamps; at least that of one tick, which is as much as can be told apart.
    fn seconds(&self, bytes: &[u8]) -> f64 {
        let stamps: Vec<u64> = bytemuck::pod_collect_to_vec(&bytes[..BYTES]);
        1e-9 * self.period * stamps[1].saturating_sub(stamps[0]).max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters;
    use crate::memory::storage_usage;

    fn device() -> Option<Device> {
        match Device::open(None) {
            Ok(device) => Some(device),
            Err(error) => {
                assert!(std::env::var_os("SPADINA_REQUIRE_GPU").is_none_or(|v| v != "1"), "{error}");
                println!("not tested: {error}");
                None
            }
        }
    }

    fn check(timer: &Timer) {
        let is_time = |seconds: f64| seconds > 0.0 && seconds.is_finite();
        assert!(is_time(timer.time(|_| ()).unwrap()));
        let device = &timer.device;
        let buffers = [0, 1].map(|_| device.filled("numbers", &[1; 1 << 16], storage_usage()).unwrap());
        let time = timer.time(|encoder| encoder.copy_buffer_to_buffer(&buffers[0], 0, &buffers[1], 0, 1 << 16));
        assert!(is_time(time.unwrap()));
        assert!(is_time(timer.copy_rate().unwrap()));
    }

    #[test]
    fn times_are_positive() {
        let Some(device) = device() else { return };
        let timer = Timer::new(&device).unwrap();
        let own = adapters::summaries().into_iter().find(|adapter| adapter.is_default).unwrap();
        assert_eq!(timer.has_timestamps(), own.timestamps);
        check(&timer);
    }

    #[test]
    fn without_timestamps_the_host_measures() {
        let Some(device) = device() else { return };
        let adapter = adapters().into_iter().find(|adapter| adapter.get_info().name == device.name()).unwrap();
        let descriptor = wgpu::DeviceDescriptor { required_limits: adapter.limits(), ..Default::default() };
        let (plain, queue) = pollster::block_on(adapter.request_device(&descriptor)).unwrap();
        let timer = Timer::new(&Device::new(plain, queue)).unwrap();
        assert!(!timer.has_timestamps());
        check(&timer);
    }
}
