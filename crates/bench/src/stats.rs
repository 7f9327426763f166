//! Medians and percentiles.

use std::time::Duration;

/// How long each of many requests took.
#[derive(Debug, Clone, Default)]
pub(crate) struct Latencies {
    sorted: Vec<Duration>,
}

impl Latencies {
    /// Takes the measured times in any order.
    pub(crate) fn new(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self { sorted: times }
    }

    /// The time that `percent` of the requests did not exceed, in milliseconds; 0 without any request.
    pub(crate) fn percentile(&self, percent: usize) -> f64 {
        let rank = (self.sorted.len() * percent).div_ceil(100).max(1);
        self.sorted.get(rank - 1).copied().map_or(0.0, ms)
    }

    /// Half of the requests were at least as fast, in milliseconds.
    pub(crate) fn p50(&self) -> f64 {
        self.percentile(50)
    }

    /// One request in a hundred was slower, in milliseconds.
    pub(crate) fn p99(&self) -> f64 {
        self.percentile(99)
    }
}

/// The middle of the values, or the mean of the two in the middle; 0 without any.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.into_iter().collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match (sorted.get(middle), sorted.len() % 2) {
        (None, _) => 0.0,
        (Some(value), 1) => *value,
        (Some(value), _) => f64::midpoint(sorted[middle - 1], *value),
    }
}

/// The largest of the values; 0 without any.
pub(crate) fn max(values: impl IntoIterator<Item = f64>) -> f64 {
    values.into_iter().fold(0.0, f64::max)
}

/// Milliseconds.
pub(crate) fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// A count to calculate with.
pub(crate) fn real(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(one: f64, other: f64) -> bool {
        (one - other).abs() < 1e-9
    }

    #[test]
    fn percentiles_are_measured_values() {
        let times = (1..=200).rev().map(Duration::from_millis).collect();
        let latencies = Latencies::new(times);
        assert!(close(latencies.p50(), 100.0));
        assert!(close(latencies.p99(), 198.0));
        assert!(close(latencies.percentile(100), 200.0));
        assert!(close(Latencies::new(vec![Duration::from_millis(7)]).p99(), 7.0));
        assert!(close(Latencies::default().p50(), 0.0));
    }

    #[test]
    fn a_median_does_not_follow_an_outlier() {
        assert!(close(median([1.0, 900.0, 3.0]), 3.0));
        assert!(close(median([4.0, 1.0, 3.0, 900.0]), 3.5));
        assert!(close(median([]), 0.0));
    }
}
