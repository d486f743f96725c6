//! Numbers with a shape.

use std::fmt;

/// Numbers in C order (the last index runs fastest) and the shape they have. A scalar has the shape `[]`.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Tensor<T> {
    /// The extent along each dimension.
    pub shape: Vec<usize>,
    /// The entries, as many as the product of the shape.
    pub data: Vec<T>,
}

/// A shape and data that do not belong together.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("shape {} does not have {count} entries", Shape(.shape))]
pub struct ShapeError {
    /// The shape asked for.
    pub shape: Vec<usize>,
    /// The number of entries given.
    pub count: usize,
}

/// A shape in print: `(3, 4)`, `(5,)`, `()`.
#[derive(Clone, Copy, Debug)]
pub struct Shape<'a>(pub &'a [usize]);

impl fmt::Display for Shape<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            [one] => write!(f, "({one},)"),
            many => write!(f, "({})", many.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")),
        }
    }
}

/// The number of entries of a shape; none if it does not fit.
pub fn entries(shape: &[usize]) -> Option<usize> {
    if shape.contains(&0) {
        return Some(0);
    }
    shape.iter().try_fold(1usize, |product, &extent| product.checked_mul(extent))
}

impl<T> Tensor<T> {
    /// A tensor of this shape over entries in C order.
    ///
    /// ```
    /// use spadina::Tensor;
    /// assert!(Tensor::new([2, 3], vec![0.0; 6]).is_ok());
    /// assert!(Tensor::new([2, 3], vec![0.0; 5]).is_err());
    /// ```
    pub fn new(shape: impl Into<Vec<usize>>, data: Vec<T>) -> Result<Tensor<T>, ShapeError> {
        let shape = shape.into();
        if entries(&shape) == Some(data.len()) {
            Ok(Tensor { shape, data })
        } else {
            Err(ShapeError { shape, count: data.len() })
        }
    }

    /// A single number, of shape `[]`.
    pub fn scalar(value: T) -> Tensor<T> {
        Tensor { shape: Vec::new(), data: vec![value] }
    }

    /// The index along each dimension of the entry at a flat position.
    pub fn position(&self, flat: usize) -> Vec<usize> {
        let mut rest = flat;
        let mut at = vec![0; self.shape.len()];
        for (index, &extent) in at.iter_mut().zip(&self.shape).rev() {
            *index = rest % extent.max(1);
            rest /= extent.max(1);
        }
        at
    }
}

impl<T> From<T> for Tensor<T> {
    fn from(value: T) -> Tensor<T> {
        Tensor::scalar(value)
    }
}

impl<T> From<Vec<T>> for Tensor<T> {
    fn from(data: Vec<T>) -> Tensor<T> {
        Tensor { shape: vec![data.len()], data }
    }
}

impl<T, const D: usize> From<Vec<[T; D]>> for Tensor<T> {
    fn from(rows: Vec<[T; D]>) -> Tensor<T> {
        Tensor { shape: vec![rows.len(), D], data: rows.into_iter().flatten().collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_print_as_in_python() {
        let texts: Vec<String> = [&[][..], &[3], &[3, 4]].iter().map(|s| Shape(s).to_string()).collect();
        assert_eq!(texts, ["()", "(3,)", "(3, 4)"]);
    }

    #[test]
    fn positions_are_in_c_order() {
        let t = Tensor::<f64>::from(vec![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
        assert_eq!(t.shape, [2, 3]);
        assert_eq!(t.position(4), [1, 1]);
        assert!(Tensor::scalar(1.0).position(0).is_empty());
    }

    #[test]
    fn huge_shapes_have_no_count() {
        assert_eq!(entries(&[usize::MAX, 2]), None);
        assert_eq!(entries(&[usize::MAX, 2, 0]), Some(0));
    }
}
