//! Quadratic programs: against another solver, on degenerate data, and derivatives against differences.

/// nalgebra's macros of these names need another crate.
macro_rules! dvector {
    ($($entry:expr),* $(,)?) => { hypergrad_runtime::nalgebra::DVector::from_vec(vec![$($entry),*]) };
}
macro_rules! dmatrix {
    ($($($entry:expr),+);+) => {{
        let rows = [$(vec![$($entry),+]),+];
        hypergrad_runtime::nalgebra::DMatrix::from_fn(rows.len(), rows[0].len(), |i, j| rows[i][j])
    }};
}

mod clarabel;
mod degenerate;
mod derivatives;
mod one_step;
mod zoo;
