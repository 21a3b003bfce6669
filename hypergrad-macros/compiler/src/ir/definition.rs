//! What is known of every elementwise function: one row each, under which `emit`, `print`, `lower`
//! and `analysis` look it up. A row begins by claiming nothing, so that a function of which
//! nothing is said has a kink, no sign, no curvature and no parity.

use std::f64::consts::FRAC_PI_2;

use super::func::Func;

/// One function's row.
#[derive(Clone, Copy, Debug)]
pub struct Definition {
    pub kernel: Kernel,
    /// As it is written in mathematics.
    pub notation: Notation,
    pub arity: usize,
    pub smoothness: Smoothness,
    pub parity: Parity,
    /// `f(a, b) = f(b, a)`.
    pub commutes: bool,
    pub range: Range,
    /// What no value is below and above, whatever the arguments are.
    pub within: (f64, f64),
    pub bend: Bend,
    /// Along each argument.
    pub trends: [Trend; 3],
    /// A sum of squares of affine expressions as its argument makes it a norm, or convex in one.
    pub norm_of_squares: bool,
    pub cost: Cost,
    /// Whether the runtime has it over slices as well, several entries at once.
    pub over_slices: bool,
    /// A point inside of its domain, which stands in where an arm is not taken; `None` where it is
    /// finite everywhere.
    pub safe: Option<f64>,
    /// What users call it, in sentences on what is not smooth.
    pub word: &'static str,
}

/// The function of `hypergrad_runtime::math::kernel`, and what it takes besides the arguments.
#[derive(Clone, Copy, Debug)]
pub struct Kernel {
    pub name: &'static str,
    pub parameter: Parameter,
}

#[derive(Clone, Copy, Debug)]
pub enum Parameter {
    None,
    Integer(i32),
    /// In the module's scalar type.
    Number(f64),
    /// An `f64` whatever the module's scalar type.
    Exponent(f64),
}

