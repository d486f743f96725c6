//! The device: the caller's own, or one that is opened here; and what is made on it, with errors instead of panics.

use crate::dispatch::Pipeline;
use crate::waiting::{Scopes, Signal, Waiting, block_on, lock, may_block};
use crate::{Error, adapters, features};
use rustc_hash::FxHashMap;
use spadina_core::real::Precision;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The time that a blocking call waits for the device before it gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// A device with its queue. Clones are the same device.
#[derive(Clone, Debug)]
pub struct Device {
    device: wgpu::Device,
    queue: wgpu::Queue,
    /// The time that blocking calls wait before they give up with [`Error::Timeout`].
    pub patience: Duration,
    lost: Arc<Mutex<Option<String>>>,
    /// The first error of no call of ours that was not told yet: a mistake of the application.
    uncaptured: Arc<Mutex<Option<Error>>>,
    /// The error scopes that wgpu has not reported on yet.
    scopes: Arc<Scopes>,
    /// The origin of the device, if it is known.
    origin: Option<(wgpu::Instance, wgpu::Adapter)>,
    /// The pipelines of shaders that are written by hand, by their texts, once they have been needed.
    pub(crate) pipelines: Arc<Mutex<FxHashMap<String, Pipeline>>>,
}

impl Device {
    /// The caller's device. Kernels in double precision need its features `SHADER_F64` and `SHADER_INT64`; larger problems
    /// need its limits to be those of the adapter.
    pub fn new(device: wgpu::Device, queue: wgpu::Queue) -> Self {
        Self {
            device,
            queue,
            patience: PATIENCE,
            lost: Arc::default(),
            uncaptured: Arc::default(),
            scopes: Arc::default(),
            origin: None,
            pipelines: Arc::default(),
        }
    }

    /// The same device, which knows where it comes from: windows are drawn on a surface of the instance, as the adapter can.
    /// Devices that were opened here know it.
    pub fn with_origin(self, instance: wgpu::Instance, adapter: wgpu::Adapter) -> Self {
        Self { origin: Some((instance, adapter)), ..self }
    }

    /// The instance and the adapter that the device comes from, if that is known.
    pub fn origin(&self) -> Option<(&wgpu::Instance, &wgpu::Adapter)> {
        self.origin.as_ref().map(|(instance, adapter)| (instance, adapter))
    }

    /// Opens the adapter whose name contains `name`, or that of the environment's
    /// [`ADAPTER_VARIABLE`](crate::ADAPTER_VARIABLE), in upper or lower case; without either the fastest one. The device has
    /// all that the adapter has of what kernels can use.
    pub fn open(name: Option<&str>) -> Result<Self, Error> {
        block_on(Self::open_async(name))
    }

    /// [`open`](Self::open) without blocking.
    pub async fn open_async(name: Option<&str>) -> Result<Self, Error> {
        let instance = adapters::instance();
        let adapter = adapters::wanted(&instance, name).await?;
        Ok(Self::of_adapter_async(&adapter, adapter.limits()).await?.with_origin(instance, adapter))
    }

    /// Like [`open`](Self::open), but of the adapters of an instance that can draw on a surface; an adapter that is asked for
    /// by its name is taken in any case.
    pub fn open_for(instance: &wgpu::Instance, surface: &wgpu::Surface<'_>, name: Option<&str>) -> Result<Self, Error> {
        block_on(Self::open_for_async(instance, surface, name))
    }

    /// [`open_for`](Self::open_for) without blocking.
    pub async fn open_for_async(
        instance: &wgpu::Instance,
        surface: &wgpu::Surface<'_>,
        name: Option<&str>,
    ) -> Result<Self, Error> {
        let adapter = adapters::presenting(instance, surface, name).await?;
        Ok(Self::of_adapter_async(&adapter, adapter.limits()).await?.with_origin(instance.clone(), adapter))
    }

    /// Opens a device of an adapter with the given limits.
    pub fn of_adapter(adapter: &wgpu::Adapter, limits: wgpu::Limits) -> Result<Self, Error> {
        block_on(Self::of_adapter_async(adapter, limits))
    }

