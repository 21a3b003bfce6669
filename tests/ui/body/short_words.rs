use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::{DMatrix, DVector, Vector2};

    fn total(v: [f64; 2]) -> f64 {
        v[0] + v[1]
    }

    pub fn f(x: &Vector2<f64>, y: &DVector<f64>) -> f64 {
        let none: f64 = y.as_slice().chunks_exact(0).map(|c| c[0]).sum();
        let by_use = std::array::from_fn(|i| x[i]);
        let both = dbg!(x[0], x[1]);
        let high = DMatrix::from_fn(2, 2, |i, j| x[i] * y[j]).pow(40).trace();
        none + total(by_use) + both.0 + high
    }

    pub fn g(x: &Vector2<f64>, y: &DVector<f64>) -> f64 {
        let more = match x.as_slice() {
            [_, _, _, rest @ ..] => rest.len() as f64,
            _ => 0.0,
        };
        x.norm_squared() * y.sum() + more
    }
}

fn main() {}
