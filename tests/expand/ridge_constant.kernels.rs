fn sizes(
    &self,
    x: &::hypergrad::nalgebra::SVector<::core::primitive::f64, 3>,
    y: &::hypergrad::nalgebra::SVector<::core::primitive::f64, 3>,
) -> hg::core::result::Result<[usize; 0usize], hg::ShapeError> {
    let data = self.data();
    hg::core::result::Result::Ok([])
}
fn ready_y(&self, w: &mut Work) {
    self.ready1(w);
}
fn table3(&self) -> [f64; 9usize] {
    let mut table = [0f64; 9usize];
    {
        let out = &mut table[..];
        {
            let b3 = &mut *out;
            b3[0usize..][..9usize].fill(0f64);
        }
        {
            let a0 = self.data().a_tr.as_slice();
            let b3 = &mut *out;
            hg::kernels::gram(
                (1f64),
                &a0[..36usize],
                12usize,
                3usize,
                &mut b3[..9usize],
            );
        }
    }
    table
}
fn b3(&self) -> &[f64; 9usize] {
    &self.b3
}
fn table4(&self) -> [f64; 3usize] {
    let mut table = [0f64; 3usize];
    {
        let out = &mut table[..];
        {
            let b4 = &mut *out;
            b4[0usize..][..3usize].fill(0f64);
        }
        {
            let a0 = self.data().a_tr.as_slice();
            let b4 = &mut *out;
            for i0 in 0..3usize {
                let t0 = {
                    let p0 = &a0[12usize * i0..][..12usize];
                    hg::kernels::sum_by(12usize, |i1| (p0[i1] * p0[i1]))
                };
                b4[i0] += (t0);
            }
        }
    }
    table
}
fn b4(&self) -> &[f64; 3usize] {
    &self.b4
}
fn table5(&self) -> [f64; 9usize] {
    let mut table = [0f64; 9usize];
    {
        let out = &mut table[..];
        {
            let b5 = &mut *out;
            b5[0usize..][..9usize].fill(0f64);
        }
        {
            let a2 = self.data().a_val.as_slice();
            let b5 = &mut *out;
            hg::kernels::gram((1f64), &a2[..24usize], 8usize, 3usize, &mut b5[..9usize]);
        }
    }
    table
}
fn b5(&self) -> &[f64; 9usize] {
    &self.b5
}
fn table15(&self) -> [f64; 3usize] {
    let mut table = [0f64; 3usize];
    {
        let out = &mut table[..];
        {
            let b15 = &mut *out;
            b15[0usize..][..3usize].fill(0f64);
        }
        {
            let a0 = self.data().a_tr.as_slice();
            let a1 = self.data().b_tr.as_slice();
            let b15 = &mut *out;
            hg::kernels::gemv_t(
                (1f64),
                &a0[..36usize],
                12usize,
                3usize,
                &a1[..12usize],
                &mut b15[..3usize],
            );
        }
    }
    table
}
fn b15(&self) -> &[f64; 3usize] {
    &self.b15
}
fn table16(&self) -> [f64; 3usize] {
    let mut table = [0f64; 3usize];
    {
        let out = &mut table[..];
        {
            let b16 = &mut *out;
            b16[0usize..][..3usize].fill(0f64);
        }
        {
            let a2 = self.data().a_val.as_slice();
            let a3 = self.data().b_val.as_slice();
            let b16 = &mut *out;
            hg::kernels::gemv_t(
                (1f64),
                &a2[..24usize],
                8usize,
                3usize,
                &a3[..8usize],
                &mut b16[..3usize],
            );
        }
    }
    table
}
fn b16(&self) -> &[f64; 3usize] {
    &self.b16
}
fn ready1(&self, w: &mut Work) {
    if w.ready[0usize] & 2u64 != 0 {
        return;
    }
    {
        {
            let p0 = &hg::Dense::flat(&w.y)[..3usize];
            let target = &mut w.b1[..3usize];
            for i0 in 0..3usize {
                target[i0] = hg::kernel::exp(p0[i0]);
            }
        }
    }
    w.ready[0usize] |= 2u64;
}
fn start(
    &self,
    x: &::hypergrad::nalgebra::SVector<::core::primitive::f64, 3>,
    y: &::hypergrad::nalgebra::SVector<::core::primitive::f64, 3>,
) -> hg::core::result::Result<Work, hg::ShapeError> {
    let sizes = self.sizes(x, y)?;
    let (x, y) = (
        hg::point::flat::<::hypergrad::nalgebra::SVector<::core::primitive::f64, 3>>(x),
        hg::point::flat::<::hypergrad::nalgebra::SVector<::core::primitive::f64, 3>>(y),
    );
    hg::point::check_input("x", hg::Dense::flat(&x))?;
    hg::point::check_input("y", hg::Dense::flat(&y))?;
    let mut w = Work::new(x, y, sizes);
    hg::core::result::Result::Ok(w)
}
fn begin<R>(
    &self,
    x: &::hypergrad::nalgebra::SVector<::core::primitive::f64, 3>,
    y: &::hypergrad::nalgebra::SVector<::core::primitive::f64, 3>,
    run: impl hg::core::ops::FnOnce(&mut Work) -> R,
) -> hg::core::result::Result<R, hg::ShapeError> {
    let sizes = self.sizes(x, y)?;
    let (x, y) = (
        hg::point::flat::<::hypergrad::nalgebra::SVector<::core::primitive::f64, 3>>(x),
        hg::point::flat::<::hypergrad::nalgebra::SVector<::core::primitive::f64, 3>>(y),
    );
    hg::point::check_input("x", hg::Dense::flat(&x))?;
    hg::point::check_input("y", hg::Dense::flat(&y))?;
    hg::core::result::Result::Ok(run(&mut Work::new(x, y, sizes)))
}
fn objective(&self, w: &mut Work) -> hg::core::option::Option<f64> {
    let out = &mut [0f64; 1];
    {
        let out = &mut *out;
        out[0usize..][..1usize].fill(0f64);
    }
    {
        let a0 = self.data().a_tr.as_slice();
        let a1 = self.data().b_tr.as_slice();
        out[..1usize][0]
            += (1f64)
                * hg::kernels::affine_square(
                    (-1f64),
                    &a1[..12usize],
                    (1f64),
                    &a0[..36usize],
                    12usize,
                    3usize,
                    &hg::Dense::flat(&w.x)[..3usize],
                );
    }
    self.ready1(w);
    let t0 = {
        let p0 = &hg::Dense::flat(&w.x)[..3usize];
        let p1 = &w.b1[..3usize];
        hg::kernels::sum_by(3usize, |i1| (p0[i1] * p0[i1] * p1[i1]))
    };
    {
        let out = &mut *out;
        out[0usize] += (0.5f64 * t0);
    }
    hg::core::option::Option::Some(out[0])
}
fn residual(&self, w: &mut Work, out: &mut [f64]) {
    self.ready1(w);
    {
        {
            let p0 = &hg::Dense::flat(&w.x)[..3usize];
            let p1 = &w.b1[..3usize];
            let p2 = &self.b15()[..3usize];
            let target = &mut out[..3usize];
            for i0 in 0..3usize {
                target[i0] = ((p0[i0] * p1[i0]) - 2f64 * p2[i0]);
            }
        }
    }
    {
        hg::kernels::gemv_small(
            (2f64),
            &self.b3()[..9usize],
            3usize,
            3usize,
            &hg::Dense::flat(&w.x)[..3usize],
            &mut out[..3usize],
        );
    }
}
fn f_1(&self, w: &mut Work, out: &mut [f64]) {
    self.ready1(w);
    {
        let b1 = &w.b1[..];
        let b3 = self.b3();
        let out = &mut *out;
        for i1 in 0..3usize {
            {
                let p0 = &b3[3usize * i1..][..3usize];
                let target = &mut out[3usize * i1..][..3usize];
                for i0 in 0..3usize {
                    target[i0] = ((if (i0) == (i1) { b1[i0] } else { 0f64 })
                        + 2f64 * p0[i0]);
                }
            }
        }
    }
}
fn f_2(&self, w: &mut Work, out: &mut [f64]) {
    self.ready1(w);
    {
        let b1 = &w.b1[..];
        let a5 = hg::Dense::flat(&w.x);
        let out = &mut *out;
        for i1 in 0..3usize {
            {
                let target = &mut out[3usize * i1..][..3usize];
                for i0 in 0..3usize {
                    target[i0] = (if (i0) == (i1) { (a5[i0] * b1[i0]) } else { 0f64 });
                }
            }
        }
    }
}
fn f_1_mul(&self, w: &mut Work, u: &[f64], out: &mut [f64]) {
    self.ready1(w);
    {
        {
            let p0 = &w.b1[..3usize];
            let p1 = &u[..3usize];
            let target = &mut out[..3usize];
            for i0 in 0..3usize {
                target[i0] = ((p0[i0] * p1[i0]));
            }
        }
    }
    {
        hg::kernels::gemv_small(
            (2f64),
            &self.b3()[..9usize],
            3usize,
            3usize,
            &u[..3usize],
            &mut out[..3usize],
        );
    }
}
fn f_1_tr_mul(&self, w: &mut Work, u: &[f64], out: &mut [f64]) {
    self.f_1_mul(w, u, out)
}
fn f_2_mul(&self, w: &mut Work, c: &[f64], out: &mut [f64]) {
    self.ready1(w);
    {
        {
            let p0 = &c[..3usize];
            let p1 = &hg::Dense::flat(&w.x)[..3usize];
            let p2 = &w.b1[..3usize];
            let target = &mut out[..3usize];
            for i0 in 0..3usize {
                target[i0] = (p0[i0] * (p1[i0] * p2[i0]));
            }
        }
    }
}
fn f_2_tr_mul(&self, w: &mut Work, u: &[f64], out: &mut [f64]) {
    self.ready1(w);
    {
        {
            let p0 = &u[..3usize];
            let p1 = &hg::Dense::flat(&w.x)[..3usize];
            let p2 = &w.b1[..3usize];
            let target = &mut out[..3usize];
            for i0 in 0..3usize {
                target[i0] = (p0[i0] * (p1[i0] * p2[i0]));
            }
        }
    }
}
fn f_1_diagonal(&self, w: &mut Work, out: &mut [f64]) {
    self.ready1(w);
    {
        {
            let p0 = &w.b1[..3usize];
            let p1 = &self.b4()[..3usize];
            let target = &mut out[..3usize];
            for i0 in 0..3usize {
                target[i0] = (p0[i0] + 2f64 * p1[i0]);
            }
        }
    }
}
fn f_1_diagonal_2_tr_mul(&self, w: &mut Work, u: &[f64], out: &mut [f64]) {
    self.ready1(w);
    {
        {
            let p0 = &w.b1[..3usize];
            let p1 = &u[..3usize];
            let target = &mut out[..3usize];
            for i0 in 0..3usize {
                target[i0] = (p0[i0] * p1[i0]);
            }
        }
    }
}
fn g(&self, w: &mut Work) -> f64 {
    let out = &mut [0f64; 1];
    {
        let out = &mut *out;
        out[0usize..][..1usize].fill(0f64);
    }
    let mut b2 = [0f64; 8usize];
    {
        let a3 = self.data().b_val.as_slice();
        {
            let p0 = &a3[..8usize];
            let target = &mut b2[..8usize];
            for i0 in 0..8usize {
                target[i0] = (-p0[i0]);
            }
        }
    }
    {
        let a2 = self.data().a_val.as_slice();
        hg::kernels::gemv_small(
            (1f64),
            &a2[..24usize],
            8usize,
            3usize,
            &hg::Dense::flat(&w.x)[..3usize],
            &mut b2[..8usize],
        );
    }
    {
        out[..1usize][0] += (1f64) * hg::kernels::dot(&b2[..8usize], &b2[..8usize]);
    }
    out[0]
}
fn g_1(&self, w: &mut Work, out: &mut [f64]) {
    {
        {
            let p0 = &self.b16()[..3usize];
            let target = &mut out[..3usize];
            for i0 in 0..3usize {
                target[i0] = (-2f64 * p0[i0]);
            }
        }
    }
    {
        hg::kernels::gemv_small(
            (2f64),
            &self.b5()[..9usize],
            3usize,
            3usize,
            &hg::Dense::flat(&w.x)[..3usize],
            &mut out[..3usize],
        );
    }
}
fn g_2(&self, w: &mut Work, out: &mut [f64]) {
    {
        let out = &mut *out;
        out[0usize..][..3usize].fill(0f64);
    }
}
fn g_11(&self, w: &mut Work, out: &mut [f64]) {
    {
        let b5 = self.b5();
        let out = &mut *out;
        for i1 in 0..3usize {
            {
                let p0 = &b5[3usize * i1..][..3usize];
                let target = &mut out[3usize * i1..][..3usize];
                for i0 in 0..3usize {
                    target[i0] = (2f64 * p0[i0]);
                }
            }
        }
    }
}
fn g_21(&self, w: &mut Work, out: &mut [f64]) {
    {
        let out = &mut *out;
        out[0usize..][..9usize].fill(0f64);
    }
}
fn m_11_mul(&self, w: &mut Work, u: &[f64], out: &mut [f64]) {
    {
        let out = &mut *out;
        out[0usize..][..3usize].fill(0f64);
    }
    {
        hg::kernels::gemv_small(
            (2f64),
            &self.b5()[..9usize],
            3usize,
            3usize,
            &u[..3usize],
            &mut out[..3usize],
        );
    }
}
fn m_21_mul(&self, w: &mut Work, u: &[f64], out: &mut [f64]) {
    self.ready1(w);
    {
        {
            let p0 = &u[..3usize];
            let p1 = &w.b1[..3usize];
            let p2 = &hg::Dense::flat(&w.v)[..3usize];
            let target = &mut out[..3usize];
            for i0 in 0..3usize {
                target[i0] = (-(p0[i0] * (p1[i0] * p2[i0])));
            }
        }
    }
}
fn m_12_mul(&self, w: &mut Work, c: &[f64], out: &mut [f64]) {
    self.ready1(w);
    {
        {
            let p0 = &c[..3usize];
            let p1 = &w.b1[..3usize];
            let p2 = &hg::Dense::flat(&w.v)[..3usize];
            let target = &mut out[..3usize];
            for i0 in 0..3usize {
                target[i0] = (-(p0[i0] * (p1[i0] * p2[i0])));
            }
        }
    }
}
fn m_11(&self, w: &mut Work, out: &mut [f64]) {
    {
        let b5 = self.b5();
        let out = &mut *out;
        for i1 in 0..3usize {
            {
                let p0 = &b5[3usize * i1..][..3usize];
                let target = &mut out[3usize * i1..][..3usize];
                for i0 in 0..3usize {
                    target[i0] = (2f64 * p0[i0]);
                }
            }
        }
    }
}
fn m_21(&self, w: &mut Work, out: &mut [f64]) {
    self.ready1(w);
    {
        let b1 = &w.b1[..];
        let a15 = hg::Dense::flat(&w.v);
        let out = &mut *out;
        for i1 in 0..3usize {
            {
                let target = &mut out[3usize * i1..][..3usize];
                for i0 in 0..3usize {
                    target[i0] = (if (i0) == (i1) {
                        (-((b1[i0] * a15[i0])))
                    } else {
                        0f64
                    });
                }
            }
        }
    }
}
fn f_11(&self, _w: &mut Work, out: &mut [f64]) {
    out.fill(0f64);
}
fn f_21(&self, w: &mut Work, out: &mut [f64]) {
    let (n, m) = hg::Bilevel::dims(self, w);
    let v = w.v.clone();
    hg::products::tensor::<
        _,
        <::hypergrad::nalgebra::SVector<::core::primitive::f64, 3> as hg::Variable>::Flat,
    >(self, w, m, Self::l_21_mul, out);
    hg::Bilevel::set_adjoint(self, w, hg::Dense::flat(&v));
}
fn eigenvalue_bounds(&self, w: &mut Work) -> hg::EigenvalueBounds {
    hg::EigenvalueBounds::new(
        hg::core::option::Option::Some(self.f_1_least(w)),
        hg::core::option::Option::Some(self.f_1_most(w)),
    )
}
fn factor(&self, w: &mut Work) -> hg::core::result::Result<(), hg::LinearError> {
    if w.factored {
        return hg::core::result::Result::Ok(());
    }
    w.factor.resize("F_1", hg::Dense::flat(&w.x).len())?;
    self.ready1(w);
    {
        let b1 = &w.b1[..];
        let b3 = self.b3();
        let out = w.factor.matrix_mut();
        for i1 in 0..3usize {
            {
                let p0 = &b3[3usize * i1..][..3usize];
                let target = &mut out[3usize * i1..][..3usize];
                for i0 in 0..3usize {
                    target[i0] = ((if (i0) == (i1) { b1[i0] } else { 0f64 })
                        + 2f64 * p0[i0]);
                }
            }
        }
    }
    w.factor.factor("F_1")?;
    w.factored = true;
    hg::core::result::Result::Ok(())
}
fn f_1_solve_definite(&self, w: &mut Work, rhs: &mut [f64]) {
    w.factor.solve_definite(rhs)
}
fn f_1_negative_curvature(&self, w: &mut Work, out: &mut [f64]) -> bool {
    w.factor.negative_curvature(out)
}
fn spectrum<'w>(&self, w: &'w mut Work) -> &'w mut dyn hg::Spectrum {
    &mut w.factor
}
fn data_fault(&self) -> hg::core::option::Option<hg::ShapeError> {
    hg::indices::first_non_finite(
        &[
            ("data.a_tr", self.data().a_tr.as_slice()),
            ("data.b_tr", self.data().b_tr.as_slice()),
            ("data.a_val", self.data().a_val.as_slice()),
            ("data.b_val", self.data().b_val.as_slice()),
        ],
    )
}
