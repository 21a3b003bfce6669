use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::DVector;

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let last: f64 = x.as_slice().chunks(2).map(|c| c.iter().product::<f64>()).sum();
        let furthest = x.iter().max_by(|a, b| a.abs().total_cmp(&b.abs())).unwrap();
        let mut entries = y.iter();
        let first = entries.next().unwrap();
        let lengths: [f64; 2] = std::array::from_fn(|i| x[i]);
        let [a, b] = lengths;
        last * furthest + first + a * b
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        (x - y).norm_squared()
    }
}

fn main() {}
