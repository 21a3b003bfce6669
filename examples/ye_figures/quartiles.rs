//! Quartiles, between neighbours where they are not one of the values.

/// First quartile, median, third quartile; the place of quantile q among k sorted values is `q (k - 1)`.
/// Without values all three are NaN.
pub fn quartiles(mut values: Vec<f64>) -> [f64; 3] {
    values.sort_by(f64::total_cmp);
    let Some(last) = values.len().checked_sub(1) else { return [f64::NAN; 3] };
    [0.25, 0.5, 0.75].map(|q| {
        let place = q * last as f64;
        let (low, high) = (values[place.floor() as usize], values[place.ceil() as usize]);
        low + (high - low) * place.fract()
    })
}
