//! The independent oracle: every derivative by dual numbers, the rest by the dense formulas.
//!
//! A test copies the functions of its module over [`Number`], on flat slices with plain loops.
//! Third-order dual numbers then give `F, F_1, F_2, F_11, F_21` and `g, g_1, g_2, g_11, g_21` to
//! rounding, and
//!
//! ```text
//! Psi            = -F_2ᵀ F_1⁻ᵀ
//! Psi_1[:, :, k] = -(F_1⁻¹ (F_21[:, :, k] - F_11[:, :, k] F_1⁻¹ F_2))ᵀ
//! Omega          = g_2 + Psi g_1
//! Omega_1[:, k]  = g_21[:, k] + Psi_1[:, :, k] g_1 + Psi g_11[:, k]
//! ```

pub mod agreement;

use nalgebra::{DMatrix, DVector};
pub use num_dual::DualNum;
use num_dual::HyperHyperDual64;

/// The scalar of the copies.
pub type Number = HyperHyperDual64;

/// A constant.
pub fn constant(value: f64) -> Number {
    Number::from_re(value)
}

/// A function with one value.
type Scalar<'a> = &'a dyn Fn(&[Number], &[Number]) -> Number;
/// A function with n values.
type Vector<'a> = &'a dyn Fn(&[Number], &[Number]) -> Vec<Number>;

/// The copy of an inner function.
#[derive(Clone, Copy)]
pub enum Inner<'a> {
    /// f.
    Objective(Scalar<'a>),
    /// F.
    Root(Vector<'a>),
    /// Phi.
    Map(Vector<'a>),
}

/// The copy of a module.
#[derive(Clone, Copy)]
pub struct Oracle<'a> {
    pub inner: Inner<'a>,
    pub g: Scalar<'a>,
}

/// Everything at one point. The last index of a third-order tensor counts its slices.
pub struct Derivatives {
    pub f: Option<f64>,
    pub F: DVector<f64>,
    pub F_1: DMatrix<f64>,
    pub F_2: DMatrix<f64>,
    pub F_11: Vec<DMatrix<f64>>,
    pub F_21: Vec<DMatrix<f64>>,
    pub g: f64,
    pub g_1: DVector<f64>,
    pub g_2: DVector<f64>,
    pub g_11: DMatrix<f64>,
    pub g_21: DMatrix<f64>,
}

/// What follows from [`Derivatives`] where `F_1` is regular.
pub struct Implicit {
    pub Psi: DMatrix<f64>,
    pub Psi_1: Vec<DMatrix<f64>>,
    pub Omega: DVector<f64>,
    pub Omega_1: DMatrix<f64>,
}

impl Oracle<'_> {
    /// Everything at `(x, y)`.
    pub fn derivatives(&self, x: &[f64], y: &[f64]) -> Derivatives {
        let at = Seeds { x, y };
        let (n, m) = (x.len(), y.len());
        let g = |a, b| at.value(self.g, [Some(a), Some(b), None]);
        Derivatives {
            f: self.objective(&at),
            F: DVector::from_vec(self.order(&at, None, None)),
            F_1: columns(n, n, |j| self.order(&at, Some(j), None)),
            F_2: columns(n, m, |b| self.order(&at, Some(n + b), None)),
            F_11: (0..n).map(|k| columns(n, n, |j| self.order(&at, Some(j), Some(k)))).collect(),
            F_21: (0..n).map(|k| columns(n, m, |b| self.order(&at, Some(n + b), Some(k)))).collect(),
            g: at.value(self.g, [None; 3]).re,
            g_1: DVector::from_fn(n, |i, _| g(i, i).eps1),
            g_2: DVector::from_fn(m, |b, _| g(n + b, n + b).eps1),
            g_11: DMatrix::from_fn(n, n, |i, k| g(i, k).eps1eps2),
            g_21: DMatrix::from_fn(m, n, |b, k| g(n + b, k).eps1eps2),
        }
    }

    fn objective(&self, at: &Seeds) -> Option<f64> {
        match self.inner {
            Inner::Objective(f) => Some(at.value(f, [None; 3]).re),
            _ => None,
        }
    }

    /// F, or its derivative by the seeds that are given.
    fn order(&self, at: &Seeds, a: Option<usize>, b: Option<usize>) -> Vec<f64> {
        let n = at.x.len();
        match self.inner {
            Inner::Objective(f) => (0..n)
                .map(|i| {
                    let value = at.value(f, [Some(i), a, b]);
                    match (a, b) {
                        (None, _) => value.eps1,
                        (Some(_), None) => value.eps1eps2,
                        (Some(_), Some(_)) => value.eps1eps2eps3,
                    }
                })
                .collect(),
            Inner::Root(root) => at.values(root, [a, b, None]).iter().map(|v| part(v, a, b)).collect(),
            Inner::Map(map) => {
                let x = at.x(&[a, b, None]);
                let values = at.values(map, [a, b, None]);
                x.iter().zip(values).map(|(x, phi)| part(&(*x - phi), a, b)).collect()
            }
        }
    }
}

