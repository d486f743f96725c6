//! An image in memory, and as PNG.

use super::error::RenderError;

/// An image, row by row from the top.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Image {
    /// The width in pixels.
    pub width: u32,
    /// The height in pixels.
    pub height: u32,
    /// Red, green, blue and opacity in sRGB, as many as width times height.
    pub pixels: Vec<[u8; 4]>,
}

impl Image {
    /// The image as a PNG file. Fails if it has no pixels or not as many as width times height.
    pub fn png(&self) -> Result<Vec<u8>, RenderError> {
        let &Image { width, height, .. } = self;
        if width == 0 || height == 0 {
            return Err(RenderError::Empty { width, height });
        }
        if self.pixels.len() as u64 != u64::from(width) * u64::from(height) {
            return Err(RenderError::PixelCount { width, height, count: self.pixels.len() });
        }
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, width, height);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
        // Opaque pictures, which is to say all that are drawn here, are a fourth smaller without opacity.
        let opaque = self.pixels.iter().all(|p| p[3] == 255);
        encoder.set_color(if opaque { png::ColorType::Rgb } else { png::ColorType::Rgba });
        let mut writer = encoder.write_header()?;
        if opaque {
            let bytes: Vec<u8> = self.pixels.iter().flat_map(|&[r, g, b, _]| [r, g, b]).collect();
            writer.write_image_data(&bytes)?;
        } else {
            writer.write_image_data(self.pixels.as_flattened())?;
        }
        writer.finish()?;
        Ok(file)
    }

    /// Lays an sRGB colour over a pixel, as opaque as given. Nothing happens outside the image.
    pub(super) fn blend(&mut self, x: i32, y: i32, color: [f32; 3], opacity: f32) {
        let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else { return };
        if x >= self.width || y >= self.height {
            return;
        }
        if let Some(pixel) = self.pixels.get_mut(y as usize * self.width as usize + x as usize) {
            for (c, to) in pixel.iter_mut().zip(color) {
                let from = f32::from(*c);
                *c = (from + (255.0 * to - from) * opacity + 0.5) as u8;
            }
        }
    }
}
