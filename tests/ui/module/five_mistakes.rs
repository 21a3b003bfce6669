use hypergrad::bilevel;

pub fn outside(t: f64) -> f64 {
    t
}

#[bilevel(h = nothing)]
mod toy {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub b: DVector<f64>,
    }

    fn helper(t: f64) -> f64 {
        match t > 0.0 {
            true => t,
            false => super::outside(t),
        }
    }

    pub fn f(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        for _ in 0..3 {}
        let mut total = helper(x[0]);
        total += x.rank(0.1) as f64;
        total + (&data.a * x - &data.b).norm()
    }

    pub fn g(x: &DVector<f64>, y: f64, data: &Data) -> f64 {
        if x[0] > y {
            return 0.0;
        }
        data.b.norm()
    }
}

fn main() {}
