//! `let mut`, assignments, and loops that add, fill or take a few steps.

use hypergrad::bilevel;

use crate::{check, matrix, vector};

#[bilevel]
pub mod sums {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub b: DVector<f64>,
    }

    /// Accumulators: `+=`, `-=`, `*=`, `max`; conditions, `continue`, nested loops.
    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let n = x.len();
        let mut total = 0.0;
        for i in 0..n {
            let mut row = 0.0;
            for j in 0..n {
                if i == j {
                    continue;
                }
                row += data.a[(i, j)] * x[j];
            }
            total += row * row * y[i].exp();
        }
        for (t, b) in x.iter().zip(data.b.iter()) {
            if *t > 0.2 {
                total -= t * b;
            } else {
                total += t * t;
            }
        }
        let mut product = 1.0;
        for v in x {
            product *= 1.0 + 0.1 * v;
        }
        let mut largest = f64::NEG_INFINITY;
        let mut smallest = f64::INFINITY;
        for i in 0..n {
            largest = largest.max(x[i] * y[0]);
            smallest = smallest.min(x[i] + 2.0);
            if x[i] + y[i] < smallest {
                smallest = x[i] + y[i];
            }
        }
        let folded = x.iter().fold(0.0, |sum, t| sum + t.cosh());
        let mut each = 0.0;
        (1..n).for_each(|i| each += (x[i] - x[i - 1]).powi(2));
        total + product + largest * smallest + folded + each
    }

    /// Names that are bound anew; states of a few steps.
    pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let mut r = &data.a * x;
        r *= 2.0;
        r -= &data.b;
        r /= 1.0 + y.norm_squared();
        let mut state = x[0];
        for k in 0..4 {
            state = state.sin() + 0.1 * x[k % 2];
            if state > 3.0 {
                break;
            }
        }
        let (mut p, mut v) = (x[0], y[0]);
        for _ in 0..5 {
            (p, v) = (p + 0.1 * v, v - 0.1 * p);
        }
        #[expect(clippy::needless_late_init, reason = "read as it is written")]
        let scale;
        if x[1] > 0.0 {
            scale = 2.0;
        } else {
            scale = 3.0;
        }
        let mut grow = |t: f64| state += t * t;
        grow(x[1]);
        r.norm_squared() * scale + state + p * v
    }
}

#[test]
fn loops_that_add() {
    let data = sums::Data { a: matrix(4, 4, 0.1), b: vector(4, 0.8) };
    check(&sums::Problem::new(&data).unwrap(), &vector(4, 0.4), &vector(4, 1.3));
}

#[bilevel]
pub mod fills {
    use nalgebra::{DMatrix, DVector, Matrix3, SVector};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub b: DVector<f64>,
    }

    fn scatter(out: &mut DVector<f64>, x: &DVector<f64>, weight: f64) {
        for i in 0..x.len() - 1 {
            out[i] += weight * x[i];
            out[i + 1] -= x[i] * x[i];
        }
    }

    /// Entry by entry.
    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let n = x.len();
        let mut kernel = DMatrix::zeros(n, n);
        for i in 0..n {
            for j in 0..=i {
                let k = (-(x[i] - x[j]).powi(2)).exp();
                kernel[(i, j)] = k;
                kernel[(j, i)] = k;
            }
            kernel[(i, i)] += y[i].exp();
        }
        let mut v = data.b.clone();
        for i in 0..n {
            v[i] *= x[i];
            if i % 2 == 0 {
                v[i] = x[i].sin();
            }
        }
        scatter(&mut v, x, 2.0);
        let mut small = SVector::<f64, 3>::zeros();
        for k in 0..3 {
            small[k] = x[k] * y[k];
        }
        let mut moments = Matrix3::zeros();
        for (i, mut row) in moments.row_iter_mut().enumerate() {
            row += small.transpose() * x[i];
        }
        for mut column in moments.column_iter_mut() {
            column *= 0.5;
        }
        for (t, b) in v.iter_mut().zip(data.b.iter()) {
            *t += b;
        }
        (kernel * &v).norm_squared() + (moments * small).norm_squared()
    }

    /// By methods.
    pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let n = x.len();
        let mut m = data.a.clone();
        m.set_row(0, &x.transpose());
        m.set_column(1, y);
        m.fill_row(2, x[0]);
        m.fill_column(3, y[0]);
        m.set_diagonal(x);
        m.row_mut(1).fill(x[1]);
        m.column_mut(0).copy_from(y);
        m.view_mut((0, 0), (2, 2)).scale_mut(x[2]);
        m.fixed_view_mut::<2, 2>(2, 2).add_scalar_mut(y[1]);
        m.rows_mut(0, 2).unscale_mut(2.0);
        m.columns_mut(0, 2).neg_mut();
        m.fixed_rows_mut::<1>(3).scale_mut(2.0);
        m.fixed_columns_mut::<1>(3).scale_mut(0.5);
        m.rows_range_mut(1..3).scale_mut(1.5);
        m.columns_range_mut(1..3).scale_mut(0.7);
        m.gemm(0.3, &data.a, &data.a, 1.0);
        m.ger(x[0], x, y, 1.0);
        m.gemm_tr(y[1], &data.a, &data.a, 0.5);
        m.gemm_ad(0.2, &data.a, &m.clone(), 1.0);
        m.transpose_mut();
        let mut triangles = m.clone();
        triangles.fill_lower_triangle(x[1], 1);
        triangles.fill_upper_triangle(y[0], 2);
        let mut unit = m.clone();
        unit.fill_with_identity();
        m += triangles * x[0] + unit;
        let mut v = x.clone();
        v.axpy(2.0, y, 0.5);
        v.gemv(y[0], &data.a, x, 1.0);
        v.gemv_tr(y[1], &data.a, x, 0.5);
        v.gemv_ad(0.1, &data.a, y, 1.0);
        v.cmpy(y[0], x, y, 0.7);
        v.component_mul_assign(y);
        v.component_div_assign(&x.map(f64::exp));
        v.apply(|t| *t = t.tanh() + 0.1 * *t);
        v.as_mut_slice()[n - 1] = x[0];
        let mut d = DMatrix::zeros(n, n);
        d.fill_diagonal(y[1]);
        let mut u = x.clone();
        u.normalize_mut();
        (m * &v).norm_squared() + (d * u).dot(&v)
    }
}

#[test]
fn loops_that_fill() {
    let data = fills::Data { a: matrix(4, 4, 0.3), b: vector(4, 0.9) };
    check(&fills::Problem::new(&data).unwrap(), &vector(4, 0.7), &vector(4, 1.1));
}
