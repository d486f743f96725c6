use super::vector::{dot, sub, unit};
use super::*;

const RED: Color<'static> = Color::Uniform([0.9, 0.1, 0.1]);
const GREEN: Color<'static> = Color::Uniform([0.1, 0.8, 0.1]);

fn small() -> Settings {
    Settings { width: 64, height: 64, background: [[1.0; 3]; 2], legend: false, ..Settings::default() }
}

/// From (0, 0, 10) along the third axis down; at its plane zero, the picture is 20 high.
fn camera() -> Camera {
    Camera { target: [0.0; 3], distance: 10.0, azimuth: 0.0, elevation: 0.0, field_of_view: 1.570_796_4, up: Up::Y }
}

fn square(half: f32, z: f32) -> Vec<[f32; 3]> {
    vec![[-half, -half, z], [half, -half, z], [half, half, z], [-half, half, z]]
}

const SQUARE: [[u32; 3]; 2] = [[0, 1, 2], [0, 2, 3]];

fn drawn(objects: &[Object<'_>], camera: &Camera, settings: &Settings) -> Image {
    render(objects, camera, settings).unwrap()
}

fn at(image: &Image, x: u32, y: u32) -> [u8; 4] {
    image.pixels[(y * image.width + x) as usize]
}

fn blank(pixel: [u8; 4]) -> bool {
    pixel == [255; 4]
}

fn reddish([r, g, _, _]: [u8; 4]) -> bool {
    r > g.saturating_add(40)
}

#[test]
fn png_reads_back() {
    let image = drawn(&[], &Camera::default(), &Settings { width: 31, height: 17, ..Settings::default() });
    let file = image.png().unwrap();
    let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut bytes).unwrap();
    assert_eq!((info.width, info.height, info.color_type), (31, 17, png::ColorType::Rgb));
    let expected: Vec<u8> = image.pixels.iter().flat_map(|p| [p[0], p[1], p[2]]).collect();
    assert_eq!(bytes, expected);
    let clear = Image { width: 1, height: 2, pixels: vec![[1, 2, 3, 4]; 2] };
    let reader = png::Decoder::new(std::io::Cursor::new(clear.png().unwrap())).read_info().unwrap();
    assert_eq!(reader.info().color_type, png::ColorType::Rgba);
}

#[test]
fn sizes_that_cannot_be() {
    let of = |width, height| render(&[], &Camera::default(), &Settings { width, height, ..Settings::default() });
    assert!(matches!(of(0, 5), Err(RenderError::Empty { width: 0, height: 5 })));
    assert!(matches!(of(5, 0), Err(RenderError::Empty { .. })));
    assert!(matches!(of(5, MAX_SIDE + 1), Err(RenderError::TooLarge { .. })));
    let image = |width, count| Image { width, height: 2, pixels: vec![[0; 4]; count] };
    assert!(matches!(image(0, 0).png(), Err(RenderError::Empty { .. })));
    assert!(matches!(image(2, 3).png(), Err(RenderError::PixelCount { count: 3, .. })));
}

#[test]
fn square_covers_its_pixels() {
    let points = square(5.0, 0.0);
    let image = drawn(&[Object { color: RED, ..Object::surface(&points, &SQUARE) }], &camera(), &small());
    // Ten of twenty units: the middle half of 64 pixels.
    for y in 0..64 {
        for x in 0..64 {
            let inside = (16..48).contains(&x) && (16..48).contains(&y);
            assert_eq!(reddish(at(&image, x, y)), inside, "{x} {y}");
            assert_eq!(blank(at(&image, x, y)), !inside, "{x} {y}");
        }
    }
}

