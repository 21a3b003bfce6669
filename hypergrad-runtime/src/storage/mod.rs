//! Storage below everything else: contiguous matrices, tensors of order three, buffers that are used again.

mod dense;
#[cfg(feature = "std")]
mod spare;
mod tensor;

pub use dense::{BYTES_LIMIT, Dense};
#[cfg(feature = "std")]
#[doc(hidden)]
pub use spare::{Home, Spare};
pub use tensor::Tensor3;
