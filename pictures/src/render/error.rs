//! Errors of pictures.

/// The longest side of a picture in pixels.
pub const MAX_SIDE: u32 = 16384;

/// The reason there is no picture.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// The picture has no pixels.
    #[error("a picture of {width} by {height} pixels has none")]
    Empty {
        /// The width asked for.
        width: u32,
        /// The height asked for.
        height: u32,
    },
    /// The picture is too large.
    #[error("a picture of {width} by {height} pixels is too large: a side has at most {MAX_SIDE}")]
    TooLarge {
        /// The width asked for.
        width: u32,
        /// The height asked for.
        height: u32,
    },
    /// There are more pixels or fewer than width times height.
    #[error("an image of {width} by {height} pixels does not have {count}")]
    PixelCount {
        /// The width of the image.
        width: u32,
        /// The height of the image.
        height: u32,
        /// The number of its pixels.
        count: usize,
    },
    /// The image cannot be encoded.
    #[error("the image cannot be written as PNG: {0}")]
    Png(#[from] png::EncodingError),
}
