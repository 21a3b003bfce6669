#![allow(unused)]

use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::{DMatrix, DVector, SMatrix, SVector};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub s: SMatrix<f64, 2, 3>,
        pub w: [f64; 3],
        pub n: usize,
    }

    pub fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 {
        let endless: f64 = (0..).map(|i| i as f64).sum();
        let unfit: f64 = x.iter().zip([1.0, 2.0, 3.0].iter().zip(y.iter())).map(|(a, (b, c))| a * b * c).product();
        let vectors: DVector<f64> = (0..3).map(|i| data.a.column(i) * y[i]).sum();
        let collected: Vec<f64> = x.iter().copied().filter(|t| *t > 0.0).collect();
        let chained: Vec<f64> = x.iter().chain(y.iter()).copied().collect();
        let pairs: Vec<(f64, f64)> = x.iter().map(|t| (*t, *t)).collect();
        let compared = x.iter().map(|t| t > &0.0).count();
        let kept = x.iter().filter(|t| t.is_finite()).count();
        endless + unfit + vectors.sum()
    }

    pub fn g(x: &DVector<f64>, _y: &SVector<f64, 3>, _data: &Data) -> f64 {
        x.norm_squared()
    }
}

fn main() {}
