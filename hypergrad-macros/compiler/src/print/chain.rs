//! Products as matrix expressions: wires are the vertices of a forest, matrices its edges, vectors
//! weights on vertices. A tree hung up at an output is `v∘(A (w∘(B x)))`.

use super::printer::Printer;
use super::text::{Level, Text, elementwise, power, product as juxtapose, scaled};
use crate::ir::{Id, Op, Operand, Product, Size};

/// A matrix between two vertices; several are multiplied elementwise.
struct Edge {
    rows: usize,
    columns: usize,
    factors: Vec<Text>,
}

struct Forest {
    /// Per wire.
    vectors: Vec<Vec<Text>>,
    edges: Vec<Edge>,
    scalars: Vec<Text>,
    /// Scalars that divide.
    divisors: Vec<Text>,
}

/// The product in matrix notation, where it has one.
pub fn write(printer: &Printer, id: Id, product: &Product) -> Option<Text> {
    let mut forest = Forest::new(printer, product)?;
    let shape = printer.graph.shape(id);
    let outputs: Option<Vec<usize>> = product
        .out
        .iter()
        .zip(shape)
        .map(|(o, size)| o.as_wire().filter(|w| product.extent(*w) == *size).map(|w| w.0 as usize))
        .collect();
    let outputs = outputs?;
    let components = forest.components()?;
    for component in components.iter().filter(|c| !c.iter().any(|w| outputs.contains(w))) {
        let text = forest.scalar(component);
        forest.scalars.push(text);
    }
    let tensor = match outputs.as_slice() {
        [] => None,
        [one] => Some(elementwise(&forest.hung(*one, None)).unwrap_or_else(|| Text::atom("1"))),
        [row, column] => Some(forest.matrix(*row, *column)),
        _ => return None,
    };
    Some(forest.finish(product.coefficient.get(), tensor))
}

/// An operand and the wires of its axes; `x[1..]`, `a[0, :]` where it is read in part.
fn read(printer: &Printer, product: &Product, operand: &Operand) -> Option<(Text, Vec<usize>)> {
    let (mut vertices, mut parts) = (Vec::new(), Vec::new());
    for (index, size) in operand.index.iter().zip(printer.graph.shape(operand.node)) {
        match &*index.terms {
            [] => parts.push(printer.sizes.display(&index.constant)),
            [(wire, coefficient)] if coefficient.is_one() => {
                vertices.push(wire.0 as usize);
                parts.push(range(printer, &index.constant, &product.extent(*wire), size)?);
            }
            _ => return None,
        }
    }
    let text = printer.text(operand.node);
    if parts.iter().all(|p| p == ":") {
        return Some((text, vertices));
    }
    // No atom: in `e^x[1..]` one could not see what is taken in part.
    Some((Text::new(format!("{}[{}]", text.within(Level::Atom), parts.join(", ")), Level::Power), vertices))
}

/// `:` of a whole axis, else `1..`, `..n - 1`; `None` where more is read than there is.
fn range(printer: &Printer, from: &Size, count: &Size, size: &Size) -> Option<String> {
    let end = from.add(count);
    if from.is_zero() && end == *size {
        return Some(":".to_owned());
    }
    // Symbols of which nothing is known: a check says that they fit.
    let outside = |size: &Size| size.as_constant().is_some_and(|c| c < 0);
    if outside(from) || outside(&size.sub(&end)) {
        return None;
    }
    let from = if from.is_zero() { String::new() } else { printer.sizes.display(from) };
    let end = if end == *size { String::new() } else { printer.sizes.display(&end) };
    Some(format!("{from}..{end}"))
}

impl Forest {
    fn new(printer: &Printer, product: &Product) -> Option<Self> {
        if !product.guards.is_empty() {
            return None;
        }
        let mut forest = Self {
            vectors: vec![Vec::new(); product.extents.len()],
            edges: Vec::new(),
            scalars: Vec::new(),
            divisors: Vec::new(),
        };
        for operand in &product.operands {
            let (text, vertices) = read(printer, product, operand)?;
            forest.add(printer, operand.node, text, &vertices)?;
        }
        Some(forest)
    }

