use super::*;

/// Returns true if tags close in order and text holds no bare signs. Enough for the plots here.
fn well_formed(text: &str) -> bool {
    let mut open = Vec::new();
    let mut rest = text.trim();
    while let Some(start) = rest.find('<') {
        let Some(length) = rest[start..].find('>') else { return false };
        let (before, tag) = (&rest[..start], &rest[start + 1..start + length]);
        if before.contains('>')
            || !entities(before)
            || !entities(tag)
            || tag.matches('"').count() % 2 != 0
            || tag.contains('<')
        {
            return false;
        }
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name) {
                return false;
            }
        } else if !tag.ends_with('/') {
            open.push(tag.split(' ').next().unwrap());
        }
        rest = &rest[start + length + 1..];
        if open.is_empty() {
            return rest.is_empty();
        }
    }
    false
}

fn entities(text: &str) -> bool {
    text.split('&').skip(1).all(|s| ["amp;", "lt;", "gt;", "quot;", "apos;"].iter().any(|e| s.starts_with(e)))
}

fn labels(ticks: &[Tick]) -> Vec<&str> {
    ticks.iter().map(|t| t.label.as_str()).filter(|l| !l.is_empty()).collect()
}

#[test]
fn linear_ticks_are_round() {
    assert_eq!(labels(&linear_ticks(0.0, 1.0, 5)), ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
    assert_eq!(labels(&linear_ticks(-0.3, 0.25, 5)), ["-0.3", "-0.2", "-0.1", "0", "0.1", "0.2"]);
    assert_eq!(labels(&linear_ticks(0.0, 13.0, 6)), ["0", "2", "4", "6", "8", "10", "12"]);
    assert_eq!(labels(&linear_ticks(0.0, 3.0e7, 4)), ["0", "1e7", "2e7", "3e7"]);
    assert_eq!(labels(&linear_ticks(1.0e-7, 2.0e-7, 4)), ["1.0e-7", "1.2e-7", "1.4e-7", "1.6e-7", "1.8e-7", "2.0e-7"]);
    assert_eq!(labels(&linear_ticks(0.25, 0.25, 4)), ["0.25"]);
    assert_eq!(labels(&linear_ticks(1500.0, 1500.0, 4)), ["1500"]);
}

#[test]
fn linear_ticks_lie_between_the_ends() {
    let numbers =
        [f64::MIN, -1.0e300, -1.0e16 - 2.0, -1.0, -1.0e-9, 0.0, 5e-324, 0.1, 1.0 + f64::EPSILON, 1.0e16, f64::MAX];
    for low in numbers {
        for high in numbers {
            for about in [0, 1, 7, usize::MAX] {
                let ticks = linear_ticks(low, high, about);
                assert_eq!(ticks.is_empty(), low > high);
                assert!(ticks.len() <= 50);
                assert!(ticks.windows(2).all(|w| w[0].value < w[1].value), "{low} {high}");
            }
        }
    }
    assert!(linear_ticks(0.0, f64::NAN, 5).is_empty() && linear_ticks(0.0, f64::INFINITY, 5).is_empty());
}

#[test]
fn log_ticks_are_powers() {
    assert_eq!(labels(&log_ticks(-2.0, 3.0, 9)), ["1e-2", "1e-1", "1e0", "1e1", "1e2", "1e3"]);
    assert_eq!(labels(&log_ticks(-16.0, 4.0, 9)), ["1e-15", "1e-12", "1e-9", "1e-6", "1e-3", "1e0", "1e3"]);
    assert_eq!(labels(&log_ticks(0.0, 1.0, 9)), ["1e0", "2e0", "5e0", "1e1"]);
    assert!(log_ticks(-1.0, 2.0, 5).windows(2).all(|w| w[0].value < w[1].value));
    assert!(log_ticks(2.0, 1.0, 5).is_empty() && log_ticks(f64::NAN, 1.0, 5).is_empty());
    assert!(log_ticks(-1e30, 1e30, 5).is_empty());
    assert!(labels(&log_ticks(-324.0, 309.0, 9)).len() < 12);
}

#[test]
fn any_plot_is_well_formed() {
    let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN, 0.0, -0.0, 5e-324, 1.0, 1e-300];
    let pairs: Vec<(f64, f64)> = odd.iter().flat_map(|&x| odd.map(|y| (x, y))).collect();
    let mut kinds = vec![vec![], vec![(1.0, 2.0)], vec![(0.0, 0.0)], pairs.clone(), vec![(3.0, 1e-8), (4.0, 1e-8)]];
    kinds.extend(pairs.chunks(1).map(<[_]>::to_vec));
    kinds.extend(pairs.windows(2).map(<[_]>::to_vec));
    for log_y in [false, true] {
        for points in &kinds {
            let name = "a < b & \"c\" \u{1}'>";
            let plot = Plot {
                title: name.into(),
                x_label: name.into(),
                y_label: name.into(),
                log_y,
                series: vec![Series::new(name, points.clone()), Series::new("", vec![])],
            };
            let svg = plot.svg();
            assert!(well_formed(&svg), "{points:?}");
            assert!(!svg.contains("NaN") && !svg.contains("inf") && !svg.contains('\u{1}'), "{points:?} {svg}");
            assert!(svg.contains("a &lt; b &amp; &quot;c&quot;"));
        }
        assert!(well_formed(&Plot { log_y, ..Plot::default() }.svg()));
    }
}

#[test]
fn log_plots_leave_out_what_is_not_positive() {
    let series = Series::over_index("norm", &[100.0, 1.0, 0.0, -3.0, 0.01, f64::NAN, 1e-4, 1e-5]);
    let svg = Plot { log_y: true, series: vec![series], ..Plot::default() }.svg();
    // One marker in the legend, five points; the line is broken twice, and a point stands alone.
    assert_eq!(svg.matches("<circle").count(), 6);
    let path = svg.lines().find(|l| l.contains("stroke-linejoin")).unwrap();
    assert_eq!(path.matches('M').count(), 2);
    assert!(svg.contains("10<tspan dy=\"-5\" font-size=\"10\">\u{2212}5</tspan>"));
}

#[test]
fn iterations_are_whole_and_long_lines_short() {
    let svg = Plot { series: vec![Series::over_index("a", &[3.0, 2.0])], ..Plot::default() }.svg();
    let marks = svg.lines().filter(|l| l.contains("text-anchor=\"middle\"")).count();
    assert_eq!(marks, 2);
    let many: Vec<f64> = (0..200_000).map(|i| (f64::from(i) * 1e-4).sin()).collect();
    let svg = Plot { series: vec![Series::over_index("a", &many)], ..Plot::default() }.svg();
    assert!(svg.len() < 200_000 && !svg.contains("<circle cx=\"100"), "{}", svg.len());
}

#[test]
fn legends_wrap_and_colours_go_on() {
    let series: Vec<Series> =
        (0..20).map(|i| Series::over_index(format!("a long name of series {i}"), &[1.0, 2.0])).collect();
    let svg = Plot { title: "t".into(), series, ..Plot::default() }.svg();
    assert!(well_formed(&svg) && svg.contains("stroke-dasharray"));
}
