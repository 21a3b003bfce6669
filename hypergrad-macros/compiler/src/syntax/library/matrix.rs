// Methods of vectors and matrices that are others of nalgebra with a change, homogeneous coordinates among them.

struct NalgebraVector;

impl NalgebraVector {
    fn remove_rows(a: &::nalgebra::DVector<f64>, first: usize, count: usize) -> ::nalgebra::DVector<f64> {
        ::nalgebra::DVector::from_fn(a.len() - count, |i, _| if i < first { a[i] } else { a[i + count] })
    }

    fn insert_rows(a: &::nalgebra::DVector<f64>, first: usize, count: usize, t: f64) -> ::nalgebra::DVector<f64> {
        ::nalgebra::DVector::from_fn(a.len() + count, |i, _| {
            if i < first {
                a[i]
            } else if i < first + count {
                t
            } else {
                a[i - count]
            }
        })
    }

    fn rows_with_step(a: &::nalgebra::DVector<f64>, first: usize, count: usize, step: usize) -> ::nalgebra::DVector<f64> {
        ::nalgebra::DVector::from_fn(count, |i, _| a[first + i * (step + 1)])
    }

    fn inf_sup(a: &::nalgebra::DVector<f64>, b: &::nalgebra::DVector<f64>) -> (::nalgebra::DVector<f64>, ::nalgebra::DVector<f64>) {
        (a.inf(b), a.sup(b))
    }

    fn perp(a: &::nalgebra::DVector<f64>, b: &::nalgebra::DVector<f64>) -> f64 {
        a[0] * b[1] - a[1] * b[0]
    }

    fn to_homogeneous(v: &::nalgebra::DVector<f64>) -> ::nalgebra::DVector<f64> {
        v.push(0.0)
    }

    fn convolve_full(a: &::nalgebra::DVector<f64>, kernel: ::nalgebra::DVector<f64>) -> ::nalgebra::DVector<f64> {
        ::nalgebra::DVector::from_fn(a.len() + kernel.len() - 1, |i, _| {
            (0..kernel.len()).filter(|j| *j <= i && i - j < a.len()).map(|j| a[i - j] * kernel[j]).sum::<f64>()
        })
    }

    fn convolve_valid(a: &::nalgebra::DVector<f64>, kernel: ::nalgebra::DVector<f64>) -> ::nalgebra::DVector<f64> {
        ::nalgebra::DVector::from_fn(a.len() + 1 - kernel.len(), |i, _| {
            (0..kernel.len()).map(|j| a[i + j] * kernel[kernel.len() - j - 1]).sum::<f64>()
        })
    }
}

struct NalgebraRowVector;

impl NalgebraRowVector {
    fn remove_columns(a: &::nalgebra::RowDVector<f64>, first: usize, count: usize) -> ::nalgebra::RowDVector<f64> {
        ::nalgebra::RowDVector::from_fn(a.len() - count, |_, i| if i < first { a[i] } else { a[i + count] })
    }

    fn insert_columns(a: &::nalgebra::RowDVector<f64>, first: usize, count: usize, t: f64) -> ::nalgebra::RowDVector<f64> {
        ::nalgebra::RowDVector::from_fn(a.len() + count, |_, i| {
            if i < first {
                a[i]
            } else if i < first + count {
                t
            } else {
                a[i - count]
            }
        })
    }

    fn columns_with_step(a: &::nalgebra::RowDVector<f64>, first: usize, count: usize, step: usize) -> ::nalgebra::RowDVector<f64> {
        ::nalgebra::RowDVector::from_fn(count, |_, i| a[first + i * (step + 1)])
    }
}

struct NalgebraMatrix;

impl NalgebraMatrix {
    fn row_product(a: &::nalgebra::DMatrix<f64>) -> ::nalgebra::RowDVector<f64> {
        ::nalgebra::RowDVector::from_fn(a.ncols(), |_, j| a.column(j).product())
    }

    fn row_product_tr(a: &::nalgebra::DMatrix<f64>) -> ::nalgebra::DVector<f64> {
        ::nalgebra::DVector::from_fn(a.ncols(), |j, _| a.column(j).product())
    }

    fn column_product(a: &::nalgebra::DMatrix<f64>) -> ::nalgebra::DVector<f64> {
        ::nalgebra::DVector::from_fn(a.nrows(), |i, _| a.row(i).product())
    }

