use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::DVector;

    fn level(t: f64) -> f64 {
        let mut w = t;
        while w > 1.0 {
            w *= 0.5;
        }
        w
    }

    #[derivative(levle)]
    fn misspelt(t: f64) -> f64 {
        t
    }

    #[derivative(level)]
    fn of_two(t: f64, s: f64) -> f64 {
        t * s
    }

    #[derivative]
    fn of_nothing(t: f64) -> f64 {
        t
    }

    #[derivative(level)]
    fn iterated(t: f64) -> f64 {
        let mut w = t;
        while w > 1.0 {
            w *= 0.5;
        }
        w
    }

    fn other(t: f64) -> f64 {
        dangling(t)
    }

    fn dangling(t: f64) -> f64 {
        let mut w = t;
        while w > 1.0 {
            w *= 0.5;
        }
        w
    }

    #[derivative(dangling)]
    fn summed(t: f64) -> f64 {
        (0..3).map(|i| t * (i as f64)).map(f64::sin).sum()
    }

    #[derivative(level)]
    fn again(t: f64) -> f64 {
        t
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        x.map(level).dot(&y.map(other))
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        (x - y).norm_squared()
    }
}

fn main() {}
