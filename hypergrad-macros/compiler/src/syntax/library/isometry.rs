// Translations, isometries and rotations of the plane as unit complex numbers, in the words that the language reads.

struct NalgebraTranslation {
    vector: ::nalgebra::DVector<f64>,
}

impl NalgebraTranslation {
    fn from(vector: ::nalgebra::DVector<f64>) -> Self {
        Self { vector }
    }

    fn inverse(&self) -> Self {
        Self { vector: -&self.vector }
    }

    fn transform_point(&self, p: &NalgebraPoint) -> NalgebraPoint {
        NalgebraPoint { coords: &p.coords + &self.vector }
    }

    fn inverse_transform_point(&self, p: &NalgebraPoint) -> NalgebraPoint {
        NalgebraPoint { coords: &p.coords - &self.vector }
    }
}

impl Mul<Point> for NalgebraTranslation {
    fn mul(self, p: NalgebraPoint) -> NalgebraPoint {
        NalgebraPoint { coords: p.coords + self.vector }
    }
}

impl Mul for NalgebraTranslation {
    fn mul(self, other: NalgebraTranslation) -> Self {
        Self { vector: self.vector + other.vector }
    }
}

impl Mul<UnitComplex> for NalgebraTranslation {
    fn mul(self, rotation: NalgebraUnitComplex) -> NalgebraIsometry2 {
        NalgebraIsometry2 { rotation, translation: self }
    }
}

impl Mul<UnitQuaternion> for NalgebraTranslation {
    fn mul(self, rotation: NalgebraUnitQuaternion) -> NalgebraIsometry3 {
        NalgebraIsometry3 { rotation, translation: self }
    }
}

impl Mul<Isometry2> for NalgebraTranslation {
    fn mul(self, other: NalgebraIsometry2) -> NalgebraIsometry2 {
        let vector = self.vector + other.translation.vector;
        NalgebraIsometry2 { rotation: other.rotation, translation: NalgebraTranslation { vector } }
    }
}

impl Mul<Isometry3> for NalgebraTranslation {
    fn mul(self, other: NalgebraIsometry3) -> NalgebraIsometry3 {
        let vector = self.vector + other.translation.vector;
        NalgebraIsometry3 { rotation: other.rotation, translation: NalgebraTranslation { vector } }
    }
}

struct NalgebraTranslation2;

impl NalgebraTranslation2 {
    fn new(x: f64, y: f64) -> NalgebraTranslation {
        NalgebraTranslation { vector: ::nalgebra::Vector2::new(x, y) }
    }

    fn identity() -> NalgebraTranslation {
        NalgebraTranslation { vector: ::nalgebra::Vector2::zeros() }
    }

    fn from(vector: ::nalgebra::DVector<f64>) -> NalgebraTranslation {
        NalgebraTranslation { vector }
    }
}

struct NalgebraTranslation3;

impl NalgebraTranslation3 {
    fn new(x: f64, y: f64, z: f64) -> NalgebraTranslation {
        NalgebraTranslation { vector: ::nalgebra::Vector3::new(x, y, z) }
    }

    fn identity() -> NalgebraTranslation {
        NalgebraTranslation { vector: ::nalgebra::Vector3::zeros() }
    }

    fn from(vector: ::nalgebra::DVector<f64>) -> NalgebraTranslation {
        NalgebraTranslation { vector }
    }
}

struct NalgebraUnitComplex {
    re: f64,
    im: f64,
}

impl NalgebraUnitComplex {
    fn new(angle: f64) -> Self {
        let (s, c) = angle.sin_cos();
        Self { re: c, im: s }
    }

    fn from_angle(angle: f64) -> Self {
        NalgebraUnitComplex::new(angle)
    }

    fn identity() -> Self {
        Self { re: 1.0, im: 0.0 }
    }

    fn angle(&self) -> f64 {
        self.im.atan2(self.re)
    }

    fn sin_angle(&self) -> f64 {
        self.im
    }

    fn cos_angle(&self) -> f64 {
        self.re
    }

    fn inverse(&self) -> Self {
        Self { re: self.re, im: -self.im }
    }

    fn conjugate(&self) -> Self {
        Self { re: self.re, im: -self.im }
    }

    fn to_rotation_matrix(&self) -> NalgebraRotation2 {
        NalgebraRotation2 { matrix: ::nalgebra::Matrix2::new(self.re, -self.im, self.im, self.re) }
    }

    fn transform_vector(&self, v: &::nalgebra::DVector<f64>) -> ::nalgebra::DVector<f64> {
        ::nalgebra::Vector2::new(self.re * v.x - self.im * v.y, self.im * v.x + self.re * v.y)
    }

