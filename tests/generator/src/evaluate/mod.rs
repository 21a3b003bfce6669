//! Programs on any numbers, by what Rust means: iterators are Rust's own, over vectors of items;
//! nothing is shared with the compiler.

mod conditions;
mod indices;
mod iterators;
mod numbers;
mod searches;
mod statements;
mod systems;
mod tensors;
mod value;

pub use value::{Number, Result, Stop, Tensor, Value};

use crate::ast::{Expr, Name, Op, Pattern, Program};
use crate::random::Random;

/// Values of the inputs of a program, one for each.
#[derive(Clone, Debug)]
pub struct Inputs<D> {
    pub sizes: Vec<usize>,
    pub values: Vec<Value<D>>,
}

/// An evaluation: what is bound, and what was learned on the way.
pub struct Run<'a, D> {
    program: &'a Program,
    inputs: &'a Inputs<D>,
    names: Vec<Option<Value<D>>>,
    closures: Vec<Option<&'a Expr>>,
    /// Every operation is off by a random relative error of this size.
    noise: Option<(Random, f64)>,
    /// How near it came to a kink in what is differentiated by.
    pub margin: f64,
    /// Whether a vector, a list or an iterator was empty.
    pub met_nothing: bool,
    /// Whether a number, or a derivative of it, was larger than any that is meant: what comes after overflows in one
    /// order of operations and not in another.
    pub overflowed: bool,
    /// Operations left before it is given up.
    left: usize,
}

/// More operations than any program needs.
const MOST_OPERATIONS: usize = 200_000;

/// The fourth power of a number beyond this overflows, as a number times the cube of another in a third derivative.
const LARGEST_MEANT: f64 = 1e75;

impl<'a, D: Number> Run<'a, D> {
    pub fn new(program: &'a Program, inputs: &'a Inputs<D>, noise: Option<(Random, f64)>) -> Self {
        let names = vec![None; program.names];
        let closures = vec![None; program.names];
        Self {
            program,
            inputs,
            names,
            closures,
            noise,
            margin: f64::INFINITY,
            met_nothing: false,
            overflowed: false,
            left: MOST_OPERATIONS,
        }
    }

    /// # Errors
    /// Where Rust would panic.
    pub fn value(&mut self, expr: &'a Expr) -> Result<Value<D>> {
        self.left = self.left.checked_sub(1).ok_or(Stop::Panic("too many operations"))?;
        let value = self.evaluated(expr)?;
        self.met_nothing |= value.is_empty() && !matches!(expr, Expr::Apply(Op::NewList, _));
        self.overflowed |= self.is_beyond(&value);
        Ok(value)
    }

    /// The logarithm of an empty sum is infinite without overflow; a derivative of a finite number is not.
    fn is_beyond(&self, value: &Value<D>) -> bool {
        let is_of_none = |number: &D| self.met_nothing && number.re().is_infinite();
        let beyond = |number: &D| number.largest() > LARGEST_MEANT && !is_of_none(number);
        match value {
            Value::Number(number) => beyond(number),
            Value::Tensor(tensor) => tensor.data.iter().any(beyond),
            Value::Index(_)
            | Value::Truth(_)
            | Value::Sparse(_)
            | Value::Tuple(_)
            | Value::Items(_)
            | Value::Maybe(_)
            | Value::List(_)
            | Value::Lists(_)
            | Value::Indices(_)
            | Value::Blocks(_) => false,
        }
    }

    fn evaluated(&mut self, expr: &'a Expr) -> Result<Value<D>> {
        match expr {
            Expr::Number(value) => Ok(Value::Number(D::from(*value))),
            Expr::Count(count) => Ok(Value::Index(*count)),
            Expr::Size(extent) => {
                extent.value(&self.inputs.sizes).map(Value::Index).ok_or(Stop::Panic("attempt to subtract with overflow"))
            }
            Expr::Input(input) => Ok(self.inputs.values[*input].clone()),
            Expr::Name(name, _) => self.names[*name].clone().ok_or(Stop::IllTyped("unbound name")),
            Expr::Lambda(..) => Err(Stop::IllTyped("a closure is no value")),
            Expr::Let(name, value, rest) => {
                if let Expr::Lambda(..) = &**value {
                    self.closures[*name] = Some(value);
                } else {
                    self.names[*name] = Some(self.value(value)?);
                }
                self.value(rest)
            }
            Expr::Block(states, statements, rest) => self.block(states, statements, rest),
            Expr::Apply(op, arguments) => {
                let value = self.apply(op, arguments)?;
                Ok(self.rounded(value))
            }
        }
    }

