//! What roles take and return: x and y as values, results checked against x.

use quote::ToTokens;

use super::scalars::ScalarType;
use super::trace::{List, Tensor, Value};
use super::variables::{Part, VariableType};
use super::{Form, Variable};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::ir::{Affine, Graph, Id, Number, Operand, Product, Size, Wire};
use crate::shape::Sizes;
use crate::syntax::{Module, Type};

/// A variable as the argument of a role.
pub fn argument(part: &Part, variable: &Variable, graph: &Graph) -> Value {
    match part {
        Part::Block(number) => {
            let block = &variable.blocks[*number];
            let shape = graph.shape(block.input);
            match (block.array, shape.split_last()) {
                (Some(_), Some((length, own))) => Value::List(Box::new(List::reals(block.input, block.form, own, length))),
                _ => Value::tensor(block.input, block.form, shape),
            }
        }
        Part::Array(parts) => Value::Array(parts.iter().map(|part| argument(part, variable, graph)).collect()),
        Part::Struct { name, fields } => {
            let fields = fields.iter().map(|(field, part)| (field.to_string(), argument(part, variable, graph)));
            Value::structure(name.clone(), fields.collect())
        }
    }
}

/// The return type of an objective.
pub fn check_scalar(module: &Module, function: &syn::ItemFn, scalar: &ScalarType, diagnostics: &mut Diagnostics) -> Option<()> {
    let name = &function.sig.ident;
    let syn::ReturnType::Type(_, written) = &function.sig.output else {
        diagnostics.error_with_help(
            name,
            format!("`{name}` is an objective and returns nothing"),
            format!("write `-> {}` and end the body with the value, without `;`", scalar.scalar),
        );
        return None;
    };
    match module.resolve_type(written, diagnostics)? {
        Type::Scalar(found) => scalar.check(written, found, &format!("{name}(..)")).map_err(|error| diagnostics.push(error)).ok(),
        found @ (Type::Count
        | Type::Integer(_)
        | Type::Bool
        | Type::Tensor { .. }
        | Type::List { .. }
        | Type::Csr { .. }
        | Type::Struct(_)
        | Type::Enum(_)
        | Type::Tuple(_)) => {
            diagnostics.error_with_help(
                &**written,
                format!("`{name}` is an objective and returns a scalar; found `{found}`"),
                format!("write `-> {}`; a root, shaped like x, is called `F`", scalar.scalar),
            );
            None
        }
    }
}

/// The return type of a root or fixed-point map.
pub fn check_like_x(
    module: &Module,
    function: &syn::ItemFn,
    x: &VariableType<'_>,
    x_name: &str,
    inner: bool,
    diagnostics: &mut Diagnostics,
) -> Option<()> {
    let (name, expected) = (&function.sig.ident, &x.resolved);
    let syn::ReturnType::Type(_, written) = &function.sig.output else {
        diagnostics.error_with_help(
            name,
            format!("`{name}` returns a value like `{x_name}`, and this returns nothing"),
            format!("write `-> {expected}` and end the body with the value, without `;`"),
        );
        return None;
    };
    let found = module.resolve_owned_type(written, diagnostics)?;
    if found == *expected {
        return Some(());
    }
    let error =
        Diagnostic::new(&**written, format!("`{name}` returns a value like `{x_name}`: expected `{expected}`, found `{found}`"));
    diagnostics.push(
        if let Type::Scalar(_) = found
            && inner
        {
            error.help("an inner objective, with a scalar value, is called `f`")
        } else {
            error.help(format!("write `-> {expected}`"))
        },
    );
    None
}

/// The value of an objective.
#[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
pub fn scalar(value: &Value, function: &syn::ItemFn, diagnostics: &mut Diagnostics) -> Option<Id> {
    match value {
        Value::Tensor(tensor) if tensor.form == Form::Scalar && tensor.batch.is_empty() => Some(tensor.node),
        // A scalar of each step of a loop that was refused.
        Value::Tensor(tensor) if tensor.form == Form::Scalar && !diagnostics.is_empty() => None,
        found => {
            diagnostics.push(other_kind(function, "a scalar", found));
            None
        }
    }
}

/// rustc refuses such a body too; its error alone would leave this one without a reason.
fn other_kind(function: &syn::ItemFn, expected: &str, found: &Value) -> Diagnostic {
    let place = result_expression(function);
    Diagnostic::new(&place, format!("`{}` returns {expected}; this is {}", function.sig.ident, found.describe()))
}

/// Reads the result of a root or fixed-point map; a shape that differs from x's is reported at it.
pub struct Like<'a> {
    pub x: &'a Variable,
    pub function: &'a syn::ItemFn,
    pub graph: &'a mut Graph,
    pub sizes: &'a mut Sizes,
    pub diagnostics: &'a mut Diagnostics,
}

