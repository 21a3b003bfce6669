//! The bilevel problems.

use hypergrad::bilevel;

/// Logistic regression with one penalty `e^{y_i}` per feature: LR of Fig. 1, and Table 1.
#[bilevel]
pub mod logistic {
    use hypergrad::math::softplus;
    use nalgebra::{DMatrix, DVector};

    /// Labels are ±1, and every row is multiplied by its label.
    pub struct Data {
        pub training: DMatrix<f64>,
        pub validation: DMatrix<f64>,
    }

    fn loss(rows: &DMatrix<f64>, x: &DVector<f64>) -> f64 {
        (rows * x).map(|m| softplus(-m)).sum()
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        loss(&data.training, x) + 0.5 * y.map(f64::exp).dot(&x.component_mul(x))
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        loss(&data.validation, x)
    }
}

/// Kernel ridge regression with a width per feature: KRR of Fig. 1.
#[bilevel]
pub mod kernel_ridge {
    use nalgebra::{DMatrix, DVector};

    /// Both as logarithms.
    pub struct Hyper {
        pub beta: f64,
        pub gamma: DVector<f64>,
    }

    pub struct Data {
        pub inputs: DMatrix<f64>,
        pub targets: DVector<f64>,
        pub inputs_val: DMatrix<f64>,
        pub targets_val: DVector<f64>,
    }

    fn kernel(left: &DMatrix<f64>, right: &DMatrix<f64>, log_gamma: &DVector<f64>) -> DMatrix<f64> {
        let gamma = log_gamma.map(f64::exp);
        DMatrix::from_fn(left.nrows(), right.nrows(), |i, j| {
            (-(0..gamma.len()).map(|k| gamma[k] * (left[(i, k)] - right[(j, k)]).powi(2)).sum::<f64>()).exp()
        })
    }

    pub fn f(x: &DVector<f64>, y: &Hyper, data: &Data) -> f64 {
        let k = kernel(&data.inputs, &data.inputs, &y.gamma);
        0.5 * x.dot(&(&k * x)) + 0.5 * y.beta.exp() * x.norm_squared() - x.dot(&data.targets)
    }

    pub fn g(x: &DVector<f64>, y: &Hyper, data: &Data) -> f64 {
        0.5 * (&data.targets_val - kernel(&data.inputs_val, &data.inputs, &y.gamma) * x).norm_squared()
    }
}

/// Biased regularisation: BR of Fig. 1.
#[bilevel]
pub mod biased {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub b: DVector<f64>,
        pub a_val: DMatrix<f64>,
        pub b_val: DVector<f64>,
        pub beta: f64,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        0.5 * (&data.a * x - &data.b).norm_squared() + 0.5 * data.beta * (x - y).norm_squared()
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        0.5 * (&data.a_val * x - &data.b_val).norm_squared()
    }
}

/// Hyper-representation, the outer variable being a matrix: HR of Fig. 1.
#[bilevel]
pub mod representation {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub b: DVector<f64>,
        pub a_val: DMatrix<f64>,
        pub b_val: DVector<f64>,
        pub beta: f64,
    }

    pub fn f(x: &DVector<f64>, y: &DMatrix<f64>, data: &Data) -> f64 {
        0.5 * (&data.a * (y * x) - &data.b).norm_squared() + 0.5 * data.beta * x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, y: &DMatrix<f64>, data: &Data) -> f64 {
        0.5 * (&data.a_val * (y * x) - &data.b_val).norm_squared()
    }
}

/// Distilled images: y is one image per class, x the classifier that is trained on them (Table 2).
#[bilevel]
pub mod images {
    use hypergrad::math::log_sum_exp;
    use nalgebra::DMatrix;

    pub struct Data {
        /// One row per image.
        pub images: DMatrix<f64>,
        /// One row per image, 1 at its class.
        pub labels: DMatrix<f64>,
        pub beta: f64,
    }

    /// x is pixels x classes, y classes x pixels: image k is of class k.
    pub fn f(x: &DMatrix<f64>, y: &DMatrix<f64>, data: &Data) -> f64 {
        let logits = y * x;
        let loss = (0..y.nrows()).map(|k| log_sum_exp(&logits.row(k)) - logits[(k, k)]).sum::<f64>();
        loss / y.nrows() as f64 + 0.5 * data.beta * x.norm_squared()
    }

    pub fn g(x: &DMatrix<f64>, _y: &DMatrix<f64>, data: &Data) -> f64 {
        let logits = &data.images * x;
        let partitions = (0..logits.nrows()).map(|i| log_sum_exp(&logits.row(i))).sum::<f64>();
        (partitions - logits.component_mul(&data.labels).sum()) / logits.nrows() as f64
    }
}

/// An equilibrium model with a softmax readout: `w_i = tanh(A w_i + B u_i + c)` (Fig. 2).
#[bilevel]
pub mod equilibrium {
    use hypergrad::math::log_sum_exp;
    use nalgebra::{DMatrix, DVector};

    pub struct Weights {
        pub a: DMatrix<f64>,
        pub b: DMatrix<f64>,
        pub c: DVector<f64>,
        pub slope: DMatrix<f64>,
        pub offset: DVector<f64>,
    }

    pub struct Data {
        /// One column per image.
        pub inputs: DMatrix<f64>,
        /// One column per image, 1 at its class.
        pub labels: DMatrix<f64>,
    }

    /// One column of x per image.
    pub fn Phi(x: &DMatrix<f64>, y: &Weights, data: &Data) -> DMatrix<f64> {
        let sums = &y.a * x + &y.b * &data.inputs;
        DMatrix::from_fn(x.nrows(), x.ncols(), |k, i| (sums[(k, i)] + y.c[k]).tanh())
    }

    pub fn g(x: &DMatrix<f64>, y: &Weights, data: &Data) -> f64 {
        let logits =
            DMatrix::from_fn(y.slope.nrows(), x.ncols(), |k, i| y.slope.row(k).transpose().dot(&x.column(i)) + y.offset[k]);
        let partitions = (0..x.ncols()).map(|i| log_sum_exp(&logits.column(i))).sum::<f64>();
        (partitions - logits.component_mul(&data.labels).sum()) / x.ncols() as f64
    }
}