#[test]
fn half_covered_pixels_are_between() {
    let points = [[-5.0, -9.0, 0.0], [0.156_25, -9.0, 0.0], [0.156_25, 9.0, 0.0], [-5.0, 9.0, 0.0]];
    let settings = Settings { samples: 2, ..small() };
    let image =
        drawn(&[Object { color: Color::Uniform([0.0; 3]), ..Object::surface(&points, &SQUARE) }], &camera(), &settings);
    let [dark, half, bright] = [31, 32, 33].map(|x| at(&image, x, 32)[0]);
    assert!(dark < 60 && bright == 255, "{dark} {bright}");
    // Half of the light is more than half of the sRGB value.
    assert!((180..=200).contains(&half), "{half}");
}

#[test]
fn nearer_hides_farther_in_any_order() {
    let (near, far) = (square(2.0, 1.0), square(6.0, -1.0));
    let near = Object { color: RED, ..Object::surface(&near, &SQUARE) };
    let far = Object { color: GREEN, ..Object::surface(&far, &SQUARE) };
    let image = drawn(&[near, far], &camera(), &small());
    assert_eq!(image, drawn(&[far, near], &camera(), &small()));
    assert!(reddish(at(&image, 32, 32)));
    assert!(!reddish(at(&image, 18, 32)) && !blank(at(&image, 18, 32)));
}

#[test]
fn what_is_behind_the_eye_is_cut() {
    // A floor two below the eye, from far before it to far behind.
    let points = [[-99.0, -2.0, 60.0], [99.0, -2.0, 60.0], [99.0, -2.0, -90.0], [-99.0, -2.0, -90.0]];
    let floor = Object { color: RED, ..Object::surface(&points, &SQUARE) };
    let image = drawn(&[floor], &camera(), &small());
    assert!((0..31).all(|y| (0..64).all(|x| blank(at(&image, x, y)))));
    assert!((34..64).all(|y| (0..64).all(|x| !blank(at(&image, x, y)))));
    let behind = square(50.0, 20.0);
    let image = drawn(&[Object { lines: &[[0, 1]], ..Object::surface(&behind, &SQUARE) }], &camera(), &small());
    assert!(image.pixels.iter().all(|&p| blank(p)));
    let line = [[0.0, -1.0, 30.0], [0.0, -1.0, -30.0]];
    let image = drawn(&[Object { line_width: 4.0, ..Object::curves(&line, &[[0, 1]]) }], &camera(), &small());
    assert!(!blank(at(&image, 32, 60)) && blank(at(&image, 32, 20)));
}

#[test]
fn what_cannot_be_drawn_is_left_out() {
    let mut points = square(5.0, 0.0);
    points.extend([[f32::NAN, 0.0, 0.0], [0.0, f32::INFINITY, 0.0], [1.0e38; 3], [-3.0e38, 1.0e-40, 3.0e38]]);
    let triangles = [[0, 1, 2], [0, 2, 3], [0, 1, 4], [1, 5, 2], [0, 1, 99], [u32::MAX; 3], [2, 2, 2], [0, 1, 1]];
    let lines = [[0, 4], [5, 1], [0, 99]];
    let settings = Settings { ground: Some(-6.0), ..small() };
    let whole = Object { lines: &lines, color: RED, ..Object::surface(&points, &triangles) };
    let part = Object { color: RED, ..Object::surface(&points, &SQUARE) };
    assert_eq!(drawn(&[whole], &camera(), &settings), drawn(&[part], &camera(), &settings));
}

