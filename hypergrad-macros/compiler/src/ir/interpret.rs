//! The value of nodes on numbers, straight from the definitions in [`super::node`]: the oracle of
//! tests. Nothing is fast here, but nothing is done twice: millions of random programs run through it.

use std::ops::Index;

use rustc_hash::FxHashMap;

use crate::ir::{
    Affine, Elimination, Func, Graph, Id, Kept, Op, Product, Reduction, Scan, Size, Slot, Symbol, Test, Variable, View, Wire,
};

/// A tensor, row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    pub shape: Vec<usize>,
    pub data: Vec<f64>,
}

impl Tensor {
    pub fn zeros(shape: Vec<usize>) -> Self {
        let data = vec![0.0; shape.iter().product()];
        Self { shape, data }
    }

    pub fn scalar(value: f64) -> Self {
        Self { shape: Vec::new(), data: vec![value] }
    }

    pub fn vector(data: &[f64]) -> Self {
        Self { shape: vec![data.len()], data: data.to_vec() }
    }

    fn position(&self, index: &[i64]) -> Option<usize> {
        let mut position = 0;
        for (i, extent) in index.iter().zip(&self.shape) {
            if *i < 0 || *i >= *extent as i64 {
                return None;
            }
            position = position * extent + *i as usize;
        }
        Some(position)
    }

    /// An entry; 0 outside.
    pub fn at(&self, index: &[i64]) -> f64 {
        self.position(index).map_or(0.0, |p| self.data[p])
    }
}

/// All indices of a shape, in row-major order.
pub fn indices(shape: &[usize]) -> Vec<Vec<i64>> {
    let mut all = vec![Vec::new()];
    for extent in shape {
        all = all.iter().flat_map(|head| (0..*extent as i64).map(move |i| [head.as_slice(), &[i]].concat())).collect();
    }
    all
}

/// Calls with every index of a shape, in row-major order.
fn for_each_index(shape: &[usize], mut each: impl FnMut(&[i64])) {
    let mut index = vec![0_i64; shape.len()];
    for _ in 0..shape.iter().product() {
        each(&index);
        for (i, extent) in index.iter_mut().zip(shape).rev() {
            *i += 1;
            if *i < *extent as i64 {
                break;
            }
            *i = 0;
        }
    }
}

/// What nodes are worth; inside of a recursion on top of what they are worth outside.
#[derive(Default)]
struct Values<'o> {
    own: FxHashMap<Id, Tensor>,
    /// The states of recursions, stacked.
    states: FxHashMap<Id, Vec<Tensor>>,
    outside: Option<&'o Values<'o>>,
}

impl Values<'_> {
    fn get(&self, id: Id) -> Option<&Tensor> {
        self.own.get(&id).or_else(|| self.outside?.get(id))
    }

    fn states(&self, scan: Id) -> &[Tensor] {
        match (self.states.get(&scan), self.outside) {
            (Some(states), _) => states,
            (None, Some(outside)) => outside.states(scan),
            (None, None) => panic!("{scan:?} did not run"),
        }
    }
}

impl Index<&Id> for Values<'_> {
    type Output = Tensor;

    fn index(&self, id: &Id) -> &Tensor {
        self.get(*id).unwrap_or_else(|| panic!("{id:?} has no value"))
    }
}

/// Values of the symbols and of the inputs (by node).
#[derive(Clone, Default)]
pub struct Point {
    pub symbols: Vec<i64>,
    pub inputs: FxHashMap<Id, Tensor>,
}

impl Point {
    pub fn size(&self, size: &Size) -> i64 {
        size.evaluate(&|s: Symbol| self.symbols[s.0 as usize])
    }

    pub fn shape(&self, shape: &[Size]) -> Vec<usize> {
        shape.iter().map(|s| self.size(s).max(0) as usize).collect()
    }

    /// The values of the roots.
    pub fn values(&self, graph: &Graph, roots: &[Id]) -> Vec<Tensor> {
        let mut values = Values::default();
        self.fill(graph, &graph.surface(roots), &mut values);
        roots.iter().map(|r| values[r].clone()).collect()
    }

