//! `spadina bench`.

mod arguments;
mod gpu;
mod linear;
mod processor;

use crate::columns;
use crate::error::Error;
pub use arguments::Arguments;
use spadina::system::{Device, Options};

/// Times every stage of a problem.
pub fn run(arguments: &Arguments) -> Result<String, Error> {
    let options = Options::default().precision(arguments.precision.into());
    let options = arguments.place.choose(options)?;
    match options.device {
        Device::Interpreter => Err(Error::Usage("bench is for --device cpu and gpu: the interpreter is slow")),
        Device::Gpu if !arguments.threads.is_empty() => Err(Error::Usage("--threads is for --device cpu")),
        Device::Gpu => gpu::run(arguments, &options),
        _ => processor::run(arguments, &options),
    }
    .map(|text| columns::wrap(&text, columns::room()))
}
