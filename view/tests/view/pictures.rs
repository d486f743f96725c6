//! The same scenes drawn by both renderers.

use super::{device, hills};
use spadina::gpu::Device;
use spadina_pictures::render::{Camera, Color, ColorMap, Image, Object, Settings, Style, Up, render};
use spadina_view::{Scene, ViewError, picture};

/// Writes both pictures where the environment says, to be looked at.
fn keep(name: &str, images: [&Image; 2]) {
    if let Some(folder) = std::env::var_os("SPADINA_PICTURES") {
        for (image, kind) in images.into_iter().zip(["software", "device"]) {
            let path = std::path::Path::new(&folder).join(format!("{name}-{kind}.png"));
            std::fs::write(path, image.png().unwrap()).unwrap();
        }
    }
}

/// Returns true if a pixel shows something else than the background, which is the same all along a row.
fn is_ink(image: &Image, blank: &Image, (x, y): (u32, u32), least: u8) -> bool {
    let at = (y * image.width + x) as usize;
    image.pixels[at].iter().zip(blank.pixels[at]).any(|(a, b)| a.abs_diff(b) > least)
}

/// The least differences of pixels covered to about a half, and at all, from the background.
const HALF: u8 = 45;
const SOME: u8 = 4;

/// Draws objects with both renderers. They have to be the same on average, and to cover the same pixels but for one.
fn compare(name: &str, device: &Device, objects: &[Object<'_>], camera: &Camera, settings: &Settings, mean: f64) {
    let wanted = render(objects, camera, settings).unwrap();
    let blank = render(&[], camera, settings).unwrap();
    let drawn = picture(device, &Scene::objects(objects), camera, settings).unwrap();
    keep(name, [&wanted, &drawn]);
    let pairs = wanted.pixels.as_flattened().iter().zip(drawn.pixels.as_flattened());
    let total: u64 = pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    let difference = total as f64 / wanted.pixels.as_flattened().len() as f64;
    println!("{name}: mean difference {difference:.3} of 255");
    assert!(difference < mean, "{name}: {difference}");
    let (width, height) = (wanted.width, wanted.height);
    let near = |image: &Image, x: u32, y: u32| {
        let rows = y.saturating_sub(1)..(y + 2).min(height);
        rows.flat_map(|y| (x.saturating_sub(1)..(x + 2).min(width)).map(move |x| (x, y)))
            .any(|at| is_ink(image, &blank, at, SOME))
    };
    for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
        for (one, other) in [(&wanted, &drawn), (&drawn, &wanted)] {
            assert!(!is_ink(one, &blank, (x, y), HALF) || near(other, x, y), "{name}: silhouettes differ at {x} {y}");
        }
    }
}

fn small() -> Settings {
    Settings { width: 300, height: 200, samples: 4, legend: false, ..Settings::default() }
}

#[test]
fn surfaces_are_those_of_the_software_renderer() {
    let Some(device) = device() else { return };
    let (points, triangles) = hills(12);
    let camera = Camera::fit(points.iter().copied(), 1.5, Up::Y);
    let plain = Object::surface(&points, &triangles);
    compare("smooth", &device, &[plain], &camera, &small(), 0.5);
    compare("flat", &device, &[Object { style: Style::Flat, ..plain }], &camera, &small(), 0.5);
    compare("edges", &device, &[Object { edges: true, ..plain }], &camera, &small(), 1.0);
    // A box has creases, and its sides are wound either way.
    let corners: Vec<[f32; 3]> = (0..8).map(|k| [k & 1, k >> 1 & 1, k >> 2].map(|c| c as f32)).collect();
    let quads = [[0, 1, 3, 2], [4, 5, 7, 6], [0, 1, 5, 4], [2, 3, 7, 6], [1, 3, 7, 5], [0, 2, 6, 4]];
    let sides: Vec<[u32; 3]> = quads.iter().flat_map(|&[a, b, c, d]| [[a, b, c], [a, c, d]]).collect();
    let camera = Camera::fit(corners.iter().copied(), 1.5, Up::Z);
    compare("box", &device, &[Object { edges: true, ..Object::surface(&corners, &sides) }], &camera, &small(), 1.0);
}

