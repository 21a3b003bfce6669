//! The list of a problem's quantities: the kernel of each in the runtime's traits, its space, the directions that it
//! takes, its name and its words in public. Lowering, emission and printing go through it.

use super::dense::{Cube, Vector};
use super::{Quantities, Value};

/// The space of a variable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Space {
    X,
    Y,
}

/// The space of a quantity.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    Scalar,
    Vector(Space),
    /// Rows, columns.
    Matrix(Space, Space),
    Tensor(Space, Space, Space),
}

/// What a kernel is asked with, beside the point.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Directions {
    None,
    /// `u`, or where it is like y `c`.
    One(Space),
    /// `u`, and `v` in the place of the adjoint; both like x.
    Two,
}

/// How a quantity is shown to users.
#[derive(Clone, Copy, Debug)]
pub struct Accessor {
    /// The method's name.
    pub name: &'static str,
    /// What the formula is of.
    pub formula: &'static str,
    pub words: &'static str,
}

/// A quantity with a kernel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Quantity {
    Objective,
    Residual,
    F1,
    F2,
    F1Mul,
    F1TrMul,
    F2Mul,
    F2TrMul,
    F1Diagonal,
    F1Diagonal2TrMul,
    F1Least,
    F1Most,
    G,
    G1,
    G2,
    G11Mul,
    G21Mul,
    G11,
    G21,
    F11,
    F21,
    L11Mul,
    L21Mul,
    M11Mul,
    M21Mul,
    M12Mul,
    M11,
    M21,
}

impl Quantity {
    /// In the order in which they are written down.
    pub const ALL: [Self; 28] = [
        Self::Objective,
        Self::Residual,
        Self::F1,
        Self::F2,
        Self::F1Mul,
        Self::F1TrMul,
        Self::F2Mul,
        Self::F2TrMul,
        Self::F1Diagonal,
        Self::F1Diagonal2TrMul,
        Self::F1Least,
        Self::F1Most,
        Self::G,
        Self::G1,
        Self::G2,
        Self::G11Mul,
        Self::G21Mul,
        Self::G11,
        Self::G21,
        Self::F11,
        Self::F21,
        Self::L11Mul,
        Self::L21Mul,
        Self::M11Mul,
        Self::M21Mul,
        Self::M12Mul,
        Self::M11,
        Self::M21,
    ];

    /// The kernel's name, its space and its directions.
    pub fn kernel(self) -> (&'static str, Shape, Directions) {
        use Directions::{None, One};
        use Shape::{Matrix, Scalar, Tensor, Vector};
        use Space::{X, Y};
        match self {
            Self::Objective => ("objective", Scalar, None),
            Self::Residual => ("residual", Vector(X), None),
            Self::F1 => ("f_1", Matrix(X, X), None),
            Self::F2 => ("f_2", Matrix(X, Y), None),
            Self::F1Mul => ("f_1_mul", Vector(X), One(X)),
            Self::F1TrMul => ("f_1_tr_mul", Vector(X), One(X)),
            Self::F2Mul => ("f_2_mul", Vector(X), One(Y)),
            Self::F2TrMul => ("f_2_tr_mul", Vector(Y), One(X)),
            Self::F1Diagonal => ("f_1_diagonal", Vector(X), None),
            Self::F1Diagonal2TrMul => ("f_1_diagonal_2_tr_mul", Vector(Y), One(X)),
            Self::F1Least => ("f_1_least", Scalar, None),
            Self::F1Most => ("f_1_most", Scalar, None),
            Self::G => ("g", Scalar, None),
            Self::G1 => ("g_1", Vector(X), None),
            Self::G2 => ("g_2", Vector(Y), None),
            Self::G11Mul => ("g_11_mul", Vector(X), One(X)),
            Self::G21Mul => ("g_21_mul", Vector(Y), One(X)),
            Self::G11 => ("g_11", Matrix(X, X), None),
            Self::G21 => ("g_21", Matrix(Y, X), None),
            Self::F11 => ("f_11", Tensor(X, X, X), None),
            Self::F21 => ("f_21", Tensor(X, Y, X), None),
            Self::L11Mul => ("l_11_mul", Vector(X), One(X)),
            Self::L21Mul => ("l_21_mul", Vector(Y), One(X)),
            Self::M11Mul => ("m_11_mul", Vector(X), One(X)),
            Self::M21Mul => ("m_21_mul", Vector(Y), One(X)),
            Self::M12Mul => ("m_12_mul", Vector(X), One(Y)),
            Self::M11 => ("m_11", Matrix(X, X), None),
            Self::M21 => ("m_21", Matrix(Y, X), None),
        }
    }

    /// Whether the runtime asks for it; else other kernels do.
    pub fn is_asked(self) -> bool {
        !matches!(self, Self::L11Mul | Self::L21Mul | Self::G11Mul | Self::G21Mul | Self::F1Least | Self::F1Most)
    }

