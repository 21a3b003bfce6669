use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::DVector;

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let last: f64 = x.as_slice().chunks(2).map(|c| c.iter().product::<f64>()).sum();
        let furthest = x.iter().max_by(|a, b| (**a + 1.0).total_cmp(*b)).unwrap();
        let mut entries = y.iter();
        let first = if entries.any(|t| *t > 0.0) { 1.0 } else { 0.0 };
        let lengths: [f64; 2] = std::array::from_fn(|i| x[i]);
        let [a, b] = lengths;
        last * furthest + first + a * b
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        (x - y).norm_squared()
    }
}

fn main() {}
