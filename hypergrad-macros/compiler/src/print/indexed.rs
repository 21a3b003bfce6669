//! Nodes by their entries: `Σ_k a[k,i] x[k+1]`, where matrix notation has no word.

use super::function;
use super::printer::{LETTERS, Printer, Written};
use super::text::{Level, Text, product as juxtapose, scaled, sum};
use crate::ir::{Affine, Guard, Id, Op, Product, Size, Test, View};

/// A node by its entries.
pub fn node(printer: &Printer, id: Id) -> Written {
    let letters: Vec<String> = (0..printer.graph.order(id)).map(letter).collect();
    let body = body(printer, id, &letters);
    if letters.is_empty() {
        return Written::Whole(body);
    }
    Written::Entries { letters, body }
}

fn letter(position: usize) -> String {
    LETTERS.get(position).map_or_else(|| format!("i{position}"), |l| (*l).to_owned())
}

fn body(printer: &Printer, id: Id, letters: &[String]) -> Text {
    let at = |view: &View| {
        let index: Vec<String> = view.axes.iter().map(|a| letters[*a].clone()).collect();
        printer.entry(view.node, &index)
    };
    match printer.graph.op(id) {
        Op::Product(product) => entries_of_product(printer, product, letters),
        Op::Sum(terms) => sum(terms.iter().map(|t| (t.coefficient.get(), at(&t.view))).collect()),
        Op::Map(func, args) => function::apply(*func, &args.iter().map(at).collect::<Vec<_>>()),
        Op::Reduce { kind, arg, .. } => Text::call(super::printer::reduction(*kind), &[printer.entry(*arg, letters)]),
        Op::Weights { kind, arg, .. } => {
            let whole = Text::call(super::printer::weights(*kind), &[printer.text(*arg)]);
            Text::atom(format!("{}[{}]", whole.string, letters.join(",")))
        }
        Op::Exclusive { arg, order } => {
            let (kept, left_out) = letters.split_at(letters.len() - order);
            let entry = printer.entry(*arg, &[kept, &["…".to_owned()]].concat());
            Text::new(format!("∏ without {} of {}", left_out.join(","), entry.string), Level::Product)
        }
        Op::Solve { factor, rhs, transposed } => {
            let whole = printer.solution(*factor, *rhs, *transposed);
            Text::atom(format!("({})[{}]", whole.string, letters.join(",")))
        }
        Op::Lower { factor } => {
            let whole = Text::call("chol", &[printer.factored(*factor)]);
            Text::atom(format!("{}[{}]", whole.string, letters.join(",")))
        }
        Op::Determinant { factor, .. } => {
            let whole = Text::call("det", &[printer.factored(*factor)]);
            Text::atom(format!("{}[{}]", whole.string, letters.join(",")))
        }
        Op::State { scan, position } => {
            let whole = printer.stacked(*scan, *position);
            Text::atom(format!("({})[{}]", whole.string, letters.join(",")))
        }
        Op::Input(_) | Op::Constant(_) | Op::Count(_) | Op::Iota | Op::Factor { .. } | Op::Scan(_) | Op::Slot(_) => {
            printer.entry(id, letters)
        }
    }
}

fn entries_of_product(printer: &Printer, product: &Product, letters: &[String]) -> Text {
    let mut names: Vec<Option<String>> = vec![None; product.extents.len()];
    let mut conditions = Vec::new();
    for (letter, index) in letters.iter().zip(&product.out) {
        match index.as_wire() {
            Some(wire) if names[wire.0 as usize].is_none() => names[wire.0 as usize] = Some(letter.clone()),
            _ => conditions.push((letter, index)),
        }
    }
    let mut summed = Vec::new();
    for name in &mut names {
        if name.is_none() {
            let fresh = letter(letters.len() + summed.len());
            *name = Some(fresh.clone());
            summed.push(fresh);
        }
    }
    let names: Vec<String> = names.into_iter().flatten().collect();
    let spell = |affine: &Affine| spell(printer, affine, &names);
    let mut factors: Vec<Text> =
        product.operands.iter().map(|o| printer.entry(o.node, &o.index.iter().map(spell).collect::<Vec<_>>())).collect();
    factors.extend(conditions.iter().map(|(letter, index)| Text::atom(format!("[{letter} = {}]", spell(index)))));
    factors.extend(product.guards.iter().map(|g| guard(g, &spell)));
    let inside = juxtapose(&factors).unwrap_or_else(|| Text::atom("1"));
    if summed.is_empty() {
        return scaled(product.coefficient.get(), &inside);
    }
    let total = Text::new(format!("Σ_{} {}", summed.join(","), inside.within(Level::Product)), Level::Product);
    scaled(product.coefficient.get(), &total)
}

/// Wires on the left, the rest on the right: `[j ≤ n - 2]`.
fn guard(guard: &Guard, spell: &dyn Fn(&Affine) -> String) -> Text {
    let negative = |size: &Size| size.terms().all(|(_, c)| c < 0);
    let (negatives, positives): (Vec<_>, Vec<_>) = guard.affine.terms.iter().cloned().partition(|(_, c)| negative(c));
    let flipped = positives.is_empty() && !negatives.is_empty();
    let left = if flipped { &negatives } else { &positives };
    let left = Affine { terms: left.iter().cloned().collect(), constant: Size::zero() };
    let right = left.sub(&guard.affine);
    let (left, right) = if flipped { (left.scale(&Size::constant(-1)), right.scale(&Size::constant(-1))) } else { (left, right) };
    let sign = match (guard.test, flipped) {
        (Test::Zero, _) => "=",
        (Test::NonZero, _) => "≠",
        (Test::NonNegative, false) => "≥",
        (Test::NonNegative, true) => "≤",
    };
    Text::atom(format!("[{} {sign} {}]", spell(&left), spell(&right)))
}

/// `i + 2·k - 1`.
fn spell(printer: &Printer, affine: &Affine, names: &[String]) -> String {
    let mut text = String::new();
    let mut push = |size: &Size, name: Option<&String>| {
        let negative = !size.is_zero() && size.terms().all(|(_, c)| c < 0);
        let magnitude = if negative { size.scale(-1) } else { size.clone() };
        let sign = if negative { "-" } else { "+" };
        if !text.is_empty() {
            text.push_str(&format!(" {sign} "));
        } else if negative {
            text.push('-');
        }
        let amount = printer.sizes.display(&magnitude);
        match name {
            Some(name) if magnitude.is_one() => text.push_str(name),
            Some(name) if magnitude.terms().count() > 1 => text.push_str(&format!("({amount})·{name}")),
            Some(name) => text.push_str(&format!("{amount}·{name}")),
            None => text.push_str(&amount),
        }
    };
    for (wire, coefficient) in &affine.terms {
        push(coefficient, Some(&names[wire.0 as usize]));
    }
    if affine.terms.is_empty() || !affine.constant.is_zero() {
        push(&affine.constant, None);
    }
    text
}
