//! The type of an expression.

use crate::ast::{Expr, Op, Program};
use crate::types::{Ends, Extent, Type};

/// What an expression of a well-typed program is.
pub fn type_of(program: &Program, expr: &Expr) -> Type {
    match expr {
        Expr::Number(_) => Type::Number,
        Expr::Count(_) | Expr::Size(_) => Type::Index,
        Expr::Input(input) => program.inputs[*input].ty(),
        Expr::Name(_, ty) => ty.read(),
        // Numbers alone are ignored by a closure that has a name.
        Expr::Lambda(patterns, _) => Type::Closure(patterns.iter().map(|p| p.ty().unwrap_or(Type::Number)).collect()),
        Expr::Let(_, _, rest) | Expr::Block(_, _, rest) => type_of(program, rest),
        Expr::Apply(op, arguments) => of_operation(program, op, arguments),
    }
}

fn of_operation(program: &Program, op: &Op, arguments: &[Expr]) -> Type {
    let of = |k: usize| type_of(program, &arguments[k]);
    match op {
        Op::Add
        | Op::Subtract
        | Op::Multiply
        | Op::Divide
        | Op::Negate
        | Op::Fun(_)
        | Op::Larger
        | Op::Smaller
        | Op::Hypot
        | Op::Cast
        | Op::At
        | Op::Entry
        | Op::Dot
        | Op::NormSquared
        | Op::Norm
        | Op::Total
        | Op::Mean
        | Op::Max
        | Op::Min
        | Op::LargestAbs
        | Op::Trace
        | Op::LogSumExp(_)
        | Op::Helper(_)
        | Op::Call(_)
        | Op::Determinant
        | Op::LnDeterminant
        | Op::Fold
        | Op::Sum
        | Op::Product
        | Op::Find(_)
        | Op::Position { .. }
        | Op::FindMap
        | Op::ExtremeItem { .. }
        | Op::ExtremeKey { .. }
        | Op::Nth
        | Op::Last => Type::Number,
        Op::When | Op::LookOptional => Type::Maybe,
        Op::Match | Op::UnwrapOr => of(1),
        Op::MapOr => Type::Number,
        Op::IndexAdd
        | Op::IndexSubtract
        | Op::IndexMultiply
        | Op::IndexDivide
        | Op::IndexRemainder
        | Op::IndexLarger
        | Op::IndexSmaller
        | Op::AbsDiff
        | Op::SaturatingSubtract
        | Op::ListLength
        | Op::Look
        | Op::CountItems
        | Op::Length => Type::Index,
        Op::Less
        | Op::LessEqual
        | Op::Equal
        | Op::NotEqual
        | Op::Greater
        | Op::NumberEqual
        | Op::And
        | Op::Or
        | Op::Not
        | Op::Flagged
        | Op::IsVariant(_)
        | Op::IsSome
        | Op::Any
        | Op::All => Type::Truth,
        Op::If | Op::Return => of(1),
        Op::TensorAdd
        | Op::TensorSubtract
        | Op::TensorNegate
        | Op::Unscale
        | Op::ComponentMultiply
        | Op::Superior
        | Op::Absolute
        | Op::AddNumber
        | Op::Map
        | Op::ZipMap
        | Op::MapLocated
        | Op::Inverse
        | Op::Softmax => of(0),
        Op::Scale | Op::Solve(_) => of(1),
        Op::MatrixProduct => product(rows(&of(0)), columns(&of(1))),
        Op::TransposeProduct => product(columns(&of(0)), columns(&of(1))),
        Op::SparseProduct => product(rows(&of(0)), columns(&of(1))),
        Op::SparseTransposeProduct => product(columns(&of(0)), columns(&of(1))),
        Op::Transpose => transposed(of(0)),
        Op::FromFn(ty) | Op::Repeat(ty) | Op::SumTensors(ty) => ty.clone(),
        Op::Row => Type::Row(columns(&of(0))),
        Op::Column | Op::Diagonal | Op::ColumnSum => Type::Column(rows(&of(0))),
        Op::RowSum => Type::Row(columns(&of(0))),
        Op::Part(extent) | Op::FromIterator(extent) => Type::Column(*extent),
        Op::FromDiagonal => Type::Matrix(rows(&of(0)), rows(&of(0))),
        Op::Collect | Op::NewList => Type::List,
        Op::Blocks => Type::Blocks,
        Op::Range
        | Op::RangeInclusive
        | Op::Iterate
        | Op::Rows
        | Op::Columns
        | Op::Windows(_)
        | Op::Stored
        | Op::Each
        | Op::Filter(_)
        | Op::Zip
        | Op::Enumerate
        | Op::Reverse
        | Op::Chain
        | Op::Skip
        | Op::Take
        | Op::StepBy
        | Op::Vectors
        | Op::Listed
        | Op::TakeWhile(_)
        | Op::SkipWhile(_)
        | Op::FilterMap
        | Op::MapWhile
        | Op::FlatMap(_)
        | Op::Scan
        | Op::Chunks(_)
        | Op::Present
        | Op::Copied => {
            let (item, ends) = iterator(program, op, arguments);
            Type::Iterator(Box::new(item), ends)
        }
    }
}

