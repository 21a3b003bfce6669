//! The invariants of the graph, checked between passes in debug builds.
//!
//! 1. Operands have smaller ids than the nodes that read them.
//! 2. A product has one output index per axis, one index per axis of each operand, and only wires
//!    that have an extent; its coefficient is not 0.
//! 3. A view's axes are distinct, exist in the reader's shape, and have the sizes of the node's own.
//! 4. A sum has no term with coefficient 0 and no two terms with one view; none of its terms is a sum.
//! 5. A function has as many arguments as its arity, and reads every axis of its result.
//! 6. Reductions keep at most the axes that there are.
//! 7. Matrices that are factored are square; right sides and determinants have the batch of the matrix.
//! 8. Roots have no slot open; a state is shaped like its start; recursions inside of a body have lower levels.

use super::affine::Affine;
use super::graph::Graph;
use super::node::{Elimination, Id, Op, Product, Term, View};
use super::scan::{Kept, Scan};
use super::size::Size;

/// The first violation among the nodes that the roots read, in words.
pub fn verify(graph: &Graph, roots: &[Id]) -> Result<(), String> {
    if let Some(root) = roots.iter().find(|root| graph.is_open(**root)) {
        return Err(format!("root {} ({:?}): a slot outside of its recursion", root.0, graph.node(*root)));
    }
    for id in graph.reachable(roots) {
        node(graph, id).map_err(|what| format!("node {} ({:?}): {what}", id.0, graph.node(id)))?;
    }
    Ok(())
}

fn node(graph: &Graph, id: Id) -> Result<(), String> {
    let shape = graph.shape(id);
    require(graph.op(id).operands().iter().all(|o| *o < id), "an operand comes after its reader")?;
    match graph.op(id) {
        Op::Input(_) => Ok(()),
        Op::Constant(_) | Op::Count(_) => require(shape.is_empty(), "a number with axes"),
        Op::Iota => require(shape.len() == 1, "an index range without its axis"),
        Op::Product(product) => check_product(graph, product, shape),
        Op::Sum(terms) => check_sum(graph, terms, shape),
        Op::Map(func, args) => {
            require(args.len() == func.arity(), "another number of arguments than the function takes")?;
            args.iter().try_for_each(|view| check_view(graph, view, shape))?;
            let read = |axis: usize| args.iter().any(|view| view.axes.contains(&axis));
            require((0..shape.len()).all(read), "a function over an axis that no argument has")
        }
        Op::Reduce { arg, keep, .. } => {
            require(*keep < graph.order(*arg), "a reduction of no axis")?;
            require(shape == &graph.shape(*arg)[..*keep], "a reduction with another shape than the kept axes")
        }
        Op::Weights { arg, keep, .. } => {
            require(*keep < graph.order(*arg) && shape == graph.shape(*arg), "weights with another shape than their argument")
        }
        Op::Exclusive { arg, order } => require(
            graph.order(*arg) > 0 && shape.len() == graph.order(*arg) - 1 + order,
            "an exclusive product of another order",
        ),
        Op::Factor { arg, .. } => match graph.shape(*arg) {
            [rows, columns, batch @ ..] => {
                require(rows == columns, "a factor of a matrix that is not square")?;
                require(shape[1..] == *batch, "a factor with another batch than its matrix")
            }
            _ => Err("a factor of what is no matrix".to_owned()),
        },
        Op::Solve { factor, rhs, .. } => check_solve(graph, *factor, *rhs, shape),
        Op::Lower { factor } => match graph.factored(*factor) {
            Some((Elimination::Cholesky, arg)) => {
                require(shape == graph.shape(arg), "a triangle of another shape than its matrix")
            }
            _ => Err("a triangle of what Cholesky's method did not factor".to_owned()),
        },
        Op::Determinant { factor, .. } => {
            require(matches!(graph.op(*factor), Op::Factor { .. }), "a determinant of what is no factor")?;
            require(shape == &graph.shape(*factor)[1..], "determinants of another shape than the batch")
        }
        Op::Scan(scan) => check_scan(graph, scan),
        Op::State { scan, position } => match graph.as_scan(*scan).and_then(|scan| scan.states.get(*position)) {
            Some(state) => require(shape.starts_with(graph.shape(state.start)), "a state of another shape than its start"),
            None => Err("a state of what is no recursion".to_owned()),
        },
        Op::Slot(_) => require(graph.is_open(id), "a slot that is not open"),
    }
}

