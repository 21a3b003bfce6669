//! Products that are symmetric in two groups of indices.
//!
//! A product `Σ L(i, p, k) H(p, q) L(j, q, k) W(k)` is symmetric in i and j if exchanging `i ↔ j`,
//! `p ↔ q` maps its operands to themselves, H being symmetric.

use super::affine::{Affine, Wire};
use super::node::{Guard, Operand, Product};

/// Searching for the exchange of wires gives up beyond so many free ones.
const FREE_WIRES: usize = 6;

/// Where a wire stands under an exchange.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Side {
    Fixed,
    /// On the first group's side; its image.
    Left(Wire),
    Right(Wire),
}

/// An exchange of wires that is its own inverse.
struct Exchange {
    sides: Vec<Side>,
}

/// A product sorted by an exchange that keeps it.
pub struct Mirrored<'p> {
    /// Operands of the first group's side; each has its mirror image on the other.
    pub left: Vec<&'p Operand>,
    /// Operands that read fixed wires only.
    pub fixed: Vec<&'p Operand>,
    /// Operands between the sides.
    pub kernels: Vec<Kernel<'p>>,
}

/// An operand that the exchange reads with its axes in another order.
pub struct Kernel<'p> {
    pub operand: &'p Operand,
    /// The axis that each axis changes places with.
    pub swap: Vec<usize>,
    /// The first half of its axes is on one side, the second half their images.
    pub is_matrix: bool,
}

impl Exchange {
    fn image(&self, wire: Wire) -> Wire {
        match self.sides[wire.0 as usize] {
            Side::Fixed => wire,
            Side::Left(other) | Side::Right(other) => other,
        }
    }

    fn affine(&self, affine: &Affine) -> Affine {
        affine.substitute(&|w| Affine::wire(self.image(w)))
    }

    fn indices(&self, index: &[Affine]) -> Vec<Affine> {
        index.iter().map(|i| self.affine(i)).collect()
    }

    /// The side of what is read: `None` where both sides are.
    fn side_of<'a>(&self, affines: impl IntoIterator<Item = &'a Affine>) -> Option<Side> {
        let mut side = Side::Fixed;
        for wire in affines.into_iter().flat_map(Affine::wires) {
            let own = match self.sides[wire.0 as usize] {
                Side::Fixed => continue,
                Side::Left(_) => Side::Left(wire),
                Side::Right(_) => Side::Right(wire),
            };
            match (side, own) {
                (Side::Left(_), Side::Right(_)) | (Side::Right(_), Side::Left(_)) => return None,
                _ => side = own,
            }
        }
        Some(side)
    }
}

/// Whether some exchange of wires with `left[a] ↔ right[a]` keeps the product and is accepted.
pub fn find(product: &Product, left: &[Affine], right: &[Affine], accept: &mut dyn FnMut(&Mirrored) -> bool) -> bool {
    let mut sides = vec![None; product.extents.len()];
    for (l, r) in left.iter().zip(right) {
        if !seed(&mut sides, l, r) {
            return false;
        }
    }
    sides.iter().filter(|s| s.is_none()).count() <= FREE_WIRES && search(product, &mut sides, accept)
}

/// Imposes `l ↔ r`.
fn seed(sides: &mut [Option<Side>], l: &Affine, r: &Affine) -> bool {
    if l == r {
        return l.wires().all(|w| assign(sides, w, Side::Fixed));
    }
    match (&*l.terms, &*r.terms) {
        ([(a, p)], [(b, q)]) if p == q && l.constant == r.constant => {
            assign(sides, *a, Side::Left(*b)) && assign(sides, *b, Side::Right(*a))
        }
        _ => false,
    }
}

fn assign(sides: &mut [Option<Side>], wire: Wire, side: Side) -> bool {
    let slot = &mut sides[wire.0 as usize];
    *slot.get_or_insert(side) == side
}

/// Tries every exchange of the wires that are still free.
fn search(product: &Product, sides: &mut [Option<Side>], accept: &mut dyn FnMut(&Mirrored) -> bool) -> bool {
    let Some(first) = sides.iter().position(Option::is_none) else {
        let exchange = Exchange { sides: sides.iter().flatten().copied().collect() };
        return sorted(product, &exchange).is_some_and(|mirrored| accept(&mirrored));
    };
    sides[first] = Some(Side::Fixed);
    if search(product, sides, accept) {
        return true;
    }
    let wire = Wire(first as u32);
    for second in first + 1..sides.len() {
        let other = Wire(second as u32);
        if sides[second].is_some() || product.extent(wire) != product.extent(other) {
            continue;
        }
        for (one, two) in [(Side::Left(other), Side::Right(wire)), (Side::Right(other), Side::Left(wire))] {
            sides[first] = Some(one);
            sides[second] = Some(two);
            if search(product, sides, accept) {
                return true;
            }
        }
        sides[second] = None;
    }
    sides[first] = None;
    false
}

/// The product sorted by sides, where the exchange keeps it.
fn sorted<'p>(product: &'p Product, exchange: &Exchange) -> Option<Mirrored<'p>> {
    product.guards.iter().all(|g| guard_is_kept(product, exchange, g)).then_some(())?;
    let mut mirrored = Mirrored { left: Vec::new(), fixed: Vec::new(), kernels: Vec::new() };
    let mut images: Vec<Operand> = Vec::new();
    let mut right: Vec<Operand> = Vec::new();
    for operand in &product.operands {
        match exchange.side_of(&operand.index) {
            Some(Side::Fixed) => mirrored.fixed.push(operand),
            Some(Side::Left(_)) => {
                images.push(Operand { node: operand.node, index: exchange.indices(&operand.index) });
                mirrored.left.push(operand);
            }
            Some(Side::Right(_)) => right.push(operand.clone()),
            None => {
                let (rows, columns) = operand.index.split_at(operand.index.len() / 2);
                let is_matrix = exchange.side_of(rows).is_some() && exchange.indices(rows) == columns;
                let swap = swapped_axes(&operand.index, &exchange.indices(&operand.index))?;
                mirrored.kernels.push(Kernel { operand, swap, is_matrix });
            }
        }
    }
    images.sort();
    right.sort();
    (images == right).then_some(mirrored)
}

/// The axis of `from` at which each of `to` stands; `None` if it is no exchange of axes.
pub fn swapped_axes<T: PartialEq>(from: &[T], to: &[T]) -> Option<Vec<usize>> {
    let axes: Vec<usize> = to.iter().map(|index| from.iter().position(|i| i == index)).collect::<Option<_>>()?;
    axes.iter().enumerate().all(|(axis, image)| axes[*image] == axis).then_some(axes)
}

fn guard_is_kept(product: &Product, exchange: &Exchange, guard: &Guard) -> bool {
    let image = Guard { affine: exchange.affine(&guard.affine), test: guard.test };
    exchange.side_of([&guard.affine]).is_some() && product.guards.contains(&image)
}
