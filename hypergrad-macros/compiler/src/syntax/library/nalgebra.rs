// nalgebra's types that are made of vectors and matrices, in the words that the language reads. A
// parameter's type matters where an operator has several: `f64` or a vector, or a type of this file.

struct NalgebraUnit {
    value: ::nalgebra::DVector<f64>,
}

impl NalgebraUnit {
    fn new_normalize(value: ::nalgebra::DVector<f64>) -> Self {
        Self { value: value.normalize() }
    }

    fn new_unchecked(value: ::nalgebra::DVector<f64>) -> Self {
        Self { value }
    }

    fn into_inner(self) -> ::nalgebra::DVector<f64> {
        self.value
    }
}

impl Deref for NalgebraUnit {
    fn deref(&self) -> &::nalgebra::DVector<f64> {
        &self.value
    }
}

impl Neg for NalgebraUnit {
    fn neg(self) -> Self {
        Self { value: -self.value }
    }
}

struct NalgebraPoint {
    coords: ::nalgebra::DVector<f64>,
}

impl NalgebraPoint {
    fn from(coords: ::nalgebra::DVector<f64>) -> Self {
        Self { coords }
    }
}

impl NalgebraPoint {
    fn to_homogeneous(&self) -> ::nalgebra::DVector<f64> {
        self.coords.push(1.0)
    }

    fn center(p: &NalgebraPoint, q: &NalgebraPoint) -> Self {
        Self { coords: (&p.coords + &q.coords) * 0.5 }
    }
}

impl Deref for NalgebraPoint {
    fn deref(&self) -> &::nalgebra::DVector<f64> {
        &self.coords
    }
}

impl Add<Vector> for NalgebraPoint {
    fn add(self, by: ::nalgebra::DVector<f64>) -> Self {
        Self { coords: self.coords + by }
    }
}

impl Sub<Vector> for NalgebraPoint {
    fn sub(self, by: ::nalgebra::DVector<f64>) -> Self {
        Self { coords: self.coords - by }
    }
}

impl Sub for NalgebraPoint {
    fn sub(self, other: NalgebraPoint) -> ::nalgebra::DVector<f64> {
        self.coords - other.coords
    }
}

impl Mul<f64> for NalgebraPoint {
    fn mul(self, by: f64) -> Self {
        Self { coords: self.coords * by }
    }
}

impl Div<f64> for NalgebraPoint {
    fn div(self, by: f64) -> Self {
        Self { coords: self.coords / by }
    }
}

impl Neg for NalgebraPoint {
    fn neg(self) -> Self {
        Self { coords: -self.coords }
    }
}

struct NalgebraPoint2;

impl NalgebraPoint2 {
    fn new(x: f64, y: f64) -> NalgebraPoint {
        NalgebraPoint { coords: ::nalgebra::Vector2::new(x, y) }
    }

    fn origin() -> NalgebraPoint {
        NalgebraPoint { coords: ::nalgebra::Vector2::zeros() }
    }

    fn from(coords: ::nalgebra::DVector<f64>) -> NalgebraPoint {
        NalgebraPoint { coords }
    }
}

struct NalgebraPoint3;

impl NalgebraPoint3 {
    fn new(x: f64, y: f64, z: f64) -> NalgebraPoint {
        NalgebraPoint { coords: ::nalgebra::Vector3::new(x, y, z) }
    }

    fn origin() -> NalgebraPoint {
        NalgebraPoint { coords: ::nalgebra::Vector3::zeros() }
    }

    fn from(coords: ::nalgebra::DVector<f64>) -> NalgebraPoint {
        NalgebraPoint { coords }
    }
}

struct NalgebraRotation2 {
    matrix: ::nalgebra::DMatrix<f64>,
}

impl NalgebraRotation2 {
    fn to_homogeneous(&self) -> ::nalgebra::DMatrix<f64> {
        NalgebraMatrix::to_homogeneous(&self.matrix)
    }

    fn new(angle: f64) -> Self {
        let (s, c) = angle.sin_cos();
        Self { matrix: ::nalgebra::Matrix2::new(c, -s, s, c) }
    }

    fn identity() -> Self {
        Self { matrix: ::nalgebra::Matrix2::identity() }
    }

    fn angle(&self) -> f64 {
        self.matrix[(1, 0)].atan2(self.matrix[(0, 0)])
    }

    fn inverse(&self) -> Self {
        Self { matrix: self.matrix.transpose() }
    }

    fn transpose(&self) -> Self {
        Self { matrix: self.matrix.transpose() }
    }

    fn matrix(&self) -> &::nalgebra::DMatrix<f64> {
        &self.matrix
    }

    fn into_inner(self) -> ::nalgebra::DMatrix<f64> {
        self.matrix
    }

    fn transform_vector(&self, v: &::nalgebra::DVector<f64>) -> ::nalgebra::DVector<f64> {
        &self.matrix * v
    }

    fn inverse_transform_vector(&self, v: &::nalgebra::DVector<f64>) -> ::nalgebra::DVector<f64> {
        self.matrix.tr_mul(v)
    }

