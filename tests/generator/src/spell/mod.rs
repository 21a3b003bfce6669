//! Programs as the text of a module.

mod chains;
mod module;
mod numbers;
mod searches;
mod statements;
mod systems;
mod tensors;
pub mod values;

use std::collections::{HashMap, HashSet};

pub use module::module;

use crate::ast::{Expr, InputKind, Name, Op, Pattern, Program, Role};
use crate::types::{Extent, Type};

pub(crate) struct Speller<'p> {
    program: &'p Program,
    /// `f64` or `f32`.
    scalar: &'static str,
    /// How many references a name is behind, where that is not none.
    behind: HashMap<Name, usize>,
    /// Names of `&mut`, which are no operands.
    mutable: HashSet<Name>,
    /// Names that views are bound to: `clone` copies the view only.
    views: HashSet<Name>,
    /// Numbers tell their type: nothing else beside them does.
    suffixed: bool,
    /// Names that are fields of `self`.
    fields: HashSet<Name>,
    /// What names are that statements change.
    letters: HashMap<Name, Type>,
}

/// The names of dimensions that are constants.
pub(crate) const CONSTANTS: [&str; 4] = ["N", "M", "K", "L"];

impl<'p> Speller<'p> {
    fn new(program: &'p Program) -> Self {
        let scalar = if program.single { "f32" } else { "f64" };
        Self {
            program,
            scalar,
            behind: HashMap::new(),
            mutable: HashSet::new(),
            views: HashSet::new(),
            suffixed: false,
            fields: HashSet::new(),
            letters: HashMap::new(),
        }
    }

    /// Where nothing stands beside it.
    fn whole(&mut self, expr: &Expr) -> String {
        match expr {
            Expr::Number(value) if self.suffixed => {
                format!("{}{:?}_{}", if *value < 0.0 { "-" } else { "" }, value.abs(), self.scalar)
            }
            Expr::Number(value) if *value < 0.0 => format!("-{:?}", -value),
            Expr::Number(value) => format!("{value:?}"),
            Expr::Count(count) => count.to_string(),
            Expr::Size(extent) => self.size(*extent),
            Expr::Input(input) => self.input(*input),
            Expr::Name(name, ty) => {
                let stars = if ty.is_tensor() { 0 } else { self.behind.get(name).copied().unwrap_or(0) };
                format!("{}{}", "*".repeat(stars), self.named(*name, ty))
            }
            Expr::Lambda(patterns, body) => self.lambda(patterns, body),
            Expr::Let(..) | Expr::Block(..) => self.block(expr),
            Expr::Apply(op, arguments) => self.operation(op, arguments),
        }
    }

    fn operation(&mut self, op: &Op, arguments: &[Expr]) -> String {
        if let Some(text) = self.chain(op, arguments) {
            return text;
        }
        if let Some(text) = self.search(op, arguments) {
            return text;
        }
        if let Some(text) = self.number(op, arguments) {
            return text;
        }
        self.tensor(op, arguments)
    }

    /// As an operand of an operator.
    fn operand(&mut self, expr: &Expr) -> String {
        let text = self.whole(expr);
        if is_compound(expr) { format!("({text})") } else { text }
    }

    /// Before a method.
    fn receiver(&mut self, expr: &Expr) -> String {
        match expr {
            Expr::Number(value) if *value >= 0.0 => format!("{value:?}_{}", self.scalar),
            Expr::Number(value) => format!("(-{:?}_{})", -value, self.scalar),
            Expr::Count(count) => format!("{count}_usize"),
            // `min` and `max` are methods of references too.
            Expr::Name(name, ty @ (Type::IndexReference | Type::Index)) if self.behind.get(name).is_some_and(|n| *n > 0) => {
                format!("({})", self.whole(expr))
            }
            // Methods find their way through references.
            Expr::Name(name, ty) => self.named(*name, ty),
            Expr::Size(extent) if extent.plus != 0 => format!("({})", self.size(*extent)),
            _ => self.with_a_type(expr, Self::operand),
        }
    }

    /// Numbers alone have no type that a method could be looked up at.
    fn with_a_type(&mut self, expr: &Expr, spell: fn(&mut Self, &Expr) -> String) -> String {
        let outer = self.suffixed;
        self.suffixed = outer || is_untyped(expr);
        let text = spell(self, expr);
        self.suffixed = outer;
        text
    }

