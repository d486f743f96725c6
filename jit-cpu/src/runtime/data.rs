//! Data and buffers as compiled code sees them: pointers, in its own precision.

use crate::abi::BUFFERS;
use spadina_core::bind::Buffers;
use spadina_core::real::Precision;

/// Arrays as the compiled code sees them: pointers to at least one entry each, and the true lengths.
pub(super) struct Inputs {
    pub pointers: Vec<*const u8>,
    pub lengths: Vec<i64>,
    /// The entries behind the pointers where the code wants another precision.
    _converted: Vec<Vec<f32>>,
}

/// Stands in for an empty array or table: a checked read looks at entry 0.
static NOTHING: u64 = 0;

impl Inputs {
    pub fn of(arrays: &[&[f64]], precision: Precision) -> Self {
        let mut converted = Vec::new();
        let mut pointers = Vec::with_capacity(arrays.len());
        for array in arrays {
            pointers.push(match precision {
                _ if array.is_empty() => (&raw const NOTHING).cast(),
                Precision::F64 => array.as_ptr().cast(),
                Precision::F32 => {
                    let narrow: Vec<f32> = array.iter().map(|&x| x as f32).collect();
                    let pointer = narrow.as_ptr().cast();
                    converted.push(narrow);
                    pointer
                }
            });
        }
        Self { pointers, lengths: arrays.iter().map(|a| a.len() as i64).collect(), _converted: converted }
    }
}

/// Tables as the compiled code sees them.
pub(super) struct Tables {
    pub pointers: Vec<*const i32>,
    pub lengths: Vec<i64>,
}

impl Tables {
    pub fn of(tables: &[&[i32]]) -> Self {
        let pointer = |t: &&[i32]| if t.is_empty() { (&raw const NOTHING).cast() } else { t.as_ptr() };
        Self {
            pointers: tables.iter().map(pointer).collect(),
            lengths: tables.iter().map(|t| t.len() as i64).collect(),
        }
    }
}

/// The buffers the code adds to, in its own precision.
pub(super) struct Targets<'a, 'b> {
    buffers: [&'a mut &'b mut [f64]; BUFFERS],
    narrow: Vec<Vec<f32>>,
}

impl<'a, 'b> Targets<'a, 'b> {
    pub fn of(buffers: &'a mut Buffers<'b>, precision: Precision) -> Self {
        let Buffers { gradient, hessian, residual, jacobian, product } = buffers;
        let buffers = [gradient, hessian, residual, jacobian, product];
        let narrow = match precision {
            Precision::F64 => Vec::new(),
            Precision::F32 => buffers.iter().map(|b| vec![0.0; b.len()]).collect(),
        };
        Self { buffers, narrow }
    }

    pub fn pointers(&mut self) -> [*mut u8; BUFFERS] {
        let mut pointers = [std::ptr::null_mut(); BUFFERS];
        for (k, pointer) in pointers.iter_mut().enumerate() {
            *pointer = match self.narrow.get_mut(k) {
                Some(narrow) => narrow.as_mut_ptr().cast(),
                None => self.buffers[k].as_mut_ptr().cast(),
            };
        }
        pointers
    }

    /// Adds what was computed in single precision to the caller's buffers.
    pub fn finish(self) {
        for (wide, narrow) in self.buffers.into_iter().zip(&self.narrow) {
            wide.iter_mut().zip(narrow).for_each(|(sum, &x)| *sum += f64::from(x));
        }
    }
}
