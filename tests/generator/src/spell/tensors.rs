//! Vectors and matrices.

use super::{CONSTANTS, Speller};
use crate::ast::{Expr, InputKind, Op, Role};
use crate::types::{Extent, Type};

impl Speller<'_> {
    pub(super) fn tensor(&mut self, op: &Op, arguments: &[Expr]) -> String {
        let first = &arguments[0];
        match op {
            Op::TensorAdd => self.tensor_infix("+", arguments),
            Op::TensorSubtract => self.tensor_infix("-", arguments),
            Op::MatrixProduct => self.tensor_infix("*", arguments),
            Op::TensorNegate => format!("-{}", self.term(first)),
            Op::Scale if matches!(first, Expr::Number(_)) => format!("{} * {}", self.operand(first), self.term(&arguments[1])),
            Op::Scale => format!("{} * {}", self.term(&arguments[1]), self.operand(first)),
            Op::Unscale => format!("{} / (1.5 + {}.powi(2))", self.term(first), self.receiver(&arguments[1])),
            Op::ComponentMultiply => self.tensor_method("component_mul", arguments),
            Op::TransposeProduct => self.tensor_method("tr_mul", arguments),
            // Both sides of one type.
            Op::Superior => {
                let (a, b) = (self.owned(first), self.owned(&arguments[1]));
                format!("({a}).sup(&({b}))")
            }
            Op::Absolute => format!("{}.abs()", self.tensor_receiver(first)),
            Op::AddNumber => format!("{}.add_scalar({})", self.tensor_receiver(first), self.whole(&arguments[1])),
            Op::Map => format!("{}.map({})", self.tensor_receiver(first), self.whole(&arguments[1])),
            Op::MapLocated => format!("{}.map_with_location({})", self.tensor_receiver(first), self.whole(&arguments[1])),
            Op::ZipMap => {
                let second = self.by_reference(&arguments[1]);
                format!("{}.zip_map({second}, {})", self.tensor_receiver(first), self.whole(&arguments[2]))
            }
            Op::Transpose => format!("{}.transpose()", self.tensor_receiver(first)),
            Op::Diagonal => format!("{}.diagonal()", self.tensor_receiver(first)),
            Op::RowSum => format!("{}.row_sum()", self.tensor_receiver(first)),
            Op::ColumnSum => format!("{}.column_sum()", self.tensor_receiver(first)),
            Op::Row => format!("{}.row({})", self.tensor_receiver(first), self.whole(&arguments[1])),
            Op::Column => format!("{}.column({})", self.tensor_receiver(first), self.whole(&arguments[1])),
            Op::Part(extent) if extent.fixed => {
                format!("{}.fixed_rows::<{}>({})", self.tensor_receiver(first), extent.plus, self.whole(&arguments[1]))
            }
            Op::Part(extent) => {
                let (from, length) = (self.whole(&arguments[1]), self.size(*extent));
                format!("{}.rows({from}, {length})", self.tensor_receiver(first))
            }
            Op::FromDiagonal => {
                let square = match self.kind(first) {
                    Type::Column(n) => Type::Matrix(n, n),
                    other => other,
                };
                let name = self.turbofish(&square);
                format!("{name}::from_diagonal({})", self.by_reference(first))
            }
            Op::Solve(factor) => self.solve(*factor, arguments),
            Op::Inverse => self.inverse(first),
            Op::FromFn(ty) => self.from_fn(ty, first),
            Op::Repeat(ty) => {
                let head = self.constructor(ty, "repeat");
                format!("{head}{})", self.with_a_type(first, Self::whole))
            }
            Op::Softmax => {
                let exponentials = format!("{}.map({}::exp)", self.tensor_receiver(first), self.scalar);
                format!("{{ let e = {exponentials}; &e / e.sum() }}")
            }
            Op::SparseProduct => format!("&{} * {}", self.whole(first), self.by_reference(&arguments[1])),
            Op::SparseTransposeProduct => format!("{}.transpose() * {}", self.whole(first), self.by_reference(&arguments[1])),
            Op::Blocks => self.blocks(arguments),
            other => format!("compile_error!(\"{other:?}\")"),
        }
    }

    fn tensor_infix(&mut self, operator: &str, arguments: &[Expr]) -> String {
        format!("{} {operator} {}", self.term(&arguments[0]), self.term(&arguments[1]))
    }

    fn tensor_method(&mut self, name: &str, arguments: &[Expr]) -> String {
        let argument = self.by_reference(&arguments[1]);
        format!("{}.{name}({argument})", self.tensor_receiver(&arguments[0]))
    }

    fn from_fn(&mut self, ty: &Type, closure: &Expr) -> String {
        let Expr::Lambda(patterns, body) = closure else { return self.whole(closure) };
        let names: Vec<String> = patterns.iter().map(|p| self.pattern(p, 0)).collect();
        let parameters = match (ty, names.as_slice()) {
            (Type::Row(_), [j, ..]) => format!("_, {j}"),
            (Type::Column(_), [i, ..]) => format!("{i}, _"),
            _ => names.join(", "),
        };
        let head = self.constructor(ty, "from_fn");
        format!("{head}|{parameters}| {})", self.with_a_type(body, Self::whole))
    }

    fn blocks(&mut self, arguments: &[Expr]) -> String {
        let blocks: Vec<&str> = self.program.blocks(Role::X).map(|(_, input)| input.field).collect();
        match (arguments, blocks.as_slice()) {
            ([only], [""]) => self.result(only),
            _ => {
                let fields: Vec<String> =
                    arguments.iter().zip(&blocks).map(|(a, field)| format!("{field}: {}", self.result(a))).collect();
                format!("Inner {{ {} }}", fields.join(", "))
            }
        }
    }

    /// Whether it names what is stored somewhere, not behind a view.
    pub(super) fn is_place(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Input(input) => !matches!(self.program.inputs[*input].kind, InputKind::Array(_)),
            Expr::Name(name, _) => !self.views.contains(name),
            _ => false,
        }
    }

    /// Before a method of vectors and matrices.
    pub(super) fn tensor_receiver(&mut self, expr: &Expr) -> String {
        match expr {
            Expr::Input(_) => self.whole_tensor(expr),
            _ => self.receiver(expr),
        }
    }

    /// Arrays are made vectors of.
    fn whole_tensor(&mut self, expr: &Expr) -> String {
        match expr {
            Expr::Input(input) if matches!(self.program.inputs[*input].kind, InputKind::Array(_)) => {
                format!("SVector::from({})", self.input(*input))
            }
            _ => self.whole(expr),
        }
    }

    /// As an operand: what has a place is borrowed.
    pub(super) fn term(&mut self, expr: &Expr) -> String {
        match expr {
            Expr::Input(_) | Expr::Name(..) => self.by_reference(expr),
            _ => self.operand(expr),
        }
    }

    pub(super) fn by_reference(&mut self, expr: &Expr) -> String {
        let is_reference = match expr {
            Expr::Input(input) => {
                let input = &self.program.inputs[*input];
                input.field.is_empty() && !self.program.by_value
            }
            Expr::Name(name, _) => self.behind.get(name).is_some_and(|n| *n > 0),
            _ => false,
        };
        let text = self.whole_tensor(expr);
        match expr {
            _ if is_reference => text,
            Expr::Input(_) | Expr::Name(..) => format!("&{text}"),
            _ if super::is_compound(expr) => format!("&({text})"),
            _ => format!("&{text}"),
        }
    }

    /// A tensor that is owned.
    pub(super) fn owned(&mut self, expr: &Expr) -> String {
        match expr {
            Expr::Input(_) => format!("{}.clone()", self.whole_tensor(expr)),
            Expr::Name(name, _) if self.views.contains(name) => format!("{}.clone_owned()", self.whole(expr)),
            Expr::Name(..) => format!("{}.clone()", self.whole(expr)),
            Expr::Apply(Op::Row | Op::Column | Op::Part(_), _) => format!("{}.into_owned()", self.whole(expr)),
            _ => self.whole(expr),
        }
    }

    /// `DVector::from_fn(n, ` or `SVector::<f64, N>::from_fn(`.
    pub(super) fn constructor(&mut self, ty: &Type, name: &str) -> String {
        let extents = match ty {
            Type::Column(n) | Type::Row(n) => vec![*n],
            Type::Matrix(r, c) => vec![*r, *c],
            _ => Vec::new(),
        };
        let sizes: String = extents.iter().filter(|e| !e.fixed).map(|e| format!("{}, ", self.size(*e))).collect();
        format!("{}::{name}({sizes}", self.turbofish(ty))
    }

    /// The type in an expression.
    pub(super) fn turbofish(&self, ty: &Type) -> String {
        let name = self.type_name(ty);
        match name.split_once('<') {
            Some((head, _)) if head.contains('D') => head.to_owned(),
            Some((head, rest)) => format!("{head}::<{rest}"),
            None => name,
        }
    }

    /// `DVector<f64>`, ..
    pub(super) fn type_name(&self, ty: &Type) -> String {
        let s = self.scalar;
        match ty {
            Type::Column(n) if n.fixed => format!("SVector<{s}, {}>", constant(*n)),
            Type::Column(_) => format!("DVector<{s}>"),
            Type::Row(n) if n.fixed => format!("RowSVector<{s}, {}>", constant(*n)),
            Type::Row(_) => format!("RowDVector<{s}>"),
            Type::Matrix(r, c) if r.fixed && c.fixed => format!("SMatrix<{s}, {}, {}>", constant(*r), constant(*c)),
            Type::Matrix(r, c) if !r.fixed && !c.fixed => format!("DMatrix<{s}>"),
            Type::Matrix(r, c) => format!("OMatrix<{s}, {}, {}>", axis(*r), axis(*c)),
            Type::Sparse(..) => format!("CsrMatrix<{s}>"),
            Type::Index | Type::IndexReference => "usize".to_owned(),
            Type::Vector => format!("DVector<{s}>"),
            Type::Indices(n) if n.fixed => format!("[usize; {}]", constant(*n)),
            Type::Indices(_) => "Vec<usize>".to_owned(),
            Type::Lists(_) => format!("Vec<DVector<{s}>>"),
            Type::Choice => "Kind".to_owned(),
            Type::Truth => "bool".to_owned(),
            Type::Flags(_) => "Vec<bool>".to_owned(),
            Type::Maybe => format!("Option<{s}>"),
            Type::Optionals(_) => format!("Vec<Option<{s}>>"),
            Type::Number
            | Type::Reference
            | Type::Window(_)
            | Type::List
            | Type::Tuple(_)
            | Type::Iterator(..)
            | Type::Closure(_)
            | Type::Blocks => s.to_owned(),
        }
    }
}

fn axis(extent: Extent) -> String {
    if extent.fixed { format!("Const<{}>", constant(extent)) } else { "Dyn".to_owned() }
}

/// A size that is part of a type.
fn constant(extent: Extent) -> String {
    extent.dimension.map_or_else(|| extent.plus.to_string(), |d| CONSTANTS[d].to_owned())
}
