//! Energies written in Rust: their programs and their values.

mod energies;

use nalgebra::{Matrix2, Matrix3, Matrix4, SMatrix, SVector, Vector3};
use spadina_core::bind::{Buffers, Data, Streams};
use spadina_core::frontend::builder::{self, Energy, Int, Real, Vector};
use spadina_core::frontend::{Fallback, Form, Frontend, Kind, Module, Numbers, ParameterType};
use spadina_core::kernel::{Outputs, build};
use spadina_core::program::Program;
use spadina_core::{error::Diagnostic, interpret};

fn text(energy: &Result<Energy, Diagnostic>) -> String {
    let lowered = energy.clone().and_then(|energy| energy.lower(&energy.default_roles(None)));
    lowered.map_or_else(|refused| refused.message, |program| program.to_string())
}

#[test]
fn programs() {
    insta::assert_snapshot!("chain", text(&energies::chain()));
    insta::assert_snapshot!("ring", text(&energies::ring()));
    insta::assert_snapshot!("grid", text(&energies::grid()));
    insta::assert_snapshot!("axis_springs", text(&energies::axis_springs()));
    insta::assert_snapshot!("symmetric_dirichlet", text(&energies::symmetric_dirichlet()));
    insta::assert_snapshot!("neo_hookean", text(&energies::neo_hookean()));
    insta::assert_snapshot!("edge_residual", text(&energies::edge_residual()));
    insta::assert_snapshot!("one_ring", text(&energies::one_ring()));
}

/// The same energies as WGSL files give the same programs.
#[test]
fn same_as_the_files() {
    let cases = [
        ("chain/energy", energies::chain()),
        ("ring/energy", energies::ring()),
        ("ring3d/energy", energies::ring3d()),
        ("grid/energy", energies::grid()),
        ("diagonal/energy", energies::diagonal()),
        ("sqrt_chain/energy", energies::sqrt_chain()),
        ("table_program/energy", energies::table_program()),
        ("axis_springs/energy", energies::axis_springs()),
        ("branches/energy", energies::branches()),
        ("two_unknowns/align", energies::align()),
        ("symmetric_dirichlet/energy", energies::symmetric_dirichlet()),
        ("neo_hookean/energy", energies::neo_hookean()),
        ("edge_residual/residual", energies::edge_residual()),
    ];
    for (file, energy) in cases {
        let energy = energy.unwrap();
        let path = format!("{}/../tests/conformance/{file}.wgsl", env!("CARGO_MANIFEST_DIR"));
        let source = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
        let module = Module::parse(energy.name(), &source).unwrap();
        let names =
            |f: &dyn Frontend| f.parameters().iter().map(|p| (p.name.clone(), p.ty.clone())).collect::<Vec<_>>();
        assert_eq!(names(&energy), names(&module), "{file}");
        let roles = module.default_roles(None);
        let (ours, theirs) = (energy.lower(&roles).unwrap(), module.lower(&roles).unwrap());
        // The one name that differs: loops are named by their depth.
        let theirs = theirs
            .to_string()
            .replace("for f in", "for i in")
            .replace("3 * f]", "3 * i]")
            .replace("3 * f +", "3 * i +");
        assert_eq!(ours.to_string(), theirs, "{file}");
    }
}

/// Integers of elements, in every type, uniform and of each element.
#[test]
fn integers_are_the_same() {
    let text = "fn energy(x: array<vec2f, 3>, part: array<u32, 3>, cell: array<vec2i, 1>, kind: u32, at: vec3i, s: i32) -> f32 {
  var sum = 0.0;
  if (part[0] == part[2]) { sum += dot(x[0], x[1]) * f32(cell[0].x - cell[0].y); }
  if (kind == 1u) { sum += x[at.y].x * f32(at.z * s); }
  return sum;
}";
    let ours = builder::energy("integers", |e| {
        let (x, part) = (e.nodes::<2>("x", 3), e.node_integers("part", 3));
        let cell = e.signed_node_integer_rows::<2>("cell", 1);
        let (kind, at, s) = (e.integer("kind"), e.signed_integer_vector::<3>("at"), e.signed_integer("s"));
        let [first, second] = cell[0];
        let same = builder::when(part[0].eq(part[2]), || builder::dot(x[0], x[1]) * (first - second).real());
        let named = same + builder::at(&x, at[1]).x * (at[2] * s).real();
        builder::select(kind.eq(1), named, same)
    });
    let (ours, theirs) = (ours.unwrap(), Module::parse("integers", text).unwrap());
    let names = |f: &dyn Frontend| f.parameters().iter().map(|p| (p.name.clone(), p.ty.clone())).collect::<Vec<_>>();
    assert_eq!(names(&ours), names(&theirs));
    let mut roles = theirs.default_roles(None);
    for per_element in ["kind", "at"] {
        roles.bindings.get_mut(per_element).unwrap().per_element = true;
    }
    let program = theirs.lower(&roles).unwrap().to_string();
    assert_eq!(ours.lower(&roles).unwrap().to_string(), program);
    insta::assert_snapshot!("integers", program);
}

