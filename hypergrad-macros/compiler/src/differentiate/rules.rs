//! Partial derivatives of the elementwise functions, each in a stable form.

use std::f64::consts::FRAC_2_SQRT_PI;

use super::rest;
use crate::ir::{Func, Graph, Id, Name, Number, Size, Term, View};

/// The derivative of a function in one argument.
pub enum Partial {
    /// Zero wherever it exists.
    Zero,
    /// A node of the function's own shape.
    Factor(Id),
    /// An arm of a select: the cotangent passes where the condition agrees.
    Arm { condition: View, taken: bool },
}

/// `∂func/∂args[position]` at the node `value = func(args)` of the given shape.
pub fn partial(graph: &mut Graph, func: Func, args: &[View], position: usize, value: Id, shape: &[Size]) -> Partial {
    if position == 0
        && rest::is_singular_at_zero(func)
        && let Some(moving) = rest::moving(graph, args[0].node)
    {
        return where_moving(graph, func, args, moving, shape);
    }
    Rule { graph, args, value, shape, position }.of_function(func)
}

/// The derivative in the first argument where that moves, 0 where it rests at 0.
fn where_moving(graph: &mut Graph, func: Func, args: &[View], moving: Id, shape: &[Size]) -> Partial {
    let [one, zero] = [1.0, 0.0].map(|value| View { node: graph.constant(value), axes: Vec::new() });
    let moving = View { node: moving, axes: args[0].axes.clone() };
    let safe = graph.map(Func::Select, vec![moving.clone(), args[0].clone(), one], shape.to_vec());
    let mut args = args.to_vec();
    args[0] = graph.whole(safe);
    let value = graph.map(func, args.clone(), shape.to_vec());
    match (Rule { graph: &mut *graph, args: &args, value, shape, position: 0 }).of_function(func) {
        Partial::Factor(inside) => {
            let inside = graph.whole(inside);
            Partial::Factor(graph.map(Func::Select, vec![moving, inside, zero], shape.to_vec()))
        }
        other @ (Partial::Zero | Partial::Arm { .. }) => other,
    }
}

/// The arguments of a rule, with short names for what rules build.
struct Rule<'a> {
    graph: &'a mut Graph,
    args: &'a [View],
    value: Id,
    shape: &'a [Size],
    /// The argument in which the derivative is taken.
    position: usize,
}