    fn transform_point(&self, p: &NalgebraPoint) -> NalgebraPoint {
        NalgebraPoint { coords: &self.matrix * &p.coords }
    }
}

impl Mul<Vector> for NalgebraRotation2 {
    fn mul(self, v: ::nalgebra::DVector<f64>) -> ::nalgebra::DVector<f64> {
        self.matrix * v
    }
}

impl Mul<Point> for NalgebraRotation2 {
    fn mul(self, p: NalgebraPoint) -> NalgebraPoint {
        NalgebraPoint { coords: self.matrix * p.coords }
    }
}

impl Mul for NalgebraRotation2 {
    fn mul(self, other: NalgebraRotation2) -> Self {
        Self { matrix: self.matrix * other.matrix }
    }
}

struct NalgebraRotation3 {
    matrix: ::nalgebra::DMatrix<f64>,
}

impl NalgebraRotation3 {
    fn new(axisangle: ::nalgebra::DVector<f64>) -> Self {
        NalgebraUnitQuaternion::from_scaled_axis(axisangle).to_rotation_matrix()
    }

    fn from_scaled_axis(axisangle: ::nalgebra::DVector<f64>) -> Self {
        NalgebraUnitQuaternion::from_scaled_axis(axisangle).to_rotation_matrix()
    }

    fn angle(&self) -> f64 {
        ((self.matrix.trace() - 1.0) / 2.0).acos()
    }

    fn to_homogeneous(&self) -> ::nalgebra::DMatrix<f64> {
        NalgebraMatrix::to_homogeneous(&self.matrix)
    }

    fn identity() -> Self {
        Self { matrix: ::nalgebra::Matrix3::identity() }
    }

    fn from_axis_angle(axis: &NalgebraUnit, angle: f64) -> Self {
        let (s, c) = angle.sin_cos();
        let a = &axis.value;
        Self { matrix: ::nalgebra::Matrix3::identity() * c + a.cross_matrix() * s + a * a.transpose() * (1.0 - c) }
    }

    fn from_euler_angles(roll: f64, pitch: f64, yaw: f64) -> Self {
        let ((sr, cr), (sp, cp), (sy, cy)) = (roll.sin_cos(), pitch.sin_cos(), yaw.sin_cos());
        let x = ::nalgebra::Matrix3::new(1.0, 0.0, 0.0, 0.0, cr, -sr, 0.0, sr, cr);
        let y = ::nalgebra::Matrix3::new(cp, 0.0, sp, 0.0, 1.0, 0.0, -sp, 0.0, cp);
        let z = ::nalgebra::Matrix3::new(cy, -sy, 0.0, sy, cy, 0.0, 0.0, 0.0, 1.0);
        Self { matrix: z * (y * x) }
    }

    fn inverse(&self) -> Self {
        Self { matrix: self.matrix.transpose() }
    }

    fn transpose(&self) -> Self {
        Self { matrix: self.matrix.transpose() }
    }

    fn matrix(&self) -> &::nalgebra::DMatrix<f64> {
        &self.matrix
    }

    fn into_inner(self) -> ::nalgebra::DMatrix<f64> {
        self.matrix
    }

    fn transform_vector(&self, v: &::nalgebra::DVector<f64>) -> ::nalgebra::DVector<f64> {
        &self.matrix * v
    }

    fn inverse_transform_vector(&self, v: &::nalgebra::DVector<f64>) -> ::nalgebra::DVector<f64> {
        self.matrix.tr_mul(v)
    }

    fn transform_point(&self, p: &NalgebraPoint) -> NalgebraPoint {
        NalgebraPoint { coords: &self.matrix * &p.coords }
    }
}

impl Mul<Vector> for NalgebraRotation3 {
    fn mul(self, v: ::nalgebra::DVector<f64>) -> ::nalgebra::DVector<f64> {
        self.matrix * v
    }
}

impl Mul<Point> for NalgebraRotation3 {
    fn mul(self, p: NalgebraPoint) -> NalgebraPoint {
        NalgebraPoint { coords: self.matrix * p.coords }
    }
}

impl Mul for NalgebraRotation3 {
    fn mul(self, other: NalgebraRotation3) -> Self {
        Self { matrix: self.matrix * other.matrix }
    }
}

struct NalgebraQuaternion {
    w: f64,
    v: ::nalgebra::DVector<f64>,
}

impl NalgebraQuaternion {
    fn new(w: f64, i: f64, j: f64, k: f64) -> Self {
        Self { w, v: ::nalgebra::Vector3::new(i, j, k) }
    }

    fn norm_squared(&self) -> f64 {
        self.w * self.w + self.v.norm_squared()
    }

    fn norm(&self) -> f64 {
        ::nalgebra::Vector2::new(self.w, self.v.norm()).norm()
    }

    fn conjugate(&self) -> Self {
        Self { w: self.w, v: -&self.v }
    }
}

struct NalgebraUnitQuaternion {
    w: f64,
    v: ::nalgebra::DVector<f64>,
}

