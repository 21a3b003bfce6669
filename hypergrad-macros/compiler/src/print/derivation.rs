//! `Problem::DERIVATION`: every derived formula and what was proved, as text.

use super::printer::Printer;
use crate::analysis::{Fact, Facts};
use crate::differentiate::{Cube, Group, Matrix, OfRole, Quantities, Quantity, Shape, Space, Value};
use crate::ir::Id;
use crate::model::{InnerKind, Model, Variable};

/// The formulas of one quantity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The accessor's name: `F_1`, `F_1_mul`.
    pub name: &'static str,
    pub lines: Vec<String>,
}

/// All formulas and facts of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Derivation {
    heading: Vec<String>,
    entries: Vec<Entry>,
    facts: Vec<String>,
}

/// Writes down everything that was derived and proved.
pub fn derivation(model: &Model, q: &Quantities, facts: &Facts) -> Derivation {
    let mut writer = Writer { model, entries: Vec::new() };
    Quantity::ALL.into_iter().for_each(|quantity| writer.quantity(q, quantity));
    writer.eigenvalues(q);
    writer.optional(q);
    let facts = no_ops(q).into_iter().chain(proved(model, facts)).collect();
    Derivation { heading: heading(model), entries: writer.entries, facts }
}

/// Changes of variables that change nothing (docs/formulas.md 1.10).
fn no_ops(q: &Quantities) -> Vec<String> {
    let roles =
        [(q.extras.change_is_affine, "phi", "Reparameterized::new()"), (q.extras.local_is_affine, "psi", "Localized::custom()")];
    let affine = roles.into_iter().filter(|(affine, ..)| *affine);
    affine
        .map(|(_, role, estimator)| {
            format!("{role} is affine in z with a slope free of y: {estimator} is Ift::new(), and plain Ω is emitted")
        })
        .collect()
}

impl Derivation {
    /// The whole text.
    pub fn text(&self) -> String {
        let mut lines = self.heading.clone();
        lines.push(String::new());
        lines.extend(self.entries.iter().flat_map(|e| e.lines.iter().cloned()));
        lines.push(String::new());
        lines.extend(self.facts.iter().cloned());
        lines.push(String::new());
        lines.join("\n")
    }

    /// The formulas of one quantity, by its accessor's name.
    pub fn quantity(&self, name: &str) -> Option<String> {
        self.entries.iter().find(|e| e.name == name).map(|e| e.lines.join("\n"))
    }
}

fn heading(model: &Model) -> Vec<String> {
    let role = match model.inner.kind {
        InnerKind::Objective => "F(x, y) = 0, F the gradient of f in x",
        InnerKind::Root => "F(x, y) = 0",
        InnerKind::FixedPoint => "F(x, y) = 0, F = x - Phi",
    };
    let mut lines = vec![role.to_owned()];
    for (letter, variable) in [("x", &model.x), ("y", &model.y)] {
        for block in &variable.blocks {
            lines.push(format!("{}: {}", label(letter, block_suffix(block)), extent(model, block.input)));
        }
    }
    lines
}

fn extent(model: &Model, input: Id) -> String {
    let shape: Vec<String> = model.graph.shape(input).iter().map(|s| model.sizes.display(s)).collect();
    match shape.as_slice() {
        [] => "a scalar".to_owned(),
        [length] => format!("length {length}"),
        many => format!("size {}", many.join(" × ")),
    }
}

fn block_suffix(block: &crate::model::Block) -> String {
    block.path.iter().map(ToString::to_string).collect()
}

fn label(name: &str, suffix: impl AsRef<str>) -> String {
    format!("{name}{}", suffix.as_ref())
}

/// `proved:`, `decided by the data:` and `not proved:` lines, each with the reason.
fn proved(model: &Model, facts: &Facts) -> Vec<String> {
    let line = |(name, fact): &(String, &Fact)| format!("  {name}: {}", reason(model, fact));
    let fields = facts.fields().into_iter().map(|(name, fact)| (name.to_owned(), fact));
    let estimators = facts.estimators.iter().map(|(kind, fact)| (format!("{} super-efficient", kind.constructor()), fact));
    let (held, open): (Vec<_>, Vec<_>) = fields.chain(estimators).partition(|(_, fact)| fact.holds);
    let (decided, open): (Vec<_>, Vec<_>) = open.into_iter().partition(|(_, fact)| fact.is_conditional());
    let mut lines = Vec::new();
    let eigenvalues = eigenvalues(facts);
    for (heading, part) in
        [("proved:", held), ("decided by the data, see `problem.structure()`:", decided), ("not proved:", open)]
    {
        if heading == "proved:" || !part.is_empty() {
            lines.push(heading.to_owned());
            lines.extend(part.iter().map(line));
            lines.extend(eigenvalues.filter(|_| heading == "proved:").map(ToOwned::to_owned));
        }
    }
    if facts.estimators.is_empty() {
        lines.push(format!("  any estimator super-efficient: withheld: {}", facts.smooth.reason));
    }
    lines
}

/// What is proved of the eigenvalues of `F_1`.
fn eigenvalues(facts: &Facts) -> Option<&'static str> {
    match (facts.eigenvalues.least, facts.eigenvalues.most) {
        (Some(_), Some(_)) => Some("  eigenvalues of F_1: between μ and L at every x"),
        (Some(_), None) => Some("  eigenvalues of F_1: at least μ at every x"),
        (None, Some(_)) => Some("  eigenvalues of F_1: at most L at every x"),
        (None, None) => None,
    }
}

