//! The WGSL front-end: every energy of the corpus lowers, and to the expected program.

use spadina_core::frontend::{Binding, Frontend, Module, Numbers, ParameterType, Roles};
use spadina_core::program::Program;

fn lower(name: &str, text: &str) -> Program {
    let module = Module::parse(name, text).unwrap_or_else(|e| panic!("{}", e.render(name, text)));
    module.lower(&module.default_roles(None)).unwrap_or_else(|e| panic!("{}", e.render(name, text)))
}

#[test]
fn the_corpus_lowers() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/conformance");
    let cases = std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().path()).filter(|p| p.is_dir());
    let mut names: Vec<_> = cases.flat_map(|c| std::fs::read_dir(c).unwrap().map(|f| f.unwrap().path())).collect();
    names.retain(|path| path.extension().is_some_and(|e| e == "wgsl"));
    names.sort();
    for path in names {
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy().to_string();
        let program = lower(&name, &text);
        assert!(!program.updates.is_empty(), "{name}");
        assert!(program.graph.values().all(|v| program.graph.len() > v.index()));
    }
}

fn check(name: &str, text: &str, expected: &str) {
    let program = lower(name, text).to_string();
    let lines: Vec<&str> = program.lines().filter(|line| !line.starts_with("//")).collect();
    assert_eq!(lines.join("\n").trim(), expected.trim());
}

#[test]
fn chain() {
    check(
        "chain",
        include_str!("../../tests/conformance/chain/energy.wgsl"),
        "
program chain {
  for i in 1..len(x) {
    let t0 = x[i - 1] - x[i]
    energy += t0 * t0
  }
}",
    );
}

#[test]
fn grid() {
    check(
        "grid",
        include_str!("../../tests/conformance/grid/energy.wgsl"),
        "
program grid {
  for i in 0..h {
    for j in 0..w {
      let t0 = x[i * w + w + j] - x[i * w + j]
      let t1 = select(0, t0 * (t0 * (t0 * t0)), i + 1 < h)
      energy += select(t1, cosh(x[i * w + j + 1] - x[i * w + j]) + t1, j + 1 < w)
    }
  }
}",
    );
}

#[test]
fn one_ring() {
    check(
        "one_ring",
        include_str!("../../tests/conformance/one_ring/energy.wgsl"),
        "
program one_ring {
  for v in 0..n {
    var s0 = 0
    for j in row_ptr[v]..row_ptr[v + 1] {
      s0 += x[neighbours[j]]
    }
    let t1 = x[v] - s0 / real(u32(row_ptr[v + 1] - row_ptr[v]))
    energy += t1 * (t1 * (t1 * t1))
  }
}",
    );
}

#[test]
fn ring3d() {
    check(
        "ring3d",
        include_str!("../../tests/conformance/ring3d/energy.wgsl"),
        "
program ring3d {
  for i in 0..n {
    let t0 = x[3 * ((i + 1) % n)] - x[3 * i]
    let t1 = x[3 * ((i + 1) % n) + 1] - x[3 * i + 1]
    let t2 = x[3 * ((i + 1) % n) + 2] - x[3 * i + 2]
    let t3 = sqrt(t0 * t0 + t1 * t1 + t2 * t2) - 1
    energy += t3 * t3
  }
}",
    );
}

#[test]
fn edge_residual() {
    check(
        "edge_residual",
        include_str!("../../tests/conformance/edge_residual/residual.wgsl"),
        "
program edge_residual {
  for e in 0..len(stencil, 2) {
    let t0 = x[2 * stencil[2 * e + 1]] - x[2 * stencil[2 * e]]
    let t1 = x[2 * stencil[2 * e + 1] + 1] - x[2 * stencil[2 * e] + 1]
    r[2 * e] += sqrt(t0 * t0 + t1 * t1) - L[0]
    r[2 * e + 1] += 0.3 * t0
  }
}",
    );
}

#[test]
fn roles() {
    let text = include_str!("../../tests/conformance/two_unknowns/align.wgsl");
    let module = Module::parse("align", text).unwrap();
    let bind = |array: &str, table: Option<(&str, usize)>, unknown| Binding {
        array: array.to_string(),
        unknown,
        table: table.map(|(t, w)| (t.to_string(), w)),
        per_element: false,
    };
    let roles = Roles {
        over: Some("triangles".into()),
        over_width: 3,
        bindings: [
            ("x".to_string(), bind("nodes", None, true)),
            ("theta".to_string(), bind("angles", Some(("own", 1)), true)),
        ]
        .into_iter()
        .collect(),
        ..Roles::default()
    };
    let text = module.lower(&roles).unwrap().to_string();
    assert!(text.contains("for e in 0..len(triangles, 3)"), "{text}");
    assert!(text.contains("cos(angles[own[e]])"), "{text}");
    assert!(text.contains("nodes[2 * triangles[3 * e + 1]]"), "{text}");
}

#[test]
fn data_of_each_element() {
    let text = "fn energy(x: array<f32, 2>, A: mat2x3f, w: vec2f) -> f32 { return A[1][2] * w.y * x[0]; }";
    let module = Module::parse("data", text).unwrap();
    assert_eq!(module.parameters()[1].ty, ParameterType::Plain { numbers: Numbers::Real, shape: vec![3, 2] });
    let mut roles = module.default_roles(None);
    for name in ["A", "w"] {
        roles.bindings.insert(name.into(), Binding { array: name.into(), per_element: true, ..Binding::default() });
    }
    let text = module.lower(&roles).unwrap().to_string();
    assert!(text.contains("A[6 * e + 5]") && text.contains("w[2 * e + 1]"), "{text}");
}
