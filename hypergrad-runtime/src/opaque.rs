//! `Debug` of types that hold buffers: of a problem's own types, which need not have it, and of no use in print.

macro_rules! opaque_debug {
    ([$($parameters:tt)*] $type:ty, $name:literal) => {
        impl<$($parameters)*> core::fmt::Debug for $type {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_struct($name).finish_non_exhaustive()
            }
        }
    };
}
