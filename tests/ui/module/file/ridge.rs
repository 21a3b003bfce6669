pub fn f(x: f64, y: f64) -> f64 {
    (x - y).powi(2)
}

pub fn g(x: f64, _y: f64) -> f64 {
    x * x
}
