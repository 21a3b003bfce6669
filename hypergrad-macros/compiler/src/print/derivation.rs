//! `Problem::DERIVATION`: every derived formula and what was proved, as text.

use super::printer::Printer;
use crate::analysis::{Fact, Facts};
use crate::differentiate::{Cube, Group, Matrix, Quantities, Value};
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
    writer.scalar("f", q.f);
    writer.vector("F", "F", &model.x, &q.residual);
    writer.dense("F_1", [&model.x, &model.x], q.f_1.as_ref());
    writer.dense("F_2", [&model.x, &model.y], q.f_2.as_ref());
    writer.vector("F_1_mul", "F_1 u", &model.x, &q.f_1_mul);
    writer.vector("F_1_tr_mul", "F_1ᵀ u", &model.x, &q.f_1_tr_mul);
    writer.vector("F_2_mul", "F_2 c", &model.x, &q.f_2_mul);
    writer.vector("F_2_tr_mul", "F_2ᵀ u", &model.y, &q.f_2_tr_mul);
    writer.scalar("g", q.g);
    writer.vector("g_1", "g_1", &model.x, &q.g_1);
    writer.vector("g_2", "g_2", &model.y, &q.g_2);
    if q.g_11.is_none() {
        writer.vector("g_11", "g_11 u", &model.x, &q.g_11_mul);
    }
    if q.g_21.is_none() {
        writer.vector("g_21", "g_21 u", &model.y, &q.g_21_mul);
    }
    writer.dense("g_11", [&model.x, &model.x], q.g_11.as_ref());
    writer.dense("g_21", [&model.y, &model.x], q.g_21.as_ref());
    writer.tensor(("F_11", "(vᵀF)_11 u"), [&model.x, &model.x, &model.x], q.f_11.as_ref(), &q.l_11_mul);
    writer.tensor(("F_21", "(vᵀF)_21 u"), [&model.x, &model.y, &model.x], q.f_21.as_ref(), &q.l_21_mul);
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
    for (heading, part) in
        [("proved:", held), ("decided by the data, see `problem.structure()`:", decided), ("not proved:", open)]
    {
        if heading == "proved:" || !part.is_empty() {
            lines.push(heading.to_owned());
            lines.extend(part.iter().map(line));
        }
    }
    if facts.estimators.is_empty() {
        lines.push(format!("  any estimator super-efficient: withheld: {}", facts.smooth.reason));
    }
    lines
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
    /// The optional roles, and the first derivatives of changes of variables.
    fn optional(&mut self, q: &Quantities) {
        let names = [(Group::Change, ["phi", "phi_inv", "phi_1", "phi_2"]), (Group::Local, ["psi", "psi_inv", "psi_1", "psi_2"])];
        for (group, names) in names {
            let kernels = ["change", "change_inverse", "change_1", "change_2"];
            for (name, kernel) in names.into_iter().zip(kernels) {
                self.extra(name, q.extras.get(group, kernel));
            }
        }
        self.extra("P", q.extras.get(Group::Preconditioner, "preconditioner"));
    }

    fn extra(&mut self, name: &'static str, value: Option<&Value>) {
        let (x, y) = (&self.model.x, &self.model.y);
        match value {
            Some(Value::LikeX(nodes)) => self.vector(name, name, x, nodes),
            Some(Value::Square(matrix)) => self.matrix(name, [x, x], matrix),
            Some(Value::Wide(matrix)) => self.matrix(name, [x, y], matrix),
            _ => {}
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

    fn scalar(&mut self, name: &'static str, node: Option<Id>) {
        let lines = node.map(|n| self.formula(name, n)).unwrap_or_default();
        self.push(name, lines);
    }

    fn vector(&mut self, name: &'static str, shown: &str, variable: &Variable, nodes: &[Id]) {
        let blocks = variable.blocks.iter().zip(nodes);
        let lines = blocks.flat_map(|(b, node)| self.formula(&label(shown, block_suffix(b)), *node)).collect();
        self.push(name, lines);
    }

    /// Where it is written out.
    fn dense(&mut self, name: &'static str, spaces: [&Variable; 2], nodes: Option<&Matrix>) {
        if let Some(nodes) = nodes {
            self.matrix(name, spaces, nodes);
        }
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

    /// A tensor of order three, or the product that its entries are read from.
    fn tensor(
        &mut self,
        (name, product): (&'static str, &str),
        [first, second, third]: [&Variable; 3],
        cube: Option<&Cube>,
        along: &[Id],
    ) {
        let Some(nodes) = cube else { return self.vector(name, product, second, along) };
        let mut lines = Vec::new();
        for (one, nodes) in first.blocks.iter().zip(nodes) {
            for (two, nodes) in second.blocks.iter().zip(nodes) {
                for (three, node) in third.blocks.iter().zip(nodes) {
                    lines.extend(self.formula(&tagged(name, &[one, two, three]), *node));
                }
            }
        }
        self.push(name, lines);
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