impl Like<'_> {
    /// One node per block of x.
    pub fn nodes(mut self, value: &Value, part: &Part) -> Option<Vec<Id>> {
        let mut nodes = Vec::new();
        self.blocks(value, part, &mut nodes)?;
        Some(nodes)
    }

    fn blocks(&mut self, value: &Value, part: &Part, nodes: &mut Vec<Id>) -> Option<()> {
        match (value, part) {
            (Value::Tensor(tensor), Part::Block(number)) => {
                nodes.push(self.block(tensor, *number)?);
                Some(())
            }
            (Value::List(list), Part::Block(number)) if list.is_whole(self.x.blocks[*number].input, self.graph) => {
                nodes.push(self.x.blocks[*number].input);
                Some(())
            }
            (Value::Array(values), Part::Block(number)) if self.x.blocks[*number].array == Some(values.len() as i64) => {
                nodes.push(self.side_by_side(values, *number)?);
                Some(())
            }
            (Value::Array(values), Part::Array(parts)) if values.len() == parts.len() => {
                values.iter().zip(parts).try_for_each(|(value, part)| self.blocks(value, part, nodes))
            }
            (Value::Struct(structure), Part::Struct { fields, .. }) => {
                for (name, part) in fields {
                    let (_, value) = structure.fields.iter().find(|(field, _)| *field == name.to_string())?;
                    self.blocks(value, part, nodes)?;
                }
                Some(())
            }
            (found, _) => {
                let expected = format!("a value like `{}`", self.x.name);
                self.diagnostics.push(other_kind(self.function, &expected, found));
                None
            }
        }
    }

    /// The items of an array block.
    fn side_by_side(&mut self, values: &[Value], number: usize) -> Option<Id> {
        let shape = self.graph.shape(self.x.blocks[number].input).to_vec();
        let mut terms = Vec::new();
        for (k, value) in values.iter().enumerate() {
            let Value::Tensor(tensor) = value else {
                let expected = format!("a value like `{}`", self.x.name);
                self.diagnostics.push(other_kind(self.function, &expected, value));
                return None;
            };
            let item = self.block(tensor, number)?;
            let own: Vec<Affine> = (0..shape.len() as u32 - 1).map(|w| Affine::wire(Wire(w))).collect();
            let product = Product {
                coefficient: Number::new(1.0),
                extents: shape[..shape.len() - 1].to_vec(),
                operands: vec![Operand { node: item, index: own.clone() }],
                guards: Vec::new(),
                out: own.into_iter().chain([Affine::constant(Size::constant(k as i64))]).collect(),
            };
            let placed = self.graph.product(product, shape.clone());
            terms.push(self.graph.term(1.0, placed));
        }
        Some(self.graph.sum(terms, shape))
    }

    /// A block, or an item of an array block.
    fn block(&mut self, tensor: &Tensor, number: usize) -> Option<Id> {
        let block = &self.x.blocks[number];
        let mut expected = self.graph.shape(block.input).to_vec();
        if block.array.is_some() {
            expected.pop();
        }
        let (rows, columns) = super::trace::dimensions(block.form, &expected);
        let clash = self.sizes.unify(&tensor.rows, &rows).err().or(self.sizes.unify(&tensor.columns, &columns).err());
        if clash.is_some() {
            self.report(tensor, &rows, &columns, number);
            return None;
        }
        Some(reformed(tensor, block.form, expected, self.graph))
    }

    fn report(&mut self, tensor: &Tensor, rows: &Size, columns: &Size, number: usize) {
        let name = &self.function.sig.ident;
        let path = self.x.blocks[number].path.iter().fold(self.x.name.clone(), |path, field| format!("{path}{field}"));
        let describe = |rows: &Size, columns: &Size| {
            if columns.is_one() {
                format!("length {}", self.sizes.display(rows))
            } else {
                format!("shape {} x {}", self.sizes.display(rows), self.sizes.display(columns))
            }
        };
        let message = format!(
            "`{name}` returns a value like `{x}`: `{path}` has {}, the result has {}",
            describe(rows, columns),
            describe(&tensor.rows, &tensor.columns),
            x = self.x.name,
        );
        let place = result_expression(self.function);
        self.diagnostics.error_with_help(&place, message, format!("return one equation for each entry of `{}`", self.x.name));
    }
}

/// The same entries in another form: a 1 x 1 product, say, as a column.
pub fn reformed(tensor: &Tensor, form: Form, shape: Vec<Size>, graph: &mut Graph) -> Id {
    if tensor.form == form {
        return tensor.node;
    }
    let (row, column) = (Wire(0), Wire(1));
    let index = |form: Form| match form {
        Form::Scalar => Vec::new(),
        Form::Column => vec![Affine::wire(row)],
        Form::Row => vec![Affine::wire(column)],
        Form::Matrix => vec![Affine::wire(row), Affine::wire(column)],
    };
    let product = Product {
        coefficient: Number::new(1.0),
        extents: vec![tensor.rows.clone(), tensor.columns.clone()],
        operands: vec![Operand { node: tensor.node, index: index(tensor.form) }],
        guards: Vec::new(),
        out: index(form),
    };
    graph.product(product, shape)
}

/// The last expression of a body, or the name of the function.
fn result_expression(function: &syn::ItemFn) -> proc_macro2::TokenStream {
    match function.block.stmts.last() {
        Some(syn::Stmt::Expr(expression, None)) => expression.to_token_stream(),
        _ => function.sig.ident.to_token_stream(),
    }
}