impl NalgebraUnitQuaternion {
    fn identity() -> Self {
        Self { w: 1.0, v: ::nalgebra::Vector3::zeros() }
    }

    fn new_normalize(q: NalgebraQuaternion) -> Self {
        let all = ::nalgebra::Vector4::new(q.w, q.v.x, q.v.y, q.v.z).normalize();
        Self { w: all.x, v: ::nalgebra::Vector3::new(all.y, all.z, all.w) }
    }

    fn new(axisangle: ::nalgebra::DVector<f64>) -> Self {
        NalgebraUnitQuaternion::from_scaled_axis(axisangle)
    }

    // About no rotation by the series, so that derivatives are right there.
    fn from_scaled_axis(axisangle: ::nalgebra::DVector<f64>) -> Self {
        let half = axisangle * 0.5;
        let n = half.norm_squared();
        let (c, s) = if n < 1e-4 {
            (1.0 - n / 2.0 + n * n / 24.0 - n * n * n / 720.0, 1.0 - n / 6.0 + n * n / 120.0 - n * n * n / 5040.0)
        } else {
            (n.sqrt().cos(), n.sqrt().sin() / n.sqrt())
        };
        Self { w: c, v: half * s }
    }

    fn from_quaternion(q: NalgebraQuaternion) -> Self {
        NalgebraUnitQuaternion::new_normalize(q)
    }

    fn new_unchecked(q: NalgebraQuaternion) -> Self {
        Self { w: q.w, v: q.v }
    }

    fn from_axis_angle(axis: &NalgebraUnit, angle: f64) -> Self {
        let (s, c) = (angle / 2.0).sin_cos();
        Self { w: c, v: &axis.value * s }
    }

    fn from_euler_angles(roll: f64, pitch: f64, yaw: f64) -> Self {
        let ((sr, cr), (sp, cp), (sy, cy)) = ((roll * 0.5).sin_cos(), (pitch * 0.5).sin_cos(), (yaw * 0.5).sin_cos());
        Self {
            w: cr * cp * cy + sr * sp * sy,
            v: ::nalgebra::Vector3::new(
                sr * cp * cy - cr * sp * sy,
                cr * sp * cy + sr * cp * sy,
                cr * cp * sy - sr * sp * cy,
            ),
        }
    }

    fn inverse(&self) -> Self {
        Self { w: self.w, v: -&self.v }
    }

    fn conjugate(&self) -> Self {
        Self { w: self.w, v: -&self.v }
    }

    fn into_inner(self) -> NalgebraQuaternion {
        NalgebraQuaternion { w: self.w, v: self.v }
    }

    fn quaternion(&self) -> NalgebraQuaternion {
        NalgebraQuaternion { w: self.w, v: self.v }
    }

    fn to_homogeneous(&self) -> ::nalgebra::DMatrix<f64> {
        self.to_rotation_matrix().to_homogeneous()
    }

    fn angle(&self) -> f64 {
        2.0 * self.v.norm().atan2(self.w.abs())
    }

    fn rotation_to(&self, other: &NalgebraUnitQuaternion) -> Self {
        other * self.inverse()
    }

    fn angle_to(&self, other: &NalgebraUnitQuaternion) -> f64 {
        self.rotation_to(other).angle()
    }

    fn to_rotation_matrix(&self) -> NalgebraRotation3 {
        let (w, v) = (self.w, &self.v);
        let identity = ::nalgebra::Matrix3::identity() * (w * w - v.norm_squared());
        NalgebraRotation3 { matrix: identity + v * v.transpose() * 2.0 + v.cross_matrix() * (2.0 * w) }
    }

    fn transform_vector(&self, u: &::nalgebra::DVector<f64>) -> ::nalgebra::DVector<f64> {
        let t = self.v.cross(u) * 2.0;
        &t * self.w + self.v.cross(&t) + u
    }

    fn inverse_transform_vector(&self, u: &::nalgebra::DVector<f64>) -> ::nalgebra::DVector<f64> {
        let t = self.v.cross(u) * 2.0;
        self.v.cross(&t) - &t * self.w + u
    }

    fn transform_point(&self, p: &NalgebraPoint) -> NalgebraPoint {
        NalgebraPoint { coords: self.transform_vector(&p.coords) }
    }
}

impl Mul<Vector> for NalgebraUnitQuaternion {
    fn mul(self, u: ::nalgebra::DVector<f64>) -> ::nalgebra::DVector<f64> {
        self.transform_vector(&u)
    }
}

impl Mul<Point> for NalgebraUnitQuaternion {
    fn mul(self, p: NalgebraPoint) -> NalgebraPoint {
        self.transform_point(&p)
    }
}

impl Mul for NalgebraUnitQuaternion {
    fn mul(self, other: NalgebraUnitQuaternion) -> Self {
        Self {
            w: self.w * other.w - self.v.dot(&other.v),
            v: &other.v * self.w + &self.v * other.w + self.v.cross(&other.v),
        }
    }
}
