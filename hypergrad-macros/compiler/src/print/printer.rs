//! Nodes as text. Every node is written once; long or repeated ones get names, so that text stays
//! short on graphs that share.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::chain;
use super::function;
use super::indexed;
use super::literal;
use super::text::{Level, Text, constant, sum};
use crate::ir::{Func, Graph, Id, Op, Reduction, Scan, Term, Variable, View};
use crate::shape::Sizes;

/// Longer subexpressions that occur twice get a name.
const LONG_IF_REPEATED: usize = 24;
/// Longer ones always do.
const LONG: usize = 110;
/// Marks the number of a node that has a name, until names are given.
const MARK: char = '\u{1}';

/// What stands for a node.
#[derive(Clone, Debug)]
pub enum Written {
    /// In matrix notation.
    Whole(Text),
    /// By entries: `body` at the indices `letters`.
    Entries { letters: Vec<String>, body: Text },
}

pub struct Printer<'g> {
    pub graph: &'g Graph,
    pub sizes: &'g Sizes,
    written: FxHashMap<Id, Written>,
    uses: FxHashMap<Id, usize>,
}

/// Letters for axes and sums.
pub const LETTERS: [&str; 12] = ["i", "j", "k", "l", "p", "q", "r", "s", "t", "h", "m", "o"];

impl<'g> Printer<'g> {
    /// `name = ...`, and a line `where t = ...` for each name given.
    pub fn formula(graph: &'g Graph, sizes: &'g Sizes, name: &str, root: Id) -> Vec<String> {
        let mut printer = Self { graph, sizes, written: FxHashMap::default(), uses: FxHashMap::default() };
        let order = graph.reachable(&[root]);
        printer.count_uses(&order);
        for id in order {
            let written = printer.write(id);
            printer.written.insert(id, written);
        }
        printer.lines(name, root)
    }

    /// A node in one line: an entry of it where it is written by entries.
    pub fn expression(graph: &'g Graph, sizes: &'g Sizes, root: Id) -> String {
        let lines = Self::formula(graph, sizes, "", root);
        let mut parts = lines.iter().map(String::as_str);
        let first = parts.next().unwrap_or_default();
        let body = first.split_once(" = ").map_or(first, |(_, body)| body);
        std::iter::once(body).chain(parts.map(str::trim_start)).collect::<Vec<_>>().join(" ")
    }

    /// How often each node is read; an operand that one node reads twice counts once.
    fn count_uses(&mut self, order: &[Id]) {
        for id in order {
            let mut operands = self.graph.op(*id).operands();
            operands.sort_unstable();
            operands.dedup();
            for operand in operands {
                *self.uses.entry(operand).or_insert(0) += 1;
            }
        }
    }

    /// The formula, then the names it needs, in the order of their first use.
    fn lines(&self, name: &str, root: Id) -> Vec<String> {
        let mut names: Vec<Id> = Vec::new();
        let mut lines = vec![self.equation(name, root)];
        let mut next = 0;
        while next < lines.len() {
            for id in marked(&lines[next]) {
                if !names.contains(&id) {
                    names.push(id);
                    lines.push(self.equation(&format!("{MARK}{}{MARK}", id.0), id));
                }
            }
            next += 1;
        }
        let prefix = self.free_prefix();
        let numbers: BTreeMap<Id, usize> = names.iter().enumerate().map(|(k, id)| (*id, k + 1)).collect();
        // Between every other pair of marks stands the number of a node.
        let spelled = |line: &str| {
            let mut text = String::with_capacity(line.len());
            for (k, piece) in line.split(MARK).enumerate() {
                match named(piece).filter(|_| k % 2 == 1).and_then(|id| numbers.get(&id)) {
                    Some(number) => text += &format!("{prefix}{number}"),
                    None => text += piece,
                }
            }
            text
        };
        let first = spelled(&lines[0]);
        let rest = lines[1..].iter().map(|line| format!("  where {}", spelled(line)));
        std::iter::once(first).chain(rest).collect()
    }

