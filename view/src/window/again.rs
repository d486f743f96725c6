//! The time of the next picture.

use std::time::Duration;

/// When there is to be another picture, if nothing happens before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Again {
    Now,
    After(Duration),
    Never,
}
