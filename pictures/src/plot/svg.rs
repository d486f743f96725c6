//! The SVG document of a plot.

use super::axis::Axis;
use super::series::{Plot, Series};
use super::ticks::Tick;
use std::fmt::{self, Write};

const WIDTH: f64 = 800.0;
const HEIGHT: f64 = 500.0;
const LEFT: f64 = 88.0;
const RIGHT: f64 = 776.0;
const BOTTOM: f64 = 438.0;
/// The space at the top without title and legend.
const TOP: f64 = 20.0;
const TITLE: f64 = 32.0;
const LEGEND_ROW: f64 = 22.0;

/// Colours that also differ for those who do not see all colours, and in lightness.
const COLORS: [&str; 7] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#333333"];

/// With more points than this, a series has no markers.
const MOST_MARKERS: usize = 40;

/// Points nearer than this to the one before are left out of a line.
const FINE: f64 = 0.2;

/// Text, numbers and signs, where all writing goes to a string and cannot fail.
type Written = fmt::Result;

impl Plot {
    /// The plot as an SVG document, 800 by 500 in size. Without points it shows empty axes.
    pub fn svg(&self) -> String {
        document(self)
    }
}

fn document(plot: &Plot) -> String {
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = write_document(&mut out, plot);
    out
}

/// The area of the lines.
struct Area {
    top: f64,
    x: Axis,
    y: Axis,
}

impl Area {
    /// The place in the picture of a point, if it can be shown.
    fn place(&self, (x, y): (f64, f64)) -> Option<[f64; 2]> {
        Some([self.across(self.x.place(x)?), self.down(self.y.place(y)?)])
    }

    fn across(&self, part: f64) -> f64 {
        LEFT + part * (RIGHT - LEFT)
    }

    fn down(&self, part: f64) -> f64 {
        BOTTOM - part * (BOTTOM - self.top)
    }
}

fn write_document(out: &mut String, plot: &Plot) -> Written {
    writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{HEIGHT}\" \
         viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"system-ui, 'Segoe UI', Helvetica, Arial, sans-serif\" \
         font-size=\"13\" fill=\"#222\">"
    )?;
    writeln!(out, "<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fff\"/>")?;
    let mut top = TOP;
    if !plot.title.is_empty() {
        let title = escape(&plot.title);
        writeln!(out, "<text x=\"{LEFT}\" y=\"31\" font-size=\"17\" font-weight=\"600\">{title}</text>")?;
        top += TITLE;
    }
    top = write_legend(out, &plot.series, top)?;
    let shown = |&&(x, y): &&(f64, f64)| x.is_finite() && y.is_finite() && (y > 0.0 || !plot.log_y);
    let points = || plot.series.iter().flat_map(|s| &s.points).filter(shown);
    let x = Axis::tight(points().map(|p| p.0));
    let ys = points().map(|p| p.1);
    let y = if plot.log_y { Axis::log(ys) } else { Axis::round(ys) };
    let area = Area { top, x, y };
    write_axes(out, plot, &area)?;
    for (i, series) in plot.series.iter().enumerate() {
        write_series(out, &area, series, i)?;
    }
    writeln!(out, "</svg>")
}

/// Writes the names of the series in rows; returns where the rows end.
fn write_legend(out: &mut String, series: &[Series], top: f64) -> Result<f64, fmt::Error> {
    let (mut x, mut row) = (LEFT, 0.0);
    let named = || series.iter().enumerate().filter(|(_, s)| !s.name.is_empty());
    for (i, entry) in named() {
        // Fonts differ; this is wide enough for most.
        let width = 34.0 + 7.2 * entry.name.chars().count() as f64 + 18.0;
        if x > LEFT && x + width > RIGHT {
            (x, row) = (LEFT, row + 1.0);
        }
        let y = top + LEGEND_ROW * row;
        let color = COLORS[i % COLORS.len()];
        let dash = dash(i);
        writeln!(
            out,
            "<path d=\"M{x:.1} {y:.1}h26\" stroke=\"{color}\" stroke-width=\"2\"{dash}/>{}",
            marker(i, [x + 13.0, y])
        )?;
        writeln!(out, "<text x=\"{:.1}\" y=\"{:.1}\">{}</text>", x + 34.0, y + 4.5, escape(&entry.name))?;
        x += width;
    }
    Ok(if named().next().is_some() { top + LEGEND_ROW * row + 20.0 } else { top })
}