    /// Where users read it at a point.
    pub fn accessor(self) -> Option<Accessor> {
        let (name, formula, words) = match self {
            Self::Objective => ("f", "f", "The inner objective."),
            Self::Residual => ("F", "F", "The inner residual, shaped like x."),
            Self::F1 => ("F_1", "F_1", "`F_1[(i,j)] = dF_i/dx_j`, n x n."),
            Self::F2 => ("F_2", "F_2", "`F_2[(i,b)] = dF_i/dy_b`, n x m."),
            Self::F1Mul => ("F_1_mul", "F_1 u", "`F_1 u`, without forming `F_1`; u and the result are shaped like x."),
            Self::F1TrMul => ("F_1_tr_mul", "F_1ᵀ u", "`F_1ᵀ s`, without forming `F_1`; s and the result are shaped like x."),
            Self::F2Mul => ("F_2_mul", "F_2 c", "`F_2 c`, c shaped like y, the result like x."),
            Self::F2TrMul => ("F_2_tr_mul", "F_2ᵀ u", "`F_2ᵀ s`, s shaped like x, the result like y."),
            Self::G => ("g", "g", "The outer objective."),
            Self::G1 => ("g_1", "g_1", "The gradient of g in x, shaped like x."),
            Self::G2 => ("g_2", "g_2", "The gradient of g in y, shaped like y."),
            Self::G11 => ("g_11", "g_11", "The second derivatives of g in x, n x n."),
            Self::G21 => ("g_21", "g_21", "`g_21[(b,k)] = d²g/dy_b dx_k`, m x n."),
            Self::F11 => ("F_11", "F_11", "`F_11[(i,j,k)] = d²F_i/dx_j dx_k`, for inspection."),
            Self::F21 => ("F_21", "F_21", "`F_21[(i,b,k)] = d²F_i/dy_b dx_k`, for inspection."),
            Self::F1Diagonal | Self::F1Diagonal2TrMul | Self::F1Least | Self::F1Most => return None,
            Self::G11Mul | Self::G21Mul | Self::L11Mul | Self::L21Mul => return None,
            Self::M11Mul | Self::M21Mul | Self::M12Mul | Self::M11 | Self::M21 => return None,
        };
        Some(Accessor { name, formula, words })
    }

    /// Where a product is written down in the place of a matrix or tensor that has no formula: that, and what the
    /// formula is of.
    pub fn stands_for(self) -> Option<(Self, &'static str)> {
        match self {
            Self::G11Mul => Some((Self::G11, "g_11 u")),
            Self::G21Mul => Some((Self::G21, "g_21 u")),
            Self::L11Mul => Some((Self::F11, "(vᵀF)_11 u")),
            Self::L21Mul => Some((Self::F21, "(vᵀF)_21 u")),
            Self::Objective | Self::Residual | Self::F1 | Self::F2 | Self::F1Mul | Self::F1TrMul | Self::F2Mul => None,
            Self::F2TrMul | Self::F1Diagonal | Self::F1Diagonal2TrMul | Self::F1Least | Self::F1Most => None,
            Self::G | Self::G1 | Self::G2 | Self::G11 => None,
            Self::G21 | Self::F11 | Self::F21 | Self::M11Mul | Self::M21Mul | Self::M12Mul | Self::M11 | Self::M21 => None,
        }
    }
}

impl Quantities {
    /// The formulas of a quantity; `None` where it has none, or none that is emitted.
    pub fn value(&self, quantity: Quantity) -> Option<Value> {
        let like_x = |nodes: &Vector| (!nodes.is_empty()).then(|| Value::LikeX(nodes.clone()));
        let like_y = |nodes: &Vector| (!nodes.is_empty()).then(|| Value::LikeY(nodes.clone()));
        match quantity {
            Quantity::Objective => self.f.map(Value::Scalar),
            Quantity::F1Least => self.f_1_eigenvalues.least.map(Value::Scalar),
            Quantity::F1Most => self.f_1_eigenvalues.most.map(Value::Scalar),
            Quantity::G => self.g.map(Value::Scalar),
            Quantity::Residual => like_x(&self.residual),
            Quantity::F1Mul => like_x(&self.f_1_mul),
            Quantity::F1TrMul => like_x(&self.f_1_tr_mul),
            Quantity::F2Mul => like_x(&self.f_2_mul),
            Quantity::F2TrMul => like_y(&self.f_2_tr_mul),
            Quantity::F1Diagonal => like_x(&self.f_1_diagonal),
            Quantity::F1Diagonal2TrMul => like_y(&self.f_1_diagonal_2_tr_mul),
            Quantity::G1 => like_x(&self.g_1),
            Quantity::G2 => like_y(&self.g_2),
            Quantity::G11Mul => like_x(&self.g_11_mul),
            Quantity::G21Mul => like_y(&self.g_21_mul),
            Quantity::L11Mul => like_x(&self.l_11_mul),
            Quantity::L21Mul => like_y(&self.l_21_mul),
            Quantity::M11Mul => like_x(&self.m_11_mul),
            Quantity::M21Mul => like_y(&self.m_21_mul),
            Quantity::M12Mul => like_x(&self.m_12_mul),
            Quantity::F1 => self.f_1.clone().map(Value::Square),
            Quantity::F2 => self.f_2.clone().map(Value::Wide),
            Quantity::G11 => self.g_11.clone().map(Value::Square),
            Quantity::G21 => self.g_21.clone().map(Value::Tall),
            Quantity::M11 => self.m_11.clone().map(Value::Square),
            Quantity::M21 => self.m_21.clone().map(Value::Tall),
            Quantity::F11 | Quantity::F21 => None,
        }
    }

    /// The formulas of a tensor of order three: to be read, never emitted.
    pub fn cube(&self, quantity: Quantity) -> Option<&Cube> {
        if quantity == Quantity::F11 {
            self.f_11.as_ref()
        } else if quantity == Quantity::F21 {
            self.f_21.as_ref()
        } else {
            None
        }
    }
}