    fn add(&mut self, printer: &Printer, node: Id, text: Text, vertices: &[usize]) -> Option<()> {
        match vertices {
            [] => self.add_scalar(printer, node, text),
            [one] => self.vectors[*one].push(text),
            [a, b] if a == b => self.vectors[*a].push(Text::call("diag", &[text])),
            [rows, columns] => self.add_matrix(*rows, *columns, text),
            _ => return None,
        }
        Some(())
    }

    fn add_scalar(&mut self, printer: &Printer, node: Id, text: Text) {
        if let Op::Map(crate::ir::Func::Powi(-1), args) = printer.graph.op(node) {
            self.divisors.push(printer.text(args[0].node));
        } else {
            self.scalars.push(text);
        }
    }

    fn add_matrix(&mut self, rows: usize, columns: usize, text: Text) {
        for edge in &mut self.edges {
            if (edge.rows, edge.columns) == (rows, columns) {
                return edge.factors.push(text);
            }
            if (edge.rows, edge.columns) == (columns, rows) {
                return edge.factors.push(text.transposed());
            }
        }
        self.edges.push(Edge { rows, columns, factors: vec![text] });
    }

    /// The trees, as sets of wires; `None` where there is a cycle.
    fn components(&self) -> Option<Vec<Vec<usize>>> {
        let mut label: Vec<usize> = (0..self.vectors.len()).collect();
        for edge in &self.edges {
            let (a, b) = (label[edge.rows], label[edge.columns]);
            if a == b {
                return None;
            }
            label.iter_mut().filter(|l| **l == b).for_each(|l| *l = a);
        }
        let mut components: Vec<Vec<usize>> = vec![Vec::new(); label.len()];
        label.iter().enumerate().for_each(|(wire, l)| components[*l].push(wire));
        components.retain(|c| !c.is_empty());
        Some(components)
    }

    /// The elementwise factors of the tree hung up at a wire, without the edge it came by.
    fn hung(&self, wire: usize, came_by: Option<usize>) -> Vec<Text> {
        let mut factors = self.vectors[wire].clone();
        for (position, edge) in self.edges.iter().enumerate() {
            if Some(position) == came_by || (edge.rows != wire && edge.columns != wire) {
                continue;
            }
            let (matrix, other) = self.seen_from(wire, position);
            let below = elementwise(&self.hung(other, Some(position))).unwrap_or_else(|| Text::atom("1"));
            factors
                .push(Text::new(format!("{} {}", matrix.within(Level::Product), below.within(Level::Product)), Level::Product));
        }
        factors
    }

    /// An edge as a matrix whose rows are at this wire, and its other end.
    fn seen_from(&self, wire: usize, position: usize) -> (Text, usize) {
        let edge = &self.edges[position];
        let matrix = elementwise(&edge.factors).unwrap_or_else(|| Text::atom("1"));
        if edge.rows == wire { (matrix, edge.columns) } else { (matrix.transposed(), edge.rows) }
    }

    /// The sum over a whole tree.
    fn scalar(&self, component: &[usize]) -> Text {
        if let [edge] = self.edges.iter().filter(|e| component.contains(&e.rows)).collect::<Vec<_>>().as_slice()
            && component.iter().all(|w| self.vectors[*w].is_empty())
        {
            return inner(&edge.factors);
        }
        // Where most vectors meet, the others are seen through the fewest matrices.
        let root = component.iter().copied().max_by_key(|w| (self.vectors[*w].len(), usize::MAX - w)).unwrap_or_default();
        inner(&self.hung(root, None))
    }

