//! Makes a failing program small: expressions are replaced by parts of themselves or by literals as long
//! as the program goes on failing.

use crate::ast::{Expr, Op, Program, Role, Statement};
use crate::types::Type;
use crate::typing::type_of;

/// The smallest program found that fails as well.
pub fn shrink(program: &Program, fails: &dyn Fn(&Program) -> bool) -> Program {
    let mut best = program.clone();
    loop {
        let before = weight(&best);
        best = simpler_forms(best, fails);
        for body in 0..best.bodies().len() {
            best = simpler_body(best, body, fails);
        }
        best = without_unused(best, fails);
        if weight(&best) >= before {
            return best;
        }
    }
}

/// How many expressions and inputs are left.
fn weight(program: &Program) -> usize {
    program.bodies().iter().map(|b| b.count()).sum::<usize>() + program.inputs.len() + program.helpers.len()
}

fn simpler_forms(program: Program, fails: &dyn Fn(&Program) -> bool) -> Program {
    let mut best = program;
    let forms: [fn(&mut Program); 3] = [|p| p.by_value = false, |p| p.single = false, |p| p.names += p.names % 2];
    for form in forms {
        let mut candidate = best.clone();
        form(&mut candidate);
        if candidate != best && fails(&candidate) {
            best = candidate;
        }
    }
    best
}

fn simpler_body(program: Program, body: usize, fails: &dyn Fn(&Program) -> bool) -> Program {
    let mut best = program;
    let mut position = 0;
    while position < best.bodies()[body].count() {
        let node = nth(best.bodies()[body], &mut position.clone()).clone();
        let smaller = candidates(&best, &node).into_iter().find_map(|candidate| {
            let mut changed = best.clone();
            let root = changed.bodies_mut().swap_remove(body);
            *nth_mut(root, &mut position.clone())? = candidate;
            fails(&changed).then_some(changed)
        });
        match smaller {
            Some(smaller) => best = smaller,
            None => position += 1,
        }
    }
    best
}

/// What could stand in a node's place, the smallest first.
fn candidates(program: &Program, node: &Expr) -> Vec<Expr> {
    let ty = type_of(program, node);
    let mut found: Vec<Expr> = match &ty {
        Type::Number => vec![Expr::Number(0.5), Expr::Number(1.0)],
        Type::Index => vec![Expr::Count(0), Expr::Count(1)],
        tensor if tensor.is_tensor() => vec![Expr::Apply(Op::Repeat(tensor.clone()), vec![Expr::Number(0.5)])],
        _ => Vec::new(),
    };
    node.walk(&mut |part| {
        if !matches!(part, Expr::Lambda(..)) && type_of(program, part) == ty {
            found.push(part.clone());
        }
    });
    if let Expr::Block(states, statements, rest) = node {
        found.extend(fewer(statements).into_iter().map(|s| Expr::Block(states.clone(), s, rest.clone())));
    }
    let own = size(node);
    found.retain(|candidate| size(candidate) < own);
    found.sort_by_key(size);
    found
}

/// Statements without one of them, or with what is inside of one in its place.
fn fewer(statements: &[Statement]) -> Vec<Vec<Statement>> {
    let mut found = Vec::new();
    for (k, statement) in statements.iter().enumerate() {
        let with = |own: &[Statement]| [&statements[..k], own, &statements[k + 1..]].concat();
        found.push(with(&[]));
        match statement {
            Statement::If(condition, body, otherwise) => {
                found.extend([with(body), with(otherwise)]);
                let if_else = |a: &[Statement], b: &[Statement]| Statement::If(condition.clone(), a.to_vec(), b.to_vec());
                found.extend(fewer(body).into_iter().map(|b| with(&[if_else(&b, otherwise)])));
                found.extend(fewer(otherwise).into_iter().map(|b| with(&[if_else(body, &b)])));
            }
            Statement::For(pattern, chain, body) => {
                found.extend(fewer(body).into_iter().map(|b| with(&[Statement::For(pattern.clone(), chain.clone(), b)])));
            }
            Statement::While(counter, heads, body) => {
                found.extend(fewer(body).into_iter().map(|b| with(&[Statement::While(*counter, heads.clone(), b)])));
            }
            Statement::Let(..) | Statement::Jump(..) | Statement::Change(..) => {}
        }
    }
    found
}

/// Besides the expressions in it.
fn statement_size(statement: &Statement) -> usize {
    match statement {
        Statement::Let(..) | Statement::Jump(..) | Statement::Change(..) => 1,
        Statement::For(_, _, body) | Statement::While(_, _, body) => 2 + body.iter().map(statement_size).sum::<usize>(),
        Statement::If(_, body, otherwise) => 2 + body.iter().chain(otherwise).map(statement_size).sum::<usize>(),
    }
}

/// Names and inputs are smaller than operations and larger than literals.
fn size(expr: &Expr) -> usize {
    let mut total = 0;
    expr.walk(&mut |part| {
        total += match part {
            Expr::Number(_) | Expr::Count(_) => 1,
            Expr::Size(_) | Expr::Input(_) | Expr::Name(..) => 2,
            Expr::Apply(..) | Expr::Lambda(..) | Expr::Let(..) => 3,
            Expr::Block(_, statements, _) => 3 + statements.iter().map(statement_size).sum::<usize>(),
        };
    });
    total
}

/// Drops helpers and data that nothing reads.
fn without_unused(program: Program, fails: &dyn Fn(&Program) -> bool) -> Program {
    let mut best = program;
    for k in (0..best.helpers.len()).rev() {
        let mut candidate = best.clone();
        candidate.helpers.remove(k);
        let shifted = renumbered(&mut candidate, &|expr| match expr {
            Expr::Apply(Op::Helper(own), _) if *own == k => false,
            Expr::Apply(Op::Helper(own), _) => {
                *own -= usize::from(*own > k);
                true
            }
            _ => true,
        });
        if shifted && fails(&candidate) {
            best = candidate;
        }
    }
    for k in (0..best.inputs.len()).rev().filter(|_| true) {
        if best.inputs[k].role != Role::Data {
            continue;
        }
        let mut candidate = best.clone();
        candidate.inputs.remove(k);
        let shifted = renumbered(&mut candidate, &|expr| match expr {
            Expr::Input(own) if *own == k => false,
            Expr::Input(own) => {
                *own -= usize::from(*own > k);
                true
            }
            _ => true,
        });
        if shifted && fails(&candidate) {
            best = candidate;
        }
    }
    best
}

/// Changes every expression; whether all could be.
fn renumbered(program: &mut Program, change: &dyn Fn(&mut Expr) -> bool) -> bool {
    fn each(expr: &mut Expr, change: &dyn Fn(&mut Expr) -> bool) -> bool {
        change(expr) && expr.children_mut().into_iter().all(|child| each(child, change))
    }
    program.bodies_mut().into_iter().all(|body| each(body, change))
}

/// The expression at a position in the order of [`Expr::walk`].
fn nth<'e>(expr: &'e Expr, position: &mut usize) -> &'e Expr {
    find(expr, position).unwrap_or(expr)
}

fn find<'e>(expr: &'e Expr, position: &mut usize) -> Option<&'e Expr> {
    if *position == 0 {
        return Some(expr);
    }
    *position -= 1;
    expr.children().into_iter().find_map(|child| find(child, position))
}

fn nth_mut<'e>(expr: &'e mut Expr, position: &mut usize) -> Option<&'e mut Expr> {
    if *position == 0 {
        return Some(expr);
    }
    *position -= 1;
    expr.children_mut().into_iter().find_map(|child| nth_mut(child, position))
}