/// The reason, with the conditions on the data or the expression at which the proof failed.
fn reason(model: &Model, fact: &Fact) -> String {
    let shown = |node: Id| Printer::expression(&model.graph, &model.sizes, node);
    let given: Vec<String> = fact.given.iter().map(|node| format!("{} ≥ 0", shown(*node))).collect();
    match fact.obstacle.map(shown).filter(|text| text.chars().count() <= LONGEST_OBSTACLE) {
        _ if !given.is_empty() => format!("where {}: {}", given.join(" and "), fact.reason),
        Some(obstacle) => format!("{}: nothing is known of the curvature of {obstacle} in x", fact.reason),
        None => fact.reason.clone(),
    }
}

/// Longer expressions say less than they hide.
const LONGEST_OBSTACLE: usize = 100;

struct Writer<'m> {
    model: &'m Model,
    entries: Vec<Entry>,
}

impl Writer<'_> {
    /// What is shown of a quantity: its own formulas, or those of a product in the place of what has none.
    fn quantity(&mut self, q: &Quantities, quantity: Quantity) {
        if let Some(cube) = q.cube(quantity) {
            return self.cube(quantity, cube);
        }
        let is_written = |of: Quantity| q.value(of).is_some() || q.cube(of).is_some();
        let own = quantity.accessor().map(|accessor| (accessor.name, accessor.formula));
        let other = || {
            let (of, formula) = quantity.stands_for().filter(|(of, _)| !is_written(*of))?;
            Some((of.accessor()?.name, formula))
        };
        if let (Some((name, formula)), Some(value)) = (own.or_else(other), q.value(quantity)) {
            self.value(name, formula, &value);
        }
    }

    /// What the eigenvalues of `F_1` lie between.
    fn eigenvalues(&mut self, q: &Quantities) {
        let ends = [("μ", q.f_1_eigenvalues.least), ("L", q.f_1_eigenvalues.most)];
        let lines = ends.into_iter().filter_map(|(name, node)| node.map(|node| self.formula(name, node))).flatten().collect();
        self.push("eigenvalue_bounds", lines);
    }

    /// The optional roles, and the first derivatives of changes of variables.
    fn optional(&mut self, q: &Quantities) {
        let names = [(Group::Change, ["phi", "phi_inv", "phi_1", "phi_2"]), (Group::Local, ["psi", "psi_inv", "psi_1", "psi_2"])];
        for (group, names) in names {
            let quantities = [OfRole::Change, OfRole::ChangeInverse, OfRole::Change1, OfRole::Change2];
            for (name, quantity) in names.into_iter().zip(quantities) {
                self.extra(name, q.extras.get(group, quantity));
            }
        }
        self.extra("P", q.extras.get(Group::Preconditioner, OfRole::Preconditioner));
    }

    fn extra(&mut self, name: &'static str, value: Option<&Value>) {
        if let Some(value) = value {
            self.value(name, name, value);
        }
    }

    fn value(&mut self, name: &'static str, formula: &str, value: &Value) {
        let (x, y) = (&self.model.x, &self.model.y);
        match value {
            Value::Scalar(node) => self.push(name, self.formula(formula, *node)),
            Value::LikeX(nodes) => self.vector(name, formula, x, nodes),
            Value::LikeY(nodes) => self.vector(name, formula, y, nodes),
            Value::Square(matrix) => self.matrix(name, [x, x], matrix),
            Value::Wide(matrix) => self.matrix(name, [x, y], matrix),
            Value::Tall(matrix) => self.matrix(name, [y, x], matrix),
        }
    }

    fn formula(&self, name: &str, node: Id) -> Vec<String> {
        Printer::formula(&self.model.graph, &self.model.sizes, name, node)
    }

    fn push(&mut self, name: &'static str, lines: Vec<String>) {
        if !lines.is_empty() {
            self.entries.push(Entry { name, lines });
        }
    }

    fn vector(&mut self, name: &'static str, shown: &str, variable: &Variable, nodes: &[Id]) {
        let blocks = variable.blocks.iter().zip(nodes);
        let lines = blocks.flat_map(|(b, node)| self.formula(&label(shown, block_suffix(b)), *node)).collect();
        self.push(name, lines);
    }

    fn matrix(&mut self, name: &'static str, [rows, columns]: [&Variable; 2], nodes: &Matrix) {
        let mut lines = Vec::new();
        for (row, nodes) in rows.blocks.iter().zip(nodes) {
            for (column, node) in columns.blocks.iter().zip(nodes) {
                lines.extend(self.formula(&tagged(name, &[row, column]), *node));
            }
        }
        self.push(name, lines);
    }

    fn cube(&mut self, quantity: Quantity, nodes: &Cube) {
        let Some(accessor) = quantity.accessor() else { return };
        let Shape::Tensor(first, second, third) = quantity.kernel().1 else { return };
        let [first, second, third] = [first, second, third].map(|space| match space {
            Space::X => &self.model.x.blocks,
            Space::Y => &self.model.y.blocks,
        });
        let mut lines = Vec::new();
        for (one, nodes) in first.iter().zip(nodes) {
            for (two, nodes) in second.iter().zip(nodes) {
                for (three, node) in third.iter().zip(nodes) {
                    lines.extend(self.formula(&tagged(accessor.name, &[one, two, three]), *node));
                }
            }
        }
        self.push(accessor.name, lines);
    }
}

/// `F_1` of plain variables, `F_1(.w, .b)` of blocks.
fn tagged(name: &str, blocks: &[&crate::model::Block]) -> String {
    let suffixes: Vec<String> = blocks.iter().map(|b| block_suffix(b)).collect();
    if suffixes.iter().all(String::is_empty) {
        return name.to_owned();
    }
    let shown: Vec<&str> = suffixes.iter().map(|s| if s.is_empty() { "·" } else { s.as_str() }).collect();
    format!("{name}({})", shown.join(", "))
}