    /// A letter that begins no input's name.
    fn free_prefix(&self) -> &'static str {
        let taken: BTreeSet<char> = self.graph.inputs().filter_map(|(_, info, _)| info.name.chars().next()).collect();
        ["t", "w", "z", "q", "h"].into_iter().find(|p| p.chars().all(|c| !taken.contains(&c))).unwrap_or("term")
    }

    fn equation(&self, name: &str, id: Id) -> String {
        match self.written.get(&id) {
            Some(Written::Whole(text)) => format!("{name} = {}", text.string),
            Some(Written::Entries { letters, body }) => format!("{name}[{}] = {}", letters.join(","), body.string),
            None => String::new(),
        }
    }

    /// What stands for a node inside another.
    pub fn text(&self, id: Id) -> Text {
        match self.written.get(&id) {
            Some(Written::Whole(text)) => {
                let long = if self.uses.get(&id).is_some_and(|n| *n > 1) { LONG_IF_REPEATED } else { LONG };
                if text.length() > long { Self::mark(id) } else { text.clone() }
            }
            _ => Self::mark(id),
        }
    }

    fn mark(id: Id) -> Text {
        Text::atom(format!("{MARK}{}{MARK}", id.0))
    }

    /// One entry of a node.
    pub fn entry(&self, id: Id, index: &[String]) -> Text {
        let text = self.text(id);
        if index.is_empty() { text } else { Text::atom(format!("{}[{}]", text.within(Level::Atom), index.join(","))) }
    }

    fn write(&self, id: Id) -> Written {
        let whole = |text: Text| Written::Whole(text);
        if let Some(value) = self.graph.as_uniform(id) {
            return whole(constant(value));
        }
        if let Op::Slot(slot) = self.graph.op(id) {
            return whole(Text::atom(variable(slot.variable)));
        }
        if self.graph.order(id) > 2 {
            return indexed::node(self, id);
        }
        match self.graph.op(id) {
            Op::Input(input) => whole(Text::atom(self.graph.input_info(*input).name.clone())),
            Op::Constant(number) => whole(constant(number.get())),
            Op::Count(size) => {
                let text = self.sizes.display(size);
                let level = if size.as_symbol().is_some() { Level::Atom } else { Level::Sum };
                whole(Text::new(text, level))
            }
            Op::Iota => whole(Text::atom("[0, 1, 2, …]")),
            Op::Product(product) => match chain::write(self, id, product) {
                Some(text) => whole(text),
                None => literal::write(self.graph, id).map_or_else(|| indexed::node(self, id), whole),
            },
            Op::Sum(terms) => whole(literal::write(self.graph, id).unwrap_or_else(|| self.sum(id, terms))),
            Op::Map(func, args) => whole(self.map(id, *func, args)),
            Op::Reduce { kind, arg, keep } => whole(self.call(reduction(*kind), *keep, *arg)),
            Op::Weights { kind, arg, keep } => whole(self.call(weights(*kind), *keep, *arg)),
            Op::Exclusive { arg, order: 0 } => {
                whole(Text::new(format!("∏ {}", self.text(*arg).within(Level::Product)), Level::Product))
            }
            Op::Exclusive { arg, order } => whole(self.call(&format!("products without {order}"), 0, *arg)),
            Op::Factor { arg, .. } => whole(self.text(*arg)),
            Op::Solve { factor, rhs, transposed } => whole(self.solution(*factor, *rhs, *transposed)),
            Op::Lower { factor } => whole(Text::call("chol", &[self.factored(*factor)])),
            Op::Determinant { factor, logarithm } => {
                whole(Text::call(if *logarithm { "ln det" } else { "det" }, &[self.factored(*factor)]))
            }
            Op::Scan(scan) => whole(self.recursion(scan)),
            Op::State { scan, position } => whole(self.stacked(*scan, *position)),
            Op::Slot(_) => whole(Self::mark(id)),
        }
    }

    /// `(s = start; s ← next; q in sequence)`
    fn recursion(&self, scan: &Scan) -> Text {
        let states = scan.states.iter().enumerate().map(|(k, state)| (variable(Variable::State(k)), state));
        let mut parts: Vec<String> = Vec::new();
        for (name, state) in states {
            parts.push(format!("{name} = {}", self.text(state.start).string));
            parts.push(format!("{name} ← {}", self.text(state.next).string));
        }
        for (k, sequence) in scan.sequences.iter().enumerate() {
            parts.push(format!("{} in {}", variable(Variable::Sequence(k)), self.text(sequence.node).string));
        }
        let order = if scan.reversed { " backwards" } else { "" };
        Text::atom(format!("({} steps{order}: {})", self.sizes.display(&scan.steps), parts.join("; ")))
    }

    /// All values of a state of a recursion.
    pub fn stacked(&self, scan: Id, position: usize) -> Text {
        Text::new(format!("{} of {}", variable(Variable::State(position)), self.text(scan).string), Level::Product)
    }

    fn call(&self, name: &str, keep: usize, arg: Id) -> Text {
        let name = if keep == 0 { name.to_owned() } else { format!("{name} of each row") };
        Text::call(&name, &[self.text(arg)])
    }

    /// `A⁻¹ b`, or `A⁻¹`.
    pub fn solution(&self, factor: Id, rhs: Id, transposed: bool) -> Text {
        let inverse = format!("{}{}", self.factored(factor).within(Level::Atom), if transposed { "⁻ᵀ" } else { "⁻¹" });
        if self.graph.is_identity(rhs) {
            return Text::new(inverse, Level::Power);
        }
        Text::new(format!("{inverse} {}", self.text(rhs).within(Level::Product)), Level::Product)
    }

    /// The matrix of a factor.
    pub fn factored(&self, factor: Id) -> Text {
        self.graph.factored(factor).map_or_else(|| Self::mark(factor), |(_, arg)| self.text(arg))
    }

    fn sum(&self, id: Id, terms: &[Term]) -> Text {
        let order = self.graph.order(id);
        sum(terms.iter().map(|t| (t.coefficient.get(), self.view(&t.view, order))).collect())
    }

    fn map(&self, id: Id, func: Func, args: &[View]) -> Text {
        if let Func::NormPow(p) = func
            && let Some(inside) = self.norm(args[0].node)
        {
            return function::norm_power(&inside, p.get());
        }
        let order = self.graph.order(id);
        let args: Vec<Text> = args.iter().map(|a| self.view(a, order)).collect();
        function::apply(func, &args)
    }

    /// r, where the node is written `‖r‖²`.
    fn norm(&self, node: Id) -> Option<String> {
        match self.written.get(&node) {
            Some(Written::Whole(text)) => {
                let inside = text.string.strip_prefix('‖')?.strip_suffix("‖²")?;
                (!inside.contains('‖')).then(|| inside.to_owned())
            }
            _ => None,
        }
    }

    /// A node read elementwise in a result of this order (at most 2).
    fn view(&self, view: &View, order: usize) -> Text {
        let text = self.text(view.node);
        match (order, view.axes.as_slice()) {
            (2, [1, 0]) => text.transposed(),
            (2, [0]) => Text::new(format!("{} 1ᵀ", text.within(Level::Product)), Level::Product),
            (2, [1]) => Text::new(format!("1 {}", text.transposed().string), Level::Product),
            _ => text,
        }
    }
}

fn variable(variable: Variable) -> String {
    match variable {
        Variable::State(k) => format!("s{}", k + 1),
        Variable::Sequence(k) => format!("q{}", k + 1),
    }
}

/// The nodes that a line names.
fn marked(line: &str) -> Vec<Id> {
    line.split(MARK).skip(1).step_by(2).filter_map(named).collect()
}

/// The node of what stands between two marks.
fn named(piece: &str) -> Option<Id> {
    piece.parse().ok().map(Id)
}

pub fn reduction(kind: Reduction) -> &'static str {
    match kind {
        Reduction::Max => "max",
        Reduction::Min => "min",
        Reduction::LogSumExp => "log_sum_exp",
    }
}

pub fn weights(kind: Reduction) -> &'static str {
    match kind {
        Reduction::Max => "argmax",
        Reduction::Min => "argmin",
        Reduction::LogSumExp => "softmax",
    }
}