#[test]
fn parameters_are_found() {
    let energy = builder::energy("all", |e| {
        let (x, t) = (e.nodes::<3>("x", 4), e.node_scalars("t", 2));
        let (d, a, mu) = (e.vector::<3>("d"), e.matrix::<2, 3>("A"), e.scalar("mu"));
        mu * t[1] + x[3].dot(&d) + a[(1, 2)]
    })
    .unwrap();
    assert_eq!((energy.form(), energy.kind()), (Form::Element, Kind::Energy));
    let found: Vec<_> = energy.parameters().iter().map(|p| (p.name.as_str(), p.ty.clone())).collect();
    let wanted = vec![
        ("x", ParameterType::Gathered { numbers: Numbers::Real, components: 3, nodes: 4 }),
        ("t", ParameterType::Gathered { numbers: Numbers::Real, components: 1, nodes: 2 }),
        ("d", ParameterType::Plain { numbers: Numbers::Real, shape: vec![3] }),
        ("A", ParameterType::Plain { numbers: Numbers::Real, shape: vec![2, 3] }),
        ("mu", ParameterType::Plain { numbers: Numbers::Real, shape: vec![] }),
    ];
    assert_eq!(found, wanted);
    let mut roles = energy.default_roles(None);
    roles.bindings.get_mut("A").unwrap().per_element = true;
    let program = energy.lower(&roles).unwrap();
    insta::assert_snapshot!("bound", program.to_string());
}

#[test]
fn data_of_programs() {
    let energy = builder::program("data", |p| {
        let (n, offset, k) = (p.size("n"), p.signed_size("offset"), p.scalar_or("k", 2.0));
        let (x, faces) = (p.rows::<3>("x"), p.integer_rows::<2>("faces"));
        let extra = p.signed_integers("extra");
        let edges = p.sum(0, faces.len(), |f| {
            let [a, b] = faces.at(f);
            k * (x.at(a) - x.at(b)).norm_squared()
        });
        let shifted: Vector<3> = p.sum(0, n, |i| x.at((i + offset + extra.at(2 * i)) / 2));
        edges + shifted.sum() + n.real()
    });
    assert_eq!(energy.as_ref().unwrap().parameters()[2].default, Some(Fallback::Number(2.0)));
    insta::assert_snapshot!("data", text(&energy));
}

#[test]
fn loops_and_choices() {
    let energy = builder::energy("choices", |e| {
        let (x, w) = (e.nodes::<2>("x", 2), e.vector::<2>("w"));
        let basis = |k: Int| builder::select(k.eq(0) | k.ge(2) & !k.gt(3), x[0], x[1]);
        let sums = builder::sum(0, 4, |k| [basis(k).dot(&w), builder::sum(k, 4, |l| basis(l.max(k - 1)).x * l.real())]);
        let inside = x[0].x.lt(1.0) ^ x[0].y.le(1.0);
        sums[0] * sums[1] + inside.real() + builder::when(inside, || x[1].y.exp2())
    });
    insta::assert_snapshot!("choices", text(&energy));
    // A size may have the name of a loop variable.
    let energy = builder::program("names", |p| {
        let (i, x) = (p.size("i"), p.reals("x"));
        p.sum(0, x.len(), |k| x.at(k - i))
    });
    insta::assert_snapshot!("names", text(&energy));
}

