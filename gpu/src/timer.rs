//! Times that the device takes, by its own clock where it has one.
//!
//! Timestamps are written between passes, not by passes: on some devices passes that share nothing overlap, and an empty one
//! ends before what was encoded ahead of it.

use crate::waiting::{Waiting, block_on};
use crate::{Device, Error, features};
use std::time::Instant;

/// Seconds that a time has at least where the host measures: what its clock tells apart.
const TICK: f64 = 1e-9;

/// Bytes of the two timestamps.
const BYTES: usize = 2 * size_of::<u64>();

/// Bytes of each of the two buffers of the copy: more than caches hold.
const COPIED: u64 = 256 << 20;

/// The number of copies; the first one is left out, when a device may still have to find its memory.
const COPIES: usize = 8;

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
        let has_clock = device.device().features().contains(features::timestamps()) && period > 0.0;
        if !has_clock && cfg!(target_arch = "wasm32") {
            let (what, lacks) = ("clock, and neither has a browser", "TIMESTAMP_QUERY");
            return Err(Error::Feature { adapter: device.name(), what, lacks });
        }
        let clock = has_clock.then(|| Clock::new(device, period)).transpose()?;
        Ok(Self { device: device.clone(), clock })
    }

    /// Returns true if the device's own clock measures.
    pub fn has_timestamps(&self) -> bool {
        self.clock.is_some()
    }

    /// Runs what is encoded, waits for it, and gives the seconds that it took: more than zero.
    pub fn time(&self, encode: impl FnOnce(&mut wgpu::CommandEncoder)) -> Result<f64, Error> {
        block_on(self.time_by(Waiting::Blocking, encode))
    }

    /// [`time`](Self::time) without blocking. Natively somebody has to poll the device ([`Device::wait_async`]).
    pub async fn time_async(&self, encode: impl FnOnce(&mut wgpu::CommandEncoder)) -> Result<f64, Error> {
        self.time_by(Waiting::Woken, encode).await
    }

    async fn time_by(&self, waiting: Waiting, encode: impl FnOnce(&mut wgpu::CommandEncoder)) -> Result<f64, Error> {
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
        match &self.clock {
            Some(clock) => {
                let submission = self.device.submit(commands)?;
                Ok(clock.seconds(&self.device.map_by(waiting, &clock.seen, submission).await?))
            }
            None => {
                let start = Instant::now();
                let submission = self.device.submit(commands)?;
                self.device.wait_by(waiting, submission).await?;
                Ok(start.elapsed().as_secs_f64().max(TICK))
            }
        }
    }

    /// The bytes, those that are read and those that are written, that the device moves in a second by copying a large
    /// buffer: the best of several times.
    pub fn copy_rate(&self) -> Result<f64, Error> {
        block_on(self.copy_rate_by(Waiting::Blocking))
    }

    /// [`copy_rate`](Self::copy_rate) without blocking. Natively somebody has to poll the device ([`Device::wait_async`]).
    pub async fn copy_rate_async(&self) -> Result<f64, Error> {
        self.copy_rate_by(Waiting::Woken).await
    }

    async fn copy_rate_by(&self, waiting: Waiting) -> Result<f64, Error> {
        let limits = self.device.device().limits();
        let most = COPIED.min(limits.max_buffer_size).min(limits.max_storage_buffer_binding_size);
        let bytes = most / wgpu::COPY_BUFFER_ALIGNMENT * wgpu::COPY_BUFFER_ALIGNMENT;
        let buffer = || self.device.storage("a buffer that is copied", bytes as usize, 1);
        let (from, to) = (buffer()?, buffer()?);
        let copy = |encoder: &mut wgpu::CommandEncoder| encoder.copy_buffer_to_buffer(&from, 0, &to, 0, bytes);
        self.time_by(waiting, copy).await?;
        let mut best = f64::INFINITY;
        for _ in 1..COPIES {
            best = best.min(self.time_by(waiting, copy).await?);
        }
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
