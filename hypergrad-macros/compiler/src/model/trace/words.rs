//! The words that are read: one table, by what stands before the word and how many arguments follow.
//!
//! Dispatch, suggestions and the test of `docs/language.md` read this table. A variant is the word as
//! users write it, and matches on a family are exhaustive: a word without a meaning does not build.

/// Words separated by spaces, where all have one meaning: a conversion, a refusal.
#[derive(Clone, Copy)]
pub struct Words(pub &'static str);

impl Words {
    pub fn iter(self) -> impl Iterator<Item = &'static str> {
        self.0.split_ascii_whitespace()
    }

    pub fn contains(self, name: &str) -> bool {
        self.iter().any(|word| word == name)
    }
}

/// Families of words, each with the section of the language page on which its words stand.
macro_rules! words {
    ($($(#[$doc:meta])* $section:literal $family:ident { $($word:ident)* })*) => {
        $(
            $(#[$doc])*
            #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "a variant is the word as users write it")]
            #[derive(Clone, Copy, PartialEq, Eq, Debug)]
            pub enum $family { $($word),* }

            impl $family {
                pub const NAMES: &'static [&'static str] = &[$(stringify!($word)),*];

                /// The word of this name.
                pub fn named(name: &str) -> Option<Self> {
                    const ALL: &[$family] = &[$($family::$word),*];
                    Self::NAMES.iter().position(|known| *known == name).and_then(|place| ALL.get(place).copied())
                }
            }
        )*

        /// Every family: the heading of its section, its words.
        #[cfg(test)]
        pub const FAMILIES: &[(&str, &[&str])] = &[$(($section, $family::NAMES)),*];
    };
}

words! {
    /// Functions of `hypergrad::math`.
    "Scalar functions" MathWord {
        softplus sigmoid log_sum_exp huber pseudo_huber erf erfc
        ln_gamma digamma trigamma normal_cdf log_normal_cdf lambert_w log1mexp
    }

    /// Methods of scalars, without arguments, that are one function of the graph.
    "Scalar functions" FunctionWord {
        exp ln sqrt cbrt sin cos tan tanh sinh cosh asin acos atan asinh acosh atanh ln_1p exp_m1 recip abs signum
        modulus norm1 floor ceil round trunc
    }

    /// The others without arguments.
    "Scalar functions" ScalarWord { exp2 log2 log10 sin_cos to_radians to_degrees modulus_squared fract round_ties_even }

    /// Methods of scalars with an integer.
    "Scalar functions" PowerWord { powi }

    /// Methods of two scalars.
    "Scalar functions" ScalarPairWord { powf log atan2 hypot midpoint min max scale unscale copysign rem_euclid div_euclid }

    /// Conditions on a scalar.
    "Bindings, numbers, conditions" TestWord { is_finite is_nan is_infinite is_sign_positive is_sign_negative }

    /// Methods of a range.
    "Bindings, numbers, conditions" RangeWord { contains }

    /// Methods of three scalars.
    "Scalar functions" ScalarTripleWord { clamp mul_add }

    /// Methods of integers.
    "Indices" IntegerWord { min max clamp abs_diff saturating_sub wrapping_add wrapping_sub pow abs signum rem_euclid div_euclid div_ceil }

    /// What compares two numbers, or may have no value.
    "Bindings, numbers, conditions" ComparisonWord { cmp partial_cmp total_cmp checked_sub }

    /// Methods of a condition.
    "Bindings, numbers, conditions" ConditionWord { then then_some }

    /// Methods of an `Option`.
    "Bindings, numbers, conditions" OptionWord {
        is_some is_none is_some_and unwrap expect unwrap_or unwrap_or_default unwrap_or_else map map_or map_or_else and_then or
        copied cloned filter or_else ok_or ok_or_else zip xor is_none_or flatten iter into_iter
    }

    /// Methods of a `Result`.
    "Bindings, numbers, conditions" ResultWord {
        is_ok is_err ok err unwrap expect unwrap_or unwrap_or_default unwrap_or_else map map_err map_or map_or_else and_then or_else
    }

    /// Methods of an `Ordering`.
    "Bindings, numbers, conditions" OrderingWord { is_lt is_gt is_eq is_ne is_le is_ge reverse then then_with }

    /// Entries that there may not be.
    "Methods of vectors and matrices" EntryWord { get first last }

    /// Sizes of vectors and matrices.
    "Methods of vectors and matrices" SizeWord { nrows ncols len shape is_empty is_square }

    /// Iterators over entries, rows and columns.
    "Sums over ranges and entries" PartsWord { iter into_iter row_iter column_iter }

    /// Scalars made of all entries.
    "Methods of vectors and matrices" ReductionWord {
        sum norm norm_squared magnitude magnitude_squared mean variance max min amax amin camax camin product trace to_scalar into_scalar
    }

    /// Places of largest and smallest entries.
    "Methods of vectors and matrices" PlaceOfWord { imax imin iamax iamin icamax argmax argmin }

    /// The same entries elsewhere, and sums along one dimension.
    "Methods of vectors and matrices" RearrangementWord {
        transpose adjoint diagonal row_sum row_sum_tr column_sum row_mean column_mean row_variance column_variance abs normalize upper_triangle
        lower_triangle symmetric_part hermitian_part cross_matrix
    }

    /// Vectors of the first three coordinates, in any order.
    "Methods of vectors and matrices" CoordinatesWord {
        xx xy xz yx yy yz zx zy zz
        xxx xxy xxz xyx xyy xyz xzx xzy xzz yxx yxy yxz yyx yyy yyz yzx yzy yzz zxx zxy zxz zyx zyy zyz zzx zzy zzz
    }

    /// Slices in pieces.
    "Sums over ranges and entries" SliceWord { windows chunks chunks_exact rchunks split_at }

    /// The first or last item of a slice, and the others.
    "Sums over ranges and entries" EndWord { split_first split_last }

    /// Norms with an exponent.
    "Methods of vectors and matrices" PowerNormWord { lp_norm pow }

    /// Parts of vectors and matrices.
    "Methods of vectors and matrices" PartWord {
        row column rows columns fixed_rows fixed_columns rows_range columns_range view fixed_view remove_row remove_column
    }

    /// Rows and columns by a list of indices.
    "Indices from data" SelectWord { select_rows select_columns }

    /// Vectors and matrices with entries more.
    "Methods of vectors and matrices" LongerWord { push insert_row insert_column resize_vertically resize_horizontally }

    /// The same entries in another shape.
    "Methods of vectors and matrices" ReshapeWord { reshape_generic }

    /// With a norm of nalgebra.
    "Methods of vectors and matrices" WithNormWord { apply_norm apply_metric_distance }

    /// By the norm.
    "Methods of vectors and matrices" NormWord { try_normalize cap_magnitude }

    /// A scalar function, entry by entry.
    "Methods of vectors and matrices" MapWord { map map_with_location map_diagonal zip_map zip_zip_map }

    /// Factorisations of square matrices.
    "Linear systems" DecompositionWord { lu full_piv_lu qr col_piv_qr cholesky }

    /// Inverses and determinants of square matrices.
    "Linear systems" InverseWord { try_inverse determinant }

    /// Methods of factorisations.
    "Linear systems" SolutionWord { solve try_inverse inverse determinant ln_determinant }

    /// The triangle that Cholesky's method finds.
    "Linear systems" TriangleWord { l unpack }

    /// Solves with the triangle of a matrix, or with the transpose of it.
    "Linear systems" TriangularWord {
        solve_lower_triangular solve_upper_triangular tr_solve_lower_triangular tr_solve_upper_triangular
    }

    /// Methods of what a factorisation may not find.
    "Linear systems" FoundWord { unwrap expect }

    /// Methods of vectors and matrices with a scalar.
    "Methods of vectors and matrices" ScalingWord { scale unscale add_scalar }

    /// Methods of two vectors or matrices.
    "Methods of vectors and matrices" PairWord {
        dot dotc tr_dot component_mul component_div tr_mul ad_mul cross kronecker metric_distance angle sup inf lerp
    }

    /// Associated functions of nalgebra's types.
    "Methods of vectors and matrices" ConstructorWord {
        from_fn zeros identity repeat from_element from_diagonal from_diagonal_element from_row_slice from_column_slice
        from_vec from_iterator from_row_iterator from_columns from_rows new from x y z w x_axis y_axis z_axis w_axis
    }

    /// Methods of arrays.
    "Sums over ranges and entries" ArrayWord { map len iter into_iter concat as_flattened }

    /// Sizes of lists.
    "Indices from data" ListWord { len nrows ncols is_empty }

    /// Iterators made of one iterator.
    "Sums over ranges and entries" AdapterWord { iter into_iter copied cloned enumerate rev cycle peekable }

    /// Iterators made of one iterator and a function, another iterator or a count.
    "Sums over ranges and entries" AdapterWithWord { map filter flat_map zip chain skip take step_by }

    /// What ends an iterator.
    "Sums over ranges and entries" ConsumerWord { sum product count len is_empty collect }

    /// Iterator methods that others say as well.
    "Sums over ranges and entries" ComposedWord { inspect flatten filter_map unzip all any reduce max_by min_by is_sorted eq ne }

    /// Items that values pick.
    "Sums over ranges and entries" SearchWord {
        find find_map position rposition take_while skip_while map_while partition max_by_key min_by_key max min contains
    }

    /// One item of an iterator.
    "Sums over ranges and entries" ItemWord { next nth last peek }

    /// Functions of `core::iter`.
    "Sums over ranges and entries" SourceWord { empty once repeat repeat_n zip successors from_fn }

    /// What ends an iterator with a closure that is called in order.
    "Loops and what they change" StepsWord { fold rfold for_each try_fold try_for_each }

    /// Iterators with a state.
    "Sums over ranges and entries" StateWord { scan }

    /// A fold over the entries of two tensors.
    "Loops and what they change" ZipFoldWord { zip_fold }

    /// Where a maximum or minimum begins.
    "Loops and what they change" InfinityWord { INFINITY NEG_INFINITY }

    /// What begins there.
    "Loops and what they change" ExtremeWord { max min }

    /// Methods that make a list longer.
    "Loops and what they change" GrowWord { push extend }

    /// Methods of a queue, which is read as a list.
    "Loops and what they change" QueueWord { push_back push_front pop_back pop_front front back front_mut back_mut }

    /// Methods that exchange, move and remove items of a list.
    "Loops and what they change" ArrangeWord {
        swap swap_rows swap_columns reverse rotate_left rotate_right truncate insert remove pop clear append extend_from_slice
        clone_from retain split_off drain resize swap_remove dedup dedup_by_key
    }

    /// Places in a list that is in order.
    "Sums over ranges and entries" SortedWord { partition_point binary_search binary_search_by }

    /// Conversions that may not fit.
    "Bindings, numbers, conditions" ConversionWord { try_into }

    /// Methods that sort a list.
    "Loops and what they change" SortWord {
        sort sort_unstable sort_by sort_unstable_by sort_by_key sort_unstable_by_key sort_by_cached_key
    }

    /// Methods that change an `Option`.
    "Loops and what they change" OptionPlaceWord { take replace insert get_or_insert get_or_insert_with as_mut }

    /// Functions of `core::mem`.
    "Loops and what they change" ExchangeWord { swap replace take }

    /// Methods that write what an operator gives to another place.
    "Loops and what they change" ToWord { mul_to tr_mul_to add_to sub_to }

    /// References to parts.
    "Loops and what they change" PlaceWord {
        row_mut column_mut rows_mut columns_mut fixed_rows_mut fixed_columns_mut rows_range_mut columns_range_mut view_mut
        fixed_view_mut iter_mut row_iter_mut column_iter_mut as_mut_slice
    }

    /// References to items and parts of a slice.
    "Loops and what they change" SlicePlaceWord {
        first_mut last_mut get_mut split_at_mut split_first_mut split_last_mut chunks_mut chunks_exact_mut
    }

    /// Methods that change their operand.
    "Loops and what they change" ChangeWord {
        fill copy_from copy_from_slice clone_from_slice set_row set_column set_diagonal fill_row fill_column fill_diagonal fill_with_identity
        fill_lower_triangle fill_upper_triangle axpy gemv gemv_tr gemv_ad gemm gemm_tr gemm_ad ger cmpy apply zip_apply zip_zip_apply transpose_mut scale_mut
        unscale_mut add_scalar_mut neg_mut component_mul_assign component_div_assign normalize_mut
    }

    /// Methods of sparse matrices.
    "Sparse data" CsrWord { nrows ncols transpose row }

    /// Methods of their rows.
    "Sparse data" CsrRowWord { col_indices values ncols }

    /// Constants of `std::f64::consts`.
    "Bindings, numbers, conditions" ConstantWord {
        PI E TAU LN_2 LN_10 LOG2_E LOG10_E LOG2_10 LOG10_2 SQRT_2 FRAC_1_SQRT_2 FRAC_1_PI FRAC_2_PI FRAC_2_SQRT_PI FRAC_PI_2
        FRAC_PI_3 FRAC_PI_4 FRAC_PI_6 FRAC_PI_8
    }

    /// Associated constants of `f64` and `f32`.
    "Bindings, numbers, conditions" LimitWord { EPSILON MIN_POSITIVE MAX MIN }

    /// Macros.
    "Bindings, numbers, conditions" MacroWord {
        vector matrix dvector dmatrix vec assert assert_eq assert_ne debug_assert debug_assert_eq debug_assert_ne matches
        print println eprint eprintln dbg panic unreachable todo unimplemented format stack
    }
}

/// Methods that give the same value in another kind of storage or reference.
pub const IDENTITIES: Words = Words("clone into into_owned to_owned clone_owned as_ref as_view as_slice to_vec conjugate real");

/// All words of some families.
pub fn names(families: &[&[&'static str]]) -> Vec<&'static str> {
    families.concat()
}