    fn inverse_transform_vector(&self, v: &::nalgebra::DVector<f64>) -> ::nalgebra::DVector<f64> {
        ::nalgebra::Vector2::new(self.re * v.x + self.im * v.y, self.re * v.y - self.im * v.x)
    }

    fn transform_point(&self, p: &NalgebraPoint) -> NalgebraPoint {
        NalgebraPoint { coords: self.transform_vector(&p.coords) }
    }
}

impl Mul<Vector> for NalgebraUnitComplex {
    fn mul(self, v: ::nalgebra::DVector<f64>) -> ::nalgebra::DVector<f64> {
        self.transform_vector(&v)
    }
}

impl Mul<Point> for NalgebraUnitComplex {
    fn mul(self, p: NalgebraPoint) -> NalgebraPoint {
        self.transform_point(&p)
    }
}

impl Mul for NalgebraUnitComplex {
    fn mul(self, other: NalgebraUnitComplex) -> Self {
        Self { re: self.re * other.re - self.im * other.im, im: self.re * other.im + self.im * other.re }
    }
}

impl Mul<Isometry2> for NalgebraUnitComplex {
    fn mul(self, other: NalgebraIsometry2) -> NalgebraIsometry2 {
        let vector = self.transform_vector(&other.translation.vector);
        NalgebraIsometry2 { rotation: self * other.rotation, translation: NalgebraTranslation { vector } }
    }
}

impl Mul<Translation> for NalgebraUnitComplex {
    fn mul(self, by: NalgebraTranslation) -> NalgebraIsometry2 {
        let vector = self.transform_vector(&by.vector);
        NalgebraIsometry2 { rotation: self, translation: NalgebraTranslation { vector } }
    }
}

struct NalgebraIsometry2 {
    rotation: NalgebraUnitComplex,
    translation: NalgebraTranslation,
}

impl NalgebraIsometry2 {
    fn new(vector: ::nalgebra::DVector<f64>, angle: f64) -> Self {
        Self { rotation: NalgebraUnitComplex::new(angle), translation: NalgebraTranslation { vector } }
    }

    fn identity() -> Self {
        Self { rotation: NalgebraUnitComplex::identity(), translation: NalgebraTranslation2::identity() }
    }

    fn rotation(angle: f64) -> Self {
        Self { rotation: NalgebraUnitComplex::new(angle), translation: NalgebraTranslation2::identity() }
    }

    fn translation(x: f64, y: f64) -> Self {
        Self { rotation: NalgebraUnitComplex::identity(), translation: NalgebraTranslation2::new(x, y) }
    }

    fn from_parts(translation: NalgebraTranslation, rotation: NalgebraUnitComplex) -> Self {
        Self { rotation, translation }
    }

    fn inverse(&self) -> Self {
        let vector = -self.rotation.inverse_transform_vector(&self.translation.vector);
        Self { rotation: self.rotation.inverse(), translation: NalgebraTranslation { vector } }
    }

    fn transform_vector(&self, v: &::nalgebra::DVector<f64>) -> ::nalgebra::DVector<f64> {
        self.rotation.transform_vector(v)
    }

    fn inverse_transform_vector(&self, v: &::nalgebra::DVector<f64>) -> ::nalgebra::DVector<f64> {
        self.rotation.inverse_transform_vector(v)
    }

    fn transform_point(&self, p: &NalgebraPoint) -> NalgebraPoint {
        NalgebraPoint { coords: self.rotation.transform_vector(&p.coords) + &self.translation.vector }
    }

    fn inverse_transform_point(&self, p: &NalgebraPoint) -> NalgebraPoint {
        NalgebraPoint { coords: self.rotation.inverse_transform_vector(&(&p.coords - &self.translation.vector)) }
    }

    fn to_homogeneous(&self) -> ::nalgebra::DMatrix<f64> {
        let (r, t) = (&self.rotation, &self.translation.vector);
        ::nalgebra::Matrix3::new(r.re, -r.im, t.x, r.im, r.re, t.y, 0.0, 0.0, 1.0)
    }
}

impl Mul<Vector> for NalgebraIsometry2 {
    fn mul(self, v: ::nalgebra::DVector<f64>) -> ::nalgebra::DVector<f64> {
        self.rotation.transform_vector(&v)
    }
}

impl Mul<Point> for NalgebraIsometry2 {
    fn mul(self, p: NalgebraPoint) -> NalgebraPoint {
        self.transform_point(&p)
    }
}

impl Mul for NalgebraIsometry2 {
    fn mul(self, other: NalgebraIsometry2) -> Self {
        let vector = self.rotation.transform_vector(&other.translation.vector) + &self.translation.vector;
        Self { rotation: self.rotation * other.rotation, translation: NalgebraTranslation { vector } }
    }
}