#[test]
fn residuals_in_loops() {
    let energy = builder::residual_program("rows", |p| {
        let (n, x) = (p.size("n"), p.reals("x"));
        p.for_each(0, n, |i| {
            p.set_residual(i, x.at(i) - p.sum(0, i, |j| x.at(j)));
            builder::when(i.eq(0) | i.eq(n - 1), || {
                p.for_each(0, 2, |k| p.residual(n + k, x.at(i) * x.at(i)));
            });
        });
    });
    insta::assert_snapshot!("rows", text(&energy));
}

/// The value of a program over one array `x` and no loops.
fn value(program: &Program, x: &[f64]) -> f64 {
    let data = Data { arrays: vec![x; program.graph.arrays().len()], ..Data::default() };
    let streams = Streams { outer: 0..1, ..Streams::default() };
    let kernels = build(program, Outputs { energy: true, ..Outputs::default() });
    kernels.iter().map(|k| interpret::run(k, &data, &streams, &mut Buffers::default())).sum()
}

/// Checks a computation on symbols against the same on numbers.
fn check(name: &str, x: &[f64], symbolic: fn(&[Real]) -> Real, exact: f64) {
    let count = x.len();
    let energy = builder::program(name, move |p| {
        let x = p.reals("x");
        let inputs: Vec<Real> = (0..count).map(|k| x.at(k)).collect();
        symbolic(&inputs)
    });
    let energy = energy.unwrap_or_else(|e| panic!("{name}: {e}"));
    let found = value(&energy.lower(&energy.default_roles(None)).unwrap(), x);
    assert!((found - exact).abs() <= 1e-12 * exact.abs().max(1.0), "{name}: {found}, not {exact}");
}

const X: [f64; 16] = [1.3, 0.2, -0.4, 0.6, 0.1, -1.7, 0.3, 0.8, 0.9, 0.25, 2.1, -0.35, -0.15, 0.45, 0.55, 1.9];

/// One function for symbols and numbers.
macro_rules! same {
    ($($name:ident: |$x:ident| $body:expr;)*) => {
        #[test]
        fn nalgebra_computes() {
            $({
                fn compute<T: nalgebra::RealField + Copy>($x: &[T]) -> T { $body }
                check(stringify!($name), &X, compute::<Real>, compute::<f64>(&X));
            })*
        }
    };
}

same! {
    vectors: |x| {
        let (a, b) = (Vector3::from_column_slice(&x[..3]), Vector3::from_column_slice(&x[3..6]));
        (a - b * x[6]).cross(&(a + b)).dot(&a.component_mul(&b)) + (a / x[7]).norm() + a.normalize().dot(&b)
    };
    norms: |x| {
        let a = SVector::<T, 7>::from_column_slice(&x[..7]);
        a.norm_squared() + a.norm() * a.sum() + a.lerp(&-a, x[1]).mean() + a.dot(&a.abs())
    };
    products: |x| {
        let (a, b) = (SMatrix::<T, 2, 3>::from_column_slice(&x[..6]), SMatrix::<T, 3, 2>::from_column_slice(&x[6..12]));
        let c = a * b;
        (c + c.transpose() * a.tr_mul(&a).trace()).trace() + (b * a).norm_squared() + (b * a * x[0]).row_sum().sum()
    };
    determinants: |x| {
        Matrix2::from_column_slice(x).determinant() + Matrix3::from_column_slice(x).determinant()
            + SMatrix::<T, 1, 1>::new(x[3]).determinant()
    };
    inverse2: |x| Matrix2::from_column_slice(x).try_inverse().map_or(T::zero(), |m| m.norm_squared() + m[(0, 1)]);
    inverse3: |x| Matrix3::from_column_slice(x).try_inverse().map_or(T::zero(), |m| m.norm_squared() + m[(0, 1)]);
    inverse4: |x| Matrix4::from_column_slice(x).try_inverse().map_or(T::zero(), |m| m.norm_squared() + m[(0, 1)]);
    cholesky: |x| {
        let a = Matrix3::from_column_slice(x);
        let spd = a * a.transpose() + Matrix3::identity();
        spd.cholesky().map_or(T::zero(), |c| c.determinant() + c.solve(&a.column(0).into_owned()).norm())
    };
    rotation: |x| {
        let r = nalgebra::Rotation3::from_euler_angles(x[0], x[1], x[2]);
        (r * Vector3::from_column_slice(&x[3..6])).dot(&Vector3::from_column_slice(&x[6..9]))
    };
    functions: |x| {
        x[0].ln() + x[1].atan2(x[2]) + x[3].powi(-3) + x[0].powf(x[1]) + x[4].sinc() + x[2].copysign(x[3]) + x[5].cbrt()
            + x[2].max(x[3]) * x[2].min(x[3]) + x[5].clamp(x[2], x[3]) + x[7].hypot(x[8]) + x[2].signum() + x[0] % x[1]
            + x[1].exp_m1() + x[1].ln_1p() + x[10].log10() + x[10].log(x[0]) + x[5].fract() + (x[13] - x[13] + x[0] - x[0] + T::one() / (T::one() + T::one())).round()
            + (x[5] * x[10]).round() + x[1].round()
    };
}

