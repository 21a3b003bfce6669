//! The optional roles: changes of variables and a preconditioner, read into nodes.
//!
//! A localised map is read with `x_bar` being x itself: its derivatives are taken in z and y alone.
//! `y_bar` is an input of its own until they have been taken.

use quote::ToTokens as _;

use super::build::Space;
use super::headers::{Headers, Types};
use super::result::{self, Like};
use super::signature::Header;
use super::trace::Value;
use super::{Change, Form, Optional, Preconditioner, Variable};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::ir::{Affine, Graph, Id, InputInfo, Number, Operand, Product, Role, Size, Wire};
use crate::syntax::{Keyword, Type};

/// Reads every optional role that the module has.
pub fn read<'m>(
    space: &mut Space<'m>,
    headers: &Headers<'m>,
    types: &Types<'m>,
    diagnostics: &mut Diagnostics,
) -> Option<Optional> {
    let mut optional = Optional::default();
    if headers.optional.is_empty() {
        return Some(optional);
    }
    let find = |keyword: Keyword| headers.optional.iter().find(|(found, _)| *found == keyword).map(|(_, header)| header);
    let z_name = find(Keyword::Change).or(find(Keyword::Local)).and_then(|header| header.x.name);
    let z_name = z_name.map_or_else(|| "z".to_owned(), ToString::to_string);
    let z = stand_in(space, Role::Z, z_name.trim_start_matches('_'));
    let y_bar = stand_in(space, Role::YBar, "y_bar");
    let mut reader = Reader { space, types, diagnostics, z, y_bar };
    let change = reader.change(find(Keyword::Change), find(Keyword::ChangeInverse));
    let local = reader.change(find(Keyword::Local), find(Keyword::LocalInverse));
    let preconditioner = find(Keyword::Preconditioner).map(|header| reader.preconditioner(header));
    optional.functions = headers.optional.iter().map(|(_, header)| header.function.sig.ident.clone()).collect();
    optional.z = inputs(&reader.z);
    optional.y_bar = inputs(&reader.y_bar);
    optional.change = change?;
    optional.local = local?;
    optional.preconditioner_call =
        find(Keyword::Preconditioner).map(|header| (header.function.sig.ident.clone(), header.signature()));
    optional.preconditioner = match preconditioner {
        Some(read) => Some(read?),
        None => None,
    };
    Some(optional)
}

fn inputs(variable: &Variable) -> Vec<Id> {
    variable.blocks.iter().map(|block| block.input).collect()
}

/// A variable shaped like x (z) or y (`y_bar`), with inputs of its own.
fn stand_in(space: &mut Space<'_>, role: Role, name: &str) -> Variable {
    let mut variable = if role == Role::Z { space.x.clone() } else { space.y.clone() };
    for (number, block) in variable.blocks.iter_mut().enumerate() {
        let suffix: String = block.path.iter().map(ToString::to_string).collect();
        let shape = space.graph.shape(block.input).to_vec();
        block.input = space.graph.input(InputInfo { role, block: number, name: format!("{name}{suffix}") }, shape);
    }
    variable
}

struct Reader<'s, 'm> {
    space: &'s mut Space<'m>,
    types: &'s Types<'m>,
    diagnostics: &'s mut Diagnostics,
    z: Variable,
    y_bar: Variable,
}