#[test]
fn no_input_is_too_strange() {
    let odd = [0.0, -1.0, 1.0e-42, 3.0e38, f32::INFINITY, f32::NAN];
    let points: Vec<[f32; 3]> = (0..216).map(|i| [odd[i % 6], odd[i / 6 % 6], odd[i / 36]]).collect();
    let triangles: Vec<[u32; 3]> = (0..220).map(|i| [i, i * 7 % 216, i * 31 % 217]).collect();
    let lines: Vec<[u32; 2]> = (0..220).map(|i| [i, i * 5 % 216]).collect();
    for &x in &odd {
        let color = Color::Scalars { values: &[x, 1.0], range: (x, 0.0), map: ColorMap::Diverging };
        let object = Object {
            lines: &lines,
            edges: true,
            line_width: x,
            point_size: x,
            color,
            ..Object::surface(&points, &triangles)
        };
        for &y in &odd {
            let camera =
                Camera { target: [y, 0.0, 0.0], distance: x, azimuth: y, elevation: x, field_of_view: y, up: Up::Z };
            let settings = Settings {
                width: 160,
                height: 150,
                background: [[x, y, 0.5]; 2],
                samples: 0,
                ground: Some(y),
                title: "\u{0}é\n".repeat(9),
                legend: true,
                ..Settings::default()
            };
            let image = drawn(&[object], &camera, &settings);
            assert_eq!(image.pixels.len(), 160 * 150);
            let fit = Camera::fit(points.iter().copied(), x, Up::Y);
            let _ =
                drawn(&[object, Object::default()], &fit, &Settings { samples: 99, width: 3, height: 2, ..settings });
        }
    }
}

/// A bumpy mesh, wound to and fro.
fn bumpy(n: u32) -> (Vec<[f32; 3]>, Vec<[u32; 3]>) {
    let wave = |i: u32| (i as f32 * 1.7).sin() * 0.3;
    let scale = 12.0 / n as f32;
    let at = |k: u32| {
        [
            ((k % (n + 1)) as f32 + wave(k)) * scale - 6.0,
            ((k / (n + 1)) as f32 + wave(3 * k)) * scale - 6.0,
            wave(7 * k),
        ]
    };
    let points = (0..(n + 1) * (n + 1)).map(at).collect();
    let cells = (0..n * n).map(|k| k / n * (n + 1) + k % n);
    let triangles = cells.flat_map(|a| [[a, a + 1, a + n + 2], [a, a + n + 1, a + n + 2]]).collect();
    (points, triangles)
}

#[test]
fn meshes_have_no_holes_and_pictures_do_not_change() {
    let (points, triangles) = bumpy(37);
    let object = Object { color: RED, ..Object::surface(&points, &triangles) };
    let turned = Camera { azimuth: 0.3, elevation: 0.2, ..camera() };
    let settings = Settings { width: 150, height: 150, samples: 4, ..small() };
    let black = Settings { background: [[0.0; 3]; 2], ..settings.clone() };
    let white = drawn(&[object], &turned, &settings);
    assert_eq!(white, drawn(&[object], &turned, &settings));
    // Where the background shows through, the two pictures differ.
    let black = drawn(&[object], &turned, &black);
    for y in 45..105 {
        for x in 45..105 {
            assert_eq!(at(&white, x, y), at(&black, x, y), "{x} {y}");
        }
    }
}

#[test]
fn lines_have_their_width() {
    let points = [[-5.0, 0.0, 0.0], [5.0, 0.0, -2.0], [0.0, 6.0, 0.0]];
    let object = Object { line_width: 6.0, color: RED, ..Object::curves(&points, &[[0, 1]]) };
    let image = drawn(&[object], &camera(), &small());
    let filled = |x: u32| (0..64).filter(|&y| !blank(at(&image, x, y))).count();
    assert_eq!([filled(20), filled(32), filled(44), filled(5)], [6, 6, 6, 0]);
    let balls = Object { point_size: 8.0, line_width: 0.0, ..object };
    let image = drawn(&[balls], &camera(), &small());
    let count = image.pixels.iter().filter(|&&p| !blank(p)).count();
    assert!((150..220).contains(&count), "{count}");
    // A line on a surface is seen.
    let (base, ends) = (square(5.0, 0.0), [[-4.0, 0.0, 0.0], [4.0, 0.0, 0.0]]);
    let objects = [
        Object { color: GREEN, ..Object::surface(&base, &SQUARE) },
        Object { color: RED, ..Object::curves(&ends, &[[0, 1]]) },
    ];
    assert!(reddish(at(&drawn(&objects, &camera(), &small()), 32, 32)));
}

