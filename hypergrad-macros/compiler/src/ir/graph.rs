//! The hash-consed arena of nodes. Equal nodes have equal ids; operands have smaller ids than the
//! nodes that read them, so id order is a topological order.

use std::collections::BTreeMap;
use std::hash::BuildHasher;
use std::panic::resume_unwind;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::formula::{Formula, Name};
use super::func::Number;
use super::node::{Id, Input, Node, Op, Term, View};
use super::scan::Levels;
use super::size::Size;
use super::sparse::Sparse;
use super::support::Support;

/// What a leaf stands for; orders the stages.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Role {
    /// A field of the data.
    Data,
    /// A block of the outer variable.
    Y,
    /// A block of the inner variable.
    X,
    /// A block of v (or of a frozen s): shaped like x.
    Adjoint,
    /// A block of the z of a change of variables: shaped like x.
    Z,
    /// A block of the frozen y of a localised change of variables; y itself once differentiated.
    YBar,
    /// A block of the direction u (or s): shaped like x.
    DirectionX,
    /// A block of the direction c: shaped like y.
    DirectionY,
}

/// A leaf: its role, which block or data field it is, its name in the user's words.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct InputInfo {
    pub role: Role,
    /// Position among the blocks of the variable, or among the data fields in use.
    pub block: usize,
    /// As shown in formulas: `x`, `y`, `a_tr`, `y.gamma`.
    pub name: String,
}

/// Nodes of a graph, those of the way included. Modules as users write them stay below a tenth.
pub const MOST_NODES: usize = 1 << 19;

/// A graph would have more than [`MOST_NODES`]. Making a node has no other error, and every stage makes nodes: they end
/// by unwinding with this, which [`crate::compile::expand`] catches.
#[derive(Clone, Copy, Debug)]
pub struct TooManyNodes;

#[derive(Default, Clone, Debug)]
pub struct Graph {
    /// Copies of a graph share them.
    nodes: Vec<Rc<Node>>,
    /// By the hash of the node, or by the next key that no other has.
    ids: FxHashMap<u64, Id>,
    inputs: Vec<(InputInfo, Id)>,
    pub(super) sparse: BTreeMap<Id, Sparse>,
    pub(super) supports: BTreeMap<Id, Vec<Support>>,
    /// Selections by fields of reals.
    pub(super) selections: BTreeMap<Id, Id>,
    /// The derivatives of functions that are declared with them.
    pub(super) declared: BTreeMap<Name, Formula>,
    /// Of every node, the recursions whose slots it reads without being inside of them.
    pub(super) open: Vec<Levels>,
    /// Of every node, whether it reads a log-sum-exp of entries that there may be none of.
    pub(super) of_none: Vec<bool>,
    /// Of every recursion, what its body reads from outside.
    pub(super) captured: BTreeMap<Id, Vec<Id>>,
    /// Slots that no recursion has yet.
    pub(super) unbound_slots: usize,
}

impl Graph {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    pub fn node(&self, id: Id) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// The same, to be read while the graph grows.
    pub fn shared(&self, id: Id) -> Rc<Node> {
        Rc::clone(&self.nodes[id.0 as usize])
    }

    pub fn op(&self, id: Id) -> &Op {
        &self.node(id).op
    }

    pub fn shape(&self, id: Id) -> &[Size] {
        &self.node(id).shape
    }

    pub fn order(&self, id: Id) -> usize {
        self.node(id).shape.len()
    }

    pub fn inputs(&self) -> impl Iterator<Item = (Input, &InputInfo, Id)> {
        self.inputs.iter().enumerate().map(|(k, (info, id))| (Input(k as u32), info, *id))
    }

    pub fn input_info(&self, input: Input) -> &InputInfo {
        &self.inputs[input.0 as usize].0
    }

    /// A new leaf. Each call makes a distinct one.
    pub fn input(&mut self, info: InputInfo, shape: Vec<Size>) -> Id {
        let input = Input(self.inputs.len() as u32);
        let id = self.intern(Op::Input(input), shape);
        self.inputs.push((info, id));
        id
    }

    pub fn constant(&mut self, value: f64) -> Id {
        self.intern(Op::Constant(Number::new(value)), Vec::new())
    }

    /// The value of a scalar constant.
    pub fn as_constant(&self, id: Id) -> Option<f64> {
        if let Op::Constant(number) = self.op(id) { Some(number.get()) } else { None }
    }

    /// A count as a number.
    pub fn count(&mut self, size: Size) -> Id {
        match size.as_constant() {
            Some(value) => self.constant(value as f64),
            None => self.intern(Op::Count(size), Vec::new()),
        }
    }

    /// `[0, 1, .., size - 1]`.
    pub fn iota(&mut self, size: Size) -> Id {
        self.intern(Op::Iota, vec![size])
    }

    /// Zero of this shape.
    pub fn zero(&mut self, shape: Vec<Size>) -> Id {
        if shape.is_empty() { self.constant(0.0) } else { self.intern(Op::Sum(Vec::new()), shape) }
    }

    pub fn is_zero(&self, id: Id) -> bool {
        match self.op(id) {
            Op::Constant(number) => number.get() == 0.0,
            Op::Sum(terms) => terms.is_empty(),
            Op::Input(_)
            | Op::Count(_)
            | Op::Iota
            | Op::Product(_)
            | Op::Map(..)
            | Op::Reduce { .. }
            | Op::Weights { .. }
            | Op::Exclusive { .. }
            | Op::Factor { .. }
            | Op::Solve { .. }
            | Op::Lower { .. }
            | Op::Determinant { .. }
            | Op::Scan(_)
            | Op::State { .. }
            | Op::Slot(_) => false,
        }
    }

    /// `node`, read axis by axis.
    pub fn whole(&self, node: Id) -> View {
        View { node, axes: (0..self.order(node)).collect() }
    }

    pub fn term(&self, coefficient: f64, node: Id) -> Term {
        Term { coefficient: Number::new(coefficient), view: self.whole(node) }
    }

    /// Interns a node as it is, without simplification.
    pub(super) fn intern(&mut self, op: Op, shape: Vec<Size>) -> Id {
        let node = Node { op, shape };
        let mut key = self.ids.hasher().hash_one(&node);
        while let Some(id) = self.ids.get(&key) {
            if *self.node(*id) == node {
                return *id;
            }
            key = key.wrapping_add(1);
        }
        if self.nodes.len() == MOST_NODES {
            resume_unwind(Box::new(TooManyNodes));
        }
        let id = Id(self.nodes.len() as u32);
        debug_assert!(!node.op.any_operand(&mut |o| o >= id), "operands come before the nodes that read them");
        self.nodes.push(Rc::new(node));
        self.ids.insert(key, id);
        self.note_supports(id);
        self.note_open(id);
        self.note_of_none(id);
        id
    }
}
