//! The functions to 40 digits.

use astro_float::{BigFloat, Consts, RoundingMode};

/// One point in so many is compared: a value takes a millisecond.
pub const EVERY: usize = 331;

const BITS: usize = 192;
const NEAREST: RoundingMode = RoundingMode::None;

/// Values to [`BITS`] bits.
pub struct Exact {
    constants: Consts,
}

fn big(t: f64) -> BigFloat {
    BigFloat::from_f64(t, BITS)
}

fn add(a: &BigFloat, b: &BigFloat) -> BigFloat {
    a.add(b, BITS, NEAREST)
}

fn sub(a: &BigFloat, b: &BigFloat) -> BigFloat {
    a.sub(b, BITS, NEAREST)
}

fn mul(a: &BigFloat, b: &BigFloat) -> BigFloat {
    a.mul(b, BITS, NEAREST)
}

fn div(a: &BigFloat, b: &BigFloat) -> BigFloat {
    a.div(b, BITS, NEAREST)
}

impl Exact {
    pub fn new() -> Self {
        Self { constants: Consts::new().expect("memory") }
    }

    fn exp(&mut self, t: &BigFloat) -> BigFloat {
        t.exp(BITS, NEAREST, &mut self.constants)
    }

    /// `ln(1 + z)`, for small z by its series.
    fn ln_1p(&mut self, z: &BigFloat) -> BigFloat {
        if z.abs() < big(1e-25) {
            return sub(z, &div(&mul(z, z), &big(2.0)));
        }
        add(&big(1.0), z).ln(BITS, NEAREST, &mut self.constants)
    }

    /// `e^t - 1`, for small t by its series.
    fn exp_m1(&mut self, t: &BigFloat) -> BigFloat {
        if t.abs() < big(1e-25) {
            return add(t, &div(&mul(t, t), &big(2.0)));
        }
        let e = self.exp(t);
        sub(&e, &big(1.0))
    }

    fn value(&mut self, name: &str, t: f64) -> BigFloat {
        let (x, one) = (big(t), big(1.0));
        match name {
            "exp" => self.exp(&x),
            "exp_m1" => self.exp_m1(&x),
            "ln" => x.ln(BITS, NEAREST, &mut self.constants),
            "ln_1p" => self.ln_1p(&x),
            "tanh" => {
                let e = self.exp_m1(&mul(&big(2.0), &x));
                div(&e, &add(&e, &big(2.0)))
            }
            "sech2" => {
                let e = self.exp(&mul(&big(-2.0), &x.abs()));
                let q = add(&one, &e);
                div(&mul(&big(4.0), &e), &mul(&q, &q))
            }
            "softplus" => {
                let e = self.exp(&x);
                self.ln_1p(&e)
            }
            "sigmoid" => {
                let e = self.exp(&x.neg());
                div(&one, &add(&one, &e))
            }
            "logistic_2" | "logistic_3" => {
                let e = self.exp(&x.abs().neg());
                let q = add(&one, &e);
                let second = div(&e, &mul(&q, &q));
                if name == "logistic_2" {
                    return second;
                }
                let less_one = self.exp_m1(&x.abs().neg());
                let size = div(&mul(&second, &less_one), &q);
                if t > 0.0 { size } else { size.neg() }
            }
            "sin" => x.sin(BITS, NEAREST, &mut self.constants),
            "cos" => x.cos(BITS, NEAREST, &mut self.constants),
            other => panic!("{other} has no exact form here"),
        }
    }

    /// How far `value` is from the exact one, in units of its last place.
    pub fn distance(&mut self, name: &str, t: f64, value: f64) -> f64 {
        let exact = self.value(name, t);
        let bits = value.abs().to_bits().min(f64::MAX.to_bits() - 1);
        let unit = f64::from_bits(bits + 1) - f64::from_bits(bits);
        let off = div(&sub(&big(value), &exact).abs(), &big(unit));
        off.to_string().parse().expect("a number")
    }
}