impl<'m> Reader<'_, 'm> {
    /// The map and its inverse; `None` where one could not be read.
    fn change(&mut self, forward: Option<&Header<'m>>, inverse: Option<&Header<'m>>) -> Option<Option<Change>> {
        let inverse_nodes = inverse.map(|header| self.like_x(header, false));
        let Some(forward) = forward else { return Some(None) };
        let nodes = self.like_x(forward, true)?;
        let inverse_nodes = match inverse_nodes {
            Some(nodes) => Some(nodes?),
            None => None,
        };
        let inverse = inverse.zip(inverse_nodes).map(|(header, nodes)| (header.function.sig.ident.clone(), nodes));
        let name = forward.function.sig.ident.clone();
        let bars_by_reference = forward.bars.map(|(x_bar, y_bar)| (x_bar.by_reference(), y_bar.by_reference()));
        Some(Some(Change { function: name, signature: forward.signature(), bars_by_reference, forward: nodes, inverse }))
    }

    /// A role that returns a value like x: of z, or of x.
    fn like_x(&mut self, header: &Header<'m>, of_z: bool) -> Option<Vec<Id>> {
        let (x, function) = (&self.types.x, header.function);
        let fits = result::check_like_x(self.space.module, function, &x.ty, &x.name, false, self.diagnostics);
        let value = self.call(header, of_z);
        fits?;
        self.blocks(header, &value?)
    }

    fn blocks(&mut self, header: &Header<'m>, value: &Value) -> Option<Vec<Id>> {
        let (x, graph, sizes) = (&self.space.x, &mut self.space.graph, &mut self.space.sizes);
        Like { x, function: header.function, graph, sizes, diagnostics: self.diagnostics }.nodes(value, &self.types.x.ty.part)
    }

    fn call(&mut self, header: &Header<'m>, of_z: bool) -> Option<Value> {
        let (x_part, y_part, graph) = (&self.types.x.ty.part, &self.types.y.ty.part, &self.space.graph);
        let x = result::argument(x_part, &self.space.x, graph);
        let first = if of_z { result::argument(x_part, &self.z, graph) } else { x.clone() };
        let mut arguments = vec![first, result::argument(y_part, &self.space.y, graph)];
        if header.bars.is_some() {
            // Of another type, the body would be refused for it again.
            if !self.types.bars_agree {
                return None;
            }
            let y_bar = if of_z { &self.y_bar } else { &self.space.y };
            arguments.extend([x, result::argument(y_part, y_bar, graph)]);
        }
        self.space.trace(header, arguments, self.types, self.diagnostics)
    }

    /// A matrix, or the diagonal of one, shaped like x.
    fn preconditioner(&mut self, header: &Header<'m>) -> Option<Preconditioner> {
        let syn::ReturnType::Type(_, written) = &header.function.sig.output else {
            return self.like_x(header, false).map(Preconditioner::Diagonal);
        };
        let found = self.space.module.resolve_owned_type(written, self.diagnostics)?;
        let (of_x, matrix) = (found == self.types.x.ty.resolved, matches!(found, Type::Tensor { form: Form::Matrix, .. }));
        if of_x && !matrix {
            return self.like_x(header, false).map(Preconditioner::Diagonal);
        }
        if !matrix {
            self.refuse(header, &format!("`{found}`"));
            return None;
        }
        let value = self.call(header, false)?;
        // Where both are a `DMatrix`, the sizes say which is meant; in doubt it is the diagonal.
        if of_x && !self.is_square(&value) {
            return self.blocks(header, &value).map(Preconditioner::Diagonal);
        }
        self.matrix(header, &value).map(Preconditioner::Matrix)
    }

    /// Whether a matrix is known to be n x n.
    fn is_square(&self, value: &Value) -> bool {
        let Value::Tensor(tensor) = value else { return false };
        let n = self.shapes().iter().fold(Size::zero(), |n, shape| n.add(&Size::product(shape)));
        let [rows, columns, n] = [&tensor.rows, &tensor.columns, &n].map(|size| self.space.sizes.resolve(size));
        rows == n && columns == n
    }

    /// Of the blocks of x.
    fn shapes(&self) -> Vec<Vec<Size>> {
        self.space.x.blocks.iter().map(|block| self.space.graph.shape(block.input).to_vec()).collect()
    }

    /// The blocks of an n x n matrix, its rows and columns in the flat order of x.
    fn matrix(&mut self, header: &Header<'m>, value: &Value) -> Option<Vec<Vec<Id>>> {
        let Value::Tensor(tensor) = value else {
            self.refuse(header, value.describe());
            return None;
        };
        let shapes = self.shapes();
        let n = shapes.iter().fold(Size::zero(), |n, shape| n.add(&Size::product(shape)));
        let sizes = &mut self.space.sizes;
        if sizes.unify(&tensor.rows, &n).is_err() || sizes.unify(&tensor.columns, &n).is_err() {
            let found = format!("a matrix of {} x {}", sizes.display(&tensor.rows), sizes.display(&tensor.columns));
            self.refuse(header, &found);
            return None;
        }
        let graph = &mut self.space.graph;
        let whole = result::reformed(tensor, Form::Matrix, vec![n.clone(), n], graph);
        let mut places = Vec::new();
        let mut offset = Size::zero();
        for shape in &shapes {
            places.push((offset.clone(), shape.as_slice()));
            offset = offset.add(&Size::product(shape));
        }
        Some(places.iter().map(|rows| places.iter().map(|columns| block(graph, whole, [rows, columns])).collect()).collect())
    }

    fn refuse(&mut self, header: &Header<'m>, found: &str) {
        let (name, x) = (&header.function.sig.ident, &self.types.x);
        let place = match &header.function.sig.output {
            syn::ReturnType::Type(_, written) => written.to_token_stream(),
            syn::ReturnType::Default => name.to_token_stream(),
        };
        let message = format!(
            "`{name}` is a preconditioner: a square matrix with a row for each entry of `{0}`, or its diagonal, shaped like `{0}`; found {found}",
            x.name
        );
        self.diagnostics.push(Diagnostic::new(&place, message).help(format!("for a diagonal write `-> {}`", x.ty.resolved)));
    }
}

/// A block of a matrix, the axes of its rows before those of its columns; column-major in each.
fn block(graph: &mut Graph, whole: Id, sides: [&(Size, &[Size]); 2]) -> Id {
    let shape: Vec<Size> = sides.iter().flat_map(|(_, shape)| shape.iter().cloned()).collect();
    let mut wires = (0..).map(|wire| Affine::wire(Wire(wire)));
    let index = sides.map(|(offset, shape)| {
        let start = (Affine::constant(offset.clone()), Size::constant(1));
        let along = |(index, stride): (Affine, Size), (extent, wire): (&Size, Affine)| {
            (index.add(&wire.scale(&stride)), stride.mul(extent))
        };
        shape.iter().zip(&mut wires).fold(start, along).0
    });
    let product = Product {
        coefficient: Number::new(1.0),
        out: (0..).map(|wire| Affine::wire(Wire(wire))).take(shape.len()).collect(),
        extents: shape.clone(),
        operands: vec![Operand { node: whole, index: index.to_vec() }],
        guards: Vec::new(),
    };
    graph.product(product, shape)
}
