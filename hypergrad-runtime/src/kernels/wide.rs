//! Products with the widest vectors of the machine.
//!
//! What is in `matrix`, `symmetric` and `vector` is compiled for the target of the build; here the same loops run
//! under one dispatch (AVX-512, AVX2, NEON), each sum in lanes, with fused multiply-adds where the machine has
//! them. Loops are inlined into the function that is compiled for the vectors. Without such vectors, and without `std`, nothing is done and the caller's own loops run.

use core::ops::Range;

/// Products of at least this many multiplications are worth a dispatch.
pub(super) const WIDE: usize = 192;

/// The kernels of a scalar type; `false` or `None` where the machine has no vectors.
pub trait Wide: Sized {
    /// `out += alpha A x`.
    #[inline]
    fn wide_gemv(_alpha: Self, _a: &[Self], _rows: usize, _x: &[Self], _out: &mut [Self]) -> bool {
        false
    }
    /// `out = alpha A x`; A has columns.
    #[inline]
    fn wide_gemv_into(_alpha: Self, _a: &[Self], _rows: usize, _x: &[Self], _out: &mut [Self]) -> bool {
        false
    }
    /// `|beta b + alpha A x|²`, b as long as the columns of A.
    #[inline]
    fn wide_affine_square(_b: (Self, &[Self]), _a: (Self, &[Self]), _x: &[Self]) -> Option<Self> {
        None
    }
    /// `out += alpha_k A x_k` for two k.
    #[inline]
    fn wide_gemv_both(_a: &[Self], _of: ([Self; 2], [&[Self]; 2]), _out: (&mut [Self], &mut [Self])) -> bool {
        false
    }
    /// `out += alpha Aᵀ x`.
    #[inline]
    fn wide_gemv_t(_alpha: Self, _a: &[Self], _rows: usize, _x: &[Self], _out: &mut [Self]) -> bool {
        false
    }
    /// `out += alpha A B`, A and `out` with columns as far apart as given, B with steps by row and by column, one of
    /// which is 1.
    #[inline]
    fn wide_gemm(
        _alpha: Self,
        _a: (&[Self], usize),
        _b: (&[Self], usize, usize),
        _out: (&mut [Self], usize),
        _dims: (usize, usize, usize),
    ) -> bool {
        false
    }
    /// These columns of the lower triangle of `out += alpha Aᵀ diag(d) A`, or without d, `out` beginning with the first of
    /// them; `scratch` may have any length.
    #[inline]
    fn wide_gram(
        _alpha: Self,
        _a: (&[Self], usize),
        _d: Option<&[Self]>,
        _columns: Range<usize>,
        _scratch: &mut [Self],
        _out: &mut [Self],
    ) -> bool {
        false
    }
    /// `aᵀb`.
    #[inline]
    fn wide_dot(_a: &[Self], _b: &[Self]) -> Option<Self> {
        None
    }
}

#[cfg(not(feature = "std"))]
impl Wide for f64 {}
#[cfg(not(feature = "std"))]
impl Wide for f32 {}