#[test]
fn edges_darken_and_fade_when_small() {
    let mean = |n: u32, edges: bool| {
        let (points, triangles) = bumpy(n);
        let object = Object { edges, style: Style::Flat, ..Object::surface(&points, &triangles) };
        let image = drawn(&[object], &camera(), &Settings { width: 96, height: 96, ..small() });
        image.pixels.iter().map(|p| u64::from(p[1])).sum::<u64>()
    };
    assert!(mean(3, true) < mean(3, false));
    assert_eq!(mean(90, true), mean(90, false));
}

#[test]
fn normals_keep_creases_and_round_the_rest() {
    let mut corners = square(1.0, -1.0);
    corners.extend(square(1.0, 1.0));
    let quads = [[0, 3, 2, 1], [4, 5, 6, 7], [0, 1, 5, 4], [2, 3, 7, 6], [1, 2, 6, 5], [0, 4, 7, 3]];
    let mut sides: Vec<[u32; 3]> = quads.iter().flat_map(|&[a, b, c, d]| [[a, b, c], [a, c, d]]).collect();
    sides[3].swap(0, 1);
    let faces = normals::face_normals(&corners, &sides);
    for (face, corner) in faces.iter().zip(normals::corner_normals(&corners, &sides, &faces)) {
        assert!(corner.iter().all(|&n| dot(n, *face) > 0.999_99));
    }
    let n = 24u32;
    let ball: Vec<[f32; 3]> = (0..=n * n)
        .map(|k| {
            let (u, v) = ((k % n) as f32 * 0.261_799, (k / n) as f32 * 0.1 + 0.4);
            [v.sin() * u.cos(), v.sin() * u.sin(), v.cos()]
        })
        .collect();
    let cells = (0..n * (n - 1)).map(|k| (k, k / n * n + (k + 1) % n));
    let triangles: Vec<[u32; 3]> = cells.flat_map(|(a, b)| [[a, b, b + n], [a, b + n, a + n]]).collect();
    let faces = normals::face_normals(&ball, &triangles);
    let smooth = normals::corner_normals(&ball, &triangles, &faces);
    for (triangle, corners) in triangles.iter().zip(smooth).skip(2 * n as usize).take(1000) {
        for (&i, normal) in triangle.iter().zip(corners) {
            assert!(dot(unit(ball[i as usize]), normal).abs() > 0.995);
        }
    }
}

#[test]
fn colour_maps_are_even() {
    for (map, rising) in [(ColorMap::Sequential, true), (ColorMap::Diverging, false)] {
        let colors: Vec<[f32; 3]> = (0..=64).map(|i| map.at(i as f32 / 64.0).unwrap()).collect();
        // The cube root of luminance is about lightness.
        let light: Vec<f32> = colors.iter().map(|&c| dot(c, [0.2126, 0.7152, 0.0722]).cbrt()).collect();
        let half = if rising { 64 } else { 32 };
        let mean = (light[half] - light[0]) / half as f32;
        assert!(light[..=half].windows(2).all(|w| (w[1] - w[0]) > 0.5 * mean && (w[1] - w[0]) < 1.6 * mean), "{map:?}");
        assert!(rising || light[32..].windows(2).all(|w| w[1] < w[0]));
        assert_eq!((map.at(-3.0), map.at(f32::INFINITY), map.at(f32::NAN)), (Some(colors[0]), Some(colors[64]), None));
    }
    assert!(
        color::SEQUENTIAL
            .iter()
            .chain(&color::DIVERGING)
            .all(|&p| { color::from_oklab(color::from_polar(p)).iter().all(|c| (-0.004..=1.004).contains(c)) })
    );
    for i in 0..=255u8 {
        let c = f32::from(i) / 255.0;
        assert_eq!(color::to_bytes(to_linear([c, 0.0, f32::NAN])), [i, 0, 0, 255]);
    }
}