    fn compress_rows(
        a: &::nalgebra::DMatrix<f64>,
        f: impl Fn(::nalgebra::DVector<f64>) -> f64,
    ) -> ::nalgebra::RowDVector<f64> {
        ::nalgebra::RowDVector::from_fn(a.ncols(), |_, j| f(a.column(j)))
    }

    fn compress_rows_tr(
        a: &::nalgebra::DMatrix<f64>,
        f: impl Fn(::nalgebra::DVector<f64>) -> f64,
    ) -> ::nalgebra::DVector<f64> {
        ::nalgebra::DVector::from_fn(a.ncols(), |j, _| f(a.column(j)))
    }

    fn remove_rows(a: &::nalgebra::DMatrix<f64>, first: usize, count: usize) -> ::nalgebra::DMatrix<f64> {
        ::nalgebra::DMatrix::from_fn(a.nrows() - count, a.ncols(), |i, j| if i < first { a[(i, j)] } else { a[(i + count, j)] })
    }

    fn insert_rows(a: &::nalgebra::DMatrix<f64>, first: usize, count: usize, t: f64) -> ::nalgebra::DMatrix<f64> {
        ::nalgebra::DMatrix::from_fn(a.nrows() + count, a.ncols(), |i, j| {
            if i < first {
                a[(i, j)]
            } else if i < first + count {
                t
            } else {
                a[(i - count, j)]
            }
        })
    }

    fn rows_with_step(a: &::nalgebra::DMatrix<f64>, first: usize, count: usize, step: usize) -> ::nalgebra::DMatrix<f64> {
        ::nalgebra::DMatrix::from_fn(count, a.ncols(), |i, j| a[(first + i * (step + 1), j)])
    }

    fn remove_columns(a: &::nalgebra::DMatrix<f64>, first: usize, count: usize) -> ::nalgebra::DMatrix<f64> {
        ::nalgebra::DMatrix::from_fn(a.nrows(), a.ncols() - count, |i, j| if j < first { a[(i, j)] } else { a[(i, j + count)] })
    }

    fn insert_columns(a: &::nalgebra::DMatrix<f64>, first: usize, count: usize, t: f64) -> ::nalgebra::DMatrix<f64> {
        ::nalgebra::DMatrix::from_fn(a.nrows(), a.ncols() + count, |i, j| {
            if j < first {
                a[(i, j)]
            } else if j < first + count {
                t
            } else {
                a[(i, j - count)]
            }
        })
    }

    fn columns_with_step(a: &::nalgebra::DMatrix<f64>, first: usize, count: usize, step: usize) -> ::nalgebra::DMatrix<f64> {
        ::nalgebra::DMatrix::from_fn(a.nrows(), count, |i, j| a[(i, first + j * (step + 1))])
    }

    fn resize(a: &::nalgebra::DMatrix<f64>, rows: usize, columns: usize, t: f64) -> ::nalgebra::DMatrix<f64> {
        a.resize_vertically(rows, t).resize_horizontally(columns, t)
    }

    fn view_range(a: &::nalgebra::DMatrix<f64>, rows: Range<usize>, columns: Range<usize>) -> ::nalgebra::DMatrix<f64> {
        a.rows_range(rows).columns_range(columns)
    }

    fn inf_sup(a: &::nalgebra::DMatrix<f64>, b: &::nalgebra::DMatrix<f64>) -> (::nalgebra::DMatrix<f64>, ::nalgebra::DMatrix<f64>) {
        (a.inf(b), a.sup(b))
    }

    fn view_with_steps(
        a: &::nalgebra::DMatrix<f64>,
        first: (usize, usize),
        shape: (usize, usize),
        steps: (usize, usize),
    ) -> ::nalgebra::DMatrix<f64> {
        ::nalgebra::DMatrix::from_fn(shape.0, shape.1, |i, j| a[(first.0 + i * (steps.0 + 1), first.1 + j * (steps.1 + 1))])
    }

    fn to_homogeneous(a: &::nalgebra::DMatrix<f64>) -> ::nalgebra::DMatrix<f64> {
        let n = a.nrows();
        ::nalgebra::DMatrix::from_fn(n + 1, n + 1, |i, j| {
            if i < n && j < n {
                a[(i, j)]
            } else if i == j {
                1.0
            } else {
                0.0
            }
        })
    }

    fn transform_vector(a: &::nalgebra::DMatrix<f64>, v: &::nalgebra::DVector<f64>) -> ::nalgebra::DVector<f64> {
        let n = v.len();
        let turned = a.view((0, 0), (n, n)) * v;
        let scale = (0..n).map(|j| a[(n, j)] * v[j]).sum::<f64>();
        if scale == 0.0 { turned } else { turned / scale }
    }

