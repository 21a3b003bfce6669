use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub b: DVector<f64>,
        pub order: Vec<usize>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let k = (0.5 * data.b[0]) as usize;
        (0..k).map(|i| x[i]).sum::<f64>() * y[0] + (data.a.select_rows(data.order.iter().rev()) * x).norm_squared()
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        x[data.order[0]]
    }
}

fn main() {}
