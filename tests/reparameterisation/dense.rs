//! The derivatives at one point as dense arrays, from the emitted kernels, and the formulas of the
//! paper on them in the form that holds, with every inverse and every tensor written out.
//!
//! The kernels themselves are compared with differences of the user's functions in `reference`.

use hypergrad::point;
use hypergrad::problem::{Bilevel, Change, Reach, Variable};
use nalgebra::{DMatrix, DVector};

type Matrix = DMatrix<f64>;
type Vector = DVector<f64>;

/// The derivatives of F and g.
pub struct Parts {
    pub x: Vector,
    pub f: Vector,
    pub f_1: Matrix,
    pub f_2: Matrix,
    /// `F_11[i]`, `n x n`, for each component i.
    pub f_11: Vec<Matrix>,
    /// `F_21[i]`, `m x n`, for each component i.
    pub f_21: Vec<Matrix>,
    pub g_1: Vector,
    pub g_2: Vector,
    pub g_11: Matrix,
    pub g_21: Matrix,
    /// `d diag(F_1)/dy`, `n x m`.
    pub d_2: Matrix,
}

impl Parts {
    pub fn of<P: Bilevel<Scalar = f64>>(problem: &P, x: &P::X, y: &P::Y) -> Self {
        let mut work = point::start(problem, x, y).unwrap();
        let work = &mut work;
        let (n, m) = problem.dims(work);
        let mut parts = Self {
            x: Vector::from_column_slice(problem.x(work)),
            f: Vector::zeros(n),
            f_1: Matrix::zeros(n, n),
            f_2: Matrix::zeros(n, m),
            f_11: Vec::new(),
            f_21: Vec::new(),
            g_1: Vector::zeros(n),
            g_2: Vector::zeros(m),
            g_11: Matrix::zeros(n, n),
            g_21: Matrix::zeros(m, n),
            d_2: Matrix::zeros(n, m),
        };
        problem.residual(work, parts.f.as_mut_slice());
        problem.f_1(work, parts.f_1.as_mut_slice());
        problem.f_2(work, parts.f_2.as_mut_slice());
        problem.g_1(work, parts.g_1.as_mut_slice());
        problem.g_2(work, parts.g_2.as_mut_slice());
        problem.g_11(work, parts.g_11.as_mut_slice());
        problem.g_21(work, parts.g_21.as_mut_slice());
        let (mut f_11, mut f_21) = (vec![0.0; n * n * n], vec![0.0; n * m * n]);
        problem.f_11(work, &mut f_11);
        problem.f_21(work, &mut f_21);
        for i in 0..n {
            parts.f_11.push(Matrix::from_fn(n, n, |j, k| f_11[i + n * (j + n * k)]));
            parts.f_21.push(Matrix::from_fn(m, n, |b, k| f_21[i + n * (b + m * k)]));
            let mut row = Vector::zeros(m);
            problem.f_1_diagonal_2_tr_mul(work, unit(n, i).as_slice(), row.as_mut_slice());
            parts.d_2.set_row(i, &row.transpose());
        }
        parts
    }

    pub fn inverse(&self) -> Matrix {
        inverse(&self.f_1)
    }

    /// v.
    pub fn adjoint(&self) -> Vector {
        self.inverse().transpose() * &self.g_1
    }

    /// `Psi = -F_2ᵀ F_1⁻ᵀ` (4).
    pub fn psi(&self) -> Matrix {
        -(self.inverse() * &self.f_2).transpose()
    }

    pub fn omega(&self) -> Vector {
        &self.g_2 + self.psi() * &self.g_1
    }

    /// `L_11(s) = sum_i s_i F_11[i]`.
    pub fn l_11(&self, s: &Vector) -> Matrix {
        contract(s, &self.f_11)
    }

    /// `L_21(s) = sum_i s_i F_21[i]`.
    pub fn l_21(&self, s: &Vector) -> Matrix {
        contract(s, &self.f_21)
    }

    /// `F_11[:, :, k]`.
    pub fn f_11_slice(&self, k: usize) -> Matrix {
        self.l_slice(&self.f_11, self.x.len(), k)
    }

    /// `F_21[:, :, k]`, `n x m`.
    pub fn f_21_slice(&self, k: usize) -> Matrix {
        self.l_slice(&self.f_21, self.g_2.len(), k)
    }

    fn l_slice(&self, tensor: &[Matrix], rows: usize, k: usize) -> Matrix {
        Matrix::from_fn(tensor.len(), rows, |i, j| tensor[i][(j, k)])
    }

    /// `Psi_1[:, :, k]`, `m x n` (docs/formulas.md 1.3).
    pub fn psi_1(&self, k: usize) -> Matrix {
        let inverse = self.inverse();
        (&inverse * self.f_11_slice(k) * &inverse * &self.f_2 - &inverse * self.f_21_slice(k)).transpose()
    }

    /// `D = g_21 + Psi g_11`.
    pub fn d(&self) -> Matrix {
        &self.g_21 + self.psi() * &self.g_11
    }

