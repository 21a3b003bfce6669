//! Storage below everything else: contiguous matrices, tensors of order three.

mod dense;
mod tensor;

pub use dense::{BYTES_LIMIT, Dense};
pub use tensor::Tensor3;
