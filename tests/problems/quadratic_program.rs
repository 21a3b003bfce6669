//! The optimality system of a quadratic program (Bolte et al.): minimise `½ xᵀQx + qᵀx` subject to
//! `A x = θ`, `G x <= h`, as a root over `(x, ν, λ)`, the outer variable being θ.

use hypergrad::bilevel;
use nalgebra::{DMatrix, DVector};

use crate::data::{cosines, sines};
use crate::oracle::{Inner, Oracle, squared_distance, times};
use crate::verify::{against_oracle, close, verify};

#[bilevel]
pub mod system {
    use nalgebra::{DMatrix, DVector};

    pub struct Point {
        pub x: DVector<f64>,
        pub nu: DVector<f64>,
        pub lambda: DVector<f64>,
    }

    pub struct Data {
        pub q: DMatrix<f64>,
        pub c: DVector<f64>,
        pub a: DMatrix<f64>,
        pub g: DMatrix<f64>,
        pub h: DVector<f64>,
        pub target: DVector<f64>,
    }

    pub fn F(p: &Point, theta: &DVector<f64>, data: &Data) -> Point {
        Point {
            x: &data.q * &p.x + &data.c + data.a.transpose() * &p.nu + data.g.tr_mul(&p.lambda),
            nu: &data.a * &p.x - theta,
            lambda: p.lambda.component_mul(&(&data.g * &p.x - &data.h)),
        }
    }

    pub fn g(p: &Point, _theta: &DVector<f64>, data: &Data) -> f64 {
        0.5 * (&p.x - &data.target).norm_squared()
    }
}

#[test]
fn right_hand_side() {
    let half = sines(4, 4, [1.3, 0.7, 0.1, 0.0]);
    let data = system::Data {
        q: half.transpose() * &half + DMatrix::identity(4, 4),
        c: cosines(4, 1.1, 0.2),
        a: sines(1, 4, [0.8, 1.1, 0.2, 0.5]),
        g: DMatrix::from_row_slice(2, 4, &[1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0]),
        h: DVector::from_column_slice(&[-0.6, 5.0]),
        target: cosines(4, 0.4, 0.9),
    };
    let problem = system::Problem::new(&data).unwrap();
    // The first inequality is active: λ_0 > 0; the second is not: λ_1 = 0.
    let start = system::Point {
        x: DVector::from_column_slice(&[-0.6, 0.1, 0.1, 0.1]),
        nu: DVector::from_element(1, 0.1),
        lambda: DVector::from_column_slice(&[1.0, 0.0]),
    };
    let theta = DVector::from_element(1, 0.3);
    let root = verify(&problem, &start, &theta);
    let oracle = Oracle {
        inner: Inner::Root(&|point, theta| {
            let (x, nu, lambda) = (&point[..4], &point[4..5], &point[5..]);
            let (q_x, a_nu) = (times(&data.q, x), times(&data.a.transpose(), nu));
            let g_lambda = times(&data.g.transpose(), lambda);
            let stationary = (0..4).map(|i| q_x[i] + data.c[i] + a_nu[i] + g_lambda[i]);
            let feasible = times(&data.a, x)[0] - theta[0];
            let slack = times(&data.g, x).into_iter().enumerate().map(|(i, t)| lambda[i] * (t - data.h[i]));
            stationary.chain([feasible]).chain(slack).collect()
        }),
        g: &|point, _| squared_distance(&point[..4], data.target.as_slice()) * 0.5,
    };
    let off_root = system::Point { lambda: DVector::from_column_slice(&[0.7, 0.2]), ..start };
    against_oracle(&problem, &off_root, &theta, &oracle);
    close("active", &[root.x[0]], &[-0.6], 1e-12);
    assert!(root.lambda[0] > 0.1 && root.lambda[1].abs() < 1e-12);
    assert!(!system::Problem::STRUCTURE.f1_symmetric);
}