    fn fill(&self, graph: &Graph, order: &[Id], values: &mut Values<'_>) {
        for id in order {
            if values.get(*id).is_none() {
                if let Some(scan) = graph.as_scan(*id) {
                    let states = self.scan(graph, scan, values);
                    values.states.insert(*id, states);
                }
                let value = self.node(graph, *id, values);
                assert_eq!(value.shape, self.shape(graph.shape(*id)), "shape of {id:?} {:?}", graph.op(*id));
                values.own.insert(*id, value);
            }
        }
    }

    pub fn value(&self, graph: &Graph, root: Id) -> Tensor {
        self.values(graph, &[root]).remove(0)
    }

    fn node(&self, graph: &Graph, id: Id, values: &Values<'_>) -> Tensor {
        let shape = self.shape(graph.shape(id));
        match graph.op(id) {
            Op::Input(_) => self.inputs.get(&id).unwrap_or_else(|| panic!("no value for input {id:?}")).clone(),
            Op::Constant(number) => Tensor::scalar(number.get()),
            Op::Count(size) => Tensor::scalar(self.size(size) as f64),
            Op::Iota => Tensor { data: (0..shape[0]).map(|k| k as f64).collect(), shape },
            Op::Product(product) => self.product(product, shape, values),
            Op::Sum(terms) => {
                let terms: Vec<(f64, Read)> = terms.iter().map(|t| (t.coefficient.get(), Read::new(&t.view, values))).collect();
                elementwise(shape, |index| terms.iter().map(|(coefficient, read)| coefficient * read.at(index)).sum())
            }
            Op::Map(func, args) => {
                let args: Vec<Read> = args.iter().map(|a| Read::new(a, values)).collect();
                let mut read = vec![0.0; args.len()];
                elementwise(shape, |index| {
                    read.iter_mut().zip(&args).for_each(|(value, arg)| *value = arg.at(index));
                    func.evaluate(&read)
                })
            }
            Op::Reduce { kind, arg, keep } => reduce(*kind, &values[arg], *keep),
            Op::Weights { kind, arg, keep } => weights(*kind, &values[arg], *keep),
            Op::Exclusive { arg, .. } => {
                let keep = graph.order(*arg) - 1;
                exclusive(&values[arg], shape, keep)
            }
            // What reads it eliminates anew.
            Op::Factor { .. } => Tensor::zeros(shape),
            Op::Solve { factor, rhs, transposed } => {
                let Some((elimination, arg)) = graph.factored(*factor) else { panic!("{factor:?} is no factor") };
                solve(elimination, &values[&arg], &values[rhs], *transposed)
            }
            Op::Lower { factor } => {
                let Some((elimination, arg)) = graph.factored(*factor) else { panic!("{factor:?} is no factor") };
                elementwise(shape, |index| {
                    let lower = cholesky(&matrix_at(elimination, &values[&arg], &index[2..], false));
                    lower[index[0] as usize][index[1] as usize]
                })
            }
            Op::Determinant { factor, logarithm } => {
                let Some((elimination, arg)) = graph.factored(*factor) else { panic!("{factor:?} is no factor") };
                let of = |batch: &[i64]| {
                    let det = gauss_jordan(&mut matrix_at(elimination, &values[&arg], batch, false), &mut []);
                    if *logarithm { det.ln() } else { det }
                };
                elementwise(shape, |batch| of(batch))
            }
            // What reads it runs the recursion.
            Op::Scan(_) => Tensor::zeros(shape),
            Op::State { scan, position } => values.states(*scan)[*position].clone(),
            Op::Slot(slot) => panic!("{slot:?} is outside of its recursion"),
        }
    }