    /// [`of_adapter`](Self::of_adapter) without blocking.
    pub async fn of_adapter_async(adapter: &wgpu::Adapter, limits: wgpu::Limits) -> Result<Self, Error> {
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("spadina"),
            required_features: adapter.features() & features::all(),
            required_limits: limits,
            ..Default::default()
        };
        let opened = adapter.request_device(&descriptor).await;
        let refused = |reason: wgpu::RequestDeviceError| Error::Request {
            adapter: adapter.get_info().name,
            reason: reason.to_string(),
        };
        let (device, queue) = opened.map_err(refused)?;
        let opened = Self::new(device, queue);
        opened.note_errors();
        Ok(opened)
    }

    /// Notes that the device is lost, and errors that no scope catches.
    fn note_errors(&self) {
        let lost = self.lost.clone();
        self.device.set_device_lost_callback(move |kind, reason| {
            *lock(&lost) = Some(format!("{kind:?} {reason}").trim().to_string());
        });
        let (lost, uncaptured) = (self.lost.clone(), self.uncaptured.clone());
        self.device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            match error_of("a use of the device by the application", &error) {
                Error::Lost { reason } => *lock(&lost) = Some(reason),
                error => {
                    lock(&uncaptured).get_or_insert(error);
                }
            }
        }));
    }

    /// The device itself.
    pub fn device(&self) -> &wgpu::Device {
        &self.device
    }

    /// Its queue.
    pub fn queue(&self) -> &wgpu::Queue {
        &self.queue
    }

    /// The name of its adapter.
    pub fn name(&self) -> String {
        self.device.adapter_info().name
    }

    /// Refuses a precision that the device does not have.
    pub fn check(&self, precision: Precision) -> Result<(), Error> {
        let lacks = match precision {
            Precision::F32 => wgpu::Features::empty(),
            Precision::F64 => features::double_precision() - self.device.features(),
        };
        if lacks.is_empty() {
            return Ok(());
        }
        let lacks: Vec<&str> = lacks.iter_names().map(|(name, _)| name).collect();
        Err(Error::Precision { adapter: self.name(), precision, lacks: lacks.join(", ") })
    }

    /// Refuses atomic additions where the device has none.
    pub(crate) fn check_atomics(&self) -> Result<(), Error> {
        match self.device.features().contains(features::float_atomics()) {
            true => Ok(()),
            false => Err(Error::Feature {
                adapter: self.name(),
                what: "atomic additions of reals",
                lacks: "SHADER_FLOAT32_ATOMIC",
            }),
        }
    }

    /// Refuses a device that is known to be lost. wgpu tells that to a callback, when it is polled, and nobody else. A
    /// device of the caller's has another callback, or none: that it is lost is found by [`wait`](Self::wait). An error of the
    /// application's is told once.
    fn check_lost(&self) -> Result<(), Error> {
        // What a poll that does not wait says of the queue is of no account.
        let _ = self.device.poll(wgpu::PollType::Poll);
        if let Some(reason) = &*lock(&self.lost) {
            return Err(Error::Lost { reason: reason.clone() });
        }
        lock(&self.uncaptured).take().map_or(Ok(()), Err)
    }

    /// Does something with the device for which wgpu reports errors elsewhere, and gives these; `what` is for messages. In
    /// browsers errors are reported later: the next `async` call that waits gives them.
    pub fn scoped<T>(&self, what: &str, action: impl FnOnce() -> T) -> Result<T, Error> {
        self.check_lost()?;
        let (made, failed) = self.caught(what, action);
        self.check_lost()?;
        failed.map_or(Ok(made), Err)
    }

    /// Does something with the device; gives the error that wgpu reports of it at once, too.
    pub(crate) fn caught<T>(&self, what: &str, action: impl FnOnce() -> T) -> (T, Option<Error>) {
        let filters = [wgpu::ErrorFilter::OutOfMemory, wgpu::ErrorFilter::Internal, wgpu::ErrorFilter::Validation];
        let scopes = filters.map(|filter| self.device.push_error_scope(filter));
        let made = action();
        let mut failed = None;
        // Scopes end in the opposite order.
        for scope in scopes.into_iter().rev() {
            failed = failed.or(self.scopes.end(what, scope));
        }
        (made, failed.map(|error| error_of(what, &error)))
    }

    /// Runs commands, without waiting for them.
    pub fn submit(&self, commands: wgpu::CommandBuffer) -> Result<wgpu::SubmissionIndex, Error> {
        self.scoped("a submission", || self.queue.submit([commands]))
    }

    /// Waits until a submission, and what was asked for before it, is done. Blocks.
    pub fn wait(&self, submission: wgpu::SubmissionIndex) -> Result<(), Error> {
        may_block()?;
        let poll = wgpu::PollType::Wait { submission_index: Some(submission), timeout: Some(self.patience) };
        match self.device.poll(poll) {
            Ok(_) => self.check_lost(),
            Err(wgpu::PollError::Timeout) => {
                self.check_lost()?;
                Err(Error::Timeout { seconds: self.patience.as_secs() })
            }
            Err(error) => {
                self.check_lost()?;
                Err(Error::Lost { reason: error.to_string() })
            }
        }
    }
}