    /// A result inside of an operation, rounded.
    fn noisy(&mut self, number: D) -> D {
        match &mut self.noise {
            Some((random, size)) => number.disturbed(random, *size),
            None => number,
        }
    }

    fn rounded(&mut self, value: Value<D>) -> Value<D> {
        let Some((random, size)) = &mut self.noise else { return value };
        match value {
            Value::Number(number) => Value::Number(number.disturbed(random, *size)),
            Value::Tensor(tensor) => {
                let data = tensor.data.iter().map(|t| t.disturbed(random, *size)).collect();
                Value::tensor(Tensor { data, ..*tensor })
            }
            other => other,
        }
    }

    fn apply(&mut self, op: &'a Op, arguments: &'a [Expr]) -> Result<Value<D>> {
        if let Some(value) = self.index_operation(op, arguments).or_else(|| self.condition(op, arguments)) {
            return value;
        }
        if let Some(value) = self.iterator_operation(op, arguments).or_else(|| self.search(op, arguments)) {
            return value;
        }
        match op {
            Op::If | Op::Return => {
                let taken = self.value(&arguments[0])?.truth()?;
                self.value(&arguments[if taken { 1 } else { 2 }])
            }
            Op::Helper(k) => {
                let helper = &self.program.helpers[*k];
                // All of them first: an argument may call the same helper, whose parameters have the same names.
                let values = arguments.iter().map(|a| self.value(a)).collect::<Result<Vec<_>>>()?;
                for ((name, _), value) in helper.parameters.iter().zip(values) {
                    self.names[*name] = Some(value);
                }
                self.value(&helper.body)
            }
            Op::Call(name) => {
                let values = arguments.iter().map(|a| self.value(a)).collect::<Result<Vec<_>>>()?;
                let closure = self.closures[*name].ok_or(Stop::IllTyped("unbound closure"))?;
                self.call(closure, values)
            }
            Op::Blocks => Ok(Value::Blocks(arguments.iter().map(|a| self.value(a)).collect::<Result<_>>()?)),
            _ => match self.number_operation(op, arguments) {
                Some(value) => value.map(Value::Number),
                None => self.tensor_operation(op, arguments),
            },
        }
    }

    /// A closure of these arguments.
    fn call(&mut self, lambda: &'a Expr, arguments: Vec<Value<D>>) -> Result<Value<D>> {
        let Expr::Lambda(patterns, body) = lambda else { return Err(Stop::IllTyped("expected a closure")) };
        for (pattern, argument) in patterns.iter().zip(arguments) {
            self.bind(pattern, argument)?;
        }
        self.value(body)
    }

    fn bind(&mut self, pattern: &Pattern, value: Value<D>) -> Result<()> {
        match (pattern, value) {
            (Pattern::Ignore, _) => {}
            (Pattern::Name(name, _), value) => self.set(*name, value),
            (Pattern::Tuple(parts), Value::Tuple(values)) => {
                for (part, value) in parts.iter().zip(values) {
                    self.bind(part, value)?;
                }
            }
            (Pattern::Tuple(_), _) => return Err(Stop::IllTyped("expected a tuple")),
        }
        Ok(())
    }

    fn set(&mut self, name: Name, value: Value<D>) {
        self.names[name] = Some(value);
    }

    /// Whether `a > b`; where they are near each other is a kink.
    fn is_above(&mut self, a: D, b: D) -> bool {
        self.meet(a, b);
        a.re() - b.re() > self.slack(b)
    }

    /// How far apart numbers are that the disturbance alone keeps apart: a label is what it was compared with.
    fn slack(&self, number: D) -> f64 {
        self.noise.as_ref().map_or(0.0, |(_, size)| 1e3 * size * (1.0 + number.re().abs()))
    }

    fn meet(&mut self, a: D, b: D) {
        if (a - b).is_active() {
            let apart = (a.re() - b.re()).abs();
            // What is no number is neither above nor below.
            self.margin = if apart.is_nan() { 0.0 } else { self.margin.min(apart) };
        }
    }
}
