//! The benchmark energies against values that other, independent implementations agree on: energy, norm of the gradient,
//! Frobenius norm and non-zeros of the Hessian.

#[path = "../benches/problems/peers.rs"]
mod peers;

use peers::PEERS;
use spadina::system::{Device, Precision, Projection};
use spadina::{Options, System};

/// Letter, size, elements, non-zeros; energy and the norms of gradient, Hessian and clamped Hessian.
const REFERENCE: [(&str, usize, usize, usize, [f64; 4]); 4] = [
    ("A", 71, 10082, 142856, [4.09776357837071, 2.10317781626961, 3063.26933428187, 3079.21524324906]),
    ("B", 12, 10368, 261477, [0.0828819176662867, 0.461445982970781, 120.496299598194, 122.808092757607]),
    ("C", 14, 9450, 200475, [2.14207975998575, 9.87335040779086, 3331.5271731791, 3462.10119598539]),
    ("D", 58, 9976, 394641, [1659.5837604337, 15653.8229822226, 10718057.9733122, 11868455.2679892]),
];

#[test]
fn energies_and_derivatives() {
    for (letter, size, elements, nonzeros, [energy, gradient, hessian, _]) in REFERENCE {
        let (_, make) = PEERS.into_iter().find(|(name, _)| *name == letter).unwrap();
        let (count, problem) = make(size).problem();
        let mut system = System::build(problem, Options::default()).unwrap();
        let at = system.evaluate().unwrap();
        assert_eq!((count, at.hessian.nonzeros()), (elements, nonzeros), "{letter}");
        for (got, wanted) in [(at.energy, energy), (norm(at.gradient), gradient), (norm(at.hessian.values), hessian)] {
            assert!((got - wanted).abs() <= 1e-9 * wanted, "{letter}: {got} instead of {wanted}");
        }
    }
}

fn norm(values: &[f64]) -> f64 {
    values.iter().map(|v| v * v).sum::<f64>().sqrt()
}

#[test]
fn clamped_hessians() {
    let runs = [
        (Device::Cpu, Precision::F64, 1e-8),
        (Device::Cpu, Precision::F32, 1e-4),
        (Device::Interpreter, Precision::F64, 1e-8),
    ];
    for (letter, size, _, nonzeros, [energy, gradient, _, clamped]) in REFERENCE {
        for (device, precision, tolerance) in runs {
            let (_, make) = PEERS.into_iter().find(|(name, _)| *name == letter).unwrap();
            let (_, problem) = make(size).problem();
            let projection = Some(Projection::Clamp);
            let mut system =
                System::build(problem, Options::default().device(device).precision(precision).projection(projection))
                    .unwrap();
            let at = system.evaluate().unwrap();
            assert_eq!(at.hessian.nonzeros(), nonzeros, "{letter}");
            let wanted = [(at.energy, energy), (norm(at.gradient), gradient), (norm(at.hessian.values), clamped)];
            for (got, wanted) in wanted {
                assert!((got - wanted).abs() <= tolerance * wanted, "{letter}, {device:?}: {got} instead of {wanted}");
            }
        }
    }
}
