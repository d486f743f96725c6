//! The table that `spadina eval` prints.

use crate::columns;
use crate::output::Report;
use std::path::Path;

/// Names on the left, values on the right, aligned.
pub fn table(report: &Report, folder: &Path, files: &[String]) -> String {
    let mut rows = vec![
        ("energy", number(report.energy)),
        ("gradient norm", number(report.gradient_norm)),
        ("Hessian norm", number(report.hessian_norm)),
        ("unknowns", report.unknowns.to_string()),
        ("non-zeros", report.nonzeros.to_string()),
    ];
    rows.extend(report.residuals.map(|n| ("residuals", n.to_string())));
    rows.extend(report.jacobian_nonzeros.map(|n| ("Jacobian non-zeros", n.to_string())));
    rows.extend(report.singular.map(|n| ("singular elements", n.to_string())));
    rows.push(("device", format!("{}, {}", report.device, report.precision)));
    let s = &report.seconds;
    let times = [
        ("build", s.build),
        ("compile", s.compile),
        ("pattern", s.pattern),
        ("value", s.value),
        ("gradient", s.gradient),
        ("Hessian", s.hessian),
    ];
    rows.extend(times.map(|(name, seconds)| (name, time(seconds))));
    rows.push(("written", format!("{} in {}", files.join(", "), folder.display())));
    aligned(&rows)
}

/// Names on the left, values on the right, aligned; values that are too long for the terminal are broken.
pub fn aligned(rows: &[(&str, String)]) -> String {
    aligned_in(rows, columns::room())
}

/// Names and values in lines of so many characters.
fn aligned_in(rows: &[(&str, String)], room: Option<usize>) -> String {
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let value = |value: &str| match room {
        Some(room) if width + 2 + value.chars().count() > room => columns::broken(value, (width + 2, width + 2), room),
        _ => value.to_string(),
    };
    rows.iter().map(|(name, own)| format!("{name:width$}  {}\n", value(own))).collect()
}

/// A number as text that reads back as the same number; zero for minus zero.
pub fn number(value: f64) -> String {
    format!("{:?}", value + 0.0)
}

/// A time with the unit that keeps it readable, aligned among its like.
pub fn time(seconds: f64) -> String {
    match seconds {
        s if s >= 1.0 => format!("{s:8.3} s"),
        s if s >= 1e-3 => format!("{:8.3} ms", s * 1e3),
        s => format!("{:8.3} us", s * 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Seconds;

    #[test]
    fn long_values_are_broken() {
        let rows = [("energy", "0.1".to_string()), ("written", "a.npy, b.npy, c.npy in out".to_string())];
        assert_eq!(aligned_in(&rows, Some(24)), "energy   0.1\nwritten  a.npy, b.npy,\n         c.npy in out\n");
        assert_eq!(aligned_in(&rows, None).lines().count(), 2);
    }

    #[test]
    fn columns_are_aligned() {
        let report = Report {
            energy: 0.1,
            gradient_norm: 2.0,
            hessian_norm: 3.0,
            unknowns: 4,
            nonzeros: 5,
            residuals: Some(6),
            jacobian_nonzeros: Some(7),
            singular: None,
            device: "cpu".into(),
            precision: "f64".into(),
            seconds: Seconds { build: 1.5, compile: 0.0123, pattern: 4.5e-6, ..Seconds::default() },
        };
        let text = table(&report, Path::new("out"), &["result.json".into()]);
        assert!(text.contains("energy              0.1\n"), "{text}");
        assert!(text.contains("build                  1.500 s\n"), "{text}");
        assert!(text.contains("compile               12.300 ms\n"), "{text}");
        assert!(text.contains("pattern                4.500 us\n"), "{text}");
        assert!(text.ends_with("written             result.json in out\n"), "{text}");
    }
}
