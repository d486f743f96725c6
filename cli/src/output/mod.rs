//! Results on disk: Matrix Market, `.npy`, `result.json`, and a folder that is written whole or not at all.

mod folder;
mod json;
mod lock;
mod market;
mod report;

pub use folder::{OutputFile, check_folder, write_folder, write_folder_after};
pub use json::json;
pub use lock::Lock;
pub use market::{write_general, write_symmetric};
pub use report::{Report, Seconds, norm};

#[cfg(test)]
mod tests;