fn part(value: &Number, a: Option<usize>, b: Option<usize>) -> f64 {
    match (a, b) {
        (None, _) => value.re,
        (Some(_), None) => value.eps1,
        (Some(_), Some(_)) => value.eps1eps2,
    }
}

fn columns(rows: usize, count: usize, column: impl Fn(usize) -> Vec<f64>) -> DMatrix<f64> {
    DMatrix::from_iterator(rows, count, (0..count).flat_map(column))
}

/// A point, whose coordinates are seeded: x first, then y.
struct Seeds<'a> {
    x: &'a [f64],
    y: &'a [f64],
}

impl Seeds<'_> {
    fn x(&self, seeds: &[Option<usize>; 3]) -> Vec<Number> {
        self.x.iter().enumerate().map(|(i, v)| seeded(*v, i, seeds)).collect()
    }

    fn y(&self, seeds: &[Option<usize>; 3]) -> Vec<Number> {
        self.y.iter().enumerate().map(|(b, v)| seeded(*v, self.x.len() + b, seeds)).collect()
    }

    fn value(&self, function: Scalar, seeds: [Option<usize>; 3]) -> Number {
        function(&self.x(&seeds), &self.y(&seeds))
    }

    fn values(&self, function: Vector, seeds: [Option<usize>; 3]) -> Vec<Number> {
        function(&self.x(&seeds), &self.y(&seeds))
    }
}

fn seeded(value: f64, at: usize, seeds: &[Option<usize>; 3]) -> Number {
    let mut number = constant(value);
    for (seed, slot) in seeds.iter().zip([&mut number.eps1, &mut number.eps2, &mut number.eps3]) {
        if *seed == Some(at) {
            *slot = 1.0;
        }
    }
    number
}

impl Derivatives {
    /// The dense formulas, or nothing where `F_1` is singular.
    pub fn implicit(&self) -> Option<Implicit> {
        let lu = self.F_1.clone().lu();
        let sensitivity = lu.solve(&self.F_2)?;
        let Psi = -sensitivity.transpose();
        let slices = self.F_21.iter().zip(&self.F_11);
        let Psi_1: Option<Vec<_>> =
            slices.map(|(f_21, f_11)| lu.solve(&(f_21 - f_11 * &sensitivity)).map(|s| -s.transpose())).collect();
        let Psi_1 = Psi_1?;
        let mut Omega_1 = &self.g_21 + &Psi * &self.g_11;
        for (mut column, slice) in Omega_1.column_iter_mut().zip(&Psi_1) {
            column += slice * &self.g_1;
        }
        Some(Implicit { Omega: &self.g_2 + &Psi * &self.g_1, Psi, Psi_1, Omega_1 })
    }
}

/// `A x` with constant A.
pub fn times<R: nalgebra::Dim, C: nalgebra::Dim, S: nalgebra::RawStorage<f64, R, C>>(
    a: &nalgebra::Matrix<f64, R, C, S>,
    x: &[Number],
) -> Vec<Number> {
    assert_eq!(a.ncols(), x.len());
    (0..a.nrows()).map(|i| (0..a.ncols()).map(|j| x[j] * a[(i, j)]).sum()).collect()
}

/// `sum_i (u_i - b_i)²`.
pub fn squared_distance(u: &[Number], b: &[f64]) -> Number {
    assert_eq!(u.len(), b.len());
    u.iter().zip(b).map(|(u, b)| (*u - *b) * (*u - *b)).sum()
}

/// `sum_i u_i v_i`.
pub fn dot(u: &[Number], v: &[Number]) -> Number {
    assert_eq!(u.len(), v.len());
    u.iter().zip(v).map(|(u, v)| *u * *v).sum()
}

/// `ln(1 + e^t)`.
pub fn softplus(t: Number) -> Number {
    (t.exp() + 1.0).ln()
}