    /// `Omega_1 = D + Psi_1 g_1` (5).
    pub fn omega_1(&self) -> Matrix {
        self.d() + by_slices(self.x.len(), |k| self.psi_1(k) * &self.g_1)
    }
}

/// A change of variables at a point.
#[allow(clippy::struct_field_names, reason = "the names of the equations")]
pub struct Map {
    pub phi_1: Matrix,
    /// `n x m`.
    pub phi_2: Matrix,
    /// `phi_11[i]`, `n x n`, for each component i.
    pub phi_11: Vec<Matrix>,
    /// `phi_21[i]`, `m x n`, for each component i.
    pub phi_21: Vec<Matrix>,
}

impl Map {
    /// The module's own, at this z.
    pub fn of<P: Bilevel<Scalar = f64> + Change<K>, K: Reach>(problem: &P, x: &P::X, y: &P::Y, z: &Vector) -> Self {
        let mut work = point::start(problem, x, y).unwrap();
        let work = &mut work;
        let (n, m) = problem.dims(work);
        problem.set_change(work, z.as_slice());
        let mut map = Self { phi_1: Matrix::zeros(n, n), phi_2: Matrix::zeros(n, m), phi_11: Vec::new(), phi_21: Vec::new() };
        problem.change_1(work, map.phi_1.as_mut_slice());
        problem.change_2(work, map.phi_2.as_mut_slice());
        for i in 0..n {
            let (mut second, mut mixed) = (Matrix::zeros(n, n), Matrix::zeros(m, n));
            problem.change_11(work, unit(n, i).as_slice(), second.as_mut_slice());
            problem.change_21(work, unit(n, i).as_slice(), mixed.as_mut_slice());
            map.phi_11.push(second);
            map.phi_21.push(mixed);
        }
        map
    }

    /// `phi(z, y)`.
    pub fn value<P: Bilevel<Scalar = f64> + Change<K>, K: Reach>(problem: &P, x: &P::X, y: &P::Y, z: &Vector) -> Vector {
        let mut work = point::start(problem, x, y).unwrap();
        let mut value = Vector::zeros(z.len());
        problem.set_change(&mut work, z.as_slice());
        problem.change(&mut work, value.as_mut_slice());
        value
    }

    /// z with `phi(z, y) = x`, by Newton's method from a z close to it.
    pub fn invert<P: Bilevel<Scalar = f64> + Change<K>, K: Reach>(problem: &P, x: &P::X, y: &P::Y, near: &Vector) -> Vector {
        let (n, mut goal) = (near.len(), near.clone());
        x.read(goal.as_mut_slice());
        let mut work = point::start(problem, x, y).unwrap();
        let (mut z, mut slope, mut left) = (near.clone(), Matrix::zeros(n, n), near.clone());
        for _ in 0..10 {
            problem.set_change(&mut work, z.as_slice());
            problem.change(&mut work, left.as_mut_slice());
            problem.change_1(&mut work, slope.as_mut_slice());
            left -= &goal;
            z -= inverse(&slope) * &left;
        }
        assert!(left.norm() < 1e-13 * (1.0 + goal.norm()), "z is off by {:e}", left.norm());
        z
    }

    /// `sign(x_bar) exp(z)`, where it is x.
    pub fn exp(p: &Parts) -> Self {
        let (n, m) = p.f_2.shape();
        Self {
            phi_1: Matrix::from_diagonal(&p.x),
            phi_2: Matrix::zeros(n, m),
            phi_11: (0..n).map(|i| p.x[i] * unit(n, i) * unit(n, i).transpose()).collect(),
            phi_21: vec![Matrix::zeros(m, n); n],
        }
    }

    /// `diag(F_1(x_bar, y))⁻¹ z`, where it is x.
    pub fn diagonal(p: &Parts) -> Self {
        let (n, m) = p.f_2.shape();
        let d = p.f_1.diagonal();
        Self {
            phi_1: Matrix::from_diagonal(&d.map(f64::recip)),
            phi_2: Matrix::from_fn(n, m, |i, b| -p.x[i] * p.d_2[(i, b)] / d[i]),
            phi_11: vec![Matrix::zeros(n, n); n],
            phi_21: (0..n).map(|i| -p.d_2.row(i).transpose() * unit(n, i).transpose() / d[i].powi(2)).collect(),
        }
    }

    /// `x_bar - F_1(x_bar, y)⁻¹ F(z, y_bar)`, where it is x (Prop. 11): then z is the root.
    pub fn optimal(p: &Parts, root: &Parts) -> Self {
        let (n, m) = p.f_2.shape();
        let inverse = p.inverse();
        let by_y = |b: usize| Matrix::from_fn(n, n, |i, k| p.f_21[i][(b, k)]);
        let mixed: Vec<_> = (0..m).map(|b| &inverse * by_y(b) * &inverse * &root.f_1).collect();
        Self {
            phi_1: -&inverse * &root.f_1,
            phi_2: Matrix::zeros(n, m),
            phi_11: (0..n).map(|i| -root.l_11(&inverse.row(i).transpose())).collect(),
            phi_21: (0..n).map(|i| Matrix::from_fn(m, n, |b, j| mixed[b][(i, j)])).collect(),
        }
    }

