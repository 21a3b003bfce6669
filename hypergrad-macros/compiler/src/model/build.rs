//! The annotated module → [`Model`]: finds roles, makes inputs, traces the bodies, checks results.

use proc_macro2::TokenStream;
use std::collections::BTreeMap;

use super::claims::Claims;
use super::data::Fields;
use super::headers::{Headers, Types};
use super::result::{self, Like};
use super::signature::Header;
use super::trace::{Checkpoints, Tracer, Value};
use super::{
    Data, DataKind, Inner, InnerKind, Model, Optional, Outer, Scalar, Variable, conditional, declared, optional, roles, variables,
};
use crate::diagnostics::Diagnostics;
use crate::ir::{Graph, Id, Input, Role, Size};
use crate::shape::Sizes;
use crate::syntax::{Module, Options};

/// Reads the module; every mistake is reported, and a model is made only where there is none.
///
/// Items of lists are read as of one size first. Extents that nothing else decides may be each item's own; where the module can
/// be read so, too, it is.
pub fn build(module: &Module, options: &Options, crate_path: &TokenStream, diagnostics: &mut Diagnostics) -> Option<Model> {
    let alike = build_with(module, options, crate_path, Vec::new(), diagnostics)?;
    let free = alike.sizes.free_items();
    let is_read = |field: usize| alike.data.as_ref().is_some_and(|data| data.fields[field].read);
    let own: Vec<(usize, usize)> = free.into_iter().filter(|(field, _)| is_read(*field)).collect();
    if own.is_empty() {
        return Some(alike);
    }
    let mut refused = Diagnostics::default();
    build_with(module, options, crate_path, own, &mut refused).or(Some(alike))
}

fn build_with(
    module: &Module,
    options: &Options,
    crate_path: &TokenStream,
    own_extents: Vec<(usize, usize)>,
    diagnostics: &mut Diagnostics,
) -> Option<Model> {
    let roles = roles::find(module, options, diagnostics);
    conditional::check(module, &roles, diagnostics);
    let headers = Headers::read(&roles, diagnostics);
    let types = Types::read(module, &headers, diagnostics)?;
    let mut space = Space::new(module, &types, own_extents, diagnostics);
    if options.checkpoints {
        space.checkpoints = Checkpoints::Always;
    }
    let declared = declared::read(module, types.scalar.scalar, &mut space.graph, &mut space.fields, diagnostics);
    let inner = headers.inner.as_ref().and_then(|(kind, header)| space.inner(*kind, header, &types, diagnostics));
    let outer = headers.outer.as_ref().and_then(|header| space.outer(header, &types, diagnostics));
    let mut optional = optional::read(&mut space, &headers, &types, diagnostics);
    space.check_lengths(inner.as_ref(), outer.as_ref(), optional.as_mut(), diagnostics);
    if !diagnostics.is_empty() {
        return None;
    }
    let model = space.finish(inner?, outer?, optional?, types.scalar.scalar, crate_path);
    Some(Model { declared, ..model })
}

/// The variables and the data, as inputs of the graph.
pub struct Space<'m> {
    pub module: &'m Module,
    pub graph: Graph,
    pub sizes: Sizes,
    fields: Fields<'m>,
    pub x: Variable,
    pub y: Variable,
    /// When recursions keep checkpoints alone.
    checkpoints: Checkpoints,
}