#[cfg(feature = "std")]
macro_rules! wide {
    ($(#[$compiled:meta])? $scalar:ident, $vector:ident, $mask:ident: $slices:ident, $slices_mut:ident, $load:ident, $store:ident, $splat:ident, $mul:ident, $mul_add:ident, $sum:ident, $greater:ident, $select:ident) => {
        impl Wide for $scalar {
            $(#[$compiled])?
            fn wide_gemv(alpha: Self, a: &[Self], rows: usize, x: &[Self], out: &mut [Self]) -> bool {
                if $scalar::is_short(rows, x.len()) {
                    return run($scalar::Strips::<false> { alpha, a, x, out });
                }
                run($scalar::Gemv::<false> { alpha, a, rows, x, out })
            }
            $(#[$compiled])?
            fn wide_gemv_into(alpha: Self, a: &[Self], rows: usize, x: &[Self], out: &mut [Self]) -> bool {
                if $scalar::is_short(rows, x.len()) {
                    return run($scalar::Strips::<true> { alpha, a, x, out });
                }
                run($scalar::Gemv::<true> { alpha, a, rows, x, out })
            }
            $(#[$compiled])?
            fn wide_affine_square((beta, b): (Self, &[Self]), (alpha, a): (Self, &[Self]), x: &[Self]) -> Option<Self> {
                let mut sum = 0.0;
                run($scalar::AffineSquare { beta, b, alpha, a, x, sum: &mut sum }).then_some(sum)
            }
            $(#[$compiled])?
            fn wide_gemv_both(a: &[Self], (alpha, x): ([Self; 2], [&[Self]; 2]), out: (&mut [Self], &mut [Self])) -> bool {
                run($scalar::GemvBoth { alpha, a, x, out })
            }
            $(#[$compiled])?
            fn wide_gemv_t(alpha: Self, a: &[Self], rows: usize, x: &[Self], out: &mut [Self]) -> bool {
                run($scalar::GemvT { alpha, a, rows, x, out })
            }
            $(#[$compiled])?
            fn wide_gemm(
                alpha: Self,
                a: (&[Self], usize),
                b: (&[Self], usize, usize),
                out: (&mut [Self], usize),
                dims: (usize, usize, usize),
            ) -> bool {
                run(super::tiles::$scalar::Gemm { alpha, a, b, out, dims })
            }
            $(#[$compiled])?
            fn wide_gram(
                alpha: Self,
                (a, rows): (&[Self], usize),
                d: Option<&[Self]>,
                columns: Range<usize>,
                scratch: &mut [Self],
                out: &mut [Self],
            ) -> bool {
                match d {
                    Some(d) => run($scalar::Gram::<true> { alpha, a, d, rows, columns, scratch, out }),
                    None => run($scalar::Gram::<false> { alpha, a, d: &[], rows, columns, scratch, out }),
                }
            }
            $(#[$compiled])?
            fn wide_dot(a: &[Self], b: &[Self]) -> Option<Self> {
                let mut sum = [0.0];
                run($scalar::GemvT { alpha: 1.0, a, rows: a.len(), x: b, out: &mut sum }).then_some(sum[0])
            }
        }

        mod $scalar {
            use core::ops::Range;

            use pulp::{Simd, WithSimd};

            /// `out += alpha A x`, or `=` where FRESH, eight columns at a time: `out` is loaded once for them.
            pub struct Gemv<'a, const FRESH: bool> {
                pub alpha: $scalar,
                pub a: &'a [$scalar],
                pub rows: usize,
                pub x: &'a [$scalar],
                pub out: &'a mut [$scalar],
            }

            impl<const FRESH: bool> WithSimd for Gemv<'_, FRESH> {
                type Output = ();
                #[inline(always)]
                fn with_simd<S: Simd>(self, simd: S) {
                    let Self { alpha, a, rows, x, out } = self;
                    let first = x.len().min(8);
                    let (head, tail) = x.split_at(first);
                    some_columns::<S, FRESH>(simd, alpha, a, head, out);
                    for (k, x) in tail.chunks(8).enumerate() {
                        some_columns::<S, false>(simd, alpha, &a[8 * (k + 1) * rows..], x, out);
                    }
                }
            }

            /// Whether columns are read in pieces, one piece of all of them after another.
            #[inline]
            pub fn is_short(rows: usize, cols: usize) -> bool {
                // The widest vectors have 16 lanes.
                cols > 8 && (16..=128).contains(&rows)
            }

            /// [`Gemv`] over all columns for some rows at a time, whose sums stay in registers; for columns that are short
            /// and fill a vector.
            pub struct Strips<'a, const FRESH: bool> {
                pub alpha: $scalar,
                pub a: &'a [$scalar],
                pub x: &'a [$scalar],
                pub out: &'a mut [$scalar],
            }

            impl<const FRESH: bool> WithSimd for Strips<'_, FRESH> {
                type Output = ();
                #[inline(always)]
                fn with_simd<S: Simd>(self, simd: S) {
                    let Self { alpha, a, x, out } = self;
                    let (rows, lanes) = (out.len(), S::lanes());
                    let mut at = 0;
                    while at < rows {
                        at += match (rows - at).div_ceil(lanes) {
                            1 => strip::<S, 1, FRESH>(simd, alpha, (a, at), x, out),
                            2 => strip::<S, 2, FRESH>(simd, alpha, (a, at), x, out),
                            3 => strip::<S, 3, FRESH>(simd, alpha, (a, at), x, out),
                            4 => strip::<S, 4, FRESH>(simd, alpha, (a, at), x, out),
                            5 => strip::<S, 5, FRESH>(simd, alpha, (a, at), x, out),
                            6 => strip::<S, 6, FRESH>(simd, alpha, (a, at), x, out),
                            // One that is left by others would have rows in common with them.
                            7 | 9 => strip::<S, 7, FRESH>(simd, alpha, (a, at), x, out),
                            _ => strip::<S, 8, FRESH>(simd, alpha, (a, at), x, out),
                        };
                    }
                }
            }

            /// R vectors of rows from `at` on; gives how many rows that are. The last vector ends where the column ends:
            /// what it has in common with the one before is the same in both.
            #[inline(always)]
            fn strip<S: Simd, const R: usize, const FRESH: bool>(
                simd: S,
                alpha: $scalar,
                (a, at): (&[$scalar], usize),
                x: &[$scalar],
                out: &mut [$scalar],
            ) -> usize {
                let (rows, lanes) = (out.len(), S::lanes());
                let height = (R * lanes).min(rows - at);
                let last = at + height - lanes;
                let mut sums = [simd.$splat(0.0); R];
                for (column, &x) in a.chunks_exact(rows).zip(x) {
                    let (body, _) = S::$slices(&column[at..at + height]);
                    let factor = simd.$splat(alpha * x);
                    for r in 0..R - 1 {
                        sums[r] = simd.$mul_add(body[r], factor, sums[r]);
                    }
                    sums[R - 1] = simd.$mul_add(one::<S>(&column[last..]), factor, sums[R - 1]);
                }
                if !FRESH {
                    let unit = simd.$splat(1.0);
                    for r in 0..R - 1 {
                        sums[r] = simd.$mul_add(one::<S>(&out[at + r * lanes..]), unit, sums[r]);
                    }
                    sums[R - 1] = simd.$mul_add(one::<S>(&out[last..]), unit, sums[R - 1]);
                }
                for r in 0..R - 1 {
                    S::$slices_mut(&mut out[at + r * lanes..][..lanes]).0[0] = sums[r];
                }
                S::$slices_mut(&mut out[last..][..lanes]).0[0] = sums[R - 1];
                height
            }

            /// The vector that a slice begins with.
            #[inline(always)]
            fn one<S: Simd>(a: &[$scalar]) -> S::$vector {
                S::$slices(&a[..S::lanes()]).0[0]
            }

            /// Reads what is left of slices of one length behind their vectors; other lanes are 0.
            #[derive(Clone, Copy)]
            struct Rest<S: Simd> {
                /// Where the slices are long enough: which lanes of the vector that ends with them are left.
                lanes: Option<S::$mask>,
            }

            impl<S: Simd> Rest<S> {
                /// Of slices of `length` entries.
                #[inline(always)]
                fn new(simd: S, length: usize) -> Self {
                    const STEP: [$scalar; 32] = {
                        let mut step = [0.0; 32];
                        let mut i = 16;
                        while i < 32 {
                            step[i] = 1.0;
                            i += 1;
                        }
                        step
                    };
                    let lanes = S::lanes();
                    let mask = || simd.$greater(one::<S>(&STEP[16 - lanes + length % lanes..]), simd.$splat(0.0));
                    Self { lanes: (length >= lanes).then(mask) }
                }

                /// A call that loads a part of a vector costs as much as several products.
                #[inline(always)]
                fn load(self, simd: S, a: &[$scalar]) -> S::$vector {
                    match self.lanes {
                        Some(mask) => simd.$select(mask, one::<S>(&a[a.len() - S::lanes()..]), simd.$splat(0.0)),
                        None => simd.$load(a),
                    }
                }
            }

            /// One to eight columns.
            #[inline(always)]
            fn some_columns<S: Simd, const FRESH: bool>(
                simd: S,
                alpha: $scalar,
                a: &[$scalar],
                x: &[$scalar],
                out: &mut [$scalar],
            ) {
                match x.len() {
                    1 => add_columns::<S, 1, FRESH>(simd, alpha, a, x, out),
                    2 => add_columns::<S, 2, FRESH>(simd, alpha, a, x, out),
                    3 => add_columns::<S, 3, FRESH>(simd, alpha, a, x, out),
                    4 => add_columns::<S, 4, FRESH>(simd, alpha, a, x, out),
                    5 => add_columns::<S, 5, FRESH>(simd, alpha, a, x, out),
                    6 => add_columns::<S, 6, FRESH>(simd, alpha, a, x, out),
                    7 => add_columns::<S, 7, FRESH>(simd, alpha, a, x, out),
                    8 => add_columns::<S, 8, FRESH>(simd, alpha, a, x, out),
                    _ => {}
                }
            }

            /// `out += alpha Σ_c x_c a_c` over C columns as long as `out`, or `=` where FRESH: what was written in other
            /// pieces just before would be waited for.
            #[inline(always)]
            fn add_columns<S: Simd, const C: usize, const FRESH: bool>(
                simd: S,
                alpha: $scalar,
                a: &[$scalar],
                x: &[$scalar],
                out: &mut [$scalar],
            ) {
                let rows = out.len();
                let (out, out_rest) = S::$slices_mut(out);
                let mut columns: [&[S::$vector]; C] = [&[]; C];
                let mut rests: [&[$scalar]; C] = [&[]; C];
                let mut factors = [simd.$splat(0.0); C];
                for c in 0..C {
                    let (column, rest) = S::$slices(&a[c * rows..][..rows]);
                    columns[c] = &column[..out.len()];
                    rests[c] = rest;
                    factors[c] = simd.$splat(alpha * x[c]);
                }
                for (i, out) in out.iter_mut().enumerate() {
                    let mut sum = if FRESH { simd.$splat(0.0) } else { *out };
                    for c in 0..C {
                        sum = simd.$mul_add(columns[c][i], factors[c], sum);
                    }
                    *out = sum;
                }
                if !out_rest.is_empty() {
                    let mut sum = if FRESH { simd.$splat(0.0) } else { simd.$load(out_rest) };
                    for c in 0..C {
                        sum = simd.$mul_add(simd.$load(rests[c]), factors[c], sum);
                    }
                    simd.$store(out_rest, sum);
                }
            }

            /// `|beta b + alpha A x|²`: what is squared stays in registers.
            pub struct AffineSquare<'a> {
                pub beta: $scalar,
                pub b: &'a [$scalar],
                pub alpha: $scalar,
                pub a: &'a [$scalar],
                pub x: &'a [$scalar],
                pub sum: &'a mut $scalar,
            }

            impl WithSimd for AffineSquare<'_> {
                type Output = ();
                #[inline(always)]
                fn with_simd<S: Simd>(self, simd: S) {
                    let Self { beta, b, alpha, a, x, sum } = self;
                    let (rows, lanes) = (b.len(), S::lanes());
                    let beta = simd.$splat(beta);
                    let mut squares = [simd.$splat(0.0); 8];
                    let mut at = 0;
                    // Eight vectors of rows side by side, then one, then what is left of one.
                    while at + 8 * lanes <= rows {
                        let (b, _) = S::$slices(&b[at..][..8 * lanes]);
                        let mut values = [simd.$splat(0.0); 8];
                        for (value, &b) in values.iter_mut().zip(b) {
                            *value = simd.$mul(beta, b);
                        }
                        for (c, &x) in x.iter().enumerate() {
                            let (column, _) = S::$slices(&a[c * rows + at..][..8 * lanes]);
                            let factor = simd.$splat(alpha * x);
                            for (value, &entry) in values.iter_mut().zip(column) {
                                *value = simd.$mul_add(entry, factor, *value);
                            }
                        }
                        for (square, value) in squares.iter_mut().zip(values) {
                            *square = simd.$mul_add(value, value, *square);
                        }
                        at += 8 * lanes;
                    }
                    while at + lanes <= rows {
                        let mut value = simd.$mul(beta, one::<S>(&b[at..]));
                        for (c, &x) in x.iter().enumerate() {
                            value = simd.$mul_add(one::<S>(&a[c * rows + at..]), simd.$splat(alpha * x), value);
                        }
                        squares[0] = simd.$mul_add(value, value, squares[0]);
                        at += lanes;
                    }
                    if at < rows {
                        let rest = Rest::new(simd, rows);
                        let mut value = simd.$mul(beta, rest.load(simd, b));
                        for (column, &x) in a.chunks_exact(rows).zip(x) {
                            value = simd.$mul_add(rest.load(simd, column), simd.$splat(alpha * x), value);
                        }
                        squares[1] = simd.$mul_add(value, value, squares[1]);
                    }
                    let one = simd.$splat(1.0);
                    for half in [4, 2, 1] {
                        for k in 0..half {
                            squares[k] = simd.$mul_add(squares[k], one, squares[k + half]);
                        }
                    }
                    *sum = simd.$sum(squares[0]);
                }
            }

            /// `out += alpha_k A x_k` for two k, some columns at a time.
            pub struct GemvBoth<'a> {
                pub alpha: [$scalar; 2],
                pub a: &'a [$scalar],
                pub x: [&'a [$scalar]; 2],
                pub out: (&'a mut [$scalar], &'a mut [$scalar]),
            }

            impl WithSimd for GemvBoth<'_> {
                type Output = ();
                #[inline(always)]
                fn with_simd<S: Simd>(self, simd: S) {
                    let Self { alpha, a, x, out } = self;
                    let (rows, cols) = (out.0.len(), x[0].len());
                    let mut at = 0;
                    while S::REGISTER_COUNT >= 32 && at + 8 <= cols {
                        add_both::<S, 8>(simd, alpha, &a[at * rows..], [&x[0][at..], &x[1][at..]], (&mut *out.0, &mut *out.1));
                        at += 8;
                    }
                    while at + 4 <= cols {
                        add_both::<S, 4>(simd, alpha, &a[at * rows..], [&x[0][at..], &x[1][at..]], (&mut *out.0, &mut *out.1));
                        at += 4;
                    }
                    while at < cols {
                        add_both::<S, 1>(simd, alpha, &a[at * rows..], [&x[0][at..], &x[1][at..]], (&mut *out.0, &mut *out.1));
                        at += 1;
                    }
                }
            }

            /// [`add_columns`] for two x: each column is loaded once.
            #[inline(always)]
            fn add_both<S: Simd, const C: usize>(
                simd: S,
                alpha: [$scalar; 2],
                a: &[$scalar],
                x: [&[$scalar]; 2],
                (first, second): (&mut [$scalar], &mut [$scalar]),
            ) {
                let rows = first.len();
                let (first, first_rest) = S::$slices_mut(first);
                let (second, second_rest) = S::$slices_mut(second);
                let mut columns: [&[S::$vector]; C] = [&[]; C];
                let mut rests: [&[$scalar]; C] = [&[]; C];
                let mut factors = [[simd.$splat(0.0); C]; 2];
                for c in 0..C {
                    let (column, rest) = S::$slices(&a[c * rows..][..rows]);
                    columns[c] = &column[..first.len()];
                    rests[c] = rest;
                    for k in 0..2 {
                        factors[k][c] = simd.$splat(alpha[k] * x[k][c]);
                    }
                }
                for (i, (first, second)) in first.iter_mut().zip(second).enumerate() {
                    let mut sums = [*first, *second];
                    for c in 0..C {
                        let entry = columns[c][i];
                        for k in 0..2 {
                            sums[k] = simd.$mul_add(entry, factors[k][c], sums[k]);
                        }
                    }
                    [*first, *second] = sums;
                }
                if !first_rest.is_empty() {
                    let mut sums = [simd.$load(first_rest), simd.$load(second_rest)];
                    for c in 0..C {
                        let entry = simd.$load(rests[c]);
                        for k in 0..2 {
                            sums[k] = simd.$mul_add(entry, factors[k][c], sums[k]);
                        }
                    }
                    simd.$store(first_rest, sums[0]);
                    simd.$store(second_rest, sums[1]);
                }
            }

            /// `out += alpha Aᵀ x`, eight columns at a time: x is loaded once for them.
            pub struct GemvT<'a> {
                pub alpha: $scalar,
                pub a: &'a [$scalar],
                pub rows: usize,
                pub x: &'a [$scalar],
                pub out: &'a mut [$scalar],
            }

            impl WithSimd for GemvT<'_> {
                type Output = ();
                #[inline(always)]
                fn with_simd<S: Simd>(self, simd: S) {
                    let Self { alpha, a, rows, x, out } = self;
                    let (x, rest) = (&x[..rows], Rest::new(simd, rows));
                    let mut at = 0;
                    while at + 8 <= out.len() {
                        add_dots::<S, 8, 1>(simd, alpha, &a[at * rows..], (x, rest), &mut out[at..]);
                        at += 8;
                    }
                    let (a, out) = (&a[at * rows..], &mut out[at..]);
                    match out.len() {
                        1 => add_dots::<S, 1, 8>(simd, alpha, a, (x, rest), out),
                        2 => add_dots::<S, 2, 4>(simd, alpha, a, (x, rest), out),
                        3 => add_dots::<S, 3, 2>(simd, alpha, a, (x, rest), out),
                        4 => add_dots::<S, 4, 2>(simd, alpha, a, (x, rest), out),
                        5 => add_dots::<S, 5, 2>(simd, alpha, a, (x, rest), out),
                        6 => add_dots::<S, 6, 1>(simd, alpha, a, (x, rest), out),
                        7 => add_dots::<S, 7, 1>(simd, alpha, a, (x, rest), out),
                        _ => {}
                    }
                }
            }

            /// `out_c += alpha a_cᵀ x` for C columns as long as x, each in K sums.
            #[inline(always)]
            fn add_dots<S: Simd, const C: usize, const K: usize>(
                simd: S,
                alpha: $scalar,
                a: &[$scalar],
                (x, rest): (&[$scalar], Rest<S>),
                out: &mut [$scalar],
            ) {
                let (rows, lanes) = (x.len(), S::lanes());
                let count = rows / lanes;
                let mut all: [&[$scalar]; C] = [&[]; C];
                let mut columns: [&[S::$vector]; C] = [&[]; C];
                for c in 0..C {
                    all[c] = &a[c * rows..][..rows];
                    columns[c] = &S::$slices(all[c]).0[..count];
                }
                let body = &S::$slices(x).0[..count];
                let mut sums = [[simd.$splat(0.0); C]; K];
                let whole = count - count % K;
                for from in (0..whole).step_by(K) {
                    for k in 0..K {
                        for c in 0..C {
                            sums[k][c] = simd.$mul_add(columns[c][from + k], body[from + k], sums[k][c]);
                        }
                    }
                }
                for i in whole..count {
                    for c in 0..C {
                        sums[0][c] = simd.$mul_add(columns[c][i], body[i], sums[0][c]);
                    }
                }
                if count * lanes < rows {
                    let x = rest.load(simd, x);
                    for c in 0..C {
                        sums[K - 1][c] = simd.$mul_add(rest.load(simd, all[c]), x, sums[K - 1][c]);
                    }
                }
                let unit = simd.$splat(1.0);
                for c in 0..C {
                    for k in 1..K {
                        sums[0][c] = simd.$mul_add(sums[k][c], unit, sums[0][c]);
                    }
                    out[c] += alpha * simd.$sum(sums[0][c]);
                }
            }

            /// Columns of the lower triangle of `out += alpha Aᵀ diag(d) A`, d where WEIGHTED: in tiles of columns whose sums
            /// stay in registers, over rows that stay in the cache.
            pub struct Gram<'a, const WEIGHTED: bool> {
                pub alpha: $scalar,
                pub a: &'a [$scalar],
                pub d: &'a [$scalar],
                pub rows: usize,
                pub columns: Range<usize>,
                pub scratch: &'a mut [$scalar],
                pub out: &'a mut [$scalar],
            }

            impl<const WEIGHTED: bool> WithSimd for Gram<'_, WEIGHTED> {
                type Output = ();
                #[inline(always)]
                fn with_simd<S: Simd>(self, simd: S) {
                    let cols = self.a.len() / self.rows;
                    // Half of a cache of the second level: machines with many registers have larger ones.
                    let cache = if S::REGISTER_COUNT >= 32 { 1 << 19 } else { 1 << 18 };
                    let height = (cache / (cols * size_of::<$scalar>())).clamp(64, 1024) & !63;
                    let mut from = 0;
                    while from < self.rows {
                        let to = self.rows.min(from + height);
                        let d = if WEIGHTED { &self.d[from..to] } else { &[] };
                        let columns = (self.columns.start, self.columns.end);
                        let of = Rows { alpha: self.alpha, a: self.a, d, stride: self.rows, from, to, cols, columns };
                        if S::REGISTER_COUNT >= 32 {
                            of.triangle::<S, 4, WEIGHTED>(simd, self.scratch, self.out);
                        } else {
                            of.triangle::<S, 3, WEIGHTED>(simd, self.scratch, self.out);
                        }
                        from = to;
                    }
                }
            }

            /// Columns j and later ones of what stands on the right, in the rows at hand.
            #[derive(Clone, Copy)]
            struct Right<'a> {
                entries: &'a [$scalar],
                stride: usize,
                j: usize,
            }

            /// Some rows of A.
            #[derive(Clone, Copy)]
            struct Rows<'a> {
                alpha: $scalar,
                a: &'a [$scalar],
                d: &'a [$scalar],
                stride: usize,
                from: usize,
                to: usize,
                cols: usize,
                /// The first column of the result, and where they end.
                columns: (usize, usize),
            }

            impl Rows<'_> {
                #[inline(always)]
                fn triangle<S: Simd, const W: usize, const WEIGHTED: bool>(
                    self,
                    simd: S,
                    scratch: &mut [$scalar],
                    out: &mut [$scalar],
                ) {
                    let mut j = self.columns.0;
                    while j < self.columns.1 {
                        match self.cols - j {
                            1 => self.strip::<S, W, 1, WEIGHTED>(simd, j, scratch, out),
                            2 => self.strip::<S, W, 2, WEIGHTED>(simd, j, scratch, out),
                            3 => self.strip::<S, W, 3, WEIGHTED>(simd, j, scratch, out),
                            _ => self.strip::<S, W, W, WEIGHTED>(simd, j, scratch, out),
                        }
                        j += W;
                    }
                }

                /// Columns j to j + C of the result, from the diagonal on. Where there are many tiles and room, the
                /// weighted columns are computed once for all of them.
                #[inline(always)]
                fn strip<S: Simd, const W: usize, const C: usize, const WEIGHTED: bool>(
                    self,
                    simd: S,
                    j: usize,
                    scratch: &mut [$scalar],
                    out: &mut [$scalar],
                ) {
                    let height = self.to - self.from;
                    let many = self.cols - j >= 4 * W;
                    if WEIGHTED
                        && many
                        && let Some(weighted) = scratch.get_mut(..C * height)
                    {
                        for (c, weighted) in weighted.chunks_exact_mut(height).enumerate() {
                            let column = &self.a[(j + c) * self.stride + self.from..][..height];
                            for ((to, &a), &d) in weighted.iter_mut().zip(column).zip(self.d) {
                                *to = d * a;
                            }
                        }
                        let right = Right { entries: weighted, stride: height, j };
                        return self.tiles::<S, W, C, false>(simd, right, out);
                    }
                    let right = Right { entries: &self.a[j * self.stride + self.from..], stride: self.stride, j };
                    self.tiles::<S, W, C, WEIGHTED>(simd, right, out);
                }

                #[inline(always)]
                fn tiles<S: Simd, const W: usize, const C: usize, const WEIGHTED: bool>(
                    self,
                    simd: S,
                    right: Right<'_>,
                    out: &mut [$scalar],
                ) {
                    self.tile::<S, C, C, true, WEIGHTED>(simd, right.j, right, out);
                    let mut i = right.j + C;
                    while i + W <= self.cols {
                        self.tile::<S, W, C, false, WEIGHTED>(simd, i, right, out);
                        i += W;
                    }
                    while i < self.cols {
                        self.tile::<S, 1, C, false, WEIGHTED>(simd, i, right, out);
                        i += 1;
                    }
                }

                #[inline(always)]
                fn column<S: Simd>(&self, k: usize) -> (&[S::$vector], &[$scalar]) {
                    S::$slices(&self.a[k * self.stride + self.from..k * self.stride + self.to])
                }

                /// Entries `(i.., j..)` of a tile of R x C, of its lower triangle where it stands on the diagonal.
                #[inline(always)]
                fn tile<S: Simd, const R: usize, const C: usize, const DIAGONAL: bool, const WEIGHTED: bool>(
                    self,
                    simd: S,
                    i: usize,
                    of: Right<'_>,
                    out: &mut [$scalar],
                ) {
                    let j = of.j;
                    let length = (self.to - self.from) / S::lanes();
                    let mut left: [&[S::$vector]; R] = [&[]; R];
                    let mut right: [&[S::$vector]; C] = [&[]; C];
                    let mut left_rest: [&[$scalar]; R] = [&[]; R];
                    let mut right_rest: [&[$scalar]; C] = [&[]; C];
                    for r in 0..R {
                        let (body, rest) = self.column::<S>(i + r);
                        (left[r], left_rest[r]) = (&body[..length], rest);
                    }
                    for c in 0..C {
                        let (body, rest) = S::$slices(&of.entries[c * of.stride..][..self.to - self.from]);
                        (right[c], right_rest[c]) = (&body[..length], rest);
                    }
                    let (d, d_rest) = S::$slices(self.d);
                    let d = if WEIGHTED { &d[..length] } else { d };
                    let mut sums = [[simd.$splat(0.0); C]; R];
                    for k in 0..length {
                        for c in 0..C {
                            let t = if WEIGHTED { simd.$mul(d[k], right[c][k]) } else { right[c][k] };
                            for r in 0..R {
                                if !DIAGONAL || r >= c {
                                    sums[r][c] = simd.$mul_add(left[r][k], t, sums[r][c]);
                                }
                            }
                        }
                    }
                    if length * S::lanes() < self.to - self.from {
                        for c in 0..C {
                            let t = simd.$load(right_rest[c]);
                            let t = if WEIGHTED { simd.$mul(simd.$load(d_rest), t) } else { t };
                            for r in 0..R {
                                if !DIAGONAL || r >= c {
                                    sums[r][c] = simd.$mul_add(simd.$load(left_rest[r]), t, sums[r][c]);
                                }
                            }
                        }
                    }
                    for c in 0..C {
                        for r in 0..R {
                            if !DIAGONAL || r >= c {
                                out[i + r + (j + c - self.columns.0) * self.cols] += self.alpha * simd.$sum(sums[r][c]);
                            }
                        }
                    }
                }
            }

            /// Lanes of this scalar.
            trait Lanes: Simd {
                #[inline(always)]
                fn lanes() -> usize {
                    size_of::<Self::$vector>() / size_of::<$scalar>()
                }
            }
            impl<S: Simd> Lanes for S {}
        }
    };
}

// What nobody asks for is not compiled: `f32` in the crates that use it, `f64` here, once for all.
#[cfg(feature = "std")]
wide!(f64, f64s, m64s: as_simd_f64s, as_mut_simd_f64s, partial_load_f64s, partial_store_f64s, splat_f64s, mul_f64s, mul_add_e_f64s, reduce_sum_f64s, greater_than_f64s, select_f64s);
#[cfg(feature = "std")]
wide!(#[inline] f32, f32s, m32s: as_simd_f32s, as_mut_simd_f32s, partial_load_f32s, partial_store_f32s, splat_f32s, mul_f32s, mul_add_e_f32s, reduce_sum_f32s, greater_than_f32s, select_f32s);

/// Runs a kernel where the machine has vectors.
#[cfg(feature = "std")]
#[inline]
pub(crate) fn run(kernel: impl pulp::WithSimd<Output = ()>) -> bool {
    let arch = pulp::Arch::new();
    if matches!(arch, pulp::Arch::Scalar) {
        return false;
    }
    arch.dispatch(kernel);
    true
}
