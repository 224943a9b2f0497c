//! How a duration is written down again.

use std::time::Duration;

/// Writes a duration in seconds: `90s`, `0.25s`.
pub(in crate::graph) fn write(duration: Duration) -> String {
    let nanos = duration.subsec_nanos();
    if nanos == 0 {
        return format!("{}s", duration.as_secs());
    }
    let fraction = format!("{nanos:09}");
    format!("{}.{}s", duration.as_secs(), fraction.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_written_in_seconds() {
        assert_eq!(write(Duration::from_millis(1_250)), "1.25s");
        assert_eq!(write(Duration::from_secs(90)), "90s");
    }
}