#[test]
fn cameras_see_what_they_fit() {
    let points: Vec<[f32; 3]> = (0..200).map(|i| [i % 7, i % 11, i % 5].map(|k| k as f32 * 3.0 + 1000.0)).collect();
    for up in [Up::Y, Up::Z] {
        for aspect in [0.4, 1.0, 2.5] {
            let camera = Camera::fit(points.iter().copied().chain([[f32::NAN; 3]]), aspect, up);
            let matrix = camera.view_projection(aspect);
            let seen = points.iter().map(|&p| camera::transform(&matrix, p)).map(|[x, y, z, w]| {
                assert!(z > 0.0 && z < w);
                (x / w).abs().max((y / w).abs())
            });
            let most = seen.fold(0.0, f32::max);
            assert!((0.84..0.87).contains(&most), "{most}");
            assert!(camera.eye()[up.axis()] > camera.target[up.axis()]);
        }
    }
    assert_eq!(Camera::fit([], 1.0, Up::Y), Camera::default());
    let one = Camera::fit([[4.0, 5.0, 6.0]], 1.0, Up::Y);
    assert_eq!((one.target, one.distance), ([4.0, 5.0, 6.0], 1.0));
}

#[test]
fn cameras_move() {
    let mut camera = Camera::front(square(1.0, 0.0), 1.0);
    let [x, y, _, w] = camera::transform(&camera.view_projection(1.0), [0.5, 0.25, 0.0]);
    assert!((x / w - 0.43).abs() < 1e-3 && (y / w - 0.215).abs() < 1e-3);
    let before = camera;
    camera.zoom(2.0);
    assert_eq!(camera.distance, before.distance / 2.0);
    camera.zoom(0.0);
    camera.zoom(f32::NAN);
    assert_eq!(camera.distance, before.distance / 2.0);
    camera.pan(0.5, 0.0);
    let [x, _, _, w] = camera::transform(&camera.view_projection(1.0), before.target);
    assert!((x / w - 1.0).abs() < 1e-4);
    camera.orbit(1.0, 9.0);
    let down = unit(sub(camera.target, camera.eye()));
    assert!(dot(down, [0.0, -1.0, 0.0]) > 0.999);
    let basis = camera.basis();
    assert!(dot(vector::cross(basis.right, basis.up), basis.toward) > 0.999);
}

#[test]
fn title_scale_and_ground_are_drawn_where_they_belong() {
    let points = square(5.0, 0.0);
    let color = Color::Scalars { values: &[0.0, 1.0, 2.0], range: (0.0, 2.0), map: ColorMap::Sequential };
    let objects = [Object { color, ..Object::surface(&points, &SQUARE) }];
    let plain = Settings { width: 300, height: 200, ..small() };
    let full = Settings { title: "Title".into(), legend: true, legend_label: "m".into(), ..plain.clone() };
    let viewport = Viewport::new(&objects, &full);
    assert!(viewport.top > 10.0 && viewport.width < 250.0 && viewport.aspect() < 1.5);
    assert_eq!(Viewport::new(&objects, &plain).aspect(), 1.5);
    let image = drawn(&objects, &Camera::front(points.iter().copied(), viewport.aspect()), &full);
    let ink = |xs: std::ops::Range<u32>, ys: std::ops::Range<u32>| {
        ys.flat_map(|y| xs.clone().map(move |x| (x, y))).filter(|&(x, y)| !blank(at(&image, x, y))).count()
    };
    assert!(ink(0..60, 0..40) > 30 && ink(240..300, 50..150) > 500);
    // The point without a number is grey.
    let [r, g, b, _] = at(&image, 75, 55);
    assert!(r.abs_diff(g) < 30 && g.abs_diff(b) < 30, "{r} {g} {b}");
    let above = Camera { elevation: 0.5, ..camera() };
    let ground = Settings { ground: Some(-5.5), ..plain.clone() };
    assert_ne!(drawn(&objects, &above, &ground), drawn(&objects, &above, &plain));
    let below = Camera { elevation: -0.8, ..camera() };
    assert_eq!(drawn(&objects, &below, &ground), drawn(&objects, &below, &plain));
}