fn write_axes(out: &mut String, plot: &Plot, area: &Area) -> Written {
    let top = area.top;
    for tick in &area.y.ticks {
        let y = area.down(area.y.tick(tick));
        let color = if tick.label.is_empty() { "#f1f1f1" } else { "#dcdcdc" };
        writeln!(out, "<path d=\"M{LEFT} {y:.2}H{RIGHT}\" stroke=\"{color}\"/>")?;
        if !tick.label.is_empty() {
            let label = if plot.log_y { power(tick) } else { number(&tick.label) };
            let (x, y) = (LEFT - 9.0, y + 4.5);
            writeln!(out, "<text x=\"{x}\" y=\"{y:.2}\" text-anchor=\"end\">{label}</text>")?;
        }
    }
    for tick in &area.x.ticks {
        let x = area.across(area.x.tick(tick));
        writeln!(out, "<path d=\"M{x:.2} {top:.2}V{BOTTOM}\" stroke=\"#ececec\"/>")?;
        writeln!(out, "<path d=\"M{x:.2} {BOTTOM}v5\" stroke=\"#555\"/>")?;
        let (y, label) = (BOTTOM + 20.0, number(&tick.label));
        writeln!(out, "<text x=\"{x:.2}\" y=\"{y}\" text-anchor=\"middle\">{label}</text>")?;
    }
    writeln!(out, "<path d=\"M{LEFT} {top:.2}V{BOTTOM}H{RIGHT}\" fill=\"none\" stroke=\"#555\"/>")?;
    if !plot.x_label.is_empty() {
        let (x, y, label) = (0.5 * (LEFT + RIGHT), BOTTOM + 46.0, escape(&plot.x_label));
        writeln!(out, "<text x=\"{x}\" y=\"{y}\" font-size=\"14\" text-anchor=\"middle\">{label}</text>")?;
    }
    if !plot.y_label.is_empty() {
        let (y, label) = (0.5 * (top + BOTTOM), escape(&plot.y_label));
        writeln!(
            out,
            "<text transform=\"translate(22 {y:.1}) rotate(-90)\" font-size=\"14\" \
             text-anchor=\"middle\">{label}</text>"
        )?;
    }
    Ok(())
}

fn write_series(out: &mut String, area: &Area, series: &Series, index: usize) -> Written {
    let color = COLORS[index % COLORS.len()];
    let places: Vec<Option<[f64; 2]>> = series.points.iter().map(|&p| area.place(p)).collect();
    let mut path = String::new();
    let mut alone = Vec::new();
    for run in places.split(Option::is_none) {
        let run: Vec<[f64; 2]> = run.iter().copied().flatten().collect();
        match run[..] {
            [] => {}
            [only] => alone.push(only),
            _ => write_run(&mut path, &run)?,
        }
    }
    if !path.is_empty() {
        let dash = dash(index);
        writeln!(
            out,
            "<path d=\"{path}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"2\" stroke-linejoin=\"round\"{dash}/>"
        )?;
    }
    let shown: Vec<[f64; 2]> = places.into_iter().flatten().collect();
    for &place in if shown.len() <= MOST_MARKERS { &shown } else { &alone } {
        writeln!(out, "{}", marker(index, place))?;
    }
    Ok(())
}

/// Writes a line through at least two places.
fn write_run(path: &mut String, run: &[[f64; 2]]) -> Written {
    let mut last = [f64::INFINITY; 2];
    for (i, &place) in run.iter().enumerate() {
        let far = (place[0] - last[0]).abs().max((place[1] - last[1]).abs()) > FINE;
        if i == 0 {
            write!(path, "M")?;
        } else if far || i + 1 == run.len() {
            write!(path, "L")?;
        } else {
            continue;
        }
        write!(path, "{:.2} {:.2}", place[0], place[1])?;
        last = place;
    }
    Ok(())
}

/// A sign for the points of a series, in its colour. Series of the same colour have different signs.
fn marker(index: usize, [x, y]: [f64; 2]) -> String {
    let color = COLORS[index % COLORS.len()];
    let shape = match index % 4 {
        0 => format!("<circle cx=\"{x:.2}\" cy=\"{y:.2}\" r=\"3.6\""),
        1 => format!("<path d=\"M{:.2} {:.2}h6.4v6.4h-6.4z\"", x - 3.2, y - 3.2),
        2 => format!("<path d=\"M{:.2} {:.2}l4.4 7.4h-8.8z\"", x, y - 4.8),
        _ => format!("<path d=\"M{:.2} {:.2}l4.5 4.5l-4.5 4.5l-4.5 -4.5z\"", x, y - 4.5),
    };
    format!("{shape} fill=\"{color}\" stroke=\"#fff\" stroke-width=\"0.8\"/>")
}

/// Dashes, once all colours have been used.
fn dash(index: usize) -> &'static str {
    if index / COLORS.len() % 2 == 1 { " stroke-dasharray=\"7 4\"" } else { "" }
}

/// `2e-3` as 2·10⁻³, `1e3` as 10³.
fn power(tick: &Tick) -> String {
    let (digit, exponent) = tick.label.split_once('e').unwrap_or(("1", &tick.label));
    let times = if digit == "1" { String::new() } else { format!("{digit}\u{b7}") };
    raised(&times, exponent)
}

/// A number with a true minus sign, and with a raised exponent if it has one.
fn number(label: &str) -> String {
    match label.split_once('e') {
        Some((mantissa, exponent)) => raised(&format!("{}\u{b7}", minus(mantissa)), exponent),
        None => minus(label),
    }
}

fn raised(times: &str, exponent: &str) -> String {
    format!("{times}10<tspan dy=\"-5\" font-size=\"10\">{}</tspan>", minus(exponent))
}

fn minus(number: &str) -> String {
    number.replace('-', "\u{2212}")
}

/// Text as it may stand in XML. Characters that may not stand there at all become the replacement character.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\0'..' ' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
    out
}
