use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::{DMatrix, DVector};
    use nalgebra_sparse::CsrMatrix;

    pub struct Strange {
        pub names: Vec<String>,
        pub signed: i32,
        pub weight: f64,
    }

    pub struct Data {
        pub signed: Vec<i32>,
        pub strange: Vec<Strange>,
        pub nested: Vec<Vec<DVector<f64>>>,
        pub folds: [Fold; 3],
        pub sparse: Vec<CsrMatrix<f64>>,
        pub unread: Vec<String>,
    }

    pub struct Fold {
        pub a: DMatrix<f64>,
    }

    pub fn f(x: &DVector<f64>, y: f64, data: &Data) -> f64 {
        y * x.norm_squared()
            + f64::from(data.signed[0])
            + f64::from(data.strange[0].signed)
            + data.strange[1].weight
            + data.strange[1].names.len() as f64
            + data.sparse.len() as f64
            + data.nested[0][0].dot(x)
            + DVector::from_fn(3, |k, _| (&data.folds[k].a * x).norm_squared()).sum()
    }

    pub fn g(x: &DVector<f64>, _y: f64) -> f64 {
        x.sum()
    }
}

fn main() {}
