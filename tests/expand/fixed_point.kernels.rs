fn sizes(
    &self,
    x: &::hypergrad::nalgebra::DVector<::core::primitive::f64>,
    y: &::hypergrad::nalgebra::DMatrix<::core::primitive::f64>,
) -> hg::core::result::Result<[usize; 3usize], hg::ShapeError> {
    let s0 = self.s0;
    let s1 = self.s1;
    let data = self.data();
    let s2: usize = y.nrows();
    let s3: usize = y.ncols();
    let s4: usize = x.len();
    if s2 != s0 {
        return hg::core::result::Result::Err(hg::ShapeError::Mismatch {
            left: "y.nrows()",
            left_size: s2,
            right: "data.input.len()",
            right_size: s0,
            place: "Phi: y * x + &data.input",
        });
    }
    if s3 != s0 {
        return hg::core::result::Result::Err(hg::ShapeError::Mismatch {
            left: "y.ncols()",
            left_size: s3,
            right: "data.input.len()",
            right_size: s0,
            place: "",
        });
    }
    if s4 != s0 {
        return hg::core::result::Result::Err(hg::ShapeError::Mismatch {
            left: "x.len()",
            left_size: s4,
            right: "data.input.len()",
            right_size: s0,
            place: "Phi: y * x",
        });
    }
    hg::core::result::Result::Ok([s2, s3, s4])
}
fn ready_y(&self, w: &mut Work) {
    self.ready2(w);
}
fn ready0(&self, w: &mut Work) {
    if w.ready[0usize] & 1u64 != 0 {
        return;
    }
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = w.s2;
    let s3 = w.s3;
    let s4 = w.s4;
    w.b0.resize(s0, 0f64);
    {
        let a0 = self.data().input.as_slice();
        hg::kernels::copy(&a0[..s0], &mut w.b0[..s0]);
    }
    {
        hg::kernels::gemv(
            (1f64),
            &hg::Dense::flat(&w.y)[..s0 * s0],
            s0,
            s0,
            &hg::Dense::flat(&w.x)[..s0],
            &mut w.b0[..s0],
        );
    }
    w.ready[0usize] |= 1u64;
}
fn ready1(&self, w: &mut Work) {
    if w.ready[0usize] & 2u64 != 0 {
        return;
    }
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = w.s2;
    let s3 = w.s3;
    let s4 = w.s4;
    w.b1.resize(s0, 0f64);
    self.ready0(w);
    {
        hg::kernels::tanh_into(&w.b0[..s0], &mut w.b1[..s0]);
    }
    w.ready[0usize] |= 2u64;
}
fn ready2(&self, w: &mut Work) {
    if w.ready[0usize] & 4u64 != 0 {
        return;
    }
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = w.s2;
    let s3 = w.s3;
    let s4 = w.s4;
    {
        let b2 = &mut w.b2[..];
        b2[0usize..][..1usize].fill(0f64);
    }
    {
        w.b2[..1usize][0]
            += (1f64)
                * hg::kernels::dot(
                    &hg::Dense::flat(&w.y)[..s0 * s0],
                    &hg::Dense::flat(&w.y)[..s0 * s0],
                );
    }
    w.ready[0usize] |= 4u64;
}
fn ready3(&self, w: &mut Work) {
    if w.ready[0usize] & 8u64 != 0 {
        return;
    }
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = w.s2;
    let s3 = w.s3;
    let s4 = w.s4;
    w.b3.resize(s0, 0f64);
    self.ready0(w);
    {
        hg::kernels::sech2_into(&w.b0[..s0], &mut w.b3[..s0]);
    }
    w.ready[0usize] |= 8u64;
}
fn ready5(&self, w: &mut Work) {
    if w.ready[0usize] & 32u64 != 0 {
        return;
    }
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = w.s2;
    let s3 = w.s3;
    let s4 = w.s4;
    w.b5.resize(s0, 0f64);
    self.ready3(w);
    {
        {
            let p0 = &hg::Dense::flat(&w.v)[..s0];
            let p1 = &w.b3[..s0];
            let target = &mut w.b5[..s0];
            for i0 in 0..s0 {
                target[i0] = (p0[i0] * p1[i0]);
            }
        }
    }
    w.ready[0usize] |= 32u64;
}
fn ready8(&self, w: &mut Work) {
    if w.ready[0usize] & 256u64 != 0 {
        return;
    }
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = w.s2;
    let s3 = w.s3;
    let s4 = w.s4;
    w.b8.resize(s0, 0f64);
    self.ready1(w);
    self.ready3(w);
    {
        {
            let p0 = &w.b1[..s0];
            let p1 = &hg::Dense::flat(&w.v)[..s0];
            let p2 = &w.b3[..s0];
            let target = &mut w.b8[..s0];
            for i0 in 0..s0 {
                target[i0] = (p0[i0] * p1[i0] * p2[i0]);
            }
        }
    }
    w.ready[0usize] |= 256u64;
}
fn ready10(&self, w: &mut Work) {
    if w.ready[0usize] & 1024u64 != 0 {
        return;
    }
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = w.s2;
    let s3 = w.s3;
    let s4 = w.s4;
    w.b10.resize(s0, 0f64);
    self.ready1(w);
    self.ready3(w);
    {
        let a2 = hg::Dense::flat(&w.y);
        {
            let p0 = &w.b1[..s0];
            let p1 = &w.b3[..s0];
            let target = &mut w.b10[..s0];
            for i0 in 0..s0 {
                target[i0] = (a2[(i0 + s0 * i0)] * p0[i0] * p1[i0]);
            }
        }
    }
    w.ready[0usize] |= 1024u64;
}
fn start(
    &self,
    x: &::hypergrad::nalgebra::DVector<::core::primitive::f64>,
    y: &::hypergrad::nalgebra::DMatrix<::core::primitive::f64>,
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
        hg::point::flat::<::hypergrad::nalgebra::DMatrix<::core::primitive::f64>>(y),
    );
    hg::point::check_input("x", hg::Dense::flat(&x))?;
    hg::point::check_input("y", hg::Dense::flat(&y))?;
    let mut w = Work::new(x, y, sizes);
    w.home = self.spare.home();
    hg::core::result::Result::Ok(w)
}
fn objective(&self, _w: &mut Work) -> hg::core::option::Option<f64> {
    hg::core::option::Option::None
}
fn residual(&self, w: &mut Work, out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = w.s2;
    let s3 = w.s3;
    let s4 = w.s4;
    self.ready1(w);
    {
        {
            let p0 = &hg::Dense::flat(&w.x)[..s0];
            let p1 = &w.b1[..s0];
            let target = &mut out[..s0];
            for i0 in 0..s0 {
                target[i0] = (p0[i0] - p1[i0]);
            }
        }
    }
}
fn f_1(&self, w: &mut Work, out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = w.s2;
    let s3 = w.s3;
    let s4 = w.s4;
    self.ready3(w);
    {
        let b3 = &w.b3[..];
        let a2 = hg::Dense::flat(&w.y);
        let out = &mut *out;
        for i1 in 0..s0 {
            if s0 > 0 {
                let p0 = &a2[s0 * i1..][..s0];
                let p1 = &b3[..s0];
                let target = &mut out[s0 * i1..][..s0];
                for i0 in 0..s0 {
                    target[i0] = ((if (i0) == (i1) { (1f64) } else { 0f64 })
                        - (p0[i0] * p1[i0]));
                }
            }
        }
    }
}
fn f_2(&self, w: &mut Work, out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = w.s2;
    let s3 = w.s3;
    let s4 = w.s4;
    self.ready3(w);
    {
        let b3 = &w.b3[..];
        let a3 = hg::Dense::flat(&w.x);
        let out = &mut *out;
        hg::kernels::widely(
            #[inline(always)]
            || {
                for i2 in 0..s0 {
                    for i1 in 0..s0 {
                        if s0 > 0 {
                            let target = &mut out[(s0 * i1 + s0 * s0 * i2)..][..s0];
                            for i0 in 0..s0 {
                                target[i0] = (if (i0) == (i1) {
                                    (-(a3[i2] * b3[i0]))
                                } else {
                                    0f64
                                });
                            }
                        }
                    }
                }
            },
        );
    }
}
fn f_1_mul(&self, w: &mut Work, u: &[f64], out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = w.s2;
    let s3 = w.s3;
    let s4 = w.s4;
    w.b6.resize(s0, 0f64);
    self.ready3(w);
    {
        hg::kernels::gemv_into(
            (1f64),
            &hg::Dense::flat(&w.y)[..s0 * s0],
            s0,
            s0,
            &u[..s0],
            &mut w.b6[..s0],
        );
    }
    {
        {
            let p0 = &u[..s0];
            let p1 = &w.b3[..s0];
            let p2 = &w.b6[..s0];
            let target = &mut out[..s0];
            for i0 in 0..s0 {
                target[i0] = (p0[i0] - (p1[i0] * p2[i0]));
            }
        }
    }
}
fn f_1_tr_mul(&self, w: &mut Work, u: &[f64], out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = w.s2;
    let s3 = w.s3;
    let s4 = w.s4;
    {
        hg::kernels::copy(&u[..s0], &mut out[..s0]);
    }
    w.b4.resize(s0, 0f64);
    self.ready3(w);
    {
        {
            let p0 = &u[..s0];
            let p1 = &w.b3[..s0];
            let target = &mut w.b4[..s0];
            for i1 in 0..s0 {
                target[i1] = (p0[i1] * p1[i1]);
            }
        }
    }
    {
        hg::kernels::gemv_t(
            ((-1f64)),
            &hg::Dense::flat(&w.y)[..s0 * s0],
            s0,
            s0,
            &w.b4[..s0],
            &mut out[..s0],
        );
    }
}
fn f_2_mul(&self, w: &mut Work, c: &[f64], out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = w.s2;
    let s3 = w.s3;
    let s4 = w.s4;
    w.b7.resize(s0, 0f64);
    self.ready3(w);
    {
        hg::kernels::gemv_into(
            (1f64),
            &c[..s0 * s0],
            s0,
            s0,
            &hg::Dense::flat(&w.x)[..s0],
            &mut w.b7[..s0],
        );
    }
    {
        {
            let p0 = &w.b3[..s0];
            let p1 = &w.b7[..s0];
            let target = &mut out[..s0];
            for i0 in 0..s0 {
                target[i0] = (-(p0[i0] * p1[i0]));
            }
        }
    }
}
fn f_2_tr_mul(&self, w: &mut Work, u: &[f64], out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = w.s2;
    let s3 = w.s3;
    let s4 = w.s4;
    w.b4.resize(s0, 0f64);
    self.ready3(w);
    {
        {
            let p0 = &u[..s0];
            let p1 = &w.b3[..s0];
            let target = &mut w.b4[..s0];
            for i2 in 0..s0 {
                target[i2] = (p0[i2] * p1[i2]);
            }
        }
    }
    {
        let b4 = &w.b4[..];
        let a3 = hg::Dense::flat(&w.x);
        let out = &mut *out;
        for i1 in 0..s0 {
            if s0 > 0 {
                let p0 = &b4[..s0];
                let target = &mut out[s0 * i1..][..s0];
                for i0 in 0..s0 {
                    target[i0] = (-(a3[i1] * p0[i0]));
                }
            }
        }
    }
}
fn f_1_diagonal(&self, w: &mut Work, out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = w.s2;
    let s3 = w.s3;
    let s4 = w.s4;
    self.ready3(w);
    {
        let a2 = hg::Dense::flat(&w.y);
        {
            let p0 = &w.b3[..s0];
            let target = &mut out[..s0];
            for i0 in 0..s0 {
                target[i0] = (1f64 - (a2[(i0 + s0 * i0)] * p0[i0]));
            }
        }
    }
}
fn f_1_diagonal_2_tr_mul(&self, w: &mut Work, u: &[f64], out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = w.s2;
    let s3 = w.s3;
    let s4 = w.s4;
    self.ready10(w);
    {
        let b3 = &w.b3[..];
        let b10 = &w.b10[..];
        let a3 = hg::Dense::flat(&w.x);
        let a12 = u;
        let out = &mut *out;
        for i1 in 0..s0 {
            if s0 > 0 {
                let p0 = &a12[..s0];
                let p1 = &b10[..s0];
                let target = &mut out[s0 * i1..][..s0];
                for i0 in 0..s0 {
                    target[i0] = (-(if (i0) == (i1) { (p0[i0] * b3[i0]) } else { 0f64 })
                        + 2f64 * (a3[i1] * (p0[i0] * p1[i0])));
                }
            }
        }
    }
}
fn g(&self, w: &mut Work) -> f64 {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = w.s2;
    let s3 = w.s3;
    let s4 = w.s4;
    let out = &mut [0f64; 1];
    self.ready2(w);
    {
        let b2 = &w.b2[..];
        let out = &mut *out;
        out[0usize] = (0.01f64 * b2[0usize]);
    }
    let t0 = {
        let a1 = self.data().target.as_slice();
        if s0 == 0 {
            0f64
        } else {
            let p0 = &a1[..s0];
            let p1 = &hg::Dense::flat(&w.x)[..s0];
            hg::kernels::sum_windows([p0, p1], |[p0, p1]| ((-p0 + p1) * (-p0 + p1)))
        }
    };
    {
        let out = &mut *out;
        out[0usize] += (0.5f64 * t0);
    }
    out[0]
}
fn g_1(&self, w: &mut Work, out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = w.s2;
    let s3 = w.s3;
    let s4 = w.s4;
    {
        let a1 = self.data().target.as_slice();
        {
            let p0 = &a1[..s0];
            let p1 = &hg::Dense::flat(&w.x)[..s0];
            let target = &mut out[..s0];
            for i0 in 0..s0 {
                target[i0] = (-p0[i0] + p1[i0]);
            }
        }
    }
}
fn g_2(&self, w: &mut Work, out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = w.s2;
    let s3 = w.s3;
    let s4 = w.s4;
    {
        let a2 = hg::Dense::flat(&w.y);
        let out = &mut *out;
        for i1 in 0..s0 {
            if s0 > 0 {
                let p0 = &a2[s0 * i1..][..s0];
                let target = &mut out[s0 * i1..][..s0];
                for i0 in 0..s0 {
                    target[i0] = (0.02f64 * p0[i0]);
                }
            }
        }
    }
}
fn g_11(&self, w: &mut Work, out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = w.s2;
    let s3 = w.s3;
    let s4 = w.s4;
    {
        let out = &mut *out;
        for i1 in 0..s0 {
            if s0 > 0 {
                let target = &mut out[s0 * i1..][..s0];
                for i0 in 0..s0 {
                    target[i0] = (if (i0) == (i1) { (1f64) } else { 0f64 });
                }
            }
        }
    }
}
fn g_21(&self, w: &mut Work, out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = w.s2;
    let s3 = w.s3;
    let s4 = w.s4;
    {
        let out = &mut *out;
        out[0usize..][..s0 * s0 * s0].fill(0f64);
    }
}
fn m_11_mul(&self, w: &mut Work, u: &[f64], out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = w.s2;
    let s3 = w.s3;
    let s4 = w.s4;
    w.b11.resize(s0, 0f64);
    {
        let b11 = &mut w.b11[..];
        b11[0usize..][..s0].fill(0f64);
    }
    w.b9.resize(s0, 0f64);
    w.b6.resize(s0, 0f64);
    {
        hg::kernels::gemv_into(
            (1f64),
            &hg::Dense::flat(&w.y)[..s0 * s0],
            s0,
            s0,
            &u[..s0],
            &mut w.b6[..s0],
        );
    }
    self.ready8(w);
    {
        {
            let p0 = &w.b6[..s0];
            let p1 = &w.b8[..s0];
            let target = &mut w.b9[..s0];
            for i1 in 0..s0 {
                target[i1] = (p0[i1] * p1[i1]);
            }
        }
    }
    {
        hg::kernels::gemv_t(
            (1f64),
            &hg::Dense::flat(&w.y)[..s0 * s0],
            s0,
            s0,
            &w.b9[..s0],
            &mut w.b11[..s0],
        );
    }
    {
        {
            let p0 = &u[..s0];
            let p1 = &w.b11[..s0];
            let target = &mut out[..s0];
            for i0 in 0..s0 {
                target[i0] = (p0[i0] - 2f64 * p1[i0]);
            }
        }
    }
}
fn m_21_mul(&self, w: &mut Work, u: &[f64], out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = w.s2;
    let s3 = w.s3;
    let s4 = w.s4;
    w.b9.resize(s0, 0f64);
    w.b6.resize(s0, 0f64);
    self.ready5(w);
    {
        hg::kernels::gemv_into(
            (1f64),
            &hg::Dense::flat(&w.y)[..s0 * s0],
            s0,
            s0,
            &u[..s0],
            &mut w.b6[..s0],
        );
    }
    self.ready8(w);
    {
        {
            let p0 = &w.b6[..s0];
            let p1 = &w.b8[..s0];
            let target = &mut w.b9[..s0];
            for i2 in 0..s0 {
                target[i2] = (p0[i2] * p1[i2]);
            }
        }
    }
    {
        let b5 = &w.b5[..];
        let b9 = &w.b9[..];
        let a3 = hg::Dense::flat(&w.x);
        let a12 = u;
        let out = &mut *out;
        for i1 in 0..s0 {
            if s0 > 0 {
                let p0 = &b5[..s0];
                let p1 = &b9[..s0];
                let target = &mut out[s0 * i1..][..s0];
                for i0 in 0..s0 {
                    target[i0] = ((a12[i1] * p0[i0]) - 2f64 * (a3[i1] * p1[i0]));
                }
            }
        }
    }
}
fn m_12_mul(&self, w: &mut Work, c: &[f64], out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = w.s2;
    let s3 = w.s3;
    let s4 = w.s4;
    {
        let out = &mut *out;
        out[0usize..][..s0].fill(0f64);
    }
    self.ready5(w);
    {
        hg::kernels::gemv_t((1f64), &c[..s0 * s0], s0, s0, &w.b5[..s0], &mut out[..s0]);
    }
    w.b12.resize(s0, 0f64);
    w.b7.resize(s0, 0f64);
    {
        hg::kernels::gemv_into(
            (1f64),
            &c[..s0 * s0],
            s0,
            s0,
            &hg::Dense::flat(&w.x)[..s0],
            &mut w.b7[..s0],
        );
    }
    self.ready8(w);
    {
        {
            let p0 = &w.b7[..s0];
            let p1 = &w.b8[..s0];
            let target = &mut w.b12[..s0];
            for i0 in 0..s0 {
                target[i0] = (p0[i0] * p1[i0]);
            }
        }
    }
    {
        hg::kernels::gemv_t(
            ((-2f64)),
            &hg::Dense::flat(&w.y)[..s0 * s0],
            s0,
            s0,
            &w.b12[..s0],
            &mut out[..s0],
        );
    }
}
fn m_11(&self, w: &mut Work, out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = w.s2;
    let s3 = w.s3;
    let s4 = w.s4;
    {
        let out = &mut *out;
        for i1 in 0..s0 {
            if s0 > 0 {
                let target = &mut out[s0 * i1..][..s0];
                for i0 in 0..s0 {
                    target[i0] = ((if (i0) == (i1) { (1f64) } else { 0f64 }));
                }
            }
        }
    }
    self.ready8(w);
    {
        let scratch = &mut w.scratch;
        scratch.resize(hg::kernels::weighted_gram_scratch(s0, s0), 0f64);
        hg::kernels::weighted_gram(
            ((-2f64)),
            &hg::Dense::flat(&w.y)[..s0 * s0],
            &w.b8[..s0],
            s0,
            s0,
            &mut scratch[..],
            &mut out[..s0 * s0],
        );
    }
}
fn m_21(&self, w: &mut Work, out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = w.s2;
    let s3 = w.s3;
    let s4 = w.s4;
    self.ready8(w);
    {
        let b3 = &w.b3[..];
        let b8 = &w.b8[..];
        let a2 = hg::Dense::flat(&w.y);
        let a3 = hg::Dense::flat(&w.x);
        let a11 = hg::Dense::flat(&w.v);
        let out = &mut *out;
        hg::kernels::widely(
            #[inline(always)]
            || {
                for i2 in 0..s0 {
                    for i1 in 0..s0 {
                        if s0 > 0 {
                            let p0 = &a2[s0 * i2..][..s0];
                            let p1 = &b8[..s0];
                            let target = &mut out[(s0 * i1 + s0 * s0 * i2)..][..s0];
                            for i0 in 0..s0 {
                                target[i0] = ((if (i1) == (i2) {
                                    (a11[i0] * b3[i0])
                                } else {
                                    0f64
                                }) - 2f64 * (a3[i1] * (p0[i0] * p1[i0])));
                            }
                        }
                    }
                }
            },
        );
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
        <::hypergrad::nalgebra::DMatrix<::core::primitive::f64> as hg::Variable>::Flat,
    >(self, w, m, Self::l_21_mul, out);
    hg::Bilevel::set_adjoint(self, w, hg::Dense::flat(&v));
}
fn factor(&self, w: &mut Work) -> hg::core::result::Result<(), hg::LinearError> {
    if w.factored {
        return hg::core::result::Result::Ok(());
    }
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = w.s2;
    let s3 = w.s3;
    let s4 = w.s4;
    w.factor.resize("F_1", hg::Dense::flat(&w.x).len())?;
    let mut factor = hg::core::mem::replace(
        &mut w.factor,
        <hg::Factored<hg::method::Lu, hg::nalgebra::DMatrix<f64>>>::empty(),
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
    hg::indices::first_non_finite(
        &[
            ("data.input", self.data().input.as_slice()),
            ("data.target", self.data().target.as_slice()),
        ],
    )
}
fn take_scratch(
    &self,
    w: &mut Work,
) -> hg::core::option::Option<
    (
        <::hypergrad::nalgebra::DVector<::core::primitive::f64> as hg::Variable>::Flat,
        <::hypergrad::nalgebra::DMatrix<::core::primitive::f64> as hg::Variable>::Flat,
    ),
> {
    w.lent.take()
}
fn keep_scratch(
    &self,
    w: &mut Work,
    lent: (
        <::hypergrad::nalgebra::DVector<::core::primitive::f64> as hg::Variable>::Flat,
        <::hypergrad::nalgebra::DMatrix<::core::primitive::f64> as hg::Variable>::Flat,
    ),
) {
    w.lent = hg::core::option::Option::Some(lent);
}
