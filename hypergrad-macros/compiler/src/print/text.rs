//! Pieces of mathematics with the strength of their outermost operation, which decides parentheses.

/// From the weakest to the strongest operation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Level {
    /// `a + b`, `-a`.
    Sum,
    /// `a / b`.
    Quotient,
    /// `a∘b`.
    Elementwise,
    /// `a b`: products of scalars, matrices and vectors.
    Product,
    /// `a²`, `aᵀ`, `e^a`.
    Power,
    /// A name, a number, a bracket, a call.
    Atom,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Text {
    pub string: String,
    pub level: Level,
}

impl Text {
    pub fn new(string: impl Into<String>, level: Level) -> Self {
        Self { string: string.into(), level }
    }

    pub fn atom(string: impl Into<String>) -> Self {
        Self::new(string, Level::Atom)
    }

    /// In parentheses unless it binds at least so strongly.
    pub fn within(&self, level: Level) -> String {
        if self.level >= level { self.string.clone() } else { format!("({})", self.string) }
    }

    pub fn length(&self) -> usize {
        self.string.chars().count()
    }

    pub fn transposed(&self) -> Self {
        Self::new(format!("{}ᵀ", self.within(Level::Atom)), Level::Power)
    }

    /// `name(argument)`.
    pub fn call(name: &str, arguments: &[Self]) -> Self {
        let arguments: Vec<&str> = arguments.iter().map(|a| a.string.as_str()).collect();
        Self::atom(format!("{name}({})", arguments.join(", ")))
    }
}

/// `a∘b∘c`; `None` of no factors.
pub fn elementwise(factors: &[Text]) -> Option<Text> {
    match factors {
        [] => None,
        [one] => Some(one.clone()),
        many => {
            let alone = |f: &Text| if f.level == Level::Elementwise { f.string.clone() } else { f.within(Level::Power) };
            let parts: Vec<String> = many.iter().map(alone).collect();
            Some(Text::new(parts.join("∘"), Level::Elementwise))
        }
    }
}

/// `a b c`; `None` of no factors.
pub fn product(factors: &[Text]) -> Option<Text> {
    match factors {
        [] => None,
        [one] => Some(one.clone()),
        many => {
            let parts: Vec<String> = many.iter().map(|f| f.within(Level::Product)).collect();
            Some(Text::new(parts.join(" "), Level::Product))
        }
    }
}

/// `c·text`; a multiple of the number 1 is a number.
pub fn scaled(coefficient: f64, text: &Text) -> Text {
    if text.string == "1" {
        constant(coefficient)
    } else if is(coefficient, 1.0) {
        text.clone()
    } else if is(coefficient, -1.0) {
        Text::new(format!("-{}", text.within(Level::Elementwise)), Level::Sum)
    } else {
        let level = if coefficient < 0.0 { Level::Sum } else { text.level.clamp(Level::Elementwise, Level::Product) };
        Text::new(format!("{} {}", number(coefficient), text.within(Level::Elementwise)), level)
    }
}

/// `a + b - c`, a positive term first where there is one.
pub fn sum(mut terms: Vec<(f64, Text)>) -> Text {
    if let Some(first) = terms.iter().position(|(c, t)| *c > 0.0 && !t.string.starts_with('-')) {
        terms[..=first].rotate_right(1);
    }
    let mut string = String::new();
    for (position, (coefficient, text)) in terms.iter().enumerate() {
        if position == 0 {
            string.push_str(&scaled(*coefficient, text).string);
            continue;
        }
        string.push_str(if *coefficient < 0.0 { " - " } else { " + " });
        let magnitude = scaled(coefficient.abs(), text);
        string.push_str(&magnitude.within(Level::Quotient));
    }
    match terms.as_slice() {
        [] => Text::atom("0"),
        [(coefficient, text)] => scaled(*coefficient, text),
        _ => Text::new(string, Level::Sum),
    }
}

pub fn number(value: f64) -> String {
    // Fifteen digits: what rounding added (0.1·3 = 0.30000000000000004) says nothing.
    let value = format!("{value:.14e}").parse().unwrap_or(value);
    if value.is_finite() && (value == 0.0 || (1e-4..1e15).contains(&value.abs())) {
        format!("{value}")
    } else {
        format!("{value:e}")
    }
}

/// A number by itself.
pub fn constant(value: f64) -> Text {
    Text::new(number(value), if value < 0.0 { Level::Sum } else { Level::Atom })
}

pub fn is(value: f64, expected: f64) -> bool {
    value.to_bits() == expected.to_bits()
}

const SUPERSCRIPTS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];

/// `base^exponent`.
pub fn power(base: &Text, exponent: f64) -> Text {
    let base = base.within(Level::Atom);
    if exponent.fract() == 0.0 && (0.0..1e6).contains(&exponent) {
        if is(exponent, 1.0) {
            return Text::new(base, Level::Power);
        }
        let digits = format!("{exponent}");
        let raised: String = digits.chars().filter_map(|d| d.to_digit(10)).map(|d| SUPERSCRIPTS[d as usize]).collect();
        return Text::new(format!("{base}{raised}"), Level::Power);
    }
    Text::new(format!("{base}^{}", constant(exponent).within(Level::Atom)), Level::Power)
}

/// `1 / text`.
pub fn inverse(text: &Text) -> Text {
    Text::new(format!("1/{}", text.within(Level::Power)), Level::Quotient)
}
