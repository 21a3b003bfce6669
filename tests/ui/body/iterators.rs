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

    pub struct Own {
        pub t: f64,
    }

    impl std::iter::Sum for Own {
        fn sum<I: Iterator<Item = Own>>(items: I) -> Own {
            Own { t: items.map(|own| own.t).sum() }
        }
    }

    impl<'a> std::iter::Sum<&'a Own> for Own {
        fn sum<I: Iterator<Item = &'a Own>>(items: I) -> Own {
            Own { t: items.map(|own| own.t).sum() }
        }
    }

    pub fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 {
        let endless: f64 = (0..).map(|i| i as f64).sum();
        let unfit: f64 = x.iter().zip([1.0, 2.0, 3.0].iter().zip(y.iter())).map(|(a, (b, c))| a * b * c).product();
        let vectors: DVector<f64> = (0..3).map(|i| data.a.column(i) * y[i]).sum();
        let collected: Vec<f64> = x.iter().copied().filter(|t| *t > 0.0).collect();
        let placed: f64 = (0..3).flat_map(|i| (0..i).map(move |j| x[i] * y[j])).step_by(2).sum();
        let paired: f64 = y.iter().zip((0..3).flat_map(|i| (0..i).map(move |j| x[i] * y[j]))).map(|(s, t)| s * t).sum();
        let standing: f64 = x.iter().step_by(0).sum();
        let ragged: f64 = (0..data.n).map(|i| DVector::from_iterator(2, (i.saturating_sub(1)..data.n.min(i + 2)).map(|j| x[j])).sum()).sum();
        let open: f64 = (0..data.n).map(|i| ((data.n - 2) * i..data.n).map(|j| x[j]).sum::<f64>()).sum();
        let counted: f64 = (0..data.n).map(|i| ((data.n - 2) * i..data.n).count() as f64).sum();
        let own: Own = y.iter().map(|t| Own { t: *t }).sum();
        let compared = x.iter().map(|t| t > &0.0).count();
        let kept = x.iter().filter(|t| t.is_subnormal()).count();
        endless + unfit + vectors.sum()
    }

    pub fn g(x: &DVector<f64>, _y: &SVector<f64, 3>, _data: &Data) -> f64 {
        x.norm_squared()
    }
}

fn main() {}