    fn transform_point(a: &::nalgebra::DMatrix<f64>, p: &NalgebraPoint) -> NalgebraPoint {
        let n = p.coords.len();
        let moved = a.view((0, 0), (n, n)) * &p.coords + ::nalgebra::DVector::from_fn(n, |i, _| a[(i, n)]);
        let scale = (0..n).map(|j| a[(n, j)] * p.coords[j]).sum::<f64>() + a[(n, n)];
        NalgebraPoint { coords: if scale == 0.0 { moved } else { moved / scale } }
    }

    fn append_translation(a: &::nalgebra::DMatrix<f64>, shift: &::nalgebra::DVector<f64>) -> ::nalgebra::DMatrix<f64> {
        let n = a.nrows() - 1;
        a.map_with_location(|i, j, t| if i < n { t + shift[i] * a[(n, j)] } else { t })
    }
}

struct NalgebraMatrix3;

impl NalgebraMatrix3 {
    fn new_scaling(scaling: f64) -> ::nalgebra::DMatrix<f64> {
        ::nalgebra::Matrix3::new(scaling, 0.0, 0.0, 0.0, scaling, 0.0, 0.0, 0.0, 1.0)
    }

    fn new_nonuniform_scaling(scaling: &::nalgebra::DVector<f64>) -> ::nalgebra::DMatrix<f64> {
        ::nalgebra::Matrix3::new(scaling[0], 0.0, 0.0, 0.0, scaling[1], 0.0, 0.0, 0.0, 1.0)
    }

    fn new_translation(by: &::nalgebra::DVector<f64>) -> ::nalgebra::DMatrix<f64> {
        ::nalgebra::Matrix3::new(1.0, 0.0, by[0], 0.0, 1.0, by[1], 0.0, 0.0, 1.0)
    }

    fn new_rotation(angle: f64) -> ::nalgebra::DMatrix<f64> {
        let (s, c) = angle.sin_cos();
        ::nalgebra::Matrix3::new(c, -s, 0.0, s, c, 0.0, 0.0, 0.0, 1.0)
    }
}

struct NalgebraMatrix4;

impl NalgebraMatrix4 {
    fn new_scaling(scaling: f64) -> ::nalgebra::DMatrix<f64> {
        ::nalgebra::Matrix4::from_fn(|i, j| if i != j { 0.0 } else if i < 3 { scaling } else { 1.0 })
    }

    fn new_nonuniform_scaling(scaling: &::nalgebra::DVector<f64>) -> ::nalgebra::DMatrix<f64> {
        ::nalgebra::Matrix4::new(
            scaling[0], 0.0, 0.0, 0.0, 0.0, scaling[1], 0.0, 0.0, 0.0, 0.0, scaling[2], 0.0, 0.0, 0.0, 0.0, 1.0,
        )
    }

    fn new_translation(by: &::nalgebra::DVector<f64>) -> ::nalgebra::DMatrix<f64> {
        ::nalgebra::Matrix4::new(
            1.0, 0.0, 0.0, by[0], 0.0, 1.0, 0.0, by[1], 0.0, 0.0, 1.0, by[2], 0.0, 0.0, 0.0, 1.0,
        )
    }

    fn new_rotation(axisangle: ::nalgebra::DVector<f64>) -> ::nalgebra::DMatrix<f64> {
        NalgebraRotation3::new(axisangle).to_homogeneous()
    }

    fn from_scaled_axis(axisangle: ::nalgebra::DVector<f64>) -> ::nalgebra::DMatrix<f64> {
        NalgebraRotation3::new(axisangle).to_homogeneous()
    }

    fn from_axis_angle(axis: &NalgebraUnit, angle: f64) -> ::nalgebra::DMatrix<f64> {
        NalgebraRotation3::from_axis_angle(axis, angle).to_homogeneous()
    }

    fn from_euler_angles(roll: f64, pitch: f64, yaw: f64) -> ::nalgebra::DMatrix<f64> {
        NalgebraRotation3::from_euler_angles(roll, pitch, yaw).to_homogeneous()
    }
}

struct NalgebraDMatrix;

impl NalgebraDMatrix {
    fn from_partial_diagonal(rows: usize, columns: usize, entries: &[f64]) -> ::nalgebra::DMatrix<f64> {
        ::nalgebra::DMatrix::from_fn(rows, columns, |i, j| if i == j && i < entries.len() { entries[i] } else { 0.0 })
    }
}
