//! Storage below everything else: contiguous matrices, tensors of order three, buffers that are used again.

#[cfg(feature = "std")]
mod ahead;
mod dense;
mod on_demand;
#[cfg(feature = "std")]
mod spare;
mod tensor;

#[cfg(feature = "std")]
#[doc(hidden)]
pub use ahead::Ahead;
pub use dense::{BYTES_LIMIT, Dense};
#[doc(hidden)]
pub use on_demand::OnDemand;
#[cfg(feature = "std")]
#[doc(hidden)]
pub use spare::{Home, Spare};
pub use tensor::Tensor3;
