//! The command line of Spadina: `spadina eval` and its like.

mod bench;
mod color;
mod columns;
mod command;
mod devices;
mod error;
mod eval;
mod explain;
mod input;
mod machine;
mod memory;
mod output;
mod place;
mod progress;
mod shown;
mod simulate;
mod solve;
mod summary;
mod timing;
mod trend;
mod view;

use clap::Parser;
use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    // Usage errors end here with status 2; help and version with 0.
    let arguments = command::Arguments::parse();
    match command::run(arguments) {
        Ok(text) => print(&text),
        Err(error) => {
            print(error.text());
            // Nothing can be done for a standard error that is closed.
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::from(error.status())
        }
    }
}

fn print(text: &str) -> ExitCode {
    let mut out = std::io::stdout();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        // The reader has seen enough.
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(e) => {
            let _ = writeln!(std::io::stderr(), "error: standard output: {e}");
            ExitCode::FAILURE
        }
    }
}
