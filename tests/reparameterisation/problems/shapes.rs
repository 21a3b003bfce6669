//! Roles over other variables than vectors: x a struct, x and y matrices with a dense P, everything
//! dynamic with data in every role.

use hypergrad::bilevel;
use nalgebra::{DMatrix, DVector};

/// x a struct of a scalar, a vector and a matrix; n = 6.
#[bilevel]
pub mod states {
    use nalgebra::{Matrix2x1, RowVector2, SMatrix, Vector2, Vector3};

    pub struct State {
        pub level: f64,
        pub drift: Vector3<f64>,
        pub gain: RowVector2<f64>,
    }

    pub fn F(x: &State, y: &Vector2<f64>) -> State {
        State {
            level: 2.0 * x.level + 0.3 * x.drift.sum() - y[0].sin(),
            drift: x.drift * (2.0 + y[1] * y[1]) + x.drift.map(|t| 0.2 * t.powi(3)) - Vector3::new(0.5, -0.7, 0.9) * x.level
                + Vector3::repeat(0.4 * x.gain[0] * y[0])
                - Vector3::new(1.0, 0.4, -0.8),
            gain: x.gain * 1.5 + RowVector2::new(x.level * y[1], (x.gain[0] + x.drift[2]).cos()) - RowVector2::new(0.7, 1.6),
        }
    }

    pub fn g(x: &State, y: &Vector2<f64>) -> f64 {
        0.5 * x.drift.norm_squared() + x.level * y[0] + (x.gain * Matrix2x1::new(0.4, -0.6)).sum().exp() + 0.1 * y.norm_squared()
    }

    pub fn phi(z: &State, y: &Vector2<f64>) -> State {
        State {
            level: z.level * y[0].exp() + 0.1 * z.drift[0] * z.drift[1],
            drift: z.drift * (1.0 + 0.2 * y[1]) + 0.1 * z.level * z.drift.map(f64::sin),
            gain: z.gain + RowVector2::new(0.2 * z.level, 0.3 * z.gain[0].powi(2)) * y[0],
        }
    }

    pub fn psi(z: &State, y: &Vector2<f64>, x_bar: &State, y_bar: &Vector2<f64>) -> State {
        State {
            level: x_bar.level + z.level.sinh() * (0.5 * y[0]).exp(),
            drift: z.drift + x_bar.drift.component_mul(&z.drift) * (y[1] - 0.5 * y_bar[1]),
            gain: z.gain * (1.0 + x_bar.level * x_bar.level * y[0]) + 0.1 * z.gain.component_mul(&z.gain),
        }
    }

    pub fn P(x: &State, y: &Vector2<f64>) -> SMatrix<f64, 6, 6> {
        SMatrix::from_fn(
            |i, j| if i == j { 2.0 + 0.3 * x.level * x.level } else { 0.1 * y[0] * (i as f64 - 2.0 * j as f64).sin() },
        )
    }
}

/// P is `F_1`, written for the flat order of a struct.
#[bilevel]
pub mod pair {
    use nalgebra::{Matrix3, Vector2};

    pub struct Pair {
        pub level: f64,
        pub drift: Vector2<f64>,
    }

    pub fn F(x: &Pair, y: f64) -> Pair {
        Pair { level: 3.0 * x.level - y.sin(), drift: x.drift * 3.0 - Vector2::repeat(x.level * x.level * y) }
    }

    pub fn g(x: &Pair, y: f64) -> f64 {
        x.drift.norm_squared() + x.level * y
    }

    pub fn P(x: &Pair, y: f64) -> Matrix3<f64> {
        Matrix3::identity() * 3.0 + Matrix3::from_fn(|i, j| if j == 0 && i >= 1 { -2.0 * x.level * y } else { 0.0 })
    }
}

/// Single precision; phi forgets z, psi is affine in z with a slope of what is frozen.
#[bilevel]
pub mod single {
    use nalgebra::{Matrix2, Vector2};

    pub fn F(x: &Vector2<f32>, y: &Vector2<f32>) -> Vector2<f32> {
        x * 2.0 + x.map(|x| x.powi(3)) + Vector2::new(x[1], -x[0]) * y[1] - y
    }

    pub fn g(x: &Vector2<f32>, y: &Vector2<f32>) -> f32 {
        x.norm_squared() + x.dot(y)
    }

    pub fn phi(_z: &Vector2<f32>, y: &Vector2<f32>) -> Vector2<f32> {
        y.map(f32::sin)
    }

    pub fn psi(z: &Vector2<f32>, y: &Vector2<f32>, x_bar: &Vector2<f32>, y_bar: &Vector2<f32>) -> Vector2<f32> {
        z.component_mul(x_bar) * y_bar[0].exp() + y.map(f32::sin)
    }

