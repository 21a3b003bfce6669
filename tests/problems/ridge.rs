//! Ridge regression with one weight `e^{y_i}` per feature (Ye et al.), with quadratic, logistic and
//! affine outer functions. Sums; the forms with means are in `mean_scaled`.

use hypergrad::bilevel;

use crate::copies::{least_squares, logistic as logistic_loss, weighted_squares};
use crate::data::{cosines, log_weights, signs, training, validation};
use crate::oracle::{Inner, Number, Oracle};
use crate::verify::{Reference, against_oracle, verify};

#[bilevel]
pub mod quadratic {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a_tr: DMatrix<f64>,
        pub b_tr: DVector<f64>,
        pub a_val: DMatrix<f64>,
        pub b_val: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let r = &data.a_tr * x - &data.b_tr;
        r.norm_squared() + 0.5 * y.map(f64::exp).dot(&x.component_mul(x))
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        (&data.a_val * x - &data.b_val).norm_squared()
    }
}

#[bilevel]
pub mod logistic {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a_tr: DMatrix<f64>,
        pub b_tr: DVector<f64>,
        pub a_val: DMatrix<f64>,
        pub labels: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        (&data.a_tr * x - &data.b_tr).norm_squared() + 0.5 * (0..x.len()).map(|i| y[i].exp() * x[i] * x[i]).sum::<f64>()
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        let margins = (&data.a_val * x).component_mul(&data.labels);
        margins.map(|m| (1.0 + (-m).exp()).ln()).sum()
    }
}

#[bilevel]
pub mod affine {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub b: DVector<f64>,
        pub slope: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let r = &data.a * x - &data.b;
        r.dot(&r) + 0.5 * x.dot(&y.map(f64::exp).component_mul(x))
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        data.slope.dot(x) + 0.25
    }
}

#[test]
fn quadratic_outer() {
    let data = quadratic::Data {
        a_tr: training(12, 4),
        b_tr: cosines(12, 0.9, 0.0),
        a_val: validation(9, 4),
        b_val: cosines(9, 1.7, 0.4),
    };
    let problem = quadratic::Problem::new(&data).unwrap();
    let (x, y) = (cosines(4, 0.3, 0.1), log_weights(4));
    let x_star = verify(&problem, &x, &y);
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| least_squares(&data.a_tr, &data.b_tr, x) + weighted_squares(x, y) * 0.5),
        g: &|x, _| least_squares(&data.a_val, &data.b_val, x),
    };
    against_oracle(&problem, &x, &y, &oracle);
    let reference = Reference {
        x_star: &[0.6098228831410003, -0.3949283418092223, 0.6817945305170787, -0.10612565119100226],
        x_hat: &[0.629, -0.407, 0.67, -0.087],
        omega_hat: &[-1.7465971140066923, -0.8660638866702892, -1.325659861266395, -0.24898416847607005],
        gradient: &[-1.6620576135054237, -0.8384597775722611, -1.3526486484589264, -0.30962256728846194],
        efficiency: 4.807250488730786,
    };
    reference.check(&problem, &x_star, &y, |entries| entries);
    let structure = quadratic::Problem::STRUCTURE;
    assert!(structure.f1_symmetric && structure.f1_constant_in_x && !structure.f1_constant_in_y && structure.smooth);
}

#[test]
fn logistic_outer() {
    let data = logistic::Data {
        a_tr: training(12, 4),
        b_tr: cosines(12, 0.9, 0.0),
        a_val: validation(9, 4),
        labels: signs(9, 1.7, 0.4),
    };
    let problem = logistic::Problem::new(&data).unwrap();
    let (x, y) = (cosines(4, 0.3, 0.1), log_weights(4));
    verify(&problem, &x, &y);
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| least_squares(&data.a_tr, &data.b_tr, x) + weighted_squares(x, y) * 0.5),
        g: &|x, _| logistic_loss(&data.a_val, &data.labels, x),
    };
    against_oracle(&problem, &x, &y, &oracle);
}

#[test]
fn affine_outer() {
    let data = affine::Data { a: training(12, 4), b: cosines(12, 0.9, 0.0), slope: cosines(4, 1.1, 0.3) };
    let problem = affine::Problem::new(&data).unwrap();
    let (x, y) = (cosines(4, 0.3, 0.1), log_weights(4));
    verify(&problem, &x, &y);
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| least_squares(&data.a, &data.b, x) + weighted_squares(x, y) * 0.5),
        g: &|x, _| x.iter().zip(data.slope.iter()).map(|(x, s)| *x * *s).sum::<Number>() + 0.25,
    };
    against_oracle(&problem, &x, &y, &oracle);
    assert!(affine::Problem::STRUCTURE.g_constant_slope);
}
