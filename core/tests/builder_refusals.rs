//! What energies written in Rust are refused for.

mod energies;

use spadina_core::error::Diagnostic;
use spadina_core::frontend::Frontend;
use spadina_core::frontend::builder::{self, Energy, Int, Real};
use std::sync::{Arc, Mutex};

fn text(energy: &Result<Energy, Diagnostic>) -> String {
    let lowered = energy.clone().and_then(|energy| energy.lower(&energy.default_roles(None)));
    lowered.map_or_else(|refused| refused.message, |program| program.to_string())
}

/// Checks that a build is refused with a message that holds some words.
#[track_caller]
fn refused(energy: Result<Energy, Diagnostic>, words: &str) {
    let found = text(&energy);
    assert!(found.contains(words), "{found}");
    assert!(found.starts_with("energy `"), "{found}");
}

#[test]
fn handles_stay_in_their_build() {
    let kept: Arc<Mutex<Option<Real>>> = Arc::default();
    let keep = kept.clone();
    let first = builder::program("first", move |p| {
        let x = p.reals("x").at(0);
        let found = *keep.lock().unwrap().get_or_insert(x);
        found + x
    });
    // The second run of the closure uses a handle of the first.
    refused(first, "another run of the closure");
    let foreign = kept.lock().unwrap().unwrap();
    refused(builder::program("second", move |p| p.reals("x").at(0) * foreign), "core/tests/builder_refusals.rs:");
    // Without a build there is nobody to tell, until the result is used in one.
    let lost = foreign + 1.0;
    refused(builder::program("third", move |_| lost), "belongs to another energy");
    refused(
        builder::energy("array", {
            let array: Arc<Mutex<Option<builder::RealArray>>> = Arc::default();
            let inner = array.clone();
            builder::program("inner", move |p| {
                *inner.lock().unwrap() = Some(p.reals("x"));
                Real::from(0.0)
            })
            .unwrap();
            move |_| array.lock().unwrap().unwrap().at(0)
        }),
        "belongs to another energy",
    );
}

#[test]
fn builds_nest() {
    let outer = builder::program("outer", |p| {
        let x = p.reals("x").at(0);
        let inner = builder::program("inner", |p| p.reals("y").at(0));
        assert!(text(&inner).contains("y[0]"));
        refused(builder::program("inner", move |_| x), "another energy");
        x * x
    });
    assert!(text(&outer).contains("x[0] * x[0]"));
}

#[test]
fn loops_keep_their_variables() {
    refused(
        builder::program("escape", |p| {
            let (x, mut last) = (p.reals("x"), Real::from(0.0));
            p.for_each(0, x.len(), |i| last += x.at(i));
            last
        }),
        "a loop that has ended",
    );
    refused(
        builder::program("twice", |p| {
            let (x, mut last) = (p.reals("x"), Real::from(0.0));
            p.sum(0, x.len(), |i| {
                last = x.at(i);
                last
            }) + p.sum(0, x.len(), |i| x.at(i) * last)
        }),
        "a loop that has ended",
    );
}

#[test]
fn values_cannot_be_looked_at() {
    let order = "order of symbolic values";
    refused(
        builder::energy("if", |e| if e.scalar("a") < e.scalar("b") { Real::from(1.0) } else { Real::from(2.0) }),
        order,
    );
    refused(builder::energy("lu", |e| e.matrix::<4, 4>("A").determinant()), order);
    refused(
        builder::energy("inverse5", |e| e.matrix::<5, 5>("A").try_inverse().map_or(Real::from(0.0), |m| m[0])),
        order,
    );
    refused(builder::energy("largest", |e| e.vector::<3>("a").max()), order);
    refused(builder::energy("eigen", |e| e.matrix::<3, 3>("A").symmetric_eigenvalues()[0]), order);
    refused(builder::energy("svd", |e| e.matrix::<3, 3>("A").svd(true, true).singular_values[0]), order);
    refused(builder::energy("equal", |e| Real::from(f64::from(u8::from(e.scalar("a") == e.scalar("b"))))), "are equal");
    refused(builder::energy("large", |e| builder::determinant(e.matrix::<5, 5>("A"))), "up to 4 rows");
}

/// Methods that iterate until a comparison holds come to their end.
#[test]
fn iterations_end() {
    type Method = fn(nalgebra::Matrix3<Real>) -> Real;
    let methods: [(&str, Method); 5] = [
        ("schur", |m| m.schur().unpack().1[0]),
        ("eigenvalues", |m| m.complex_eigenvalues()[0].re),
        ("rotation", |m| nalgebra::UnitQuaternion::from_matrix(&m).angle()),
        ("exponential", |m| m.exp()[0]),
        ("polar", |m| m.polar().0[0]),
    ];
    for (name, method) in methods {
        refused(builder::energy(name, move |e| method(e.matrix::<3, 3>("A"))), "order of symbolic values");
    }
    let number = |m: nalgebra::Matrix3<Real>| Real::from(nalgebra::try_convert::<_, f64>(m[0]).unwrap_or(0.0));
    refused(builder::energy("number", move |e| number(e.matrix::<3, 3>("A"))), "number of a symbolic value");
}

#[test]
fn misuse() {
    refused(builder::program("zero", |p| p.reals("x").at(p.size("n") / 0)), "integer division by zero");
    refused(
        builder::program("choice", |p| {
            let x = p.reals("x");
            x.at(builder::select(x.at(0).lt(1.0), Int::from(1), Int::from(2)))
        }),
        "indices depend on integers only",
    );
    refused(builder::program("types", |p| p.scalar("x") + p.reals("x").at(0)), "`x` is declared as");
    refused(
        builder::energy("types", |e| e.scalar("k") * e.integer("k").real()),
        "`k` is declared as one real and as one unsigned integer",
    );
    refused(builder::program("twice", |p| p.scalar_or("k", 1.0) * p.scalar_or("k", 2.0)), "the same default");
    refused(builder::energy("empty", |e| builder::at(&[], e.integer("k"))), "there are 0 elements");
    refused(builder::energy("range", |e| builder::at(&e.node_scalars("x", 3), 3)), "there are 3 elements");
    refused(builder::energy("range", |e| builder::at(&e.node_scalars("x", 3), -1)), "out of range");
    refused(builder::energy("none", |e| e.node_integers("k", 0).iter().map(|k| k.real()).sum()), "no entries");
    refused(builder::residual("none", |_| Vec::<Real>::new()), "no rows");
    refused(builder::residual_program("none", |_| ()), "no rows");
    refused(builder::energy("empty", |e| e.nodes::<3>("x", 0).iter().map(|x| x[0]).sum()), "no entries");
    refused(builder::program("large", |p| p.reals("x").at(u64::MAX)), "64 bits");
    let energy = energies::edge_residual().unwrap();
    let roles = spadina_core::frontend::Roles { over_width: 3, ..energy.default_roles(None) };
    let message = energy.lower(&roles).unwrap_err().message;
    assert!(message.contains("takes 2 nodes, but its table has 3 a row"), "{message}");
    let runs = std::sync::atomic::AtomicU32::new(0);
    let fickle = builder::program("fickle", move |p| {
        let run = runs.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        p.scalar(&format!("k{run}"))
    });
    refused(fickle, "other parameters");
}
