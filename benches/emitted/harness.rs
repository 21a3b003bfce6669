//! Interleaved timing, in processor time: what other programs take of a shared machine does not count.

use std::hint::black_box;
use std::sync::Mutex;

use cpu_time::ThreadTime;

/// Rounds, an odd number.
const ROUNDS: usize = 41;
/// Time of one contender in one round, in seconds.
const SLICE: f64 = 4e-3;

/// What was measured, for `--json`.
static MEASURED: Mutex<Vec<serde_json::Value>> = Mutex::new(Vec::new());

/// One way to compute a quantity, flat.
pub struct Contender<'c> {
    name: &'static str,
    call: Box<dyn FnMut() -> Vec<f64> + 'c>,
    time: Box<dyn FnMut(usize) -> f64 + 'c>,
}

/// A contender from a computation and a flat view of its result; only the computation is timed.
pub fn contender<'c, R>(name: &'static str, compute: impl Fn() -> R + 'c, flat: impl Fn(&R) -> Vec<f64> + 'c) -> Contender<'c> {
    let compute = std::rc::Rc::new(compute);
    let again = std::rc::Rc::clone(&compute);
    let call = Box::new(move || flat(&compute()));
    let time = Box::new(move |calls| {
        let start = ThreadTime::now();
        for _ in 0..calls {
            black_box(again());
        }
        start.elapsed().as_secs_f64() / calls as f64
    });
    Contender { name, call, time }
}

/// Compares results, then times; the first contender is the emitted code.
pub fn compare(title: &str, mut contenders: Vec<Contender<'_>>) {
    agree(title, &mut contenders);
    let calls: Vec<usize> = contenders.iter_mut().map(calibrate).collect();
    let mut times = vec![Vec::with_capacity(ROUNDS); contenders.len()];
    for _ in 0..ROUNDS {
        for (k, contender) in contenders.iter_mut().enumerate() {
            times[k].push((contender.time)(calls[k]));
        }
    }
    println!("\n{title}");
    for (k, contender) in contenders.iter().enumerate() {
        let ratios = times[k].iter().zip(&times[0]).map(|(own, emitted)| own / emitted).collect();
        let best = times[k].iter().copied().fold(f64::INFINITY, f64::min);
        let (typical, ratio) = (median(times[k].clone()), median(ratios));
        let row = serde_json::json!({
            "problem": title, "contender": contender.name, "median": typical, "best": best, "ratio": ratio,
        });
        MEASURED.lock().unwrap().push(row);
        let (typical, best) = (readable(typical), readable(best));
        println!("  {:<34} {typical:>12} {best:>12} {ratio:>8.2}", contender.name);
    }
}

/// Writes the times, in seconds, to the file of `--json FILE`.
pub fn write_json() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|a| a == "--json") {
        let text = serde_json::to_string_pretty(&*MEASURED.lock().unwrap()).unwrap();
        std::fs::write(arguments.get(at + 1).unwrap(), text).unwrap();
    }
}

fn agree(title: &str, contenders: &mut [Contender<'_>]) {
    let expected = (contenders[0].call)();
    let size = expected.iter().fold(0.0_f64, |size, entry| size.max(entry.abs()));
    for contender in contenders {
        let found = (contender.call)();
        let worst = expected.iter().zip(&found).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(found.len() == expected.len() && worst <= 1e-10 * size, "{title}: {} differs by {worst:e}", contender.name);
    }
}

/// Calls per slice.
fn calibrate(contender: &mut Contender<'_>) -> usize {
    let once = (contender.time)(1).max(1e-9);
    let warm = (contender.time)(((SLICE / once) as usize).clamp(1, 1000)).max(1e-9);
    ((SLICE / warm) as usize).max(1)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn readable(seconds: f64) -> String {
    match seconds {
        s if s < 1e-6 => format!("{:.0} ns", s * 1e9),
        s if s < 1e-3 => format!("{:.2} µs", s * 1e6),
        s => format!("{:.2} ms", s * 1e3),
    }
}
