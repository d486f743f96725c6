//! The features of wgpu that kernels use where an adapter has them.

use wgpu::Features;

/// The features that kernels in double precision need.
pub(crate) fn double_precision() -> Features {
    Features::SHADER_F64 | Features::SHADER_INT64
}

/// The features that atomic additions of reals need.
pub(crate) fn float_atomics() -> Features {
    Features::SHADER_FLOAT32_ATOMIC
}

/// The features that a clock on the device needs.
pub(crate) fn timestamps() -> Features {
    Features::TIMESTAMP_QUERY | Features::TIMESTAMP_QUERY_INSIDE_ENCODERS
}

/// All of them.
pub(crate) fn all() -> Features {
    double_precision() | float_atomics() | timestamps()
}