const BOTH: Ends = Ends { double: true, exact: true };

fn ends(double: bool, exact: bool) -> Ends {
    Ends { double, exact }
}

/// The item of an adapter, and the traits that std gives it.
fn iterator(program: &Program, op: &Op, arguments: &[Expr]) -> (Type, Ends) {
    let of = |k: usize| match type_of(program, &arguments[k]) {
        Type::Iterator(item, ends) => (*item, ends),
        other => (other, ends(false, false)),
    };
    match op {
        Op::Range => (Type::Index, BOTH),
        Op::RangeInclusive => (Type::Index, ends(true, false)),
        Op::Iterate => (Type::Reference, BOTH),
        Op::Present => (Type::Reference, ends(true, false)),
        Op::Vectors => (Type::Vector, BOTH),
        Op::Listed => (Type::IndexReference, BOTH),
        Op::Rows => (Type::Row(columns(&type_of(program, &arguments[0]))), ends(false, true)),
        Op::Columns => (Type::Column(rows(&type_of(program, &arguments[0]))), BOTH),
        Op::Windows(width) | Op::Chunks(width) => (Type::Window(*width), BOTH),
        Op::TakeWhile(_) | Op::SkipWhile(_) => (of(0).0, ends(false, false)),
        Op::FilterMap => (Type::Number, ends(of(0).1.double, false)),
        Op::MapWhile | Op::Scan => (Type::Number, ends(false, false)),
        Op::FlatMap(pairs) => {
            let item = if *pairs { Type::Tuple(vec![Type::Index, Type::Index]) } else { Type::Index };
            (item, ends(of(0).1.double, false))
        }
        Op::Stored => (Type::Tuple(vec![Type::IndexReference, Type::Reference]), ends(false, false)),
        Op::Each => {
            let body = match &arguments[1] {
                Expr::Lambda(_, body) => type_of(program, body),
                other => type_of(program, other),
            };
            (body, of(0).1)
        }
        Op::Filter(_) => (of(0).0, ends(of(0).1.double, false)),
        Op::Zip => {
            let ((a, first), (b, second)) = (of(0), of(1));
            let exact = first.exact && second.exact;
            (Type::Tuple(vec![a, b]), ends(exact && first.double && second.double, exact))
        }
        Op::Enumerate => {
            let (item, own) = of(0);
            (Type::Tuple(vec![Type::Index, item]), ends(own.double && own.exact, own.exact))
        }
        Op::Chain => (of(0).0, ends(of(0).1.double && of(1).1.double, false)),
        Op::Skip | Op::Take | Op::StepBy => {
            let (item, own) = of(0);
            (item, ends(own.double && own.exact, own.exact))
        }
        Op::Copied => (of(0).0.read(), of(0).1),
        _ => of(0),
    }
}

fn rows(ty: &Type) -> Extent {
    match ty {
        Type::Column(n) | Type::Matrix(n, _) | Type::Sparse(n, _) => *n,
        _ => Extent::constant(1),
    }
}

fn columns(ty: &Type) -> Extent {
    match ty {
        Type::Row(n) | Type::Matrix(_, n) | Type::Sparse(_, n) => *n,
        _ => Extent::constant(1),
    }
}

/// A result with one column is one.
fn product(rows: Extent, columns: Extent) -> Type {
    let one = Extent::constant(1);
    if columns == one {
        Type::Column(rows)
    } else if rows == one {
        Type::Row(columns)
    } else {
        Type::Matrix(rows, columns)
    }
}

fn transposed(ty: Type) -> Type {
    match ty {
        Type::Column(n) => Type::Row(n),
        Type::Row(n) => Type::Column(n),
        Type::Matrix(r, c) => Type::Matrix(c, r),
        other => other,
    }
}