impl Rule<'_> {
    #[expect(clippy::too_many_lines, reason = "one arm for each function")]
    fn of_function(&mut self, func: Func) -> Partial {
        Partial::Factor(match func {
            // Piecewise constant.
            Func::Signum
            | Func::Floor
            | Func::Ceil
            | Func::Round
            | Func::Trunc
            | Func::Sign0
            | Func::TieGt
            | Func::Lt
            | Func::Le
            | Func::Gt
            | Func::Ge
            | Func::Eq
            | Func::Ne
            | Func::Inside => return Partial::Zero,
            // The condition is never differentiated.
            Func::Select if self.position == 0 => return Partial::Zero,
            Func::Select => return Partial::Arm { condition: self.args[0].clone(), taken: self.position == 1 },
            // (eᵗ)' = eᵗ
            Func::Exp => self.value,
            // (ln t)' = 1/t
            Func::Ln => self.of(Func::Powi(-1)),
            // (√t)' = 1/(2√t)
            Func::Sqrt => self.scaled_of(0.5, Func::Powf(Number::new(-0.5))),
            // (∛t)' = 1/(3 (∛t)²)
            Func::Cbrt => {
                let inverse = self.apply(Func::Powi(-2), self.value);
                self.graph.scaled(1.0 / 3.0, inverse)
            }
            Func::Sin => self.of(Func::Cos),
            Func::Cos => self.scaled_of(-1.0, Func::Sin),
            // tan' = 1 + tan²
            Func::Tan => {
                let square = self.square(self.value);
                self.affine(1.0, square, 1.0)
            }
            Func::LnCosh => self.of(Func::Tanh),
            Func::Tanh => self.of(Func::Sech2),
            // (1/cosh²)' = -2 tanh/cosh²
            Func::Sech2 => {
                let tanh = self.of(Func::Tanh);
                self.times(-2.0, &[tanh, self.value])
            }
            Func::Sinh => self.of(Func::Cosh),
            Func::Cosh => self.of(Func::Sinh),
            // asin' = 1/√(1-t²), acos' = -asin'
            Func::Asin => self.power_of_quadratic(1.0, -1.0, 1.0, -0.5),
            Func::Acos => self.power_of_quadratic(-1.0, -1.0, 1.0, -0.5),
            // atan' = 1/(1+t²)
            Func::Atan => self.power_of_quadratic(1.0, 1.0, 1.0, -1.0),
            // asinh' = 1/√(1+t²)
            Func::Asinh => self.power_of_quadratic(1.0, 1.0, 1.0, -0.5),
            // acosh' = 1/√(t²-1)
            Func::Acosh => self.power_of_quadratic(1.0, 1.0, -1.0, -0.5),
            // atanh' = 1/(1-t²)
            Func::Atanh => self.power_of_quadratic(1.0, -1.0, 1.0, -1.0),
            // ln(1+t)' = 1/(1+t)
            Func::Ln1p => {
                let argument = self.argument(0);
                let shifted = self.affine(1.0, argument, 1.0);
                self.apply(Func::Powi(-1), shifted)
            }
            // (eᵗ-1)' = eᵗ
            Func::ExpM1 => self.of(Func::Exp),
            // (tⁿ)' = n tⁿ⁻¹
            Func::Powi(n) => {
                let lowered = n.checked_sub(1).map_or_else(|| Func::Powf(Number::new(f64::from(n) - 1.0)), Func::Powi);
                self.scaled_of(f64::from(n), lowered)
            }
            Func::Powf(p) => self.scaled_of(p.get(), power(p.get() - 1.0)),
            Func::NormPow(p) => self.scaled_of(p.get(), Func::NormPow(Number::new(p.get() - 1.0))),
            Func::Logistic(order) => self.logistic(order),
            // (√(1+s) - 1)' = 1/(2√(1+s))
            Func::Sqrt1pM1 => {
                let argument = self.argument(0);
                let shifted = self.affine(1.0, argument, 1.0);
                let root = self.apply(Func::Powf(Number::new(-0.5)), shifted);
                self.graph.scaled(0.5, root)
            }
            // erf' = 2/√π e^-t², erfc' = -erf'
            Func::Erf => self.scaled_of(FRAC_2_SQRT_PI, Func::Bell),
            Func::Erfc => self.scaled_of(-FRAC_2_SQRT_PI, Func::Bell),
            // (e^-t²)' = -2t e^-t²
            Func::Bell => {
                let argument = self.argument(0);
                self.times(-2.0, &[argument, self.value])
            }
            Func::LnGamma => self.of(Func::Polygamma(0)),
            Func::Polygamma(order) => self.of(Func::Polygamma(order + 1)),
            // Φ' = φ, φ' = -t φ
            Func::NormalCdf => self.of(Func::NormalDensity),
            Func::NormalDensity => {
                let argument = self.argument(0);
                self.times(-1.0, &[argument, self.value])
            }
            Func::LogNormalCdf(order) => self.log_normal_cdf(order),
            Func::LambertW => self.lambert_w(),
            Func::Log1mExp => self.scaled_of(-1.0, Func::Bose),
            // b' = b + b²
            Func::Bose => {
                let square = self.square(self.value);
                self.graph.add_all(&[self.value, square], self.shape.to_vec())
            }
            Func::Abs => self.of(Func::Sign0),
            Func::Huber => self.huber(),
            Func::Pow => self.pow(),
            Func::PowLn(k) => self.pow_ln(k),
            Func::Atan2 => self.atan2(),
            // ∂√(a²+b²)/∂a = a/√(a²+b²)
            Func::Hypot if self.is_nonzero(0) || self.is_nonzero(1) => {
                let inverse = self.apply(Func::Powi(-1), self.value);
                let own = self.argument(self.position);
                self.times(1.0, &[own, inverse])
            }
            // .. and 0 at 0.
            Func::Hypot => {
                let squares = self.square_sum();
                let inverse = self.apply(Func::NormPow(Number::new(-0.5)), squares);
                let own = self.argument(self.position);
                self.times(1.0, &[own, inverse])
            }
            // One half each at a tie.
            Func::Max => self.tie_gt(1.0),
            // min(a, b) = -max(-a, -b), also where one is NaN.
            Func::Min => self.tie_gt(-1.0),
            Func::Clamp => self.clamp(),
            Func::Declared(name) => self.declared(name),
        })
    }

    /// `∂huber/∂t = clamp(t, -δ, δ)`, `∂huber/∂δ = max(|t| - δ, 0)`.
    fn huber(&mut self) -> Id {
        let delta = self.args[1].clone();
        if self.position == 0 {
            let negative = self.graph.view(-1.0, &delta, self.shape.to_vec());
            let negative = self.graph.whole(negative);
            return self.map(Func::Clamp, vec![self.args[0].clone(), negative, delta]);
        }
        let abs = self.map(Func::Abs, vec![self.args[0].clone()]);
        let terms = vec![self.graph.term(1.0, abs), Term { coefficient: Number::new(-1.0), view: delta }];
        let excess = self.graph.sum(terms, self.shape.to_vec());
        let zero = self.constant(0.0);
        let excess = self.graph.whole(excess);
        self.map(Func::Max, vec![excess, zero])
    }

    /// `∂xʸ/∂x = y xʸ⁻¹`, `∂xʸ/∂y = xʸ ln x`.
    fn pow(&mut self) -> Id {
        if self.position == 1 {
            return self.map(Func::PowLn(1), self.args.to_vec());
        }
        let (exponent, lowered) = self.exponents();
        let power = self.map(Func::Pow, vec![self.args[0].clone(), lowered]);
        self.times(1.0, &[exponent, power])
    }

    /// `∂ xʸ(ln x)ᵏ/∂x = y xʸ⁻¹(ln x)ᵏ + k xʸ⁻¹(ln x)ᵏ⁻¹`, `∂/∂y = xʸ(ln x)ᵏ⁺¹`.
    fn pow_ln(&mut self, k: u8) -> Id {
        if self.position == 1 {
            return self.map(Func::PowLn(k + 1), self.args.to_vec());
        }
        let (exponent, lowered) = self.exponents();
        let base = self.args[0].clone();
        let first = self.map(Func::PowLn(k), vec![base.clone(), lowered.clone()]);
        let first = self.times(1.0, &[exponent, first]);
        let lower = if k == 1 { Func::Pow } else { Func::PowLn(k - 1) };
        let second = self.map(lower, vec![base, lowered]);
        let terms = vec![self.graph.term(1.0, first), self.graph.term(f64::from(k), second)];
        self.graph.sum(terms, self.shape.to_vec())
    }

    /// y and `y - 1` of `xʸ`.
    fn exponents(&mut self) -> (Id, View) {
        let exponent = self.argument(1);
        let lowered = self.affine(1.0, exponent, -1.0);
        (exponent, self.graph.whole(lowered))
    }

    /// `∂atan2(y, x)/∂y = x/(x²+y²)`, `∂/∂x = -y/(x²+y²)`.
    fn atan2(&mut self) -> Id {
        let inverse = self.inverse_square_sum();
        let other = self.argument(1 - self.position);
        self.times(if self.position == 0 { 1.0 } else { -1.0 }, &[other, inverse])
    }

    /// 1 where this one of two arguments, times the sign, is the larger.
    fn tie_gt(&mut self, sign: f64) -> Id {
        let args = [self.position, 1 - self.position].map(|position| {
            let view = self.args[position].clone();
            View { node: self.graph.scaled(sign, view.node), axes: view.axes }
        });
        self.map(Func::TieGt, args.to_vec())
    }

    /// In t, in the lower and in the upper bound.
    fn clamp(&mut self) -> Id {
        let bound = |func: Func, position: usize| (func, vec![self.args[0].clone(), self.args[position].clone()]);
        let (func, args) = match self.position {
            0 => (Func::Inside, self.args.to_vec()),
            1 => bound(Func::Lt, 1),
            _ => bound(Func::Gt, 2),
        };
        self.map(func, args)
    }

    /// softplus' = σ, σ' = σσ₋, ...; from the fourth on `P' = P₂'(1-6P₂) - 6P₂P₂'`.
    fn logistic(&mut self, order: u8) -> Id {
        if order < 4 {
            return self.of(Func::Logistic(order + 1));
        }
        // (P₂(1 - 6P₂))' = P₃(1 - 12P₂)
        let second = self.of(Func::Logistic(2));
        let third = self.of(Func::Logistic(3));
        let factor = self.affine(-12.0, second, 1.0);
        self.times(1.0, &[third, factor])
    }

    /// By the formula with which it was declared.
    fn declared(&mut self, name: Name) -> Id {
        let derivative = self.graph.declared_derivative(name, &self.args[0].clone(), self.shape);
        derivative.unwrap_or_else(|| panic!("`{}` has no derivative", name.0))
    }

    /// `W' = e^-W/(1 + W)`.
    fn lambert_w(&mut self) -> Id {
        let negative = self.graph.scaled(-1.0, self.value);
        let (numerator, denominator) = (self.apply(Func::Exp, negative), self.affine(1.0, self.value, 1.0));
        let inverse = self.apply(Func::Powi(-1), denominator);
        self.times(1.0, &[numerator, inverse])
    }

    /// The next of the family; with its members `r, L₂, L₃, L₄`, from the fourth on
    /// `L₄' = -L₄(t + 2r) - 3L₃(1 + 2L₂)`: the derivative of `L₂ = -r(t + r)`, taken three times.
    fn log_normal_cdf(&mut self, order: u8) -> Id {
        if order < 4 {
            return self.of(Func::LogNormalCdf(order + 1));
        }
        let [r, second, third, fourth] = [1, 2, 3, 4].map(|k| self.of(Func::LogNormalCdf(k)));
        let argument = self.argument(0);
        let terms = vec![self.graph.term(1.0, argument), self.graph.term(2.0, r)];
        let shifted = self.graph.sum(terms, self.shape.to_vec());
        let slope = self.affine(2.0, second, 1.0);
        let (first, rest) = (self.times(-1.0, &[fourth, shifted]), self.times(-3.0, &[third, slope]));
        self.graph.add_all(&[first, rest], self.shape.to_vec())
    }

    /// `scale·(a t² + b)^p`.
    fn power_of_quadratic(&mut self, scale: f64, a: f64, b: f64, p: f64) -> Id {
        let argument = self.argument(0);
        let square = self.square(argument);
        let quadratic = self.affine(a, square, b);
        let value = self.apply(power(p), quadratic);
        self.graph.scaled(scale, value)
    }

    fn square_sum(&mut self) -> Id {
        let (a, b) = (self.argument(0), self.argument(1));
        let (a, b) = (self.square(a), self.square(b));
        self.graph.add_all(&[a, b], self.shape.to_vec())
    }

    fn inverse_square_sum(&mut self) -> Id {
        let squares = self.square_sum();
        self.apply(Func::Powi(-1), squares)
    }

    /// Whether an argument is a number other than 0.
    fn is_nonzero(&self, position: usize) -> bool {
        self.graph.as_uniform(self.args[position].node).is_some_and(|value| value != 0.0)
    }

    /// An argument, spread over the whole shape.
    fn argument(&mut self, position: usize) -> Id {
        self.graph.view(1.0, &self.args[position].clone(), self.shape.to_vec())
    }

    fn of(&mut self, func: Func) -> Id {
        self.map(func, vec![self.args[0].clone()])
    }

    fn scaled_of(&mut self, scale: f64, func: Func) -> Id {
        let value = self.of(func);
        self.graph.scaled(scale, value)
    }

    fn map(&mut self, func: Func, args: Vec<View>) -> Id {
        self.graph.map(func, args, self.shape.to_vec())
    }

    fn apply(&mut self, func: Func, node: Id) -> Id {
        let view = self.graph.whole(node);
        self.map(func, vec![view])
    }

    fn constant(&mut self, value: f64) -> View {
        View { node: self.graph.constant(value), axes: Vec::new() }
    }

    fn square(&mut self, node: Id) -> Id {
        self.times(1.0, &[node, node])
    }

    fn times(&mut self, coefficient: f64, nodes: &[Id]) -> Id {
        let views: Vec<View> = nodes.iter().map(|n| self.graph.whole(*n)).collect();
        self.graph.times(coefficient, &views, self.shape.to_vec())
    }

    /// `a·node + b`.
    fn affine(&mut self, a: f64, node: Id, b: f64) -> Id {
        let one = self.constant(1.0);
        let terms = vec![self.graph.term(a, node), Term { coefficient: Number::new(b), view: one }];
        self.graph.sum(terms, self.shape.to_vec())
    }
}

/// `t^p` as the exact integer power where p is one.
fn power(p: f64) -> Func {
    if p.fract() == 0.0 && p.abs() <= f64::from(i16::MAX) { Func::Powi(p as i32) } else { Func::Powf(Number::new(p)) }
}
