use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::DVector;

    pub struct P(pub f64);

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let mut p = P(x[0]);
        p += P(y[0]);
        p.0 + std::iter::successors(Some(x[0]), |t| if *t > 0.0 { Some(t - 1.0) } else { None }).take(3).sum::<f64>()
            + x.iter().try_for_each(|t| if *t < 9.0 { Some(()) } else { None }).map_or(0.0, |()| 1.0)
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>) -> f64 {
        x.norm_squared()
    }
}

impl std::ops::AddAssign for toy::P {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

fn main() {}