    /// What a body of a closure or an arm gives: tensors owned.
    fn result(&mut self, expr: &Expr) -> String {
        if self.gives_tensor(expr) { self.owned(expr) } else { self.with_a_type(expr, Self::whole) }
    }

    fn lambda(&mut self, patterns: &[Pattern], body: &Expr) -> String {
        let patterns: Vec<String> = patterns.iter().map(|p| self.pattern(p, 0)).collect();
        format!("|{}| {}", patterns.join(", "), self.result(body))
    }

    /// `more` references stand before what is taken apart.
    fn pattern(&mut self, pattern: &Pattern, more: usize) -> String {
        match pattern {
            Pattern::Ignore => "_".to_owned(),
            Pattern::Name(name, ty) => {
                let own = usize::from(matches!(ty, Type::Reference | Type::IndexReference));
                self.behind.insert(*name, own + more);
                if ty.is_tensor() {
                    self.views.insert(*name);
                }
                spelled(*name, ty)
            }
            Pattern::Tuple(parts) => {
                let parts: Vec<String> = parts.iter().map(|p| self.pattern(p, more)).collect();
                format!("({})", parts.join(", "))
            }
        }
    }

    /// `{ let a = ..; rest }`
    fn block(&mut self, expr: &Expr) -> String {
        format!("{{ {} }}", self.statements(expr, " ", false))
    }

    /// Statements, and the result; of a function or of a block in one.
    fn statements(&mut self, mut expr: &Expr, separator: &str, of_function: bool) -> String {
        let mut text = String::new();
        loop {
            if let Expr::Apply(Op::Return, arguments) = expr
                && of_function
            {
                let (condition, value) = (self.whole(&arguments[0]), self.result(&arguments[1]));
                text.push_str(&format!("if {condition} {{ return {value}; }}{separator}"));
                expr = &arguments[2];
                continue;
            }
            if let Expr::Block(states, statements, rest) = expr {
                text.push_str(&self.loops(states, statements, separator));
                expr = rest;
                continue;
            }
            let Expr::Let(name, value, rest) = expr else { break };
            let kind = self.kind(value);
            let ty = if kind == Type::Index { ": usize" } else { "" };
            text.push_str(&format!("let {}{ty} = {};{separator}", spelled(*name, &kind), self.let_value(value)));
            expr = rest;
        }
        text + &self.result(expr)
    }

    fn let_value(&mut self, value: &Expr) -> String {
        let Expr::Lambda(patterns, body) = value else { return self.result(value) };
        let parameter = |p: &Pattern| match p {
            Pattern::Name(name, ty) => {
                format!("{}: {}", spelled(*name, ty), if *ty == Type::Index { "usize" } else { self.scalar })
            }
            _ => format!("_: {}", self.scalar),
        };
        let patterns: Vec<String> = patterns.iter().map(parameter).collect();
        format!("|{}| {}", patterns.join(", "), self.result(body))
    }

    /// Fields stand behind `self`.
    pub(super) fn named(&self, name: Name, ty: &Type) -> String {
        let of = if self.fields.contains(&name) { "self." } else { "" };
        format!("{of}{}", spelled(name, ty))
    }

    /// A type by which a name gets its letter.
    fn kind(&self, expr: &Expr) -> Type {
        crate::typing::type_of(self.program, expr)
    }

    fn gives_tensor(&self, expr: &Expr) -> bool {
        self.kind(expr).is_tensor()
    }

    fn input(&self, input: usize) -> String {
        let input = &self.program.inputs[input];
        let base = match input.role {
            Role::X => "x",
            Role::Y => "y",
            Role::Data => "data",
        };
        if input.field.is_empty() { base.to_owned() } else { format!("{base}.{}", input.field) }
    }

    fn size(&self, extent: Extent) -> String {
        let Some(dimension) = extent.dimension else { return extent.plus.to_string() };
        let base = self.dimension(dimension);
        match extent.plus {
            0 => base,
            plus if plus > 0 => format!("{base} + {plus}"),
            plus => format!("{base} - {}", -plus),
        }
    }