impl<'m> Space<'m> {
    fn new(module: &'m Module, types: &Types<'m>, own_extents: Vec<(usize, usize)>, diagnostics: &mut Diagnostics) -> Self {
        let mut claims = Claims::default();
        let (mut graph, mut sizes) = (Graph::new(), Sizes::default());
        for variable in [&types.x.ty, &types.y.ty] {
            for leaf in &variable.leaves {
                claims.type_is(leaf.written, &leaf.resolved);
            }
        }
        // The data first: sizes are named after what was declared first.
        let mut fields = Fields::new(module, types.scalar.clone(), claims, own_extents);
        if let Some(data) = &types.data {
            let (root, written) = &data.ty;
            let registered = fields.register_all((root, written), &data.name, &mut graph, &mut sizes);
            if let Err(error) = registered {
                diagnostics.push(error);
            }
        }
        let y = variables::build(&types.y.ty, Role::Y, &types.y.name, &mut graph, &mut sizes);
        let x = variables::build(&types.x.ty, Role::X, &types.x.name, &mut graph, &mut sizes);
        Self { module, graph, sizes, fields, x, y, checkpoints: Checkpoints::default() }
    }

    fn inner(&mut self, kind: InnerKind, header: &Header<'m>, types: &Types<'m>, diagnostics: &mut Diagnostics) -> Option<Inner> {
        let fits = match kind {
            InnerKind::Objective => result::check_scalar(self.module, header.function, &types.scalar, diagnostics),
            InnerKind::Root | InnerKind::FixedPoint => {
                result::check_like_x(self.module, header.function, &types.x.ty, &types.x.name, true, diagnostics)
            }
        };
        let value = self.call(header, types, diagnostics);
        fits?;
        let nodes = match kind {
            InnerKind::Objective => vec![result::scalar(&value?, header.function, diagnostics)?],
            InnerKind::Root | InnerKind::FixedPoint => {
                let (x, graph, sizes) = (&self.x, &mut self.graph, &mut self.sizes);
                Like { x, function: header.function, graph, sizes, diagnostics }.nodes(&value?, &types.x.ty.part)?
            }
        };
        Some(Inner { kind, function: header.function.sig.ident.clone(), nodes, signature: header.signature() })
    }

    fn outer(&mut self, header: &Header<'m>, types: &Types<'m>, diagnostics: &mut Diagnostics) -> Option<Outer> {
        let fits = result::check_scalar(self.module, header.function, &types.scalar, diagnostics);
        let value = self.call(header, types, diagnostics);
        fits?;
        let node = result::scalar(&value?, header.function, diagnostics)?;
        Some(Outer { function: header.function.sig.ident.clone(), node, signature: header.signature() })
    }

    fn call(&mut self, header: &Header<'m>, types: &Types<'m>, diagnostics: &mut Diagnostics) -> Option<Value> {
        let arguments = vec![
            result::argument(&types.x.ty.part, &self.x, &self.graph),
            result::argument(&types.y.ty.part, &self.y, &self.graph),
        ];
        self.trace(header, arguments, types, diagnostics)
    }

    /// The value of a role, given all arguments but the data.
    pub fn trace(
        &mut self,
        header: &Header<'m>,
        mut arguments: Vec<Value>,
        types: &Types<'m>,
        diagnostics: &mut Diagnostics,
    ) -> Option<Value> {
        if header.data.is_some() {
            // Without a type that could be read the body would be refused for it again and again.
            types.data.as_ref()?;
            arguments.push(self.fields.value(&self.graph, diagnostics)?);
        }
        let (graph, sizes, fields) = (&mut self.graph, &mut self.sizes, &mut self.fields);
        let tracer = Tracer::new(graph, sizes, diagnostics, self.module, fields, types.scalar.scalar);
        let value = tracer.with_checkpoints(self.checkpoints).call(header.function, arguments);
        // What was said of another role, in a helper of both, is not said again.
        if value.is_none() && diagnostics.is_empty() {
            // What rustc is certain to refuse is left to rustc, which sees it after this.
            let name = &header.function.sig.ident;
            diagnostics.error_with_help(
                name,
                format!("`{name}` cannot be read"),
                "mend what rustc reports in it; if that is nothing, please report the module to hypergrad",
            );
        }
        value
    }