#[test]
fn numbers_have_their_colours() {
    let Some(device) = device() else { return };
    let (points, triangles) = hills(12);
    let camera = Camera::fit(points.iter().copied(), 1.5, Up::Y);
    let mut values: Vec<f32> = points.iter().map(|p| p[1]).collect();
    for (name, map) in [("sequential", ColorMap::Sequential), ("diverging", ColorMap::Diverging)] {
        let color = Color::Scalars { values: &values, range: (-0.2, 0.2), map };
        let settings = Settings { legend: true, legend_label: "m".into(), title: "Hills".into(), ..small() };
        let object = Object { color, ..Object::surface(&points, &triangles) };
        compare(name, &device, &[object], &camera, &settings, 0.5);
    }
    // Where there is no number, grey.
    values.truncate(100);
    values[50] = f32::NAN;
    let color = Color::Scalars { values: &values, range: (0.1, 0.1), map: ColorMap::Sequential };
    let object = Object { color, ..Object::surface(&points, &triangles) };
    compare("missing", &device, &[object], &camera, &small(), 0.5);
}

#[test]
fn the_ground_is_that_of_the_software_renderer() {
    let Some(device) = device() else { return };
    for (name, up) in [("ground", Up::Y), ("ground-z", Up::Z)] {
        let (mut points, triangles) = hills(12);
        if up == Up::Z {
            points.iter_mut().for_each(|p| p.swap(1, 2));
        }
        let camera = Camera::fit(points.iter().copied(), 1.5, up);
        let settings = Settings { ground: Some(-0.4), width: 450, height: 300, ..small() };
        compare(name, &device, &[Object::surface(&points, &triangles)], &camera, &settings, 0.7);
    }
}

#[test]
fn lines_and_points_are_those_of_the_software_renderer() {
    let Some(device) = device() else { return };
    let points: Vec<[f32; 3]> = (0..40)
        .map(|k| {
            let angle = 0.5 * k as f32;
            [angle.cos(), 0.05 * k as f32 - 1.0, angle.sin()]
        })
        .collect();
    let lines: Vec<[u32; 2]> = (0..39).map(|k| [k, k + 1]).collect();
    let values: Vec<f32> = (0..40).map(|k| k as f32).collect();
    let color = Color::Scalars { values: &values, range: (0.0, 39.0), map: ColorMap::Sequential };
    let helix = Object { line_width: 4.0, point_size: 9.0, color, ..Object::curves(&points, &lines) };
    let (ground, triangles) = hills(8);
    let camera = Camera::fit(points.iter().copied(), 1.5, Up::Y);
    let objects = [Object::surface(&ground, &triangles), helix];
    compare("lines", &device, &objects, &camera, &small(), 1.0);
    let crossing = Camera { distance: 1.2, ..camera };
    compare("near", &device, &objects, &crossing, &small(), 1.5);
}

#[test]
fn what_cannot_be_drawn_is_left_out() {
    let Some(device) = device() else { return };
    let mut points = vec![[-1.0, -1.0, 0.0], [1.0, -1.0, 0.0], [1.0, 1.0, 0.0], [-1.0, 1.0, 0.0]];
    let camera = Camera::front(points.iter().copied(), 1.5);
    points.extend([[f32::NAN, 0.0, 0.0], [0.0, f32::INFINITY, 0.0], [3.0e38; 3]]);
    let triangles = [[0, 1, 2], [0, 2, 3], [0, 1, 4], [1, 5, 2], [0, 1, 99], [u32::MAX; 3], [2, 2, 2], [0, 1, 1]];
    let object = Object { lines: &[[0, 4], [5, 1], [0, 99]], ..Object::surface(&points, &triangles) };
    compare("odd", &device, &[object], &camera, &small(), 0.3);
    let nothing = picture(&device, &Scene::default(), &camera, &small()).unwrap();
    let blank = render(&[], &camera, &small()).unwrap();
    let pairs = nothing.pixels.as_flattened().iter().zip(blank.pixels.as_flattened());
    assert!(pairs.into_iter().all(|(a, b)| a.abs_diff(*b) <= 1));
    for (width, height) in [(0, 9), (9, 0), (99_999, 9)] {
        let refused = picture(&device, &Scene::default(), &camera, &Settings { width, height, ..small() });
        assert!(matches!(refused, Err(ViewError::Picture(_))), "{width} {height}");
    }
}
