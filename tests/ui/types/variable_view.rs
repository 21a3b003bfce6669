use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::DVectorView;

    pub fn f(x: DVectorView<'_, f64>, y: f64) -> f64 {
        (x * y).norm_squared()
    }

    pub fn g(x: DVectorView<'_, f64>, _y: f64) -> f64 {
        x.norm_squared()
    }
}

fn main() {}
