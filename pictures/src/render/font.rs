//! Text of strokes. Each letter is a few lines on a grid four wide and six high, drawn at any size.

use super::image::Image;

/// The strokes of the characters from `!` to `~`. Strokes are apart by `|`; each is pairs of digits, the place from the
/// left and the place from the top, the foot of letters at 6. A stroke that starts with `~` is bent: its inner points
/// only pull.
const STROKES: [&str; 94] = [
    "20 24|25 26",
    "10 12|30 32",
    "10 16|30 36|02 42|04 44",
    "~41 40 00 03 43 46 06 05|20 26",
    "06 40|00 01|45 46",
    "~46 13 01 10 30 32 02 06 26 46 43",
    "20 22",
    "~30 11 15 36",
    "~10 31 35 16",
    "21 25|02 44|42 04",
    "21 25|03 43",
    "26 17",
    "03 43",
    "26 26",
    "06 40",
    "~20 40 46 06 00 20",
    "11 20 26|16 36",
    "~01 00 40 43 06|06 46",
    "~01 00 40 43 13|~13 43 46 06 05",
    "36 30 04 44",
    "40 00 03|~03 12 42 46 06 05",
    "~40 00 06 46 42 02 04",
    "00 40 16",
    "~23 03 00 40 43 23|~23 43 46 06 03 23",
    "~06 46 40 00 04 44 42",
    "22 22|26 26",
    "22 22|26 17",
    "41 03 45",
    "02 42|04 44",
    "01 43 05",
    "~01 00 40 43 23 24|25 26",
    "~34 33 13 14 34 32|~34 44 40 00 06 46",
    "06 20 46|14 34",
    "00 06|00 20|~20 40 43 23|03 23|~23 43 46 26|06 26",
    "~41 40 00 06 46 45",
    "16 06 00 10|~10 40 46 16",
    "40 00 06 46|03 33",
    "40 00 06|03 33",
    "~41 40 00 06 46 43|43 23",
    "00 06|40 46|03 43",
    "10 30|20 26|16 36",
    "~40 46 06 04",
    "00 06|40 03 46",
    "00 06 46",
    "06 00 24 40 46",
    "06 00 46 40",
    "~20 40 46 06 00 20",
    "06 00 20|~20 40 43 23|03 23",
    "~20 40 46 06 00 20|24 46",
    "06 00 20|~20 40 43 23|03 23|23 46",
    "~41 40 00 03 43 46 06 05",
    "00 40|20 26",
    "00 04|~04 06 46 44|44 40",
    "00 26 40",
    "00 16 21 36 40",
    "00 46|40 06",
    "00 23 40|23 26",
    "00 40 06 46",
    "30 10 16 36",
    "00 46",
    "10 30 36 16",
    "02 20 42",
    "07 47",
    "10 21",
    "~03 02 42 44|42 46|~44 46 06 03 44",
    "00 06|~03 42 46 05",
    "~43 42 02 06 46 45",
    "40 46|~43 02 06 45",
    "04 44|~44 42 02 06 46 45",
    "~40 10 22|22 26|02 32",
    "42 46|~43 02 06 45|~46 48 08 07",
    "00 06|~03 42 44|44 46",
    "22 26|20 20",
    "32 36|~36 38 18|30 30",
    "00 06|42 04|14 46",
    "10 15|~15 16 26",
    "02 06|~03 22 24|24 26|~23 42 44|44 46",
    "02 06|~03 42 44|44 46",
    "~22 42 46 06 02 22",
    "02 08|~03 42 46 05",
    "42 48|~43 02 06 45",
    "02 06|~04 02 42",
    "~43 42 02 04 44 46 06 05",
    "20 25|~25 26 46|02 42",
    "02 04|~04 06 45|42 46",
    "02 26 42",
    "02 16 23 36 42",
    "02 46|42 06",
    "02 26|~42 18 08",
    "02 42 06 46",
    "~30 10 13 03 13 16 36",
    "20 27",
    "~10 30 33 43 33 36 16",
    "~04 03 13 23 34 44 43",
];

/// The strokes of characters that have none of their own.
const BOX: &str = "00 40 46 06 00";
/// The space between letters, and that of a blank, on the grid.
const GAP: f32 = 2.0;
const BLANK: f32 = 2.4;
/// The width of strokes on the grid.
const STROKE: f32 = 0.82;
/// Pieces of a bend.
const PIECES: usize = 6;

type Point = [f32; 2];