#[derive(Clone, Copy, Debug)]
pub enum Notation {
    /// `name(a, b)`.
    Call(&'static str),
    /// `√a`.
    Prefix(&'static str),
    /// `[a < b]`.
    Relation(&'static str),
    /// `e^a`, or `exp(a + b)`.
    Exponential,
    /// `a^p` of a constant p.
    Power(f64),
    /// `a^b`.
    Raised,
    /// `a^b∘ln(a)^k`.
    RaisedLogarithm(u8),
    /// `|a|`.
    Bars,
    /// `1/cosh²(a)`.
    InverseSquare(&'static str),
    /// `√(1 + a) - 1`.
    RootLessOne,
    /// `exp(-a²)`.
    Bell,
    /// `[b ≤ a ≤ c]`.
    Between,
    /// `(if a then b else c)`.
    Cases,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Smoothness {
    /// Twice continuously differentiable inside its domain.
    Smooth,
    /// Claims of second order are withheld.
    Kinked,
    /// Piecewise constant: its derivative is zero wherever it has one.
    Steps,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Parity {
    /// `f(-t) = f(t)`.
    Even,
    /// `f(-t) = -f(t)`.
    Odd,
    Neither,
}

/// The sign of the values.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Range {
    Unknown,
    Nonnegative,
    Nonpositive,
    /// That of the argument: increasing through 0.
    AsArgument,
    /// That of the argument, which is not 0 where the value is finite.
    AsReciprocal,
    /// Not below 0 where this argument is not.
    NonnegativeWith(usize),
    /// The larger or the smaller of two.
    Larger,
    Smaller,
    /// One of the last two arguments.
    Either,
    /// Between the last two arguments.
    Between,
}

/// The curvature on the domain.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bend {
    Unknown,
    Convex,
    Concave,
    /// For arguments that are not negative.
    ConvexAboveZero,
    ConcaveAboveZero,
}

/// Whether it increases in an argument.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trend {
    Unknown,
    Increasing,
    Decreasing,
    /// Down to 0, then up.
    Even,
    /// Decreasing for arguments that are not negative.
    DecreasingAboveZero,
}

/// Time, in classes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cost {
    /// A few instructions.
    Arithmetic,
    /// `exp` and its like.
    Transcendental,
}

/// A function of so many arguments of which nothing is claimed.
const fn claims_nothing(arity: usize, kernel: &'static str, notation: Notation) -> Definition {
    Definition {
        kernel: Kernel { name: kernel, parameter: Parameter::None },
        notation,
        arity,
        smoothness: Smoothness::Kinked,
        parity: Parity::Neither,
        commutes: false,
        range: Range::Unknown,
        within: (f64::NEG_INFINITY, f64::INFINITY),
        bend: Bend::Unknown,
        trends: [Trend::Unknown; 3],
        norm_of_squares: false,
        cost: Cost::Transcendental,
        over_slices: false,
        safe: None,
        word: kernel,
    }
}

const fn unary(kernel: &'static str, notation: Notation) -> Definition {
    claims_nothing(1, kernel, notation)
}

/// `name(t)`, where mathematics and the runtime call it alike.
const fn called(name: &'static str) -> Definition {
    unary(name, Notation::Call(name))
}

const fn binary(name: &'static str) -> Definition {
    claims_nothing(2, name, Notation::Call(name))
}

/// 1 or 0.
const fn indicator(kernel: &'static str, sign: &'static str) -> Definition {
    claims_nothing(2, kernel, Notation::Relation(sign)).steps().range(Range::Nonnegative).within(0.0, 1.0).named("a comparison")
}

impl Definition {
    const fn smooth(mut self) -> Self {
        self.smoothness = Smoothness::Smooth;
        self
    }

    const fn steps(mut self) -> Self {
        self.smoothness = Smoothness::Steps;
        self.cost = Cost::Arithmetic;
        self
    }

    const fn even(mut self) -> Self {
        self.parity = Parity::Even;
        self
    }

    const fn odd(mut self) -> Self {
        self.parity = Parity::Odd;
        self
    }

    const fn commutes(mut self) -> Self {
        self.commutes = true;
        self
    }

    const fn range(mut self, range: Range) -> Self {
        self.range = range;
        self
    }

    const fn within(mut self, low: f64, high: f64) -> Self {
        self.within = (low, high);
        self
    }

    const fn bend(mut self, bend: Bend) -> Self {
        self.bend = bend;
        self
    }

    const fn trend(mut self, trend: Trend) -> Self {
        self.trends = [trend; 3];
        self
    }

    const fn trend_of_first_alone(mut self, trend: Trend) -> Self {
        self.trends = [trend, Trend::Unknown, Trend::Unknown];
        self
    }

    const fn norm_of_squares(mut self, holds: bool) -> Self {
        self.norm_of_squares = holds;
        self
    }

    const fn cheap(mut self) -> Self {
        self.cost = Cost::Arithmetic;
        self
    }

    const fn over_slices(mut self) -> Self {
        self.over_slices = true;
        self
    }

    const fn safe(mut self, point: f64) -> Self {
        self.safe = Some(point);
        self
    }

    const fn named(mut self, word: &'static str) -> Self {
        self.word = word;
        self
    }

    const fn with(mut self, parameter: Parameter) -> Self {
        self.kernel.parameter = parameter;
        self
    }
}

impl Func {
    /// The function's row.
    #[expect(clippy::too_many_lines, reason = "one row for each function")]
    pub fn definition(self) -> Definition {
        use Notation::{Call, Prefix};
        match self {
            Self::Exp => unary("exp", Notation::Exponential)
                .smooth()
                .range(Range::Nonnegative)
                .bend(Bend::Convex)
                .trend(Trend::Increasing)
                .over_slices()
                .safe(0.0),
            Self::Ln => called("ln").smooth().bend(Bend::Concave).trend(Trend::Increasing).over_slices().safe(1.0),
            Self::Sqrt => unary("sqrt", Prefix("√"))
                .smooth()
                .range(Range::Nonnegative)
                .bend(Bend::Concave)
                .trend(Trend::Increasing)
                .norm_of_squares(true)
                .safe(1.0),
            Self::Cbrt => unary("cbrt", Prefix("∛"))
                .odd()
                .range(Range::AsArgument)
                .bend(Bend::ConcaveAboveZero)
                .trend(Trend::Increasing)
                .safe(1.0),
            Self::Sin => called("sin").smooth().odd().within(-1.0, 1.0).over_slices(),
            Self::Cos => called("cos").smooth().even().within(-1.0, 1.0).over_slices(),
            Self::Tan => called("tan").smooth().odd().safe(0.0),
            Self::Tanh => sigmoidal("tanh").within(-1.0, 1.0).over_slices(),
            Self::Sech2 => unary("sech2", Notation::InverseSquare("cosh"))
                .smooth()
                .even()
                .range(Range::Nonnegative)
                .within(0.0, 1.0)
                .over_slices(),
            Self::Sinh => called("sinh")
                .smooth()
                .odd()
                .range(Range::AsArgument)
                .bend(Bend::ConvexAboveZero)
                .trend(Trend::Increasing)
                .safe(0.0),
            Self::Cosh => {
                called("cosh").smooth().even().range(Range::Nonnegative).bend(Bend::Convex).trend(Trend::Even).safe(0.0)
            }
            Self::LnCosh => {
                unary("ln_cosh", Call("ln cosh")).smooth().even().range(Range::Nonnegative).bend(Bend::Convex).trend(Trend::Even)
            }
            Self::Asin => called("asin").smooth().odd().range(Range::AsArgument).safe(0.5),
            Self::Acos => called("acos").smooth().range(Range::Nonnegative).safe(0.5),
            Self::Atan => sigmoidal("atan").within(-FRAC_PI_2, FRAC_PI_2),
            Self::Asinh => sigmoidal("asinh"),
            Self::Acosh => called("acosh").smooth().range(Range::Nonnegative).safe(2.0),
            Self::Atanh => called("atanh").smooth().odd().range(Range::AsArgument).safe(0.5),
            Self::Ln1p => unary("ln_1p", Call("ln1p"))
                .smooth()
                .range(Range::AsArgument)
                .bend(Bend::Concave)
                .trend(Trend::Increasing)
                .over_slices()
                .safe(1.0),
            Self::ExpM1 => unary("exp_m1", Call("expm1"))
                .smooth()
                .range(Range::AsArgument)
                .bend(Bend::Convex)
                .trend(Trend::Increasing)
                .over_slices()
                .safe(0.0),
            Self::Powi(n) => integer_power(n),
            Self::Powf(p) => real_power(p.get()),
            Self::NormPow(p) => norm_power(p.get()),
            Self::Logistic(order) => logistic(order),
            Self::Erf => sigmoidal("erf").within(-1.0, 1.0),
            Self::Erfc => called("erfc")
                .smooth()
                .range(Range::Nonnegative)
                .within(0.0, 2.0)
                .bend(Bend::ConvexAboveZero)
                .trend(Trend::Decreasing),
            Self::Bell => unary("bell", Notation::Bell)
                .smooth()
                .even()
                .range(Range::Nonnegative)
                .within(0.0, 1.0)
                .trend(Trend::DecreasingAboveZero),
            Self::LnGamma => unary("ln_gamma", Call("lnΓ")).smooth().bend(Bend::ConvexAboveZero).safe(1.5),
            Self::Polygamma(order) => polygamma(order),
            Self::NormalCdf => unary("normal_cdf", Call("Φ"))
                .smooth()
                .range(Range::Nonnegative)
                .within(0.0, 1.0)
                .bend(Bend::ConcaveAboveZero)
                .trend(Trend::Increasing),
            Self::NormalDensity => unary("normal_density", Call("φ"))
                .smooth()
                .even()
                .range(Range::Nonnegative)
                .within(0.0, 0.4)
                .trend(Trend::DecreasingAboveZero),
            Self::LogNormalCdf(order) => log_normal_cdf(order),
            Self::LambertW => unary("lambert_w", Call("W"))
                .smooth()
                .range(Range::AsArgument)
                .bend(Bend::Concave)
                .trend(Trend::Increasing)
                .safe(1.0),
            Self::Log1mExp => {
                called("log1mexp").smooth().range(Range::Nonpositive).bend(Bend::Concave).trend(Trend::Decreasing).safe(-1.0)
            }
            Self::Bose => {
                called("bose").smooth().range(Range::Nonnegative).bend(Bend::Convex).trend(Trend::Increasing).safe(-1.0)
            }
            Self::Sqrt1pM1 => unary("sqrt1pm1", Notation::RootLessOne)
                .smooth()
                .range(Range::AsArgument)
                .bend(Bend::Concave)
                .trend(Trend::Increasing)
                .norm_of_squares(true),
            Self::Abs => {
                unary("abs", Notation::Bars).even().range(Range::Nonnegative).bend(Bend::Convex).trend(Trend::Even).cheap()
            }
            // 1 at 0: neither odd nor even.
            Self::Signum => unary("signum", Call("sign")).steps().within(-1.0, 1.0),
            Self::Floor => unary("floor", Call("floor")).steps(),
            Self::Ceil => unary("ceil", Call("ceil")).steps(),
            Self::Round => unary("round", Call("round")).steps().odd(),
            Self::Trunc => unary("trunc", Call("trunc")).steps().odd(),
            Self::Sign0 => unary("sign0", Call("sign")).steps().odd().range(Range::AsArgument).within(-1.0, 1.0).named("abs"),
            Self::Huber => {
                binary("huber").range(Range::NonnegativeWith(1)).bend(Bend::Convex).trend_of_first_alone(Trend::Even).cheap()
            }
            Self::Pow => claims_nothing(2, "pow", Notation::Raised).smooth().range(Range::NonnegativeWith(0)),
            Self::PowLn(k) => {
                claims_nothing(2, "pow_ln", Notation::RaisedLogarithm(k)).smooth().with(Parameter::Integer(i32::from(k)))
            }
            Self::Atan2 => binary("atan2").smooth(),
            Self::Hypot => binary("hypot").commutes().range(Range::Nonnegative).bend(Bend::Convex).trend(Trend::Even),
            Self::Max => binary("max").commutes().range(Range::Larger).bend(Bend::Convex).trend(Trend::Increasing).cheap(),
            Self::Min => binary("min").commutes().range(Range::Smaller).bend(Bend::Concave).trend(Trend::Increasing).cheap(),
            Self::TieGt => indicator("tie_gt", ">").named("max"),
            Self::Lt => indicator("lt", "<"),
            Self::Le => indicator("le", "≤"),
            Self::Gt => indicator("gt", ">"),
            Self::Ge => indicator("ge", "≥"),
            Self::Eq => indicator("eq", "=").commutes(),
            Self::Ne => indicator("ne", "≠").commutes(),
            Self::Select => claims_nothing(3, "select", Notation::Cases).range(Range::Either).cheap().named("if"),
            Self::Clamp => claims_nothing(3, "clamp", Call("clamp")).range(Range::Between).cheap(),
            Self::Inside => {
                claims_nothing(3, "inside", Notation::Between).steps().range(Range::Nonnegative).within(0.0, 1.0).named("clamp")
            }
            // Most domains have this point, where an arm is not taken.
            Self::Declared(name) => called(name.0).smooth().safe(0.5),
        }
    }

    pub fn arity(self) -> usize {
        self.definition().arity
    }

    /// `f(-t) = f(t)`, of one argument.
    pub fn is_even(self) -> bool {
        self.definition().parity == Parity::Even
    }

    /// `f(-t) = -f(t)`, of one argument.
    pub fn is_odd(self) -> bool {
        self.definition().parity == Parity::Odd
    }

    /// `f(a, b) = f(b, a)`.
    pub fn is_commutative(self) -> bool {
        self.definition().commutes
    }

    /// Twice continuously differentiable inside its domain: others withhold claims of second order.
    pub fn is_smooth(self) -> bool {
        self.definition().smoothness == Smoothness::Smooth
    }
}

/// Odd, increasing, and flatter the further from 0.
const fn sigmoidal(name: &'static str) -> Definition {
    called(name).smooth().odd().range(Range::AsArgument).bend(Bend::ConcaveAboveZero).trend(Trend::Increasing)
}

/// `tⁿ`
const fn integer_power(n: i32) -> Definition {
    let power = unary("powi", Notation::Power(n as f64)).with(Parameter::Integer(n)).smooth();
    match (n > 0, n % 2 == 0) {
        (true, true) => power.even().range(Range::Nonnegative).bend(Bend::Convex).trend(Trend::Even),
        (true, false) => power.odd().range(Range::AsArgument).bend(Bend::ConvexAboveZero).trend(Trend::Increasing),
        (false, true) => {
            let power = power.even().range(Range::Nonnegative).bend(Bend::ConvexAboveZero);
            let power = power.trend(Trend::DecreasingAboveZero);
            if n < 0 { power.safe(1.0) } else { power }
        }
        (false, false) => {
            power.odd().range(Range::AsReciprocal).bend(Bend::ConvexAboveZero).trend(Trend::DecreasingAboveZero).safe(1.0)
        }
    }
}

/// `tᵖ`: a real power of a negative number is not a number, an integer one may be negative.
fn real_power(p: f64) -> Definition {
    let is_integer = p.fract() == 0.0;
    let nonnegative = !is_integer || p % 2.0 == 0.0;
    let bend = match (is_integer, p > 0.0 && p < 1.0) {
        (true, _) => Bend::Unknown,
        (false, true) => Bend::Concave,
        (false, false) => Bend::Convex,
    };
    let range = match (nonnegative, p > 0.0) {
        (true, _) => Range::Nonnegative,
        (false, true) => Range::AsArgument,
        (false, false) => Range::AsReciprocal,
    };
    let trend = match (is_integer, p > 0.0) {
        (true, _) => Trend::Unknown,
        (false, true) => Trend::Increasing,
        (false, false) => Trend::Decreasing,
    };
    unary("powf", Notation::Power(p))
        .with(Parameter::Number(p))
        .smooth()
        .range(range)
        .bend(bend)
        .trend(trend)
        .norm_of_squares(p >= 0.5)
        .safe(1.0)
}

/// `max(s, 0)ᵖ`
fn norm_power(p: f64) -> Definition {
    unary("norm_pow", Notation::Power(p))
        .with(Parameter::Exponent(p))
        .range(Range::Nonnegative)
        .bend(if p >= 1.0 { Bend::Convex } else { Bend::Unknown })
        .trend(if p > 0.0 { Trend::Increasing } else { Trend::Unknown })
        .norm_of_squares(p >= 0.5)
        .named("norm")
}

/// The derivatives of `ln |Γ|`. Those of even order `k + 1` are `k! Σ (t + n)^(-k-1)`, of even powers;
/// the others have a sign above 0 only.
const fn polygamma(order: u8) -> Definition {
    let name = match order {
        0 => "ψ",
        1 => "ψ′",
        2 => "ψ″",
        3 => "ψ‴",
        _ => "ψ⁗",
    };
    let function = unary("polygamma", Notation::Call(name)).with(Parameter::Integer(order as i32)).smooth().safe(1.5);
    if order.is_multiple_of(2) {
        return function.bend(Bend::ConcaveAboveZero);
    }
    function.range(Range::Nonnegative).bend(Bend::ConvexAboveZero).trend(Trend::DecreasingAboveZero)
}

/// `ln Φ` and its derivatives: concave, and its slope `φ/Φ` is convex (Sampford 1953).
const fn log_normal_cdf(order: u8) -> Definition {
    let name = match order {
        0 => "lnΦ",
        1 => "lnΦ′",
        2 => "lnΦ″",
        3 => "lnΦ‴",
        _ => "lnΦ⁗",
    };
    let function = unary("log_normal_cdf", Notation::Call(name)).with(Parameter::Integer(order as i32)).smooth();
    match order {
        0 => function.range(Range::Nonpositive).bend(Bend::Concave).trend(Trend::Increasing),
        1 => function.range(Range::Nonnegative).bend(Bend::Convex).trend(Trend::Decreasing),
        2 => function.range(Range::Nonpositive).within(-1.0, 0.0).trend(Trend::Increasing),
        3 => function.range(Range::Nonnegative),
        _ => function,
    }
}

/// Softplus and its derivatives, of which the second is even.
const fn logistic(order: u8) -> Definition {
    match order {
        0 => unary("softplus", Notation::Call("softplus"))
            .smooth()
            .range(Range::Nonnegative)
            .bend(Bend::Convex)
            .trend(Trend::Increasing)
            .over_slices(),
        1 => unary("sigmoid", Notation::Call("σ"))
            .smooth()
            .range(Range::Nonnegative)
            .within(0.0, 1.0)
            .bend(Bend::ConcaveAboveZero)
            .trend(Trend::Increasing)
            .over_slices(),
        2 => unary("logistic_2", Notation::Call("σ′")).smooth().even().range(Range::Nonnegative).within(0.0, 0.25).over_slices(),
        // 1/(6√3), rounded up.
        3 => unary("logistic_3", Notation::Call("σ″")).smooth().odd().within(-0.096_226, 0.096_226).over_slices(),
        _ => unary("logistic_4", Notation::Call("σ‴")).smooth().even().within(-0.125, 0.041_667),
    }
}

#[cfg(test)]
mod tests;
