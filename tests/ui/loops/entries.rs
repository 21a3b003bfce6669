#![allow(unused)]

use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::{DMatrix, DVector};

    #[derive(Clone)]
    pub struct Data {
        pub a: DMatrix<f64>,
        pub b: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let mut v = x.clone();
        for i in 0..x.len() {
            v[0] = x[i];
        }
        let mut last = 0.0;
        for i in 0..x.len() {
            last = x[i] * y[i];
        }
        let mut d = data.clone();
        d.b[0] = x[0];
        let mut m = data.a.clone();
        m.try_inverse_mut();
        let mut list = x.as_slice().to_vec();
        let n = std::mem::take(&mut list).len();
        for i in 0..n {
            let entry = &mut m[(i.abs_diff(2), 0)];
            *entry += 1.0;
        }
        let mut nested = [[x[0]], [x[1]]];
        nested.fill([0.0]);
        let mut left = 0.0;
        for (i, j) in (0..x.len()).flat_map(|i| (0..i).map(move |j| (i, j))) {
            left = x[i] * y[j];
        }
        v[0] + left + last + d.b[0] + m[(0, 0)] + nested[0][0]
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, _data: &Data) -> f64 {
        x.norm_squared()
    }
}

fn main() {}
