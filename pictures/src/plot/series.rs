//! Plots and their series.

/// A plot of one or more series over a common axis.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Plot {
    /// The text above; none if empty.
    pub title: String,
    /// The quantity on the horizontal axis, with its unit.
    pub x_label: String,
    /// The quantity on the vertical axis, with its unit.
    pub y_label: String,
    /// True if the vertical axis is logarithmic. Values that are not above zero are then left out.
    pub log_y: bool,
    /// The series, in the order of the legend.
    pub series: Vec<Series>,
}

/// A line in a plot.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Series {
    /// The name in the legend; empty for no entry.
    pub name: String,
    /// The points, horizontal and vertical, in the order in which the line joins them. Points that are not finite are
    /// left out, and the line has a gap there.
    pub points: Vec<(f64, f64)>,
}

impl Series {
    /// A series.
    pub fn new(name: impl Into<String>, points: impl Into<Vec<(f64, f64)>>) -> Series {
        Series { name: name.into(), points: points.into() }
    }

    /// A series of numbers over their indices 0, 1, 2, …: one value for each iteration.
    pub fn over_index(name: impl Into<String>, values: &[f64]) -> Series {
        let points: Vec<_> = values.iter().enumerate().map(|(i, &v)| (i as f64, v)).collect();
        Series::new(name, points)
    }
}