    /// The states of a recursion, each stacked along its last axis.
    fn scan(&self, graph: &Graph, scan: &Scan, values: &Values<'_>) -> Vec<Tensor> {
        let steps = self.size(&scan.steps);
        let mut states: Vec<Tensor> = scan.states.iter().map(|state| values[&state.start].clone()).collect();
        let longer = |(position, state): (usize, &Tensor)| {
            let values = self.size(&scan.values_of(position)).max(0) as usize;
            Tensor::zeros([state.shape.as_slice(), &[values]].concat())
        };
        let mut stacked: Vec<Tensor> = states.iter().enumerate().map(longer).collect();
        // Of less than no steps nothing is stacked.
        if steps < 0 {
            return stacked;
        }
        stack(scan, &mut stacked, &states, self.size(&scan.first()));
        let body = graph.body(scan);
        let order = graph.surface(&scan.nexts());
        for k in 0..steps {
            let step = if scan.reversed { steps - 1 - k } else { k };
            let mut inside = Values { outside: Some(values), ..Values::default() };
            for id in &body {
                let Op::Slot(Slot { level, variable }) = graph.op(*id) else { continue };
                if *level == scan.level {
                    let value = match variable {
                        Variable::State(k) => states[*k].clone(),
                        Variable::Sequence(k) => {
                            let sequence = &scan.sequences[*k];
                            entry(&values[&sequence.node], step + sequence.shift)
                        }
                    };
                    inside.own.insert(*id, value);
                }
            }
            self.fill(graph, &order, &mut inside);
            states = scan.states.iter().map(|state| inside[&state.next].clone()).collect();
            stack(scan, &mut stacked, &states, step + scan.after());
        }
        stacked
    }

    /// The definition of a product.
    pub fn product(&self, product: &Product, shape: Vec<usize>, values: &impl for<'k> Index<&'k Id, Output = Tensor>) -> Tensor {
        let mut result = Tensor::zeros(shape);
        let extents = self.shape(&product.extents);
        let compile = |a: &Affine| Linear {
            constant: self.size(&a.constant),
            terms: a.terms.iter().map(|(w, c)| (w.0 as usize, self.size(c))).collect(),
        };
        let guards: Vec<(Linear, Test)> = product.guards.iter().map(|g| (compile(&g.affine), g.test)).collect();
        let out: Vec<Linear> = product.out.iter().map(compile).collect();
        let operands: Vec<(&Tensor, Vec<Linear>)> =
            product.operands.iter().map(|o| (&values[&o.node], o.index.iter().map(compile).collect())).collect();
        let total: usize = extents.iter().product();
        let mut wires = vec![0_i64; extents.len()];
        for _ in 0..total {
            self.add_term(product.coefficient.get(), &guards, &out, &operands, &wires, &mut result);
            for (wire, extent) in wires.iter_mut().zip(&extents).rev() {
                *wire += 1;
                if *wire < *extent as i64 {
                    break;
                }
                *wire = 0;
            }
        }
        result
    }

    fn add_term(
        &self,
        coefficient: f64,
        guards: &[(Linear, Test)],
        out: &[Linear],
        operands: &[(&Tensor, Vec<Linear>)],
        wires: &[i64],
        result: &mut Tensor,
    ) {
        if !guards.iter().all(|(affine, test)| holds(*test, affine.at(wires))) {
            return;
        }
        let Some(position) = place(out, &result.shape, wires) else { return };
        let mut term = coefficient;
        for (tensor, index) in operands {
            let Some(p) = place(index, &tensor.shape, wires) else { return };
            term *= tensor.data[p];
        }
        result.data[position] += term;
    }
}

/// An affine index on numbers.
struct Linear {
    constant: i64,
    terms: Vec<(usize, i64)>,
}

impl Linear {
    fn at(&self, wires: &[i64]) -> i64 {
        self.constant + self.terms.iter().map(|(w, c)| c * wires[*w]).sum::<i64>()
    }
}

/// The position of an entry; `None` outside.
fn place(index: &[Linear], shape: &[usize], wires: &[i64]) -> Option<usize> {
    let mut position = 0;
    for (linear, extent) in index.iter().zip(shape) {
        let i = linear.at(wires);
        if i < 0 || i >= *extent as i64 {
            return None;
        }
        position = position * extent + i as usize;
    }
    Some(position)
}

fn holds(test: Test, value: i64) -> bool {
    match test {
        Test::Zero => value == 0,
        Test::NonZero => value != 0,
        Test::NonNegative => value >= 0,
    }
}

