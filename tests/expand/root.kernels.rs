fn sizes(
    &self,
    x: &::hypergrad::nalgebra::SVector<::core::primitive::f64, 3>,
    y: &::hypergrad::nalgebra::SVector<::core::primitive::f64, 3>,
) -> hg::core::result::Result<[usize; 0usize], hg::ShapeError> {
    let data = self.data();
    hg::core::result::Result::Ok([])
}
fn ready_y(&self, w: &mut Work) {}
fn ready0(&self, w: &mut Work) {
    if w.ready[0usize] & 1u64 != 0 {
        return;
    }
    {
        {
            let p0 = &hg::Dense::flat(&w.x)[..3usize];
            let p1 = &hg::Dense::flat(&w.v)[..3usize];
            let target = &mut w.b0[..3usize];
            for i0 in 0..3usize {
                target[i0] = (1f64 - 0.2f64 * (p0[i0] * p1[i0]));
            }
        }
    }
    w.ready[0usize] |= 1u64;
}
fn ready1(&self, w: &mut Work) {
    if w.ready[0usize] & 2u64 != 0 {
        return;
    }
    {
        {
            let p0 = &hg::Dense::flat(&w.y)[..3usize];
            let p1 = &hg::Dense::flat(&w.v)[..3usize];
            let target = &mut w.b1[..3usize];
            for i0 in 0..3usize {
                target[i0] = (1f64 - 0.2f64 * (p0[i0] * p1[i0]));
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
fn objective(&self, _w: &mut Work) -> hg::core::option::Option<f64> {
    hg::core::option::Option::None
}
fn residual(&self, w: &mut Work, out: &mut [f64]) {
    {
        let a1 = self.data().b.as_slice();
        {
            let p0 = &a1[..3usize];
            let p1 = &hg::Dense::flat(&w.y)[..3usize];
            let p2 = &hg::Dense::flat(&w.x)[..3usize];
            let target = &mut out[..3usize];
            for i0 in 0..3usize {
                target[i0] = (-p0[i0] + 0.1f64 * (p1[i0] * p2[i0] * p2[i0]));
            }
        }
    }
    {
        let a0 = self.data().a.as_slice();
        hg::kernels::gemv_small(
            (1f64),
            &a0[..9usize],
            3usize,
            3usize,
            &hg::Dense::flat(&w.x)[..3usize],
            &mut out[..3usize],
        );
    }
}
fn f_1(&self, w: &mut Work, out: &mut [f64]) {
    {
        let a0 = self.data().a.as_slice();
        let a2 = hg::Dense::flat(&w.y);
        let a3 = hg::Dense::flat(&w.x);
        let out = &mut *out;
        for i1 in 0..3usize {
            {
                let p0 = &a0[3usize * i1..][..3usize];
                let target = &mut out[3usize * i1..][..3usize];
                for i0 in 0..3usize {
                    target[i0] = (p0[i0]
                        + 0.2f64
                            * (if (i0) == (i1) { (a2[i0] * a3[i0]) } else { 0f64 }));
                }
            }
        }
    }
}
fn f_2(&self, w: &mut Work, out: &mut [f64]) {
    {
        let a3 = hg::Dense::flat(&w.x);
        let out = &mut *out;
        for i1 in 0..3usize {
            {
                let target = &mut out[3usize * i1..][..3usize];
                for i0 in 0..3usize {
                    target[i0] = (if (i0) == (i1) {
                        (0.1f64 * (a3[i0] * a3[i0]))
                    } else {
                        0f64
                    });
                }
            }
        }
    }
}
fn f_1_mul(&self, w: &mut Work, u: &[f64], out: &mut [f64]) {
    {
        {
            let p0 = &u[..3usize];
            let p1 = &hg::Dense::flat(&w.y)[..3usize];
            let p2 = &hg::Dense::flat(&w.x)[..3usize];
            let target = &mut out[..3usize];
            for i0 in 0..3usize {
                target[i0] = (0.2f64 * (p0[i0] * (p1[i0] * p2[i0])));
            }
        }
    }
    {
        let a0 = self.data().a.as_slice();
        hg::kernels::gemv_small(
            (1f64),
            &a0[..9usize],
            3usize,
            3usize,
            &u[..3usize],
            &mut out[..3usize],
        );
    }
}
fn f_1_tr_mul(&self, w: &mut Work, u: &[f64], out: &mut [f64]) {
    {
        {
            let p0 = &u[..3usize];
            let p1 = &hg::Dense::flat(&w.y)[..3usize];
            let p2 = &hg::Dense::flat(&w.x)[..3usize];
            let target = &mut out[..3usize];
            for i0 in 0..3usize {
                target[i0] = (0.2f64 * (p0[i0] * (p1[i0] * p2[i0])));
            }
        }
    }
    {
        let a0 = self.data().a.as_slice();
        hg::kernels::gemv_t(
            (1f64),
            &a0[..9usize],
            3usize,
            3usize,
            &u[..3usize],
            &mut out[..3usize],
        );
    }
}
fn f_2_mul(&self, w: &mut Work, c: &[f64], out: &mut [f64]) {
    {
        {
            let p0 = &hg::Dense::flat(&w.x)[..3usize];
            let p1 = &c[..3usize];
            let target = &mut out[..3usize];
            for i0 in 0..3usize {
                target[i0] = (0.1f64 * (p0[i0] * p0[i0]) * p1[i0]);
            }
        }
    }
}
fn f_2_tr_mul(&self, w: &mut Work, u: &[f64], out: &mut [f64]) {
    {
        {
            let p0 = &hg::Dense::flat(&w.x)[..3usize];
            let p1 = &u[..3usize];
            let target = &mut out[..3usize];
            for i0 in 0..3usize {
                target[i0] = (0.1f64 * (p0[i0] * p0[i0]) * p1[i0]);
            }
        }
    }
}
fn f_1_diagonal(&self, w: &mut Work, out: &mut [f64]) {
    {
        let a0 = self.data().a.as_slice();
        {
            let p0 = &hg::Dense::flat(&w.y)[..3usize];
            let p1 = &hg::Dense::flat(&w.x)[..3usize];
            let target = &mut out[..3usize];
            for i0 in 0..3usize {
                target[i0] = (a0[4usize * i0] + 0.2f64 * (p0[i0] * p1[i0]));
            }
        }
    }
}
fn f_1_diagonal_2_tr_mul(&self, w: &mut Work, u: &[f64], out: &mut [f64]) {
    {
        {
            let p0 = &hg::Dense::flat(&w.x)[..3usize];
            let p1 = &u[..3usize];
            let target = &mut out[..3usize];
            for i0 in 0..3usize {
                target[i0] = (0.2f64 * p0[i0] * p1[i0]);
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
    {
        out[..1usize][0]
            += (0.5f64)
                * hg::kernels::dot(
                    &hg::Dense::flat(&w.x)[..3usize],
                    &hg::Dense::flat(&w.x)[..3usize],
                );
    }
    {
        out[..1usize][0]
            += (1f64)
                * hg::kernels::dot(
                    &hg::Dense::flat(&w.y)[..3usize],
                    &hg::Dense::flat(&w.x)[..3usize],
                );
    }
    out[0]
}
fn g_1(&self, w: &mut Work, out: &mut [f64]) {
    {
        {
            let p0 = &hg::Dense::flat(&w.y)[..3usize];
            let p1 = &hg::Dense::flat(&w.x)[..3usize];
            let target = &mut out[..3usize];
            for i0 in 0..3usize {
                target[i0] = (p0[i0] + p1[i0]);
            }
        }
    }
}
fn g_2(&self, w: &mut Work, out: &mut [f64]) {
    {
        {
            let p0 = &hg::Dense::flat(&w.x)[..3usize];
            let target = &mut out[..3usize];
            for i0 in 0..3usize {
                target[i0] = p0[i0];
            }
        }
    }
}
fn g_11(&self, w: &mut Work, out: &mut [f64]) {
    {
        let out = &mut *out;
        for i1 in 0..3usize {
            {
                let target = &mut out[3usize * i1..][..3usize];
                for i0 in 0..3usize {
                    target[i0] = (if (i0) == (i1) { (1f64) } else { 0f64 });
                }
            }
        }
    }
}
fn g_21(&self, w: &mut Work, out: &mut [f64]) {
    {
        let out = &mut *out;
        for i1 in 0..3usize {
            {
                let target = &mut out[3usize * i1..][..3usize];
                for i0 in 0..3usize {
                    target[i0] = (if (i0) == (i1) { (1f64) } else { 0f64 });
                }
            }
        }
    }
}
fn m_11_mul(&self, w: &mut Work, u: &[f64], out: &mut [f64]) {
    self.ready1(w);
    {
        {
            let p0 = &u[..3usize];
            let p1 = &w.b1[..3usize];
            let target = &mut out[..3usize];
            for i0 in 0..3usize {
                target[i0] = (p0[i0] * p1[i0]);
            }
        }
    }
}
fn m_21_mul(&self, w: &mut Work, u: &[f64], out: &mut [f64]) {
    self.ready0(w);
    {
        {
            let p0 = &u[..3usize];
            let p1 = &w.b0[..3usize];
            let target = &mut out[..3usize];
            for i0 in 0..3usize {
                target[i0] = (p0[i0] * p1[i0]);
            }
        }
    }
}
fn m_12_mul(&self, w: &mut Work, c: &[f64], out: &mut [f64]) {
    self.ready0(w);
    {
        {
            let p0 = &c[..3usize];
            let p1 = &w.b0[..3usize];
            let target = &mut out[..3usize];
            for i0 in 0..3usize {
                target[i0] = (p0[i0] * p1[i0]);
            }
        }
    }
}
fn m_11(&self, w: &mut Work, out: &mut [f64]) {
    self.ready1(w);
    {
        let b1 = &w.b1[..];
        let out = &mut *out;
        for i1 in 0..3usize {
            {
                let target = &mut out[3usize * i1..][..3usize];
                for i0 in 0..3usize {
                    target[i0] = (if (i0) == (i1) { b1[i0] } else { 0f64 });
                }
            }
        }
    }
}
fn m_21(&self, w: &mut Work, out: &mut [f64]) {
    self.ready0(w);
    {
        let b0 = &w.b0[..];
        let out = &mut *out;
        for i1 in 0..3usize {
            {
                let target = &mut out[3usize * i1..][..3usize];
                for i0 in 0..3usize {
                    target[i0] = (if (i0) == (i1) { b0[i0] } else { 0f64 });
                }
            }
        }
    }
}
fn f_11(&self, w: &mut Work, out: &mut [f64]) {
    let (n, m) = hg::Bilevel::dims(self, w);
    let v = w.v.clone();
    hg::products::tensor::<
        _,
        <::hypergrad::nalgebra::SVector<::core::primitive::f64, 3> as hg::Variable>::Flat,
    >(self, w, n, Self::l_11_mul, out);
    hg::Bilevel::set_adjoint(self, w, hg::Dense::flat(&v));
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
fn factor(&self, w: &mut Work) -> hg::core::result::Result<(), hg::LinearError> {
    if w.factored {
        return hg::core::result::Result::Ok(());
    }
    w.factor.resize("F_1", hg::Dense::flat(&w.x).len())?;
    {
        let a0 = self.data().a.as_slice();
        let a2 = hg::Dense::flat(&w.y);
        let a3 = hg::Dense::flat(&w.x);
        let out = w.factor.matrix_mut();
        for i1 in 0..3usize {
            {
                let p0 = &a0[3usize * i1..][..3usize];
                let target = &mut out[3usize * i1..][..3usize];
                for i0 in 0..3usize {
                    target[i0] = (p0[i0]
                        + 0.2f64
                            * (if (i0) == (i1) { (a2[i0] * a3[i0]) } else { 0f64 }));
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
        &[("data.a", self.data().a.as_slice()), ("data.b", self.data().b.as_slice())],
    )
}