/// The width in pixels of text whose capitals are `size` pixels high.
pub(super) fn width(text: &str, size: f32) -> f32 {
    let grid: f32 = text.chars().map(|c| Glyph::new(c).advance + GAP).sum();
    (grid - GAP).max(0.0) * size / 6.0
}

/// Writes text in an sRGB colour, from `x`, with the foot of the letters at `y`. `size` is the height of capitals in pixels.
pub(super) fn write(image: &mut Image, text: &str, (x, y): (f32, f32), size: f32, color: [f32; 3]) {
    let unit = size / 6.0;
    let mut pen = x;
    for c in text.chars() {
        // The rest lies outside; texts may be very long.
        if pen > image.width as f32 {
            break;
        }
        let glyph = Glyph::new(c);
        let place = |p: Point| [pen + p[0] * unit, y - size + p[1] * unit];
        let lines: Vec<[Point; 2]> = glyph.lines.iter().map(|l| l.map(place)).collect();
        stroke(image, &lines, (STROKE * unit).max(1.1), color);
        pen += (glyph.advance + GAP) * unit;
    }
}

/// Draws lines of some width with round ends, as one shape.
pub(super) fn stroke(image: &mut Image, lines: &[[Point; 2]], width: f32, color: [f32; 3]) {
    let reach = 0.5 * width + 1.0;
    let ends = || lines.iter().flatten();
    let low = |i: usize| (ends().fold(f32::INFINITY, |m, p| m.min(p[i])) - reach).floor().max(0.0) as i32;
    let high = |i: usize, most: u32| (ends().fold(0.0f32, |m, p| m.max(p[i])) + reach).ceil().min(most as f32) as i32;
    for y in low(1)..high(1, image.height) {
        for x in low(0)..high(0, image.width) {
            let at = [x as f32 + 0.5, y as f32 + 0.5];
            let nearest = lines.iter().map(|&l| distance(l, at)).fold(f32::INFINITY, f32::min);
            let cover = (0.5 * width + 0.5 - nearest).clamp(0.0, 1.0);
            if cover > 0.0 {
                image.blend(x, y, color, cover);
            }
        }
    }
}

fn distance([p, q]: [Point; 2], at: Point) -> f32 {
    let (ux, uy, vx, vy) = (q[0] - p[0], q[1] - p[1], at[0] - p[0], at[1] - p[1]);
    let length = ux * ux + uy * uy;
    let t = if length > 0.0 { ((ux * vx + uy * vy) / length).clamp(0.0, 1.0) } else { 0.0 };
    (vx - t * ux).hypot(vy - t * uy)
}

/// A character as lines on the grid, from zero to the right.
struct Glyph {
    lines: Vec<[Point; 2]>,
    advance: f32,
}

impl Glyph {
    fn new(c: char) -> Glyph {
        if c == ' ' {
            return Glyph { lines: Vec::new(), advance: BLANK };
        }
        let strokes = (c as usize).checked_sub('!' as usize).and_then(|i| STROKES.get(i)).unwrap_or(&BOX);
        let mut lines = Vec::new();
        for stroke in strokes.split('|') {
            let points: Vec<Point> = stroke.trim_start_matches('~').split(' ').filter_map(point).collect();
            let points = if stroke.starts_with('~') { bend(&points) } else { points };
            lines.extend(points.windows(2).map(|w| [w[0], w[1]]));
        }
        let xs = || lines.iter().flatten().map(|p| p[0]);
        let left = xs().fold(f32::INFINITY, f32::min);
        let right = xs().fold(left, f32::max);
        for p in lines.iter_mut().flatten() {
            p[0] -= left;
        }
        Glyph { lines, advance: right - left }
    }
}

fn point(digits: &str) -> Option<Point> {
    let mut numbers = digits.chars().filter_map(|c| c.to_digit(10)).map(|d| d as f32);
    Some([numbers.next()?, numbers.next()?])
}

/// A quadratic spline from the first to the last point.
fn bend(points: &[Point]) -> Vec<Point> {
    let [first, pulls @ .., last] = points else { return points.to_vec() };
    let between = |p: Point, q: Point, t: f32| [p[0] + (q[0] - p[0]) * t, p[1] + (q[1] - p[1]) * t];
    let mut out = vec![*first];
    let mut from = *first;
    for (i, &pull) in pulls.iter().enumerate() {
        let to = pulls.get(i + 1).map_or(*last, |&next| between(pull, next, 0.5));
        for k in 1..=PIECES {
            let t = k as f32 / PIECES as f32;
            out.push(between(between(from, pull, t), between(pull, to, t), t));
        }
        from = to;
    }
    out
}