#[test]
fn own_functions_compute() {
    check(
        "det4",
        &X,
        |x| builder::determinant(Matrix4::from_column_slice(x)),
        Matrix4::from_column_slice(&X).determinant(),
    );
    let inverse = |m: Option<Matrix4<f64>>| m.unwrap().norm_squared();
    check(
        "inv4",
        &X,
        |x| builder::inverse(Matrix4::from_column_slice(x)).norm_squared(),
        inverse(Matrix4::from_column_slice(&X).try_inverse()),
    );
    let (m2, m3) = (Matrix2::from_column_slice(&X), Matrix3::from_column_slice(&X));
    check("inv3", &X, |x| builder::inverse(Matrix3::from_column_slice(x))[(2, 0)], m3.try_inverse().unwrap()[(2, 0)]);
    check("inv2", &X, |x| builder::inverse(Matrix2::from_column_slice(x))[(1, 0)], m2.try_inverse().unwrap()[(1, 0)]);
    check("inv1", &X, |x| builder::inverse(SMatrix::<Real, 1, 1>::new(x[0]))[0], 1.0 / X[0]);
    check("mix", &X, |x| x[0].mix(x[1], 0.25) + x[3].smoothstep(0.0, 1.0), 1.3 * 0.75 + 0.05 + 0.648);
    check("step", &X, |x| x[0].step(1.0) + 2.0 * x[1].step(1.0) + x[5].sign() + x[5].saturate(), 0.0);
    check("angle", &X, |x| x[0].degrees().radians() + 4.0 * x[6].fma(2.0, 1.0), 1.3 + 6.4);
    check("choice", &X, |x| builder::select(x[0].gt(x[1]) & x[1].ne(0.0), x[0], x[1] / 0.0), 1.3);
    check(
        "reflect",
        &X,
        |x| builder::reflect(Vector::<2>::new(x[0], x[1]), Vector::<2>::new(0.0.into(), 1.0.into())).y,
        -0.2,
    );
}

#[test]
fn literals_compute_anywhere() {
    let two = Real::from(4.0).sqrt();
    assert_eq!(two.max(1.0) * 3.0 - 1.0, Real::from(5.0));
    assert!(two < Real::from(3.0) && two == Real::from(2.0));
    assert_eq!(Matrix3::<Real>::identity().try_inverse(), Some(Matrix3::identity()));
    assert_eq!(((Int::from(7) - 1) / 4 * 2 % 5).to_string(), "2");
}

#[test]
fn long_and_deep() {
    let energy = builder::program("long", |p| {
        let x = p.reals("x");
        let mut deep = x.at(0);
        for _ in 0..100_000 {
            deep = (deep * 1.01).sin();
        }
        (0..100_000).map(|k| x.at(k) * x.at(k + 1)).sum::<Real>() + deep
    });
    let energy = energy.unwrap();
    let program = energy.lower(&energy.default_roles(None)).unwrap();
    assert!(program.graph.len() > 400_000);
}

#[test]
fn a_panic_is_the_users() {
    let panics =
        std::panic::catch_unwind(|| builder::program("panics", |p| p.sum(0, 3, |_| -> Real { panic!("mine") })));
    assert!(panics.is_err());
    assert_eq!(text(&energies::chain()), text(&energies::chain()));
}

#[test]
fn threads() {
    let energy = energies::neo_hookean().unwrap();
    let expected = text(&Ok(energy.clone()));
    std::thread::scope(|s| {
        for _ in 0..4 {
            s.spawn(|| assert_eq!(text(&Ok(energy.clone())), expected));
        }
    });
}
