//! Numbers, indices and conditions.

use super::Speller;
use crate::ast::{Expr, Fun, InputKind, Op};
use crate::types::Type;

impl Speller<'_> {
    pub(super) fn number(&mut self, op: &Op, arguments: &[Expr]) -> Option<String> {
        Some(match op {
            Op::Add => self.arithmetic("+", arguments),
            Op::Subtract => self.arithmetic("-", arguments),
            Op::Multiply => self.arithmetic("*", arguments),
            Op::IndexAdd => self.infix("+", arguments),
            Op::IndexSubtract => self.infix("-", arguments),
            Op::IndexMultiply => self.infix("*", arguments),
            Op::IndexDivide => self.infix("/", arguments),
            Op::IndexRemainder => self.infix("%", arguments),
            Op::Less => self.infix("<", arguments),
            Op::LessEqual => self.infix("<=", arguments),
            Op::Equal | Op::NumberEqual => self.infix("==", arguments),
            Op::NotEqual => self.infix("!=", arguments),
            Op::Greater => self.infix(">", arguments),
            Op::And => self.infix("&&", arguments),
            Op::Or => self.infix("||", arguments),
            Op::Not => format!("!{}", self.parenthesised(&arguments[0])),
            Op::Negate => format!("-{}", self.operand(&arguments[0])),
            Op::Divide => format!("{} / (1.5 + {}.powi(2))", self.operand(&arguments[0]), self.receiver(&arguments[1])),
            Op::Fun(fun) => self.function(*fun, &arguments[0]),
            Op::Larger | Op::IndexLarger => self.method("max", arguments),
            Op::Smaller | Op::IndexSmaller => self.method("min", arguments),
            Op::AbsDiff => self.method("abs_diff", arguments),
            Op::SaturatingSubtract => self.method("saturating_sub", arguments),
            Op::Hypot => format!("{}.hypot(1.0 + {}.abs())", self.receiver(&arguments[0]), self.receiver(&arguments[1])),
            Op::Cast => format!("{} as {}", self.operand(&arguments[0]), self.scalar),
            Op::If | Op::Return => {
                let (a, b) = (self.result(&arguments[1]), self.result(&arguments[2]));
                format!("if {} {{ {a} }} else {{ {b} }}", self.whole(&arguments[0]))
            }
            Op::At => format!("{}[{}]", self.indexed(&arguments[0]), self.whole(&arguments[1])),
            Op::Look => format!("{}[{}]", self.whole(&arguments[0]), self.whole(&arguments[1])),
            Op::Entry => {
                let (i, j) = (self.whole(&arguments[1]), self.whole(&arguments[2]));
                format!("{}[({i}, {j})]", self.indexed(&arguments[0]))
            }
            Op::Dot => format!("{}.dot({})", self.tensor_receiver(&arguments[0]), self.by_reference(&arguments[1])),
            Op::NormSquared => self.of_tensor("norm_squared", &arguments[0]),
            Op::Norm => self.of_tensor("norm", &arguments[0]),
            Op::Total => self.of_tensor("sum", &arguments[0]),
            Op::Mean => self.of_tensor("mean", &arguments[0]),
            Op::Max => self.of_tensor("max", &arguments[0]),
            Op::Min => self.of_tensor("min", &arguments[0]),
            Op::LargestAbs => self.of_tensor("amax", &arguments[0]),
            Op::Trace => self.of_tensor("trace", &arguments[0]),
            Op::Determinant | Op::LnDeterminant => self.determinant(op, &arguments[0]),
            Op::LogSumExp(true) => format!("hypergrad::math::log_sum_exp({})", self.by_reference(&arguments[0])),
            Op::LogSumExp(false) => format!("{}.map({}::exp).sum().ln()", self.tensor_receiver(&arguments[0]), self.scalar),
            Op::Helper(k) if self.program.helpers[*k].fields.is_some() => self.called_method(*k, arguments),
            Op::Helper(k) => {
                let arguments: Vec<String> = arguments.iter().map(|a| self.argument(a)).collect();
                format!("helper{k}({})", arguments.join(", "))
            }
            Op::Call(name) => {
                let arguments: Vec<String> = arguments.iter().map(|a| self.whole(a)).collect();
                format!("{}({})", super::spelled(*name, &Type::Closure(Vec::new())), arguments.join(", "))
            }
            _ => return None,
        })
    }

    /// `Type0::new(a, b).value(c)`, or of a literal.
    fn called_method(&mut self, k: usize, arguments: &[Expr]) -> String {
        let helper = &self.program.helpers[k];
        let (own, others) = arguments.split_at(helper.fields.unwrap_or(0));
        let own: Vec<String> = own.iter().map(|a| self.result(a)).collect();
        let others: Vec<String> = others.iter().map(|a| self.argument(a)).collect();
        let fields = helper.parameters.iter().zip(&own).map(|((name, ty), a)| format!("{}: {a}", super::spelled(*name, ty)));
        let made = if k.is_multiple_of(2) {
            format!("Type{k}::new({})", own.join(", "))
        } else {
            // A literal is no condition of an `if`.
            format!("(Type{k} {{ {} }})", fields.collect::<Vec<_>>().join(", "))
        };
        format!("{made}.value({})", others.join(", "))
    }

    fn argument(&mut self, expr: &Expr) -> String {
        if self.gives_tensor(expr) {
            let owned = if self.is_place(expr) { return self.by_reference(expr) } else { self.owned(expr) };
            return if super::is_compound(expr) { format!("&({owned})") } else { format!("&{owned}") };
        }
        self.whole(expr)
    }

    fn infix(&mut self, operator: &str, arguments: &[Expr]) -> String {
        format!("{} {operator} {}", self.operand(&arguments[0]), self.operand(&arguments[1]))
    }

    /// References are operands as they are.
    fn arithmetic(&mut self, operator: &str, arguments: &[Expr]) -> String {
        let operands: Vec<String> = arguments.iter().map(|a| self.bare(a)).collect();
        operands.join(&format!(" {operator} "))
    }

    fn bare(&mut self, expr: &Expr) -> String {
        match expr {
            Expr::Name(name, ty) if self.behind.get(name) == Some(&1) && !self.mutable.contains(name) => self.named(*name, ty),
            _ => self.operand(expr),
        }
    }

    fn parenthesised(&mut self, expr: &Expr) -> String {
        format!("({})", self.whole(expr))
    }

    fn method(&mut self, name: &str, arguments: &[Expr]) -> String {
        format!("{}.{name}({})", self.receiver(&arguments[0]), self.whole(&arguments[1]))
    }

    fn of_tensor(&mut self, name: &str, expr: &Expr) -> String {
        format!("{}.{name}()", self.tensor_receiver(expr))
    }

    /// Before `[..]`: arrays as they are.
    fn indexed(&mut self, expr: &Expr) -> String {
        match expr {
            Expr::Input(input) if matches!(self.program.inputs[*input].kind, InputKind::Array(_)) => self.input(*input),
            _ => self.tensor_receiver(expr),
        }
    }

    fn function(&mut self, fun: Fun, expr: &Expr) -> String {
        let t = self.receiver(expr);
        match fun {
            Fun::Sin => format!("{t}.sin()"),
            Fun::Cos => format!("{t}.cos()"),
            Fun::Tanh => format!("{t}.tanh()"),
            Fun::Atan => format!("{t}.atan()"),
            Fun::Asinh => format!("{t}.asinh()"),
            Fun::Exp => format!("(0.25 * {}).exp()", self.with_a_type(expr, Self::bare)),
            Fun::Ln1p => format!("{t}.powi(2).ln_1p()"),
            Fun::Sqrt => format!("(1.0 + {t}.powi(2)).sqrt()"),
            Fun::Recip => format!("(1.0 + {t}.powi(2)).recip()"),
            Fun::Softplus => format!("(1.0 + {t}.exp()).ln()"),
            Fun::Sigmoid => format!("(1.0 / (1.0 + (-{}).exp()))", self.with_a_type(expr, Self::operand)),
            Fun::Square => format!("{t}.powi(2)"),
            Fun::Cube => format!("{t}.powi(3)"),
            Fun::Powf => format!("(1.0 + {t}.powi(2)).powf(1.25)"),
            Fun::Cbrt => format!("(2.0 + {t}.sin()).cbrt()"),
            Fun::ExpM1 => format!("({} * 0.25).exp_m1()", self.with_a_type(expr, Self::bare)),
            Fun::Abs => format!("{t}.abs()"),
            Fun::Clamp => format!("{t}.clamp(-0.75, 0.75)"),
            Fun::Max => format!("{t}.max(0.0625)"),
        }
    }
}