/// A tensor that is read at some axes of an index.
struct Read<'v> {
    tensor: &'v Tensor,
    axes: &'v [usize],
}

impl<'v> Read<'v> {
    fn new(view: &'v View, values: &'v Values<'_>) -> Self {
        Self { tensor: &values[&view.node], axes: &view.axes }
    }

    fn at(&self, index: &[i64]) -> f64 {
        let place = self.axes.iter().zip(&self.tensor.shape).fold(0, |place, (a, extent)| {
            debug_assert!(index[*a] < *extent as i64, "axes of a view are as long as its own");
            place * extent + index[*a] as usize
        });
        self.tensor.data[place]
    }
}

/// Writes states into what they are stacked to.
fn stack(scan: &Scan, stacked: &mut [Tensor], states: &[Tensor], at: i64) {
    for ((stacked, state), recurrence) in stacked.iter_mut().zip(states).zip(&scan.states) {
        let at = match recurrence.kept {
            Kept::All => at,
            Kept::Last => 0,
        };
        let deep = *stacked.shape.last().expect("a state is stacked along an axis");
        for (k, entry) in state.data.iter().enumerate() {
            stacked.data[k * deep + at as usize] = *entry;
        }
    }
}

/// An entry along the last axis.
fn entry(stacked: &Tensor, at: i64) -> Tensor {
    let shape = stacked.shape[..stacked.shape.len() - 1].to_vec();
    elementwise(shape, |index| stacked.at(&[index, &[at]].concat()))
}

fn elementwise(shape: Vec<usize>, mut entry: impl FnMut(&[i64]) -> f64) -> Tensor {
    let mut data = Vec::with_capacity(shape.iter().product());
    for_each_index(&shape, |index| data.push(entry(index)));
    Tensor { shape, data }
}

/// `(kept shape, entries of each slice)`.
fn slices(arg: &Tensor, keep: usize) -> (Vec<usize>, Vec<Vec<f64>>) {
    let kept = arg.shape[..keep].to_vec();
    let size: usize = arg.shape[keep..].iter().product();
    let slices = (0..kept.iter().product()).map(|k: usize| arg.data[k * size..(k + 1) * size].to_vec()).collect();
    (kept, slices)
}

fn reduce(kind: Reduction, arg: &Tensor, keep: usize) -> Tensor {
    let (shape, slices) = slices(arg, keep);
    let of = |slice: &Vec<f64>| match kind {
        // Of nothing 0, as nalgebra has it.
        Reduction::Max => slice.iter().copied().reduce(largest).unwrap_or(0.0),
        Reduction::Min => -slice.iter().map(|t| -t).reduce(largest).unwrap_or(0.0),
        Reduction::LogSumExp => log_sum_exp(slice),
    };
    Tensor { shape, data: slices.iter().map(of).collect() }
}

/// What is not a number is kept, as the kernels do.
fn largest(a: f64, b: f64) -> f64 {
    if b > a || b.is_nan() { b } else { a }
}

fn log_sum_exp(slice: &[f64]) -> f64 {
    let most = slice.iter().copied().fold(f64::NEG_INFINITY, largest);
    // Of no entries, or of none above -∞, nothing can be subtracted.
    if most.is_finite() { most + slice.iter().map(|t| (t - most).exp()).sum::<f64>().ln() } else { most }
}

fn weights(kind: Reduction, arg: &Tensor, keep: usize) -> Tensor {
    let (_, slices) = slices(arg, keep);
    let ties = |slice: &Vec<f64>, best: f64| {
        let count = slice.iter().filter(|t| **t == best).count() as f64;
        slice.iter().map(|t| if *t == best { 1.0 / count } else { 0.0 }).collect::<Vec<f64>>()
    };
    let of = |slice: &Vec<f64>| match kind {
        Reduction::Max => ties(slice, slice.iter().copied().fold(f64::NEG_INFINITY, f64::max)),
        Reduction::Min => ties(slice, slice.iter().copied().fold(f64::INFINITY, f64::min)),
        // e^{z - max} / Σ: e^{z - lse} would round the exponent.
        Reduction::LogSumExp => {
            let most = slice.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let shifted: Vec<f64> = slice.iter().map(|t| (t - most).exp()).collect();
            let total: f64 = shifted.iter().sum();
            shifted.iter().map(|t| t / total).collect()
        }
    };
    Tensor { shape: arg.shape.clone(), data: slices.iter().flat_map(of).collect() }
}