    pub fn P(x: &Vector2<f32>, y: &Vector2<f32>) -> Matrix2<f32> {
        Matrix2::new(2.0 + x[0], y[0], 0.1, 2.0)
    }
}

/// x and y matrices, the map a product with y from the left; n = 6, P dense.
#[bilevel]
pub mod sheet {
    use nalgebra::{Matrix2, Matrix2x3, SMatrix};

    pub fn f(x: &Matrix2x3<f64>, y: &Matrix2<f64>) -> f64 {
        let target = Matrix2x3::new(0.9, -0.4, 0.5, 0.7, 1.1, -0.6);
        0.5 * (y * x - target).norm_squared() + x.norm_squared() + 0.1 * x.map(|t| t.powi(4)).sum()
    }

    pub fn g(x: &Matrix2x3<f64>, y: &Matrix2<f64>) -> f64 {
        (x.transpose() * y * x).trace() + x.column(1).sum().sin() + 0.2 * y.norm_squared()
    }

    pub fn phi(z: &Matrix2x3<f64>, y: &Matrix2<f64>) -> Matrix2x3<f64> {
        (y * y.transpose() + Matrix2::identity()) * z.map(f64::sinh)
    }

    pub fn psi(z: &Matrix2x3<f64>, y: &Matrix2<f64>, x_bar: &Matrix2x3<f64>, y_bar: &Matrix2<f64>) -> Matrix2x3<f64> {
        (Matrix2::identity() * 1.5 + 0.2 * (y - y_bar * 0.5)) * z + 0.1 * z.component_mul(x_bar).component_mul(z)
    }

    pub fn P(x: &Matrix2x3<f64>, y: &Matrix2<f64>) -> SMatrix<f64, 6, 6> {
        let y = y.tr_mul(y);
        SMatrix::from_fn(|i, j| {
            let block = if i / 2 == j / 2 { y[(i % 2, j % 2)] } else { 0.0 };
            if i == j { block + 2.0 + x.norm_squared() } else { block }
        })
    }
}

/// x and P of the same type: the sizes say that P is no diagonal.
#[bilevel]
pub mod dynamic_sheet {
    use nalgebra::DMatrix;

    pub fn f(x: &DMatrix<f64>, y: &DMatrix<f64>) -> f64 {
        (x - y).norm_squared() + x.map(f64::cosh).sum() + 0.2 * x.sum().powi(2)
    }

    pub fn g(x: &DMatrix<f64>, y: &DMatrix<f64>) -> f64 {
        x.norm_squared() + x.dot(y)
    }

    pub fn P(x: &DMatrix<f64>, _y: &DMatrix<f64>) -> DMatrix<f64> {
        let n = x.nrows() * x.ncols();
        DMatrix::identity(n, n) * 3.0 + DMatrix::repeat(n, n, 0.4)
    }
}

/// Everything dynamic, data in every role.
#[bilevel]
pub mod features {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub q: DMatrix<f64>,
        pub b: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let r = &data.a * x - &data.b;
        r.map(|t| (1.0 + t * t).sqrt()).sum() + 0.5 * x.iter().map(|t| t * t).sum::<f64>() * y.map(f64::exp).sum()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        (&data.q * x).zip_map(&data.b.rows(0, x.len()), |u, b| (u - b).powi(2)).sum() + y.norm_squared() * x[0]
    }

    pub fn phi(z: &DVector<f64>, y: &DVector<f64>, data: &Data) -> DVector<f64> {
        z * (1.0 + y[0] * y[0]) + 0.1 * &data.q * z.map(f64::tanh) * y.sum()
    }

    pub fn psi(z: &DVector<f64>, y: &DVector<f64>, x_bar: &DVector<f64>, _y_bar: &DVector<f64>, data: &Data) -> DVector<f64> {
        let weights = (&data.a * x_bar).map(|t| 1.0 / (1.0 + t * t));
        let total = (0..weights.len()).map(|i| weights[i] * y[i % 2].exp()).sum::<f64>();
        z / (1.0 + total) + 0.05 * z.map(|z| z.powi(3))
    }

    pub fn P(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> DMatrix<f64> {
        data.a.tr_mul(&data.a) * (1.0 + x[0] * x[0]) + DMatrix::identity(x.len(), x.len()) * y.map(f64::exp).sum()
    }
}

pub fn problem() -> features::Problem<features::Data> {
    let data = features::Data {
        a: super::training(7, 4),
        q: DMatrix::from_fn(4, 4, |i, j| (1.9 * i as f64 - 0.8 * j as f64).cos()),
        b: DVector::from_fn(7, |i, _| (1.3 * i as f64 + 0.2).sin()),
    };
    features::Problem::new(data).unwrap()
}