    /// `diag(d₀) A diag(d₁) B ..` along the path between two outputs.
    fn matrix(&self, row: usize, column: usize) -> Text {
        if row == column {
            return elementwise(&self.hung(row, None)).map_or_else(|| Text::atom("I"), |inside| Text::call("diag", &[inside]));
        }
        let Some(path) = self.path(row, column, None) else {
            let one = |wire| elementwise(&self.hung(wire, None)).unwrap_or_else(|| Text::atom("1"));
            let (left, right) = (one(row), one(column));
            return Text::new(format!("{} {}", left.within(Level::Product), right.transposed().string), Level::Product);
        };
        let mut factors = Vec::new();
        let mut wire = row;
        let mut came_by = None;
        for position in path.iter().copied().map(Some).chain([None]) {
            if let Some(weights) = elementwise(&self.beside(wire, [came_by, position])) {
                factors.push(Text::call("diag", &[weights]));
            }
            if let Some(position) = position {
                let (matrix, other) = self.seen_from(wire, position);
                factors.push(matrix);
                wire = other;
                came_by = Some(position);
            }
        }
        juxtapose(&factors).unwrap_or_else(|| Text::atom("I"))
    }

    /// What hangs at a wire beside the path.
    fn beside(&self, wire: usize, path: [Option<usize>; 2]) -> Vec<Text> {
        let mut factors = self.vectors[wire].clone();
        for (position, edge) in self.edges.iter().enumerate() {
            if !path.contains(&Some(position)) && (edge.rows == wire || edge.columns == wire) {
                let (matrix, other) = self.seen_from(wire, position);
                let below = elementwise(&self.hung(other, Some(position))).unwrap_or_else(|| Text::atom("1"));
                factors.push(Text::new(
                    format!("{} {}", matrix.within(Level::Product), below.within(Level::Product)),
                    Level::Product,
                ));
            }
        }
        factors
    }

    /// The edges from one wire to another.
    fn path(&self, from: usize, to: usize, came_by: Option<usize>) -> Option<Vec<usize>> {
        if from == to {
            return Some(Vec::new());
        }
        for (position, edge) in self.edges.iter().enumerate() {
            if Some(position) == came_by || (edge.rows != from && edge.columns != from) {
                continue;
            }
            let other = if edge.rows == from { edge.columns } else { edge.rows };
            if let Some(rest) = self.path(other, to, Some(position)) {
                return Some([vec![position], rest].concat());
            }
        }
        None
    }

    /// Coefficient, scalars, tensor, divisors.
    fn finish(self, coefficient: f64, tensor: Option<Text>) -> Text {
        let mut factors = powers(self.scalars);
        factors.extend(tensor);
        let numerator = juxtapose(&factors);
        let Some(divisor) = juxtapose(&powers(self.divisors)) else {
            return numerator.map_or_else(|| super::text::constant(coefficient), |text| scaled(coefficient, &text));
        };
        let numerator = numerator.map_or_else(|| super::text::constant(coefficient), |text| scaled(coefficient, &text));
        let level = if coefficient < 0.0 { Level::Sum } else { Level::Quotient };
        Text::new(format!("{} / {}", numerator.within(Level::Elementwise), divisor.within(Level::Power)), level)
    }
}

/// The sum of an elementwise product.
fn inner(factors: &[Text]) -> Text {
    match factors {
        [] => Text::atom("Σ 1"),
        [one] => Text::new(format!("Σ {}", one.within(Level::Elementwise)), Level::Product),
        [a, b] if a == b => Text::new(format!("‖{}‖²", a.string), Level::Power),
        [first, rest @ ..] => {
            let rest = elementwise(rest).unwrap_or_else(|| Text::atom("1"));
            Text::atom(format!("⟨{}, {}⟩", first.string, rest.string))
        }
    }
}

/// Repeated scalars as powers.
fn powers(scalars: Vec<Text>) -> Vec<Text> {
    let mut counted: Vec<(Text, usize)> = Vec::new();
    for scalar in scalars {
        match counted.iter_mut().find(|(text, _)| *text == scalar) {
            Some((_, count)) => *count += 1,
            None => counted.push((scalar, 1)),
        }
    }
    counted.into_iter().map(|(text, count)| if count == 1 { text } else { power(&text, count as f64) }).collect()
}
