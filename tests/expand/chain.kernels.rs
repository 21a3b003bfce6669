fn sizes(
    &self,
    x: &::hypergrad::nalgebra::DVector<::core::primitive::f64>,
    y: &::hypergrad::nalgebra::DVector<::core::primitive::f64>,
) -> hg::core::result::Result<[usize; 2usize], hg::ShapeError> {
    let s0 = self.s0;
    let data = self.data();
    let s1: usize = y.len();
    let s2: usize = x.len();
    if s1 < (s2).saturating_sub(1usize) {
        return hg::core::result::Result::Err(hg::ShapeError::TooSmall {
            what: "y.len()",
            needed: (s2).saturating_sub(1usize),
            found: s1,
            place: "f: y at i",
        });
    }
    if s0 < s2 {
        return hg::core::result::Result::Err(hg::ShapeError::TooSmall {
            what: "data.target.len()",
            needed: s2,
            found: s0,
            place: "f: data.target at i",
        });
    }
    hg::core::result::Result::Ok([s1, s2])
}
fn ready_y(&self, w: &mut Work) {}
fn ready0(&self, w: &mut Work) {
    if w.ready[0usize] & 1u64 != 0 {
        return;
    }
    let s0 = self.s0;
    let s1 = w.s1;
    let s2 = w.s2;
    w.b0.resize((s2).saturating_sub(1usize), 0f64);
    {
        hg::kernels::exp_into(
            &hg::Dense::flat(&w.y)[..(s2).saturating_sub(1usize)],
            &mut w.b0[..(s2).saturating_sub(1usize)],
        );
    }
    w.ready[0usize] |= 1u64;
}
fn ready1(&self, w: &mut Work) {
    if w.ready[0usize] & 2u64 != 0 {
        return;
    }
    let s0 = self.s0;
    let s1 = w.s1;
    let s2 = w.s2;
    w.b1.resize(s2, 0f64);
    {
        let a0 = self.data().target.as_slice();
        {
            let p0 = &hg::Dense::flat(&w.x)[..s2];
            let p1 = &a0[..s2];
            let target = &mut w.b1[..s2];
            for i0 in 0..s2 {
                target[i0] = hg::kernel::cosh((p0[i0] - p1[i0]));
            }
        }
    }
    w.ready[0usize] |= 2u64;
}
fn ready2(&self, w: &mut Work) {
    if w.ready[0usize] & 4u64 != 0 {
        return;
    }
    let s0 = self.s0;
    let s1 = w.s1;
    let s2 = w.s2;
    w.b2.resize(s2, 0f64);
    {
        let a0 = self.data().target.as_slice();
        {
            let p0 = &hg::Dense::flat(&w.x)[..s2];
            let p1 = &a0[..s2];
            let target = &mut w.b2[..s2];
            for i0 in 0..s2 {
                target[i0] = hg::kernel::sinh((p0[i0] - p1[i0]));
            }
        }
    }
    w.ready[0usize] |= 4u64;
}
fn ready3(&self, w: &mut Work) {
    if w.ready[0usize] & 8u64 != 0 {
        return;
    }
    let s0 = self.s0;
    let s1 = w.s1;
    let s2 = w.s2;
    w.b3.resize(s2, 0f64);
    self.ready2(w);
    {
        {
            let p0 = &hg::Dense::flat(&w.v)[..s2];
            let p1 = &w.b2[..s2];
            let target = &mut w.b3[..s2];
            for i0 in 0..s2 {
                target[i0] = (2f64 - (p0[i0] * p1[i0]));
            }
        }
    }
    w.ready[0usize] |= 8u64;
}
fn start(
    &self,
    x: &::hypergrad::nalgebra::DVector<::core::primitive::f64>,
    y: &::hypergrad::nalgebra::DVector<::core::primitive::f64>,
) -> hg::core::result::Result<Work, hg::ShapeError> {
    let sizes = self.sizes(x, y)?;
    let lengths = (hg::Variable::flat_len(x), hg::Variable::flat_len(y));
    let spare = self
        .spare
        .take(|w| w.sizes() == sizes && hg::Bilevel::dims(self, w) == lengths);
    if let hg::core::option::Option::Some(mut w) = spare {
        w.home = self.spare.home();
        hg::Variable::read(x, hg::Dense::flat_mut(&mut w.x));
        hg::Variable::read(y, hg::Dense::flat_mut(&mut w.y));
        hg::point::check_input("x", hg::Dense::flat(&w.x))?;
        hg::point::check_input("y", hg::Dense::flat(&w.y))?;
        w.forget_y();
        return hg::core::result::Result::Ok(w);
    }
    let (x, y) = (
        hg::point::flat::<::hypergrad::nalgebra::DVector<::core::primitive::f64>>(x),
        hg::point::flat::<::hypergrad::nalgebra::DVector<::core::primitive::f64>>(y),
    );
    hg::point::check_input("x", hg::Dense::flat(&x))?;
    hg::point::check_input("y", hg::Dense::flat(&y))?;
    let mut w = Work::new(x, y, sizes);
    w.home = self.spare.home();
    hg::core::result::Result::Ok(w)
}
fn objective(&self, w: &mut Work) -> hg::core::option::Option<f64> {
    let s0 = self.s0;
    let s1 = w.s1;
    let s2 = w.s2;
    let out = &mut [0f64; 1];
    {
        let out = &mut *out;
        out[0usize..][..1usize].fill(0f64);
    }
    self.ready1(w);
    let t0 = {
        if s2 == 0 {
            0f64
        } else {
            let p0 = &w.b1[..s2];
            hg::kernels::sum_windows([p0], |[p0]| p0)
        }
    };
    {
        let out = &mut *out;
        out[0usize] += (t0);
    }
    self.ready0(w);
    let t1 = {
        if (s2).saturating_sub(1usize) == 0 {
            0f64
        } else {
            let p0 = &w.b0[..(s2).saturating_sub(1usize)];
            let p1 = &hg::Dense::flat(&w.x)[1usize..][..(s2).saturating_sub(1usize)];
            let p2 = &hg::Dense::flat(&w.x)[..(s2).saturating_sub(1usize)];
            hg::kernels::sum_windows(
                [p0, p1, p2],
                |[p0, p1, p2]| (p0 * (p1 - p2) * (p1 - p2)),
            )
        }
    };
    {
        let out = &mut *out;
        out[0usize] += (t1);
    }
    hg::core::option::Option::Some(out[0])
}
fn residual(&self, w: &mut Work, out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = w.s1;
    let s2 = w.s2;
    self.ready2(w);
    self.ready0(w);
    {
        let b0 = &w.b0[..];
        let a2 = hg::Dense::flat(&w.x);
        {
            let p0 = &w.b2[..s2];
            let target = &mut out[..s2];
            for i0 in 0..s2 {
                target[i0] = (p0[i0]
                    - 2f64
                        * (if (s2) >= ((i0 + 2usize)) {
                            (b0[i0] * (a2[(i0 + 1usize)] - a2[i0]))
                        } else {
                            0f64
                        })
                    + 2f64
                        * (if (i0) >= (1usize) {
                            (b0[(i0).saturating_sub(1usize)]
                                * (a2[i0] - a2[(i0).saturating_sub(1usize)]))
                        } else {
                            0f64
                        }));
            }
        }
    }
}
fn f_1(&self, w: &mut Work, out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = w.s1;
    let s2 = w.s2;
    self.ready1(w);
    self.ready0(w);
    {
        let b0 = &w.b0[..];
        let b1 = &w.b1[..];
        let out = &mut *out;
        for i1 in 0..s2 {
            if s2 > 0 {
                let target = &mut out[s2 * i1..][..s2];
                for i0 in 0..s2 {
                    target[i0] = ((if (i0) == (i1) { b1[i0] } else { 0f64 })
                        - 2f64
                            * (if (s2) >= ((i0 + 2usize)) {
                                (b0[i0]
                                    * ((if ((i0 + 1usize)) == (i1) { (1f64) } else { 0f64 })
                                        - (if (i0) == (i1) { (1f64) } else { 0f64 })))
                            } else {
                                0f64
                            })
                        + 2f64
                            * (if (i0) >= (1usize) {
                                (b0[(i0).saturating_sub(1usize)]
                                    * ((if (i0) == (i1) { (1f64) } else { 0f64 })
                                        - (if (i0) == ((i1 + 1usize)) { (1f64) } else { 0f64 })))
                            } else {
                                0f64
                            }));
                }
            }
        }
    }
}
fn f_2(&self, w: &mut Work, out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = w.s1;
    let s2 = w.s2;
    self.ready0(w);
    {
        let b0 = &w.b0[..];
        let a2 = hg::Dense::flat(&w.x);
        let out = &mut *out;
        for i1 in 0..s1 {
            if s2 > 0 {
                let target = &mut out[s2 * i1..][..s2];
                for i0 in 0..s2 {
                    target[i0] = (-2f64
                        * (if (s2) >= ((i0 + 2usize)) {
                            ((if (i0) == (i1) && (s2) >= ((i0 + 2usize))
                                && (s1) >= ((i0 + 1usize))
                            {
                                (b0[i0] * (a2[(i0 + 1usize)] - a2[i0]))
                            } else {
                                0f64
                            }))
                        } else {
                            0f64
                        })
                        + 2f64
                            * (if (i0) >= (1usize) {
                                ((if (i0) == ((i1 + 1usize)) {
                                    (b0[(i0).saturating_sub(1usize)]
                                        * (a2[i0] - a2[(i0).saturating_sub(1usize)]))
                                } else {
                                    0f64
                                }))
                            } else {
                                0f64
                            }));
                }
            }
        }
    }
}
fn f_1_mul(&self, w: &mut Work, u: &[f64], out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = w.s1;
    let s2 = w.s2;
    self.ready1(w);
    self.ready0(w);
    {
        let b0 = &w.b0[..];
        let a19 = u;
        {
            let p0 = &w.b1[..s2];
            let p1 = &a19[..s2];
            let target = &mut out[..s2];
            for i0 in 0..s2 {
                target[i0] = ((p0[i0] * p1[i0])
                    - 2f64
                        * (if (s2) >= ((i0 + 2usize)) {
                            (b0[i0] * (a19[(i0 + 1usize)] - p1[i0]))
                        } else {
                            0f64
                        })
                    + 2f64
                        * (if (i0) >= (1usize) {
                            (b0[(i0).saturating_sub(1usize)]
                                * (p1[i0] - a19[(i0).saturating_sub(1usize)]))
                        } else {
                            0f64
                        }));
            }
        }
    }
}
fn f_1_tr_mul(&self, w: &mut Work, u: &[f64], out: &mut [f64]) {
    self.f_1_mul(w, u, out)
}
fn f_2_mul(&self, w: &mut Work, c: &[f64], out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = w.s1;
    let s2 = w.s2;
    self.ready0(w);
    {
        let b0 = &w.b0[..];
        let a2 = hg::Dense::flat(&w.x);
        let a20 = c;
        {
            let target = &mut out[..s2];
            for i0 in 0..s2 {
                target[i0] = (-2f64
                    * (if (s2) >= ((i0 + 2usize)) {
                        ((a2[(i0 + 1usize)] - a2[i0])
                            * (if (s1) >= ((i0 + 1usize)) {
                                (b0[i0] * a20[i0])
                            } else {
                                0f64
                            }))
                    } else {
                        0f64
                    })
                    + 2f64
                        * (if (i0) >= (1usize) {
                            ((a2[i0] - a2[(i0).saturating_sub(1usize)])
                                * (b0[(i0).saturating_sub(1usize)]
                                    * a20[(i0).saturating_sub(1usize)]))
                        } else {
                            0f64
                        }));
            }
        }
    }
}
fn f_2_tr_mul(&self, w: &mut Work, u: &[f64], out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = w.s1;
    let s2 = w.s2;
    self.ready0(w);
    {
        let b0 = &w.b0[..];
        let a2 = hg::Dense::flat(&w.x);
        let a19 = u;
        {
            let target = &mut out[..s1];
            for i0 in 0..s1 {
                target[i0] = (if (s2) >= ((i0 + 2usize)) {
                    (2f64 * b0[i0] * (a2[(i0 + 1usize)] - a2[i0])
                        * (a19[(i0 + 1usize)] - a19[i0]))
                } else {
                    0f64
                });
            }
        }
    }
}
fn f_1_diagonal(&self, w: &mut Work, out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = w.s1;
    let s2 = w.s2;
    self.ready1(w);
    self.ready0(w);
    {
        let b0 = &w.b0[..];
        {
            let p0 = &w.b1[..s2];
            let target = &mut out[..s2];
            for i0 in 0..s2 {
                target[i0] = (p0[i0]
                    + 2f64 * (if (s2) >= ((i0 + 2usize)) { b0[i0] } else { 0f64 })
                    + 2f64
                        * (if (i0) >= (1usize) {
                            (b0[(i0).saturating_sub(1usize)] * ((1f64)))
                        } else {
                            0f64
                        }));
            }
        }
    }
}
fn f_1_diagonal_2_tr_mul(&self, w: &mut Work, u: &[f64], out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = w.s1;
    let s2 = w.s2;
    self.ready0(w);
    {
        let b0 = &w.b0[..];
        let a19 = u;
        {
            let target = &mut out[..s1];
            for i0 in 0..s1 {
                target[i0] = (if (s2) >= ((i0 + 2usize)) {
                    (2f64 * b0[i0] * (a19[i0] + (a19[(i0 + 1usize)] * ((1f64)))))
                } else {
                    0f64
                });
            }
        }
    }
}
fn g(&self, w: &mut Work) -> f64 {
    let s0 = self.s0;
    let s1 = w.s1;
    let s2 = w.s2;
    let out = &mut [0f64; 1];
    {
        let out = &mut *out;
        out[0usize..][..1usize].fill(0f64);
    }
    let t0 = {
        let a0 = self.data().target.as_slice();
        if s2 == 0 {
            0f64
        } else {
            let p0 = &hg::Dense::flat(&w.x)[..s2];
            let p1 = &a0[..s2];
            hg::kernels::sum_windows(
                [p0, p1],
                |[p0, p1]| ((p0 - (p1 * p1)) * (p0 - (p1 * p1))),
            )
        }
    };
    {
        let out = &mut *out;
        out[0usize] += (t0);
    }
    out[0]
}
fn g_1(&self, w: &mut Work, out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = w.s1;
    let s2 = w.s2;
    {
        let a0 = self.data().target.as_slice();
        {
            let p0 = &hg::Dense::flat(&w.x)[..s2];
            let p1 = &a0[..s2];
            let target = &mut out[..s2];
            for i0 in 0..s2 {
                target[i0] = (2f64 * p0[i0] - 2f64 * (p1[i0] * p1[i0]));
            }
        }
    }
}
fn g_2(&self, w: &mut Work, out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = w.s1;
    let s2 = w.s2;
    {
        let out = &mut *out;
        out[0usize..][..s1].fill(0f64);
    }
}
fn g_11(&self, w: &mut Work, out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = w.s1;
    let s2 = w.s2;
    {
        let out = &mut *out;
        for i1 in 0..s2 {
            if s2 > 0 {
                let target = &mut out[s2 * i1..][..s2];
                for i0 in 0..s2 {
                    target[i0] = (if (i0) == (i1) { (2f64) } else { 0f64 });
                }
            }
        }
    }
}
fn g_21(&self, w: &mut Work, out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = w.s1;
    let s2 = w.s2;
    {
        let out = &mut *out;
        out[0usize..][..s1 * s2].fill(0f64);
    }
}
fn m_11_mul(&self, w: &mut Work, u: &[f64], out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = w.s1;
    let s2 = w.s2;
    self.ready3(w);
    {
        {
            let p0 = &u[..s2];
            let p1 = &w.b3[..s2];
            let target = &mut out[..s2];
            for i0 in 0..s2 {
                target[i0] = (p0[i0] * p1[i0]);
            }
        }
    }
}
fn m_21_mul(&self, w: &mut Work, u: &[f64], out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = w.s1;
    let s2 = w.s2;
    self.ready0(w);
    {
        let b0 = &w.b0[..];
        let a18 = hg::Dense::flat(&w.v);
        let a19 = u;
        {
            let target = &mut out[..s1];
            for i0 in 0..s1 {
                target[i0] = (if (s2) >= ((i0 + 2usize)) {
                    (2f64 * b0[i0] * (a19[(i0 + 1usize)] - a19[i0])
                        * (-a18[(i0 + 1usize)] + a18[i0]))
                } else {
                    0f64
                });
            }
        }
    }
}
fn m_12_mul(&self, w: &mut Work, c: &[f64], out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = w.s1;
    let s2 = w.s2;
    self.ready0(w);
    {
        let b0 = &w.b0[..];
        let a18 = hg::Dense::flat(&w.v);
        let a20 = c;
        {
            let target = &mut out[..s2];
            for i0 in 0..s2 {
                target[i0] = (-2f64
                    * (if (s2) >= ((i0 + 2usize)) {
                        ((if (s1) >= ((i0 + 1usize)) {
                            (b0[i0] * a20[i0])
                        } else {
                            0f64
                        }) * (-a18[(i0 + 1usize)] + a18[i0]))
                    } else {
                        0f64
                    })
                    + 2f64
                        * (if (i0) >= (1usize) {
                            ((b0[(i0).saturating_sub(1usize)]
                                * a20[(i0).saturating_sub(1usize)])
                                * (-a18[i0] + a18[(i0).saturating_sub(1usize)]))
                        } else {
                            0f64
                        }));
            }
        }
    }
}
fn m_11(&self, w: &mut Work, out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = w.s1;
    let s2 = w.s2;
    self.ready3(w);
    {
        let b3 = &w.b3[..];
        let out = &mut *out;
        for i1 in 0..s2 {
            if s2 > 0 {
                let target = &mut out[s2 * i1..][..s2];
                for i0 in 0..s2 {
                    target[i0] = (if (i0) == (i1) { b3[i0] } else { 0f64 });
                }
            }
        }
    }
}
fn m_21(&self, w: &mut Work, out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = w.s1;
    let s2 = w.s2;
    w.b4.resize(s1, 0f64);
    self.ready0(w);
    {
        let b0 = &w.b0[..];
        let a18 = hg::Dense::flat(&w.v);
        {
            let target = &mut w.b4[..s1];
            for i2 in 0..s1 {
                target[i2] = (if (s2) >= ((i2 + 2usize)) {
                    (b0[i2] * (-a18[(i2 + 1usize)] + a18[i2]))
                } else {
                    0f64
                });
            }
        }
    }
    {
        let b4 = &w.b4[..];
        let out = &mut *out;
        for i1 in 0..s2 {
            if s1 > 0 {
                let target = &mut out[s1 * i1..][..s1];
                for i0 in 0..s1 {
                    target[i0] = (if (s2) >= ((i0 + 2usize)) {
                        (2f64
                            * ((if ((i0 + 1usize)) == (i1) { (1f64) } else { 0f64 })
                                - (if (i0) == (i1) { (1f64) } else { 0f64 })) * b4[i0])
                    } else {
                        0f64
                    });
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
        <::hypergrad::nalgebra::DVector<::core::primitive::f64> as hg::Variable>::Flat,
    >(self, w, n, Self::l_11_mul, out);
    hg::Bilevel::set_adjoint(self, w, hg::Dense::flat(&v));
}
fn f_21(&self, w: &mut Work, out: &mut [f64]) {
    let (n, m) = hg::Bilevel::dims(self, w);
    let v = w.v.clone();
    hg::products::tensor::<
        _,
        <::hypergrad::nalgebra::DVector<::core::primitive::f64> as hg::Variable>::Flat,
    >(self, w, m, Self::l_21_mul, out);
    hg::Bilevel::set_adjoint(self, w, hg::Dense::flat(&v));
}
fn eigenvalue_bounds(&self, w: &mut Work) -> hg::EigenvalueBounds {
    hg::EigenvalueBounds::new(
        hg::core::option::Option::Some(self.f_1_least(w)),
        hg::core::option::Option::<f64>::None,
    )
}
fn factor(&self, w: &mut Work) -> hg::core::result::Result<(), hg::LinearError> {
    if w.factored {
        return hg::core::result::Result::Ok(());
    }
    let s0 = self.s0;
    let s1 = w.s1;
    let s2 = w.s2;
    w.factor.resize("F_1", hg::Dense::flat(&w.x).len())?;
    let mut factor = hg::core::mem::replace(
        &mut w.factor,
        <hg::Factored<hg::method::Cholesky, hg::nalgebra::DMatrix<f64>>>::empty(),
    );
    hg::Bilevel::f_1(self, w, factor.matrix_mut());
    w.factor = factor;
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
    hg::indices::first_non_finite(&[("data.target", self.data().target.as_slice())])
}
fn take_scratch(
    &self,
    w: &mut Work,
) -> hg::core::option::Option<
    (
        <::hypergrad::nalgebra::DVector<::core::primitive::f64> as hg::Variable>::Flat,
        <::hypergrad::nalgebra::DVector<::core::primitive::f64> as hg::Variable>::Flat,
    ),
> {
    w.lent.take()
}
fn keep_scratch(
    &self,
    w: &mut Work,
    lent: (
        <::hypergrad::nalgebra::DVector<::core::primitive::f64> as hg::Variable>::Flat,
        <::hypergrad::nalgebra::DVector<::core::primitive::f64> as hg::Variable>::Flat,
    ),
) {
    w.lent = hg::core::option::Option::Some(lent);
}
