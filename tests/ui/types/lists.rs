use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::{DMatrix, DVector};

    pub struct Fold {
        pub a: DMatrix<f64>,
    }

    pub struct Hyper {
        pub weights: [DVector<f64>; 2],
    }

    pub struct Data {
        pub labels: Vec<usize>,
        pub counted: DVector<usize>,
        pub folds: Vec<Fold>,
        pub three: [Fold; 3],
        pub pairs: Vec<(f64, f64)>,
        pub points: [[f64; 2]; 4],
        pub rows: Vec<DVector<f64>>,
        pub matrices: Vec<DMatrix<f64>>,
        pub signed: Vec<i32>,
        pub numbers: Vec<f64>,
        pub unread: Vec<String>,
    }

    pub fn f(x: &DVector<f64>, y: &Hyper, data: &Data) -> f64 {
        (x - &y.weights[0]).norm_squared()
            + (0..data.labels.len()).map(|i| x[data.labels[i]] + data.counted[i] as f64).sum::<f64>()
            + (&data.folds[0].a * x).norm_squared()
            + (&data.three[1].a * x).norm_squared()
            + data.pairs[0].0
            + data.points[1][0]
            + data.rows[0].dot(x)
            + data.matrices[0].norm_squared()
            + data.numbers[0]
            + f64::from(data.signed[0])
    }

    pub fn g(x: &DVector<f64>, _y: &Hyper) -> f64 {
        x.sum()
    }
}

fn main() {}
