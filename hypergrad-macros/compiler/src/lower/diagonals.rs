//! Matrices whose products turned out to be a direction times one vector: the diagonal matrices of these vectors, which
//! products and matrices then share.

use crate::differentiate::{Matrix, Quantities, Vector};
use crate::ir::{Affine, Graph, Id, Op, Operand, Product};

/// Writes such matrices, and the diagonal of `F_1`, anew.
pub fn from_products(graph: &mut Graph, q: &mut Quantities) {
    let (u, c) = (q.u.clone(), q.c.clone());
    let pairs: [(&mut Option<Matrix>, &Vector, &Vector); 6] = [
        (&mut q.f_1, &q.f_1_mul, &u),
        (&mut q.f_2, &q.f_2_mul, &c),
        (&mut q.g_11, &q.g_11_mul, &u),
        (&mut q.g_21, &q.g_21_mul, &u),
        (&mut q.m_11, &q.m_11_mul, &u),
        (&mut q.m_21, &q.m_21_mul, &u),
    ];
    for (matrix, products, directions) in pairs {
        for (row, product) in matrix.iter_mut().flatten().zip(products) {
            if let Some((column, vector)) = factor(graph, *product, directions)
                && !graph.is_zero(row[column])
            {
                row[column] = diagonal(graph, vector);
            }
        }
    }
    for (k, (entry, product)) in q.f_1_diagonal.iter_mut().zip(&q.f_1_mul).enumerate() {
        if let Some((column, vector)) = factor(graph, *product, &u)
            && column == k
        {
            let shape = graph.shape(*product).to_vec();
            *entry = graph.product(vector, shape);
        }
    }
}

/// Which direction a product multiplies, entry by entry, and by what.
fn factor(graph: &Graph, product: Id, directions: &[Id]) -> Option<(usize, Product)> {
    let Op::Product(product) = graph.op(product) else { return None };
    let wires: Vec<Affine> = product.wires().map(Affine::wire).collect();
    let is_direction = |operand: &&Operand| directions.contains(&operand.node);
    let mut found = product.operands.iter().filter(is_direction);
    let (direction, None) = (found.next()?, found.next()) else { return None };
    if product.out != wires || direction.index != wires || !product.guards.is_empty() {
        return None;
    }
    let column = directions.iter().position(|node| *node == direction.node)?;
    let operands = product.operands.iter().filter(|operand| operand.node != direction.node).cloned().collect();
    Some((column, Product { operands, ..product.clone() }))
}

/// The matrix with these entries on its diagonal.
fn diagonal(graph: &mut Graph, vector: Product) -> Id {
    let shape = [vector.extents.clone(), vector.extents.clone()].concat();
    let out = [vector.out.clone(), vector.out.clone()].concat();
    graph.product(Product { out, ..vector }, shape)
}