    /// A dimension: a constant, a count of the data, or a size of an input.
    fn dimension(&self, dimension: usize) -> String {
        if self.program.dimensions[dimension].1 {
            return CONSTANTS[dimension].to_owned();
        }
        let whole = Extent { dimension: Some(dimension), plus: 0, fixed: false };
        let of = |k: usize| {
            let name = self.input(k);
            match &self.program.inputs[k].kind {
                InputKind::Count(d) if *d == dimension => Some(name),
                InputKind::Tensor(Type::Column(n) | Type::Row(n))
                | InputKind::Labels(n)
                | InputKind::Indices(n, _)
                | InputKind::Lists(n)
                | InputKind::Flags(n)
                | InputKind::Optionals(n)
                    if *n == whole =>
                {
                    Some(format!("{name}.len()"))
                }
                InputKind::Tensor(Type::Matrix(r, _)) | InputKind::Sparse(r, _) if *r == whole => Some(format!("{name}.nrows()")),
                InputKind::Tensor(Type::Matrix(_, c)) | InputKind::Sparse(_, c) if *c == whole => Some(format!("{name}.ncols()")),
                _ => None,
            }
        };
        // Data first in every other program.
        let inputs: Vec<usize> = (0..self.program.inputs.len()).collect();
        let found = if self.program.names.is_multiple_of(2) {
            inputs.iter().find_map(|k| of(*k))
        } else {
            inputs.iter().rev().find_map(|k| of(*k))
        };
        found.unwrap_or_else(|| self.program.dimensions[dimension].0.to_string())
    }
}

/// Whether it is made of numbers as they are written alone.
fn is_untyped(expr: &Expr) -> bool {
    match expr {
        Expr::Number(_) => true,
        Expr::Let(_, _, rest) | Expr::Block(_, _, rest) => is_untyped(rest),
        Expr::Apply(Op::Add | Op::Subtract | Op::Multiply | Op::Negate, arguments) => arguments.iter().all(is_untyped),
        Expr::Apply(Op::If | Op::Return | Op::Match, arguments) => arguments[1..].iter().all(is_untyped),
        _ => false,
    }
}

/// Whether its text needs parentheses beside an operator.
fn is_compound(expr: &Expr) -> bool {
    match expr {
        Expr::Number(value) => *value < 0.0,
        Expr::Size(extent) => extent.dimension.is_some() && extent.plus != 0,
        Expr::Count(_) | Expr::Input(_) | Expr::Name(..) => false,
        Expr::Lambda(..) | Expr::Let(..) | Expr::Block(..) => true,
        Expr::Apply(op, _) => matches!(
            op,
            Op::Add
                | Op::Subtract
                | Op::Multiply
                | Op::Divide
                | Op::Negate
                | Op::Cast
                | Op::If
                | Op::Return
                | Op::When
                | Op::Match
                | Op::IndexAdd
                | Op::IndexSubtract
                | Op::IndexMultiply
                | Op::IndexDivide
                | Op::IndexRemainder
                | Op::Less
                | Op::LessEqual
                | Op::Equal
                | Op::NotEqual
                | Op::Greater
                | Op::NumberEqual
                | Op::And
                | Op::Or
                | Op::Not
                | Op::TensorAdd
                | Op::TensorSubtract
                | Op::TensorNegate
                | Op::Scale
                | Op::Unscale
                | Op::MatrixProduct
                | Op::SparseProduct
                | Op::SparseTransposeProduct
                | Op::Softmax
                | Op::Solve(_)
                | Op::Inverse
                | Op::LnDeterminant
                | Op::Range
                | Op::RangeInclusive
        ),
    }
}

/// `i3`, `t4`, ..
pub(crate) fn spelled(name: Name, ty: &Type) -> String {
    let letter = match ty {
        Type::Number | Type::Reference => "t",
        Type::Index | Type::IndexReference => "i",
        Type::Column(_) | Type::Vector => "v",
        Type::Row(_) => "r",
        Type::Matrix(..) => "a",
        Type::Window(_) => "w",
        Type::List | Type::Maybe => "list",
        Type::Closure(_) => "h",
        Type::Truth => "c",
        Type::Tuple(_)
        | Type::Iterator(..)
        | Type::Sparse(..)
        | Type::Indices(_)
        | Type::Lists(_)
        | Type::Choice
        | Type::Flags(_)
        | Type::Optionals(_)
        | Type::Blocks => "q",
    };
    format!("{letter}{name}")
}
