//! The derivative of a function that is declared with it: a formula of numbers, kept apart from the
//! nodes and put in wherever the function is differentiated.

use std::collections::{BTreeSet, HashMap};
use std::sync::Mutex;

use super::func::{Func, Number};
use super::graph::Graph;
use super::node::{Id, Op, Term, View};
use super::size::Size;

/// The name of a declared function. Names are few, and kept once each.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Name(pub &'static str);

impl Name {
    pub fn new(text: &str) -> Self {
        static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
        let mut names = NAMES.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(known) = names.get(text) {
            return Self(known);
        }
        let kept: &'static str = Box::leak(text.to_owned().into_boxed_str());
        names.insert(kept);
        Self(kept)
    }
}

/// Steps of which the last is the value; a step reads those before it.
#[derive(Clone, PartialEq, Debug)]
pub struct Formula {
    steps: Vec<Step>,
}

#[derive(Clone, PartialEq, Debug)]
enum Step {
    Argument,
    Constant(Number),
    Map(Func, Vec<usize>),
    Sum(Vec<(Number, usize)>),
    Product(Number, Vec<usize>),
}

impl Formula {
    /// Of a scalar node, all of whose leaves are the argument and constants. `None` where it has sums over
    /// indices or anything else that is no number.
    pub fn of(graph: &Graph, root: Id) -> Option<Self> {
        let mut places: HashMap<Id, usize> = HashMap::new();
        let mut steps = Vec::new();
        for id in graph.reachable(&[root]) {
            if graph.order(id) > 0 {
                return None;
            }
            let place = |node: Id| places[&node];
            steps.push(match graph.op(id) {
                Op::Input(_) => Step::Argument,
                Op::Constant(number) => Step::Constant(*number),
                Op::Map(func, args) => Step::Map(*func, args.iter().map(|view| place(view.node)).collect()),
                Op::Sum(terms) => Step::Sum(terms.iter().map(|term| (term.coefficient, place(term.view.node))).collect()),
                Op::Product(product) if product.extents.is_empty() && product.guards.is_empty() => {
                    Step::Product(product.coefficient, product.operands.iter().map(|operand| place(operand.node)).collect())
                }
                Op::Count(_)
                | Op::Iota
                | Op::Product(_)
                | Op::Reduce { .. }
                | Op::Weights { .. }
                | Op::Exclusive { .. }
                | Op::Factor { .. }
                | Op::Solve { .. }
                | Op::Lower { .. }
                | Op::Determinant { .. }
                | Op::Scan(_)
                | Op::State { .. }
                | Op::Slot(_) => return None,
            });
            places.insert(id, steps.len() - 1);
        }
        Some(Self { steps })
    }
}

impl Graph {
    /// Declares the first derivative of a function.
    pub fn declare(&mut self, name: Name, derivative: Formula) {
        self.declared.insert(name, derivative);
    }

    /// The derivative of a declared function at every entry of its argument.
    pub fn declared_derivative(&mut self, name: Name, argument: &View, shape: &[Size]) -> Option<Id> {
        let formula = self.declared.get(&name)?.clone();
        let mut values: Vec<View> = Vec::new();
        for step in formula.steps {
            let node = match step {
                Step::Argument => {
                    values.push(argument.clone());
                    continue;
                }
                Step::Constant(number) => self.constant(number.get()),
                Step::Map(func, args) => {
                    let args = args.iter().map(|place| values[*place].clone()).collect();
                    self.map(func, args, shape.to_vec())
                }
                Step::Sum(terms) => {
                    let term =
                        |(coefficient, place): &(Number, usize)| Term { coefficient: *coefficient, view: values[*place].clone() };
                    let terms = terms.iter().map(term).collect();
                    self.sum(terms, shape.to_vec())
                }
                Step::Product(coefficient, factors) => {
                    let factors: Vec<View> = factors.iter().map(|place| values[*place].clone()).collect();
                    self.times(coefficient.get(), &factors, shape.to_vec())
                }
            };
            values.push(self.whole(node));
        }
        let value = values.pop()?;
        Some(self.view(1.0, &value, shape.to_vec()))
    }
}