    /// `phi_11(s) = sum_i s_i phi_11[i]`.
    pub fn k_11(&self, s: &Vector) -> Matrix {
        contract(s, &self.phi_11)
    }

    /// `phi_21(s) = sum_i s_i phi_21[i]`, `m x n`.
    pub fn k_21(&self, s: &Vector) -> Matrix {
        contract(s, &self.phi_21)
    }

    /// `d²phi_i/dz_j dy_b`, `n x n`, of one b.
    pub fn phi_12(&self, b: usize) -> Matrix {
        let n = self.phi_1.nrows();
        Matrix::from_fn(n, n, |i, j| self.phi_21[i][(b, j)])
    }

    /// `U = F_2 + F_1 phi_2 + phi_1⁻ᵀ phi_21(F)ᵀ` (12).
    pub fn u(&self, p: &Parts) -> Matrix {
        &p.f_2 + &p.f_1 * &self.phi_2 + (self.k_21(&p.f) * inverse(&self.phi_1)).transpose()
    }

    /// `V = F_1 + phi_1⁻ᵀ phi_11(F) phi_1⁻¹` (12).
    pub fn v(&self, p: &Parts) -> Matrix {
        let inverse = inverse(&self.phi_1);
        &p.f_1 + inverse.transpose() * self.k_11(&p.f) * inverse
    }

    /// `Psi^phi = phi_2ᵀ - Uᵀ V⁻ᵀ` (11).
    pub fn psi(&self, p: &Parts) -> Matrix {
        (&self.phi_2 - inverse(&self.v(p)) * self.u(p)).transpose()
    }

    /// `A_k = phi_1⁻ᵀ [sum_i F_1[i, k] phi_11[i]] phi_1⁻¹`.
    pub fn a(&self, p: &Parts, k: usize) -> Matrix {
        let inverse = inverse(&self.phi_1);
        inverse.transpose() * self.k_11(&p.f_1.column(k).into_owned()) * inverse
    }

    /// `W[b, :, :] = -F_1⁻¹ phi_1⁻ᵀ phi_12[b]ᵀ F_1` at a root, as slices k, `m x n`.
    pub fn w(&self, p: &Parts) -> Vec<Matrix> {
        let left = -p.inverse() * inverse(&self.phi_1).transpose();
        let by_b: Vec<_> = (0..p.g_2.len()).map(|b| &left * self.phi_12(b).transpose() * &p.f_1).collect();
        slices(p, &by_b)
    }

    /// `S[:, :, k] = (F_1⁻¹ A_k phi_2)ᵀ` at a root.
    pub fn s(&self, p: &Parts, k: usize) -> Matrix {
        (p.inverse() * self.a(p, k) * &self.phi_2).transpose()
    }

    /// `T[:, :, k] = (F_1⁻¹ A_k F_1⁻¹ F_2)ᵀ` at a root.
    pub fn t(&self, p: &Parts, k: usize) -> Matrix {
        (p.inverse() * self.a(p, k) * p.inverse() * &p.f_2).transpose()
    }

    /// `Psi^phi_1[:, :, k] = Psi_1 + W + S + T` at a root.
    pub fn psi_1(&self, p: &Parts) -> Vec<Matrix> {
        let w = self.w(p);
        (0..p.x.len()).map(|k| p.psi_1(k) + &w[k] + self.s(p, k) + self.t(p, k)).collect()
    }

    /// `Omega^phi_1 = D + Psi^phi_1 g_1` at a root (15).
    pub fn omega_1(&self, p: &Parts) -> Matrix {
        let psi_1 = self.psi_1(p);
        p.d() + by_slices(p.x.len(), |k| &psi_1[k] * &p.g_1)
    }
}

/// From matrices `[i, k]`, one for each b, to matrices `[b, i]`, one for each k.
pub fn slices(p: &Parts, by_b: &[Matrix]) -> Vec<Matrix> {
    let n = p.x.len();
    (0..n).map(|k| Matrix::from_fn(by_b.len(), n, |b, i| by_b[b][(i, k)])).collect()
}

/// `sum_i s_i tensor[i]`.
fn contract(s: &Vector, tensor: &[Matrix]) -> Matrix {
    let zero = Matrix::zeros(tensor[0].nrows(), tensor[0].ncols());
    tensor.iter().zip(s.iter()).fold(zero, |sum, (slice, s)| sum + slice * *s)
}

/// A matrix from its columns.
pub fn by_slices(n: usize, column: impl Fn(usize) -> Vector) -> Matrix {
    Matrix::from_columns(&(0..n).map(column).collect::<Vec<_>>())
}

pub fn inverse(a: &Matrix) -> Matrix {
    a.clone().try_inverse().unwrap()
}

pub fn unit(n: usize, i: usize) -> Vector {
    Vector::from_fn(n, |j, _| if i == j { 1.0 } else { 0.0 })
}

/// The operator norm.
pub fn norm(a: &Matrix) -> f64 {
    a.singular_values().max()
}