/// One matrix of a batch, by rows.
fn matrix_at(elimination: Elimination, arg: &Tensor, batch: &[i64], transposed: bool) -> Vec<Vec<f64>> {
    let n = arg.shape[0] as i64;
    let entry = |i: i64, j: i64| {
        let (i, j) = if transposed { (j, i) } else { (i, j) };
        let (i, j) = if elimination == Elimination::Cholesky { (i.max(j), i.min(j)) } else { (i, j) };
        arg.at(&[&[i, j], batch].concat())
    };
    (0..n).map(|i| (0..n).map(|j| entry(i, j)).collect()).collect()
}

/// The lower triangular L with `A = L Lᵀ`.
fn cholesky(a: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let mut lower = vec![vec![0.0; a.len()]; a.len()];
    for i in 0..a.len() {
        for j in 0..=i {
            let rest = a[i][j] - (0..j).map(|k| lower[i][k] * lower[j][k]).sum::<f64>();
            lower[i][j] = if i == j { rest.sqrt() } else { rest / lower[j][j] };
        }
    }
    lower
}

/// Makes a matrix the identity, by rows; the same is done to `rhs`. Gives the determinant.
fn gauss_jordan(a: &mut [Vec<f64>], rhs: &mut [f64]) -> f64 {
    let mut determinant = 1.0;
    for j in 0..a.len() {
        let pivot = (j..a.len()).max_by(|p, q| a[*p][j].abs().total_cmp(&a[*q][j].abs())).unwrap();
        if pivot != j {
            a.swap(j, pivot);
            if !rhs.is_empty() {
                rhs.swap(j, pivot);
            }
            determinant = -determinant;
        }
        determinant *= a[j][j];
        for i in (0..a.len()).filter(|i| *i != j) {
            let t = a[i][j] / a[j][j];
            let pivot_row = a[j].clone();
            a[i].iter_mut().zip(pivot_row).skip(j).for_each(|(entry, own)| *entry -= t * own);
            if !rhs.is_empty() {
                rhs[i] -= t * rhs[j];
            }
        }
    }
    (0..rhs.len()).for_each(|j| rhs[j] /= a[j][j]);
    determinant
}

fn solve(elimination: Elimination, arg: &Tensor, rhs: &Tensor, transposed: bool) -> Tensor {
    let (n, batches) = (arg.shape[0], arg.shape.len() - 2);
    let mut solution = Tensor::zeros(rhs.shape.clone());
    // Each column at once: entries of one stand as far apart as there are columns.
    let columns: usize = rhs.shape[1..].iter().product();
    let mut place = 0;
    for_each_index(&rhs.shape[1..], |index| {
        let batch = &index[index.len() - batches..];
        let mut column: Vec<f64> = (0..n).map(|i| rhs.data[i * columns + place]).collect();
        gauss_jordan(&mut matrix_at(elimination, arg, batch, transposed), &mut column);
        (0..n).for_each(|i| solution.data[i * columns + place] = column[i]);
        place += 1;
    });
    solution
}

fn exclusive(arg: &Tensor, shape: Vec<usize>, keep: usize) -> Tensor {
    elementwise(shape, |index| {
        let (kept, out) = index.split_at(keep);
        if out.iter().enumerate().any(|(k, i)| out[..k].contains(i)) {
            return 0.0;
        }
        let rest = (0..arg.shape[keep] as i64).filter(|j| !out.contains(j));
        rest.map(|j| arg.at(&[kept, &[j]].concat())).product()
    })
}

/// Wire k as an index.
pub fn wire(k: u32) -> Affine {
    Affine::wire(Wire(k))
}

/// The value of a function with the arguments spelled out, for tables in tests.
pub fn evaluate(func: Func, args: &[f64]) -> f64 {
    func.evaluate(args)
}