impl Device {
    /// Waits until all that was submitted is done.
    ///
    /// Natively somebody has to poll the device meanwhile ([`wgpu::Device::poll`]), as for every callback of wgpu; a browser
    /// does so itself.
    pub async fn wait_async(&self) -> Result<(), Error> {
        let (done, give) = Signal::new();
        self.queue.on_submitted_work_done(move || give(()));
        done.await;
        self.settle().await
    }

    /// Waits until a submission is done.
    pub(crate) async fn wait_by(&self, waiting: Waiting, submission: wgpu::SubmissionIndex) -> Result<(), Error> {
        match waiting {
            Waiting::Blocking => self.wait(submission),
            Waiting::Woken => self.wait_async().await,
        }
    }

    /// Waits for what wgpu reports of earlier calls.
    pub(crate) async fn settle(&self) -> Result<(), Error> {
        let failed = self.scopes.settle().await;
        self.check_lost()?;
        failed.map_or(Ok(()), |(what, error)| Err(error_of(&what, &error)))
    }
}

/// The error that wgpu reports, with the action that was tried.
fn error_of(what: &str, error: &wgpu::Error) -> Error {
    let (what, reason) = (what.to_string(), error.to_string());
    match error {
        wgpu::Error::OutOfMemory { .. } => Error::OutOfMemory { what, reason },
        wgpu::Error::Validation { .. } | wgpu::Error::Internal { .. } if is_loss(&reason) => Error::Lost { reason },
        wgpu::Error::Validation { .. } | wgpu::Error::Internal { .. } => Error::Validation { what, reason },
    }
}

/// Returns true if wgpu says that the device is gone, which it reports as an error of whatever was tried.
fn is_loss(reason: &str) -> bool {
    let reason = reason.to_lowercase();
    reason.contains("device is lost") || reason.contains("device lost") || reason.contains("parent device is lost")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No adapter of the tests runs out of memory when it is told to.
    #[test]
    fn errors_have_their_cause() {
        let source = || Box::new(std::io::Error::other("the cause"));
        let described =
            |description: &str| wgpu::Error::Validation { source: source(), description: description.into() };
        let memory = error_of("a vector", &wgpu::Error::OutOfMemory { source: source() });
        assert!(matches!(&memory, Error::OutOfMemory { what, .. } if what == "a vector"), "{memory:?}");
        assert!(memory.to_string().starts_with("the device has no memory left for a vector: "), "{memory}");
        let lost = error_of("a vector", &described("Parent device is lost"));
        assert!(matches!(lost, Error::Lost { .. }), "{lost:?}");
        let refused = error_of("a vector", &described("the buffer is too large"));
        assert!(refused.to_string().contains("a vector is refused: ") && refused.to_string().contains("too large"));
    }
}
