//! The benchmark energies against values that other, independent implementations agree on: energy, norm of the gradient,
//! Frobenius norm and non-zeros of the Hessian.

#[path = "../benches/problems/peers.rs"]
mod peers;

use peers::PEERS;
use spadina::{Options, System};

/// Letter, size, elements, energy, gradient norm, Hessian norm, non-zeros.
const REFERENCE: [(&str, usize, usize, f64, f64, f64, usize); 4] = [
    ("A", 71, 10082, 4.09776357837071, 2.10317781626961, 3063.26933428187, 142856),
    ("B", 12, 10368, 0.0828819176662867, 0.461445982970781, 120.496299598194, 261477),
    ("C", 14, 9450, 2.14207975998575, 9.87335040779086, 3331.5271731791, 200475),
    ("D", 58, 9976, 1659.5837604337, 15653.8229822226, 10718057.9733122, 394641),
];

#[test]
fn energies_and_derivatives() {
    for (letter, size, elements, energy, gradient, hessian, nonzeros) in REFERENCE {
        let (_, make) = PEERS.into_iter().find(|(name, _)| *name == letter).unwrap();
        let (count, problem) = make(size).problem();
        let mut system = System::build(problem, Options::default()).unwrap();
        let at = system.evaluate().unwrap();
        let norm = |values: &[f64]| values.iter().map(|v| v * v).sum::<f64>().sqrt();
        assert_eq!((count, at.hessian.nonzeros()), (elements, nonzeros), "{letter}");
        for (got, wanted) in [(at.energy, energy), (norm(at.gradient), gradient), (norm(at.hessian.values), hessian)] {
            assert!((got - wanted).abs() <= 1e-9 * wanted, "{letter}: {got} instead of {wanted}");
        }
    }
}