    /// Reports lengths that depend on indices where a node takes them for numbers.
    fn check_lengths(
        &self,
        inner: Option<&Inner>,
        outer: Option<&Outer>,
        optional: Option<&mut Optional>,
        diagnostics: &mut Diagnostics,
    ) {
        let varies = |size: &Size| self.sizes.varies(&self.sizes.resolve(size));
        let inner_role = inner.map(|inner| (&inner.function, inner.nodes.clone()));
        let outer_role = outer.map(|outer| (&outer.function, vec![outer.node]));
        let place = inner_role.as_ref().or(outer_role.as_ref()).map(|(name, _)| (*name).clone());
        let others = optional.map(|optional| optional.nodes().map(|id| *id).collect());
        let roles = inner_role.into_iter().chain(outer_role).map(|(name, nodes)| (name.clone(), nodes));
        for (name, nodes) in roles.chain(place.zip(others)) {
            if self.graph.counts(&nodes, &varies) {
                diagnostics.error_with_help(
                    &name,
                    format!("in `{name}` a length that depends on an index is used in a way that is not read"),
                    "use a length that is the same for all indices, and conditions on the index",
                );
            }
        }
    }

    /// Replaces every size by its canonical form; inputs get new ids.
    fn finish(
        mut self,
        mut inner: Inner,
        mut outer: Outer,
        mut optional: Optional,
        scalar: Scalar,
        crate_path: &TokenStream,
    ) -> Model {
        self.sizes.settle();
        let mut roots: Vec<&mut Id> = inner.nodes.iter_mut().chain([&mut outer.node]).chain(optional.nodes()).collect();
        let old: Vec<Id> = roots.iter().map(|root| **root).collect();
        let before: BTreeMap<Id, Input> = self.graph.inputs().map(|(input, _, id)| (id, input)).collect();
        for (root, image) in roots.iter_mut().zip(self.graph.resolve_sizes(&old, &|size| self.sizes.resolve(size))) {
            **root = image;
        }
        let after: BTreeMap<Input, Id> = self.graph.inputs().map(|(input, _, id)| (input, id)).collect();
        let renewed = |id: Id| before.get(&id).and_then(|input| after.get(input)).copied().unwrap_or(id);

        for input in optional.z.iter_mut().chain(&mut optional.y_bar) {
            *input = renewed(*input);
        }
        for block in self.x.blocks.iter_mut().chain(&mut self.y.blocks) {
            block.input = renewed(block.input);
        }
        let (mut data, claims) = self.fields.finish();
        if let Some(data) = &mut data {
            resolve_data(data, &self.sizes, &renewed);
        }
        Model {
            name: self.module.ident.clone(),
            scalar,
            x: self.x,
            y: self.y,
            data,
            inner,
            outer,
            optional,
            graph: self.graph,
            checks: self.sizes.checks(),
            sizes: self.sizes,
            claims: claims.into_claims(),
            declared: Vec::new(),
            crate_path: crate_path.clone(),
        }
    }
}

fn resolve_data(data: &mut Data, sizes: &Sizes, renewed: &dyn Fn(Id) -> Id) {
    for field in &mut data.fields {
        for level in &mut field.levels {
            level.longest = sizes.resolve(&level.longest);
        }
        match &mut field.kind {
            DataKind::Tensor { input, shape, .. } => {
                *input = renewed(*input);
                for size in shape {
                    *size = sizes.resolve(size);
                }
            }
            DataKind::Csr { values, pattern } => (*values, *pattern) = (renewed(*values), renewed(*pattern)),
            DataKind::Array { input, length } => (*input, *length) = (renewed(*input), sizes.resolve(length)),
            DataKind::Index { .. } | DataKind::Variants { .. } | DataKind::Extent { .. } | DataKind::Inner => {}
            DataKind::Packed { input, shape, length, .. } => {
                (*input, *length) = (renewed(*input), sizes.resolve(length));
                for size in shape {
                    *size = sizes.resolve(size);
                }
            }
            DataKind::Count { size } | DataKind::Flag { size } | DataKind::Enum { size, .. } => *size = sizes.resolve(size),
        }
    }
}
