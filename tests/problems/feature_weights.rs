//! Logistic regression with a weight per feature (Ye et al., Grazzi et al. 3.1), with logistic,
//! quadratic and affine outer functions. Sums; the forms with means are in `mean_scaled`.

use hypergrad::bilevel;

use crate::copies::{least_squares, logistic as logistic_loss, weighted_squares};
use crate::data::{cosines, log_weights, signs, training, validation};
use crate::oracle::{Inner, Number, Oracle};
use crate::verify::{Reference, against_oracle, verify};

#[bilevel]
pub mod logistic {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a_tr: DMatrix<f64>,
        pub b_tr: DVector<f64>,
        pub a_val: DMatrix<f64>,
        pub b_val: DVector<f64>,
    }

    fn loss(a: &DMatrix<f64>, b: &DVector<f64>, x: &DVector<f64>) -> f64 {
        (0..a.nrows()).map(|i| (-b[i] * a.row(i).transpose().dot(x)).exp().ln_1p()).sum()
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        loss(&data.a_tr, &data.b_tr, x) + 0.5 * y.map(f64::exp).dot(&x.component_mul(x))
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        loss(&data.a_val, &data.b_val, x)
    }
}

/// The weights as they are, the loss from `hypergrad::math`, a quadratic outer function.
#[bilevel]
pub mod quadratic {
    use hypergrad::math::softplus;
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a_tr: DMatrix<f64>,
        pub b_tr: DVector<f64>,
        pub a_val: DMatrix<f64>,
        pub b_val: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let margins = data.b_tr.component_mul(&(&data.a_tr * x));
        margins.map(|m| softplus(-m)).sum() + 0.5 * x.dot(&x.component_mul(y))
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        let residual = &data.a_val * x - &data.b_val;
        0.5 * residual.dot(&residual)
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
        let margins = (&data.a * x).component_mul(&data.b);
        margins.iter().map(|m| (1.0 + (-m).exp()).ln()).sum::<f64>()
            + 0.5 * y.iter().zip(x.iter()).map(|(w, t)| w.exp() * t * t).sum::<f64>()
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        x.dot(&data.slope)
    }
}

#[test]
fn logistic_outer() {
    let data =
        logistic::Data { a_tr: training(12, 4), b_tr: signs(12, 0.9, 0.2), a_val: validation(9, 4), b_val: signs(9, 1.7, 0.4) };
    let problem = logistic::Problem::new(&data).unwrap();
    let (x, y) = (cosines(4, 0.3, 0.1), log_weights(4));
    let x_star = verify(&problem, &x, &y);
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| logistic_loss(&data.a_tr, &data.b_tr, x) + weighted_squares(x, y) * 0.5),
        g: &|x, _| logistic_loss(&data.a_val, &data.b_val, x),
    };
    against_oracle(&problem, &x, &y, &oracle);
    let reference = Reference {
        x_star: &[0.39697644623511985, -0.17294237388896128, 0.38512313193282477, 0.21385563506651728],
        x_hat: &[0.416, -0.185, 0.374, 0.233],
        omega_hat: &[0.10418966463822062, 0.00020205784779944377, 0.07945652210912203, 0.20914428349486275],
        gradient: &[0.10653091070596264, 0.00112781009443199, 0.07946452053045307, 0.1965008882561272],
        efficiency: 0.8060963258841497,
    };
    reference.check(&problem, &x_star, &y, |entries| entries);
}

#[test]
fn quadratic_outer() {
    let data =
        quadratic::Data { a_tr: training(12, 4), b_tr: signs(12, 0.9, 0.2), a_val: validation(9, 4), b_val: signs(9, 1.7, 0.4) };
    let problem = quadratic::Problem::new(&data).unwrap();
    let (x, y) = (cosines(4, 0.3, 0.1), log_weights(4).map(f64::exp));
    verify(&problem, &x, &y);
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            let penalty: Number = x.iter().zip(y).map(|(x, y)| *y * *x * *x * 0.5).sum();
            logistic_loss(&data.a_tr, &data.b_tr, x) + penalty
        }),
        g: &|x, _| least_squares(&data.a_val, &data.b_val, x) * 0.5,
    };
    against_oracle(&problem, &x, &y, &oracle);
}

#[test]
fn affine_outer() {
    let data = affine::Data { a: training(12, 4), b: signs(12, 0.9, 0.2), slope: cosines(4, 1.1, 0.3) };
    let problem = affine::Problem::new(&data).unwrap();
    let (x, y) = (cosines(4, 0.3, 0.1), log_weights(4));
    verify(&problem, &x, &y);
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| logistic_loss(&data.a, &data.b, x) + weighted_squares(x, y) * 0.5),
        g: &|x, _| x.iter().zip(data.slope.iter()).map(|(x, s)| *x * *s).sum(),
    };
    against_oracle(&problem, &x, &y, &oracle);
    assert!(affine::Problem::STRUCTURE.g_constant_slope);
}

/// Margins of ±800: every quantity to third order stays finite and right.
#[test]
fn margins_of_800() {
    let data = logistic::Data {
        a_tr: nalgebra::DMatrix::from_row_slice(3, 1, &[800.0, -800.0, 0.3]),
        b_tr: nalgebra::DVector::from_column_slice(&[1.0, 1.0, 1.0]),
        a_val: nalgebra::DMatrix::from_row_slice(2, 1, &[800.0, -800.0]),
        b_val: nalgebra::DVector::from_column_slice(&[1.0, 1.0]),
    };
    let problem = logistic::Problem::new(&data).unwrap();
    let one = nalgebra::DVector::from_element(1, 1.0);
    let at = problem.at(&one, &one).unwrap();
    let s = |t: f64| 1.0 / (1.0 + t.exp());
    assert!((at.F()[0] - (800.0 - 0.3 * s(0.3) + 1.0_f64.exp())).abs() < 1e-12);
    let second = 0.09 * s(0.3) * s(-0.3) + 1.0_f64.exp();
    assert!((at.F_1()[(0, 0)] - second).abs() < 1e-14);
    assert!((at.F_11()[(0, 0, 0)] - 0.027 * s(0.3) * s(-0.3) * (s(0.3) - s(-0.3))).abs() < 1e-15);
    assert!((at.g() - 800.0).abs() < 1e-12 && (at.g_1()[0] - 800.0).abs() < 1e-12);
    assert!(at.Omega().unwrap()[0].is_finite() && at.Omega_1().unwrap()[(0, 0)].is_finite());
}