fn check_solve(graph: &Graph, factor: Id, rhs: Id, shape: &[Size]) -> Result<(), String> {
    let Op::Factor { arg, .. } = graph.op(factor) else { return Err("a solve with what is no factor".to_owned()) };
    let (matrix, own) = (graph.shape(*arg), graph.shape(rhs));
    require(shape == own, "a solution with another shape than its right side")?;
    require(own.len() > matrix.len() - 2 && own.first() == matrix.first(), "a right side of another length")?;
    require(own.ends_with(&matrix[2..]), "a right side with another batch than its matrix")
}

fn check_scan(graph: &Graph, scan: &Scan) -> Result<(), String> {
    for state in &scan.states {
        require(graph.shape(state.start) == graph.shape(state.next), "a step that changes the shape of a state")?;
        let has_last = state.kept == Kept::All || scan.steps.is_nonnegative();
        require(has_last, "only the last state of a recursion that may have less than no steps")?;
    }
    require(scan.sequences.iter().all(|s| graph.order(s.node) > 0), "a sequence without its axis")?;
    let mut inside = graph.body(scan).into_iter().filter_map(|id| graph.as_scan(id));
    require(inside.all(|inner| inner.level < scan.level), "a recursion inside of one that has no higher level")
}

fn check_product(graph: &Graph, product: &Product, shape: &[Size]) -> Result<(), String> {
    require(product.coefficient.get() != 0.0, "a product with coefficient 0")?;
    require(product.out.len() == shape.len(), "another number of output indices than axes")?;
    for operand in &product.operands {
        require(operand.index.len() == graph.order(operand.node), "another number of indices than the operand's axes")?;
    }
    let indices = product.out.iter().chain(product.operands.iter().flat_map(|o| &o.index));
    let known = |affine: &Affine| affine.wires().all(|w| (w.0 as usize) < product.extents.len());
    require(indices.chain(product.guards.iter().map(|g| &g.affine)).all(known), "a wire without extent")
}

fn check_sum(graph: &Graph, terms: &[Term], shape: &[Size]) -> Result<(), String> {
    for (position, term) in terms.iter().enumerate() {
        check_view(graph, &term.view, shape)?;
        require(term.coefficient.get() != 0.0, "a term with coefficient 0")?;
        require(!matches!(graph.op(term.view.node), Op::Sum(_)), "a sum in a sum")?;
        require(terms[..position].iter().all(|t| t.view != term.view), "like terms that were not merged")?;
    }
    Ok(())
}

fn check_view(graph: &Graph, view: &View, shape: &[Size]) -> Result<(), String> {
    require(view.axes.len() == graph.order(view.node), "a view with another number of axes than its node")?;
    for (axis, target) in view.axes.iter().enumerate() {
        require(!view.axes[..axis].contains(target), "a view with an axis twice")?;
        let Some(size) = shape.get(*target) else { return Err("a view of an axis that is not there".to_owned()) };
        require(*size == graph.shape(view.node)[axis], "a view with another size than its node")?;
    }
    Ok(())
}

fn require(holds: bool, what: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::{Func, InputInfo, Number, Role};

    fn vector(graph: &mut Graph) -> Id {
        graph.input(InputInfo { role: Role::X, block: 0, name: "x".to_owned() }, vec![Size::constant(3)])
    }

    #[test]
    fn accepts_what_constructors_make() {
        let mut graph = Graph::new();
        let x = vector(&mut graph);
        let square = graph.inner(x, x);
        let exp = graph.apply(Func::Exp, &[x]);
        let sum = graph.subtract(exp, x);
        assert_eq!(verify(&graph, &[square, sum]), Ok(()));
    }

    #[test]
    fn refuses_a_view_of_another_size() {
        let mut graph = Graph::new();
        let x = vector(&mut graph);
        let view = View { node: x, axes: vec![0] };
        let bad = graph.intern(Op::Map(Func::Exp, vec![view]), vec![Size::constant(4)]);
        assert!(verify(&graph, &[bad]).is_err_and(|text| text.contains("another size")));
    }

    #[test]
    fn refuses_like_terms() {
        let mut graph = Graph::new();
        let x = vector(&mut graph);
        let term = Term { coefficient: Number::new(1.0), view: View { node: x, axes: vec![0] } };
        let bad = graph.intern(Op::Sum(vec![term.clone(), term]), vec![Size::constant(3)]);
        assert!(verify(&graph, &[bad]).is_err());
    }
}
