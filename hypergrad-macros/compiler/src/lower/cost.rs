//! Every number by which lowering decides, in multiplications of one evaluation where nothing else is said. They
//! rank forms against each other; none of them changes a value.

// Orders of contraction.

/// Beyond this many operands of a product the search for an order, which looks at all subsets, costs more than it gains.
pub const MOST_OPERANDS: usize = 8;
/// More operands than this are contracted in one loop nest.
pub const MOST_ATOMS: usize = 8;
/// Another order has to be cheaper by this factor: on a tie there are no intermediates.
pub const CLEARLY_CHEAPER: f64 = 0.999;
/// An axis up to this length is not counted where tables are looked at for their memory.
pub const LARGE_AXIS: i64 = 8;
/// An intermediate of more than two large axes costs its entries so many times.
pub const MANY_AXES: f64 = 50.0;
/// Entries that a row of a sparse matrix is taken to store.
pub const STORED_PER_ROW: f64 = 20.0;
/// A dimension that occurs only in data: many samples.
pub const NOMINAL_DATA: f64 = 1000.0;
/// A dimension of x or y.
pub const NOMINAL_VARIABLE: f64 = 100.0;

// Work of an earlier stage, which later evaluations share: the part of it that one of them pays.

/// Of data alone.
pub const SHARED_BY_ALL: f64 = 0.05;
/// Of y.
pub const SHARED_BY_Y: f64 = 0.2;
/// Of x.
pub const SHARED_BY_X: f64 = 0.4;
/// A contraction of data alone where it is to be avoided, since another form is made with it.
pub const AVOIDED: f64 = 2.0;
/// And where it is looked for.
pub const FREE: f64 = 1e-9;
/// Of constant sizes, the part of a contraction of data that is held against one evaluation.
pub const DATA_ONCE: f64 = 0.02;

// What is stored.

/// Inline work below this is repeated rather than stored.
pub const CHEAP: f64 = 2.0;
/// A call of `exp` and its like.
pub const TRANSCENDENTAL: f64 = 12.0;
/// So many operations are written in one expression; what reads itself several times on the way down doubles.
/// Expressions that nest deeper make the compiler of the emitted code slow.
pub const LONGEST: f64 = 200.0;
/// And so many rather than making a dense table of what is 0 but at the entries of a sparse matrix or of a selection.
pub const MOST_WRITTEN: f64 = 4000.0;
/// Of up to so many columns a long expression is stored as a dense table all the same.
pub const FEW_COLUMNS: i64 = 64;
/// A constant tensor up to this many entries is stored whatever its order.
pub const SMALL_TABLE: i64 = 4096;
/// From this length on a function is called for all entries together.
pub const SLICE: i64 = 16;

// Kernels and loops.

/// The most rows and columns of a matrix whose product is unrolled.
pub const UNROLLED: i64 = 8;
/// And the most entries of a loop inside of another that are written out.
pub const MOST_UNROLLED: i64 = 8;
/// The most buffers of F of which steps along F have code of their own, which goes through the samples in blocks: of more
/// a block does not stay in the cache, and the code is a fifth of a module of 400 terms.
pub const MOST_OF_BLOCKS: usize = 64;
/// Fewer rows and columns of squared differences are left to loops.
pub const FEW_FEATURES: i64 = 16;
/// Matrices of a constant size below this many entries stay in the cache between two products.
pub const LARGE_PRODUCT: i64 = 1 << 13;
/// So many conditions are put together to prove another.
pub const MOST_PREMISES: usize = 3;

// Loops as one.

/// A list of so many loops is merged into few: what they share is then computed once, and not stored.
pub const MANY_LOOPS: usize = 8;
/// And of so many buffers of a point those that are wanted together are made together.
pub const MANY_BUFFERS: usize = 64;

/// One function makes buffers of a point ready by at most so many statements: what rustc does for a function grows faster
/// than its length, and of 8 statements a call is a small part.
pub const MOST_TOGETHER: usize = 24;

// Common factors.

/// Factors of fewer terms stay where they are.
pub const MANY_TERMS: usize = 4;
/// Directions leave a sum of so many: what they leave is computed once for all directions.
pub const FEW_TERMS: usize = 2;
/// Elementwise products that others read are repeated in elementwise products of at most so many factors.
pub const MOST_REPEATED: usize = 4;
/// Sums of more terms than this are not distributed over a product.
pub const MOST_TERMS: usize = 8;
