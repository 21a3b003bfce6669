//! What can be said before the first iteration: `Q` positive semidefinite, rows of `A` that depend on
//! others, rows of `G` without entries, and rows of `G` that repeat others.

use nalgebra::{DMatrix, DVector};

use super::error::ProgramError;
use super::program::{PrimalDual, Program};

/// The rows that are kept, and why others are not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kept {
    /// Rows of A that do not depend on earlier ones.
    pub equalities: Vec<usize>,
    /// Rows of G that have entries and repeat no tighter one.
    pub inequalities: Vec<usize>,
    /// Rows of A that depend on others.
    pub dependent: Vec<usize>,
    /// Pairs (row kept, row left out) of G that say the same.
    pub duplicates: Vec<(usize, usize)>,
}

/// A row that depends on others, and by which factors.
struct Dependent {
    row: usize,
    factors: Vec<(usize, f64)>,
}

/// The program without the rows that say nothing new.
///
/// # Errors
/// Not convex, or rows that contradict each other.
pub fn presolve(program: &Program) -> Result<(Program, Kept), ProgramError> {
    check_convex(&program.Q)?;
    let mut kept = Kept::default();
    let (independent, dependent) = independent_rows(&program.A);
    for row in &dependent {
        check_consistent(program, row)?;
        kept.dependent.push(row.row);
    }
    kept.equalities = independent;
    kept.dependent.sort_unstable();
    keep_inequalities(program, &mut kept)?;
    let reduced = Program {
        Q: program.Q.clone(),
        q: program.q.clone(),
        A: program.A.select_rows(&kept.equalities),
        b: program.b.select_rows(&kept.equalities),
        G: program.G.select_rows(&kept.inequalities),
        h: program.h.select_rows(&kept.inequalities),
    };
    Ok((reduced, kept))
}

/// Positive semidefinite to rounding, measured by the diagonal: `D Q D + n eps 100 I` has a Cholesky
/// factor, `D = diag(q_ii)^-1/2`.
fn check_convex(hessian: &DMatrix<f64>) -> Result<(), ProgramError> {
    let n = hessian.nrows();
    let scale = hessian.diagonal().map(|d| if d > 0.0 { 1.0 / d.sqrt() } else { 1.0 });
    let mut scaled = DMatrix::from_fn(n, n, |i, j| scale[i] * hessian[(i, j)] * scale[j]);
    let shift = 100.0 * n as f64 * f64::EPSILON * scaled.amax();
    for i in 0..n {
        scaled[(i, i)] += shift;
    }
    if hessian.amax() == 0.0 || scaled.cholesky().is_some() {
        return Ok(());
    }
    let eigenvalues = hessian.clone().symmetric_eigenvalues();
    Err(ProgramError::NotConvex { smallest: eigenvalues.min(), largest: eigenvalues.amax() })
}

/// Rows that span all, and the others as their combinations: a QR factorisation with pivoting of the
/// transposed matrix, rows scaled to length 1.
fn independent_rows(matrix: &DMatrix<f64>) -> (Vec<usize>, Vec<Dependent>) {
    let sizes: Vec<f64> = matrix.row_iter().map(|row| row.norm()).collect();
    let (filled, empty): (Vec<usize>, Vec<usize>) = (0..matrix.nrows()).partition(|&i| sizes[i] > 0.0);
    let mut dependent: Vec<Dependent> = empty.into_iter().map(|row| Dependent { row, factors: Vec::new() }).collect();
    if filled.is_empty() {
        return (Vec::new(), dependent);
    }
    let n = matrix.ncols();
    let columns = DMatrix::from_fn(n, filled.len(), |j, k| matrix[(filled[k], j)] / sizes[filled[k]]);
    let decomposed = columns.col_piv_qr();
    let mut order = DMatrix::from_fn(1, filled.len(), |_, k| k);
    decomposed.p().permute_columns(&mut order);
    let order: Vec<usize> = order.iter().map(|&k| filled[k]).collect();
    let r = decomposed.r();
    let tolerance = 100.0 * (n + filled.len()) as f64 * f64::EPSILON;
    let rank = (0..r.nrows()).take_while(|&k| r[(k, k)].abs() > tolerance).count();
    let square = r.view((0, 0), (rank, rank)).into_owned();
    for (k, &row) in order.iter().enumerate().skip(rank) {
        let side = r.view((0, k), (rank, 1)).into_owned();
        // The triangle is regular: its diagonal is above the tolerance.
        let coefficients = square.solve_upper_triangular(&side).unwrap_or(side);
        let factors = (0..rank).map(|j| (order[j], coefficients[j] * sizes[row] / sizes[order[j]])).collect();
        dependent.push(Dependent { row, factors });
    }
    let mut independent = order[..rank].to_vec();
    independent.sort_unstable();
    (independent, dependent)
}

/// Rows of the matrix that depend on the others.
pub fn dependent_rows(matrix: &DMatrix<f64>) -> Vec<usize> {
    let mut rows: Vec<usize> = independent_rows(matrix).1.iter().map(|row| row.row).collect();
    rows.sort_unstable();
    rows
}

/// Where a row depends on others its right side has to do so too; else `ν = ±(e - factors)` is a
/// certificate.
fn check_consistent(program: &Program, row: &Dependent) -> Result<(), ProgramError> {
    let (n, p, m) = program.sizes();
    let mut certificate = PrimalDual::zeros(n, p, m);
    certificate.nu[row.row] = 1.0;
    for &(other, factor) in &row.factors {
        certificate.nu[other] -= factor;
    }
    let gap = program.b.dot(&certificate.nu);
    let terms = program.b.component_mul(&certificate.nu).abs().sum();
    if gap.abs() <= 1e-9 * terms {
        return Ok(());
    }
    certificate.nu *= -1.0 / gap;
    Err(ProgramError::PrimalInfeasible { certificate: Box::new(certificate) })
}

/// Leaves out rows of zeros and, of rows with one direction, all but the tightest.
fn keep_inequalities(program: &Program, kept: &mut Kept) -> Result<(), ProgramError> {
    let (n, p, m) = program.sizes();
    let mut rows: Vec<(usize, DVector<f64>, f64)> = Vec::new();
    for (i, row) in program.G.row_iter().enumerate() {
        let size = row.norm();
        if size > 0.0 {
            rows.push((i, (row.transpose() / size).add_scalar(0.0), program.h[i] / size));
        } else if program.h[i] < 0.0 {
            let mut certificate = PrimalDual::zeros(n, p, m);
            certificate.lambda[i] = -1.0 / program.h[i];
            return Err(ProgramError::PrimalInfeasible { certificate: Box::new(certificate) });
        }
    }
    // Rows of one direction stand side by side.
    rows.sort_by(|(_, a, _), (_, b, _)| {
        a.iter().zip(b).map(|(a, b)| a.total_cmp(b)).find(|order| order.is_ne()).unwrap_or(core::cmp::Ordering::Equal)
    });
    for group in rows.chunk_by(|(_, a, _), (_, b, _)| (a - b).amax() <= 4.0 * f64::EPSILON) {
        let Some((tightest, _, bound)) = group.iter().min_by(|a, b| a.2.total_cmp(&b.2).then(a.0.cmp(&b.0))) else { continue };
        kept.inequalities.push(*tightest);
        let same = group.iter().filter(|(i, _, side)| i != tightest && side - bound <= 1e-12 * bound.abs().max(side.abs()));
        kept.duplicates.extend(same.map(|(i, _, _)| (*tightest, *i)));
    }
    kept.inequalities.sort_unstable();
    kept.duplicates.sort_unstable();
    Ok(())
}