impl Mul<Translation> for NalgebraIsometry2 {
    fn mul(self, by: NalgebraTranslation) -> Self {
        let vector = self.rotation.transform_vector(&by.vector) + &self.translation.vector;
        Self { rotation: self.rotation, translation: NalgebraTranslation { vector } }
    }
}

impl Mul<UnitComplex> for NalgebraIsometry2 {
    fn mul(self, by: NalgebraUnitComplex) -> Self {
        Self { rotation: self.rotation * by, translation: self.translation }
    }
}

impl Mul<Isometry3> for NalgebraUnitQuaternion {
    fn mul(self, other: NalgebraIsometry3) -> NalgebraIsometry3 {
        let vector = self.transform_vector(&other.translation.vector);
        NalgebraIsometry3 { rotation: self * other.rotation, translation: NalgebraTranslation { vector } }
    }
}

impl Mul<Translation> for NalgebraUnitQuaternion {
    fn mul(self, by: NalgebraTranslation) -> NalgebraIsometry3 {
        let vector = self.transform_vector(&by.vector);
        NalgebraIsometry3 { rotation: self, translation: NalgebraTranslation { vector } }
    }
}

struct NalgebraIsometry3 {
    rotation: NalgebraUnitQuaternion,
    translation: NalgebraTranslation,
}

impl NalgebraIsometry3 {
    fn to_homogeneous(&self) -> ::nalgebra::DMatrix<f64> {
        let (turn, t) = (self.rotation.to_homogeneous(), &self.translation.vector);
        turn.map_with_location(|i, j, entry| if i < 3 && j == 3 { t[i] } else { entry })
    }

    fn new(vector: ::nalgebra::DVector<f64>, axisangle: ::nalgebra::DVector<f64>) -> Self {
        Self { rotation: NalgebraUnitQuaternion::from_scaled_axis(axisangle), translation: NalgebraTranslation { vector } }
    }

    fn identity() -> Self {
        Self { rotation: NalgebraUnitQuaternion::identity(), translation: NalgebraTranslation3::identity() }
    }

    fn rotation(axisangle: ::nalgebra::DVector<f64>) -> Self {
        Self { rotation: NalgebraUnitQuaternion::from_scaled_axis(axisangle), translation: NalgebraTranslation3::identity() }
    }

    fn translation(x: f64, y: f64, z: f64) -> Self {
        Self { rotation: NalgebraUnitQuaternion::identity(), translation: NalgebraTranslation3::new(x, y, z) }
    }

    fn from_parts(translation: NalgebraTranslation, rotation: NalgebraUnitQuaternion) -> Self {
        Self { rotation, translation }
    }

    fn inverse(&self) -> Self {
        let vector = -self.rotation.inverse_transform_vector(&self.translation.vector);
        Self { rotation: self.rotation.inverse(), translation: NalgebraTranslation { vector } }
    }

    fn transform_vector(&self, v: &::nalgebra::DVector<f64>) -> ::nalgebra::DVector<f64> {
        self.rotation.transform_vector(v)
    }

    fn inverse_transform_vector(&self, v: &::nalgebra::DVector<f64>) -> ::nalgebra::DVector<f64> {
        self.rotation.inverse_transform_vector(v)
    }

    fn transform_point(&self, p: &NalgebraPoint) -> NalgebraPoint {
        NalgebraPoint { coords: self.rotation.transform_vector(&p.coords) + &self.translation.vector }
    }

    fn inverse_transform_point(&self, p: &NalgebraPoint) -> NalgebraPoint {
        NalgebraPoint { coords: self.rotation.inverse_transform_vector(&(&p.coords - &self.translation.vector)) }
    }
}

impl Mul<Vector> for NalgebraIsometry3 {
    fn mul(self, v: ::nalgebra::DVector<f64>) -> ::nalgebra::DVector<f64> {
        self.rotation.transform_vector(&v)
    }
}

impl Mul<Point> for NalgebraIsometry3 {
    fn mul(self, p: NalgebraPoint) -> NalgebraPoint {
        self.transform_point(&p)
    }
}

impl Mul for NalgebraIsometry3 {
    fn mul(self, other: NalgebraIsometry3) -> Self {
        let vector = self.rotation.transform_vector(&other.translation.vector) + &self.translation.vector;
        Self { rotation: self.rotation * other.rotation, translation: NalgebraTranslation { vector } }
    }
}

impl Mul<Translation> for NalgebraIsometry3 {
    fn mul(self, by: NalgebraTranslation) -> Self {
        let vector = self.rotation.transform_vector(&by.vector) + &self.translation.vector;
        Self { rotation: self.rotation, translation: NalgebraTranslation { vector } }
    }
}

impl Mul<UnitQuaternion> for NalgebraIsometry3 {
    fn mul(self, by: NalgebraUnitQuaternion) -> Self {
        Self { rotation: self.rotation * by, translation: self.translation }
    }
}
