//! Settings of a picture.

/// The settings of a picture: all but its objects and camera.
#[derive(Clone, PartialEq, Debug)]
pub struct Settings {
    /// The width in pixels.
    pub width: u32,
    /// The height in pixels.
    pub height: u32,
    /// The sRGB colours of the background at the top and at the bottom.
    pub background: [[f32; 3]; 2],
    /// Samples per pixel along each side, from 1 to 8; other numbers count as the nearest of these.
    pub samples: u32,
    /// The height along the up axis of a ground with a grid and soft shadows, if there is to be one. It is only seen
    /// from above.
    pub ground: Option<f32>,
    /// A line of text at the top; none if empty. Characters other than printable ASCII show as boxes.
    pub title: String,
    /// True if a scale is drawn for the first object with numbers.
    pub legend: bool,
    /// The name of the numbers of the scale, written above it.
    pub legend_label: String,
}

impl Default for Settings {
    /// A light picture of 1200 by 800 pixels with 3 by 3 samples and a scale, without ground and title.
    fn default() -> Settings {
        Settings {
            width: 1200,
            height: 800,
            background: [[0.97, 0.98, 0.99], [0.80, 0.835, 0.875]],
            samples: 3,
            ground: None,
            title: String::new(),
            legend: true,
            legend_label: String::new(),
        }
    }
}
