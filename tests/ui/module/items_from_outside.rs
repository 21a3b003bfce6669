use hypergrad::{bilevel, bilevel_item};

const RATE: f64 = 0.3;

#[bilevel_item]
fn decay(t: f64) -> f64 {
    (-RATE * t).exp()
}

struct Scale(f64);

#[bilevel_item]
impl Scale {
    fn scaled(&self, t: f64) -> f64 {
        self.0 * t
    }
}

#[bilevel_item]
fn made(t: f64) -> f64 {
    macro_rules! twice {
        ($t:expr) => {
            $t + $t
        };
    }
    twice!(t)
}

mod other {
    #[hypergrad::bilevel_item]
    pub fn penalty(t: f64) -> f64 {
        t * t
    }
}

#[bilevel]
mod toy {
    fn penalty(t: f64) -> f64 {
        t.abs()
    }

    pub fn f(x: f64, y: f64) -> f64 {
        (x - y).powi(2) + penalty(x) + crate::other::penalty(x)
    }

    pub fn g(x: f64, _y: f64) -> f64 {
        x + super::Scale(2.0).scaled(x) + super::decay(x) + super::made(x)
    }
}

fn main() {}
