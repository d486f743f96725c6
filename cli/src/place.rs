//! The device, the precision and the projection of an evaluation: options that several commands take.

use crate::error::Error;
use clap::{Args, ValueEnum};
use spadina::gpu;
use spadina::system::{self, Options};

/// The device that evaluates, and its options.
#[derive(Args, Clone, Debug)]
pub struct Where {
    /// The device that evaluates.
    #[arg(long, value_enum, default_value_t = Device::Cpu)]
    pub device: Device,
    /// A part of the GPU's name, in upper or lower case [default: that of WGPU_ADAPTER_NAME, or the fastest].
    #[arg(long, value_name = "NAME")]
    adapter: Option<String>,
    /// The way the GPU assembles gradient and Hessian.
    #[arg(long, value_enum, default_value_t = Schedule::Auto)]
    schedule: Schedule,
}

#[derive(Clone, Copy, PartialEq, ValueEnum, Debug)]
pub enum Device {
    /// Machine code on all cores.
    Cpu,
    /// Compute shaders.
    Gpu,
    /// The reference: slow, in double precision whatever else is asked for.
    Interpreter,
}

#[derive(Clone, Copy, PartialEq, ValueEnum, Debug)]
pub enum Schedule {
    /// Staged or by rows, whichever should take less time on the adapter.
    Auto,
    /// Elements leave their numbers in a buffer, from which every entry gathers its own.
    Staged,
    /// Every node evaluates what its rows need, for all elements around it.
    Rows,
    /// Elements add to the entries by atomic additions: single precision, last bits differ from run to run.
    Atomic,
}

impl Where {
    /// Puts the choice into the options of a system.
    pub fn choose(&self, options: Options) -> Result<Options, Error> {
        if self.device != Device::Gpu && (self.adapter.is_some() || self.schedule != Schedule::Auto) {
            return Err(Error::Usage("--adapter and --schedule are for --device gpu"));
        }
        let device = match self.device {
            Device::Cpu => system::Device::Cpu,
            Device::Interpreter => system::Device::Interpreter,
            Device::Gpu => return Ok(self.gpu(options)),
        };
        Ok(options.device(device))
    }

    fn gpu(&self, options: Options) -> Options {
        let schedule = match self.schedule {
            Schedule::Auto => gpu::Schedule::Auto,
            Schedule::Staged => gpu::Schedule::Staged,
            Schedule::Rows => gpu::Schedule::Rows,
            Schedule::Atomic => gpu::Schedule::Atomic,
        };
        let gpu = system::GpuOptions::default().adapter(self.adapter.clone()).schedule(schedule);
        options.device(system::Device::Gpu).gpu(gpu)
    }
}

/// The name of an option's value, as it is typed.
pub fn name(value: impl ValueEnum) -> String {
    value.to_possible_value().map(|v| v.get_name().to_string()).unwrap_or_default()
}

#[derive(Clone, Copy, PartialEq, ValueEnum, Debug)]
pub enum Precision {
    /// Double.
    F64,
    /// Single.
    F32,
}

impl From<Precision> for system::Precision {
    fn from(precision: Precision) -> Self {
        match precision {
            Precision::F64 => Self::F64,
            Precision::F32 => Self::F32,
        }
    }
}

#[derive(Clone, Copy, PartialEq, ValueEnum, Debug)]
pub enum Projection {
    /// Leave them.
    None,
    /// Set them to zero.
    Clamp,
    /// Take their absolute value.
    Abs,
    /// Set those of the derivatives by the linear combinations that the energy sees to zero: semi-definite, but another
    /// matrix than clamp's.
    Reduced,
}

impl From<Projection> for Option<system::Projection> {
    fn from(projection: Projection) -> Self {
        match projection {
            Projection::None => None,
            Projection::Clamp => Some(system::Projection::Clamp),
            Projection::Abs => Some(system::Projection::Abs),
            Projection::Reduced => Some(system::Projection::Reduced),
        }
    }
}
