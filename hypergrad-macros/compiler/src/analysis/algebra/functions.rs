//! Elementwise functions in normal form: powers, exponentials, and what is rational in those.

use std::collections::BTreeMap;

use super::{Algebra, Atom, Polynomial, decompose};
use crate::ir::{Affine, Func, Id, Number, Operand, Product, Size, View};

impl Algebra<'_> {
    pub(super) fn of_map(&mut self, func: Func, args: &[View], shape: &[Size]) -> Option<Polynomial> {
        if let [arg] = args {
            let inner = self.polynomial(arg.node)?;
            if let Some(value) = self.rational(func, &inner) {
                return self.view(value?, arg, shape);
            }
        }
        let mut renewed = Vec::new();
        for arg in args {
            renewed.push(View { node: self.renewed(arg.node)?, axes: arg.axes.clone() });
        }
        let image = self.graph.map(func, renewed, shape.to_vec());
        self.opaque(image)
    }

    /// Functions of one argument that have a rule; the inner option as for every normal form.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other function is left as it is")]
    fn rational(&mut self, func: Func, t: &Polynomial) -> Option<Option<Polynomial>> {
        Some(match func {
            Func::Powi(n) => self.power(t, f64::from(n)),
            Func::Powf(p) => self.power(t, p.get()),
            Func::Sqrt => self.power(t, 0.5),
            Func::Exp => self.exponential(t, 1.0),
            Func::ExpM1 => self.exponential(t, 1.0).and_then(|e| self.series(&e, &[-1.0, 1.0])),
            // (e^t ± e^-t)/2
            Func::Cosh | Func::Sinh => {
                let sign = if func == Func::Cosh { 0.5 } else { -0.5 };
                let (plus, minus) = (self.exponential(t, 1.0), self.exponential(t, -1.0));
                plus.zip(minus).and_then(|(plus, minus)| Self::combine(&[(0.5, plus), (sign, minus)]))
            }
            // With E = e^{2t}: (E - 1)/(E + 1), 4E/(E + 1)².
            Func::Tanh => self.over_logistic(t, 2.0, &[-1.0, 1.0], 1),
            Func::Sech2 => self.over_logistic(t, 2.0, &[0.0, 4.0], 2),
            // With E = e^t: E/(1 + E), and its derivatives.
            Func::Logistic(1) => self.over_logistic(t, 1.0, &[0.0, 1.0], 1),
            Func::Logistic(2) => self.over_logistic(t, 1.0, &[0.0, 1.0], 2),
            Func::Logistic(3) => self.over_logistic(t, 1.0, &[0.0, 1.0, -1.0], 3),
            Func::Logistic(4) => self.over_logistic(t, 1.0, &[0.0, 1.0, -4.0, 1.0], 4),
            // ln(1 + e^t)
            Func::Logistic(0) => self.exponential(t, 1.0).and_then(|e| {
                let sum = self.series(&e, &[1.0, 1.0])?;
                let node = self.node(&sum);
                let arg = self.graph.whole(node);
                let image = self.graph.map(Func::Ln, vec![arg], t.shape.clone());
                self.opaque(image)
            }),
            _ => return None,
        })
    }

    /// `p(E)/(1 + E)ⁿ` with `E = e^{rate t}`.
    fn over_logistic(&mut self, t: &Polynomial, rate: f64, coefficients: &[f64], n: i32) -> Option<Polynomial> {
        let exponential = self.exponential(t, rate)?;
        let numerator = self.series(&exponential, coefficients)?;
        let one_more = self.series(&exponential, &[1.0, 1.0])?;
        let reciprocal = self.power(&one_more, f64::from(-n))?;
        self.multiply(&numerator, &reciprocal)
    }

    /// `Σ cₖ tᵏ`, by Horner's rule.
    fn series(&mut self, t: &Polynomial, coefficients: &[f64]) -> Option<Polynomial> {
        let mut sum = Polynomial::zero(t.shape.clone());
        for coefficient in coefficients.iter().rev() {
            let constant = self.number(*coefficient, t.shape.clone())?;
            sum = Self::combine(&[(1.0, self.multiply(&sum, t)?), (1.0, constant)])?;
        }
        Some(sum)
    }

    /// `tᵉ`. A power of a product is the product of powers where e is an integer, or where every
    /// factor is positive.
    pub(super) fn power(&mut self, t: &Polynomial, exponent: f64) -> Option<Polynomial> {
        if exponent > 0.0 && exponent <= 8.0 && exponent.fract() == 0.0 {
            let mut result = t.clone();
            for _ in 1..exponent as usize {
                result = self.multiply(&result, t)?;
            }
            return Some(result);
        }
        if let Some((monomial, coefficient)) = t.terms.first_key_value()
            && t.terms.len() == 1
            && let Some(power) = self.power_of_monomial(*monomial, *coefficient, exponent, &t.shape)
        {
            return power;
        }
        // 1 + e^-t = e^-t (1 + e^t): equal denominators become one atom.
        let (content, rest) = self.without_exponentials(t)?;
        let node = self.node(&rest);
        let leaf = self.leaf(Atom::Node(node), exponent);
        let power = self.atom(leaf);
        match content {
            Some(content) => {
                let content = self.power_of_monomial(content, 1.0, exponent, &t.shape)??;
                self.multiply(&content, &power)
            }
            None => Some(power),
        }
    }

    /// The exponentials that all terms share, the lowest power of each; what is left.
    fn without_exponentials(&mut self, t: &Polynomial) -> Option<(Option<Id>, Polynomial)> {
        let mut shared: BTreeMap<(Atom, Vec<Affine>), f64> = BTreeMap::new();
        for (number, monomial) in t.terms.keys().enumerate() {
            let (_, product) = self.read(*monomial);
            if product.out != super::whole(t.shape.len()) || !product.guards.is_empty() {
                return Some((None, t.clone()));
            }
            let own: BTreeMap<_, _> = product
                .operands
                .iter()
                .filter_map(|o| self.meanings.get(&o.node).map(|leaf| ((leaf.atom, o.index.clone()), leaf.exponent)))
                .filter(|((atom, _), _)| matches!(atom, Atom::Exp(_)))
                .collect();
            for (variable, lowest) in &mut shared {
                *lowest = lowest.min(own.get(variable).copied().unwrap_or(0.0));
            }
            for (variable, exponent) in own {
                let before = if number == 0 { exponent } else { 0.0 };
                shared.entry(variable).or_insert(exponent.min(before));
            }
        }
        shared.retain(|_, exponent| *exponent != 0.0);
        if shared.is_empty() || t.terms.len() < 2 {
            return Some((None, t.clone()));
        }
        let mut operands = |sign: f64| -> Vec<Operand> {
            let leaf = |((atom, index), exponent): (&(Atom, Vec<Affine>), &f64)| Operand {
                node: self.leaf(*atom, sign * exponent),
                index: index.clone(),
            };
            shared.iter().map(leaf).collect()
        };
        let frame = super::Frame::whole(&t.shape);
        let (content, inverse) = (operands(1.0), operands(-1.0));
        let mut product = |operands| {
            let (extents, out) = (frame.extents.clone(), frame.out.clone());
            let product = Product { coefficient: Number::new(1.0), extents, operands, guards: Vec::new(), out };
            self.graph.product(product, t.shape.clone())
        };
        let (content, inverse) = (product(content), product(inverse));
        let inverse = Polynomial { shape: t.shape.clone(), terms: [(inverse, 1.0)].into() };
        Some((Some(content), self.multiply(t, &inverse)?))
    }

    /// The outer option is empty where the rule does not apply.
    fn power_of_monomial(&mut self, node: Id, coefficient: f64, exponent: f64, shape: &[Size]) -> Option<Option<Polynomial>> {
        let (_, product) = self.read(node);
        let mut wires: Vec<_> = product.out.iter().map(Affine::as_wire).collect::<Option<_>>()?;
        wires.sort();
        wires.dedup();
        if !product.guards.is_empty() || wires.len() != product.out.len() {
            return None;
        }
        let leaves: Vec<_> = product.operands.iter().map(|o| self.meanings.get(&o.node).copied()).collect::<Option<_>>()?;
        let positive = leaves.iter().all(|leaf| matches!(leaf.atom, Atom::Exp(_)));
        let alone = coefficient == 1.0 && matches!(leaves.as_slice(), [leaf] if leaf.exponent == 1.0);
        if exponent.fract() != 0.0 && !(alone || positive && coefficient > 0.0) {
            return None;
        }
        let mut operands = Vec::new();
        for (leaf, operand) in leaves.iter().zip(&product.operands) {
            let total = leaf.exponent * exponent;
            if leaf.exponent.mul_add(exponent, -total) != 0.0 {
                return None;
            }
            operands.push(Operand { node: self.leaf(leaf.atom, total), ..operand.clone() });
        }
        let power = self.graph.product(Product { operands, ..product }, shape.to_vec());
        let power = Polynomial { shape: shape.to_vec(), terms: [(power, 1.0)].into() };
        let scale = self.power_of_number(coefficient, exponent, shape)?;
        Some(self.multiply(&power, &scale))
    }

    /// `valueᵉ`: powers of 2 are exact, other digits an atom.
    fn power_of_number(&mut self, value: f64, exponent: f64, shape: &[Size]) -> Option<Polynomial> {
        let integer = exponent.fract() == 0.0;
        let (digits, power) = if integer { decompose(value.abs()) } else { (value.abs(), 1.0) };
        let sign = if value < 0.0 && exponent.rem_euclid(2.0) != 0.0 { -1.0 } else { 1.0 };
        let scale = sign * power.powf(exponent);
        if digits == 1.0 {
            return self.number(scale, shape.to_vec());
        }
        let leaf = self.leaf(Atom::Number(Number::new(digits)), exponent);
        let spread = self.graph.broadcast(leaf, shape.to_vec());
        Some(Polynomial { shape: shape.to_vec(), terms: [(spread, scale)].into() })
    }

    /// `e^{rate t}`: the product of the powers of the exponentials of t's terms.
    fn exponential(&mut self, t: &Polynomial, rate: f64) -> Option<Polynomial> {
        let mut result = self.number(1.0, t.shape.clone())?;
        for (monomial, coefficient) in &t.terms {
            let (node, index) = self.compact(*monomial);
            let leaf = self.leaf(Atom::Exp(node), super::exact_product(*coefficient, rate)?);
            let factor = self.atom(leaf);
            let whole = super::whole(t.shape.len());
            result = self.distribute(&super::Frame::whole(&t.shape), &[(result, whole), (factor, index)], 1.0)?;
        }
        Some(result)
    }

    /// A monomial without the axes along which it is only repeated, and the index at which it is read.
    fn compact(&mut self, monomial: Id) -> (Id, Vec<Affine>) {
        let (_, product) = self.read(monomial);
        let read = |affine: &Affine| {
            let in_operands = product.operands.iter().flat_map(|o| &o.index).chain(product.guards.iter().map(|g| &g.affine));
            let elsewhere = product.out.iter().filter(|o| *o != affine);
            affine.as_wire().is_none_or(|w| in_operands.chain(elsewhere).any(|a| a.mentions(w)))
        };
        let repeated = |affine: &Affine| product.out.iter().filter(|o| *o == affine).count() > 1;
        let kept: Vec<usize> = (0..product.out.len()).filter(|k| read(&product.out[*k]) || repeated(&product.out[*k])).collect();
        if kept.len() == product.out.len() {
            return (monomial, super::whole(kept.len()));
        }
        let whole = super::whole(product.out.len());
        let old = self.graph.shape(monomial).to_vec();
        let shape = kept.iter().map(|k| old[*k].clone()).collect();
        let out: Vec<Affine> = kept.iter().map(|k| product.out[*k].clone()).collect();
        // An axis that goes away runs over nothing: its wire goes as well.
        let gone: Vec<_> = product.wires().filter(|w| !out.iter().any(|o| o.mentions(*w))).collect();
        let small = super::normal::without_wires(&Product { out, ..product }, &gone);
        (self.graph.product(small, shape), kept.iter().map(|k| whole[*k].clone()).collect())
    }
}
