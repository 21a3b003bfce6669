//! A bilinear game: `min_p max_q pᵀAq + ε/2 |p|² - ε/2 |q|² + yᵀp - cᵀq`, its saddle as a root.

use hypergrad::bilevel;

use crate::data::{cosines, sines};
use crate::oracle::{Inner, Number, Oracle, dot, times};
use crate::verify::{against_oracle, verify};

#[bilevel]
pub mod game {
    use nalgebra::{DMatrix, DVector};

    pub struct Players {
        pub p: DVector<f64>,
        pub q: DVector<f64>,
    }

    pub struct Data {
        pub a: DMatrix<f64>,
        pub c: DVector<f64>,
        pub epsilon: f64,
    }

    pub fn F(x: &Players, y: &DVector<f64>, data: &Data) -> Players {
        Players { p: &data.a * &x.q + data.epsilon * &x.p + y, q: -(data.a.transpose() * &x.p) + data.epsilon * &x.q + &data.c }
    }

    pub fn g(x: &Players, y: &DVector<f64>, data: &Data) -> f64 {
        x.p.dot(&(&data.a * &x.q)) + 0.5 * y.norm_squared() + x.q.sum()
    }
}

#[test]
fn saddle() {
    let data = game::Data { a: sines(3, 4, [1.3, 0.7, 0.1, 0.4]), c: cosines(4, 0.9, 0.3), epsilon: 0.5 };
    let problem = game::Problem::new(&data).unwrap();
    let x = game::Players { p: cosines(3, 0.3, 0.1), q: cosines(4, 0.6, 0.2) };
    let y = cosines(3, 1.9, 0.5);
    verify(&problem, &x, &y);
    let oracle = Oracle {
        inner: Inner::Root(&|x, y| {
            let (p, q) = x.split_at(3);
            let first = times(&data.a, q).into_iter().enumerate().map(|(i, t)| t + p[i] * data.epsilon + y[i]);
            let second = times(&data.a.transpose(), p).into_iter().enumerate();
            first.chain(second.map(|(j, t)| q[j] * data.epsilon - t + data.c[j])).collect()
        }),
        g: &|x, y| {
            let (p, q) = x.split_at(3);
            dot(p, &times(&data.a, q)) + dot(y, y) * 0.5 + q.iter().copied().sum::<Number>()
        },
    };
    against_oracle(&problem, &x, &y, &oracle);
    let structure = game::Problem::STRUCTURE;
    assert!(!structure.f1_symmetric && structure.f1_constant_in_x && structure.f1_constant_in_y);
}
