//! Durations as Go writes them: `1h30m`, `1.5s`, `-2m`, `300ms`.

use std::time::Duration;

const NANOS: [(&str, u64); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// Reads a duration; nothing where Go would refuse it. A negative one waits for no time at all.
pub(super) fn parse(text: &str) -> Option<Duration> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(Duration::ZERO);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total = 0_u64;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, tail) = rest.split_at(digits);
        let unit_length = tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit_length);
        let scale = NANOS.iter().find(|(name, _)| *name == unit)?.1;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
            return None;
        }
        let whole = if whole.is_empty() { 0 } else { whole.parse::<u64>().ok()? };
        total = total.checked_add(whole.checked_mul(scale)?)?;
        // Nanoseconds beyond the ninth digit of the largest unit do not matter; more digits are cut off.
        let fraction = fraction.get(..fraction.len().min(15))?;
        if !fraction.is_empty() {
            let parts = u128::from(fraction.parse::<u64>().ok()?) * u128::from(scale);
            let parts = parts / 10_u128.pow(u32::try_from(fraction.len()).ok()?);
            total = total.checked_add(u64::try_from(parts).ok()?)?;
        }
        rest = tail;
    }
    // Go counts in signed 64 bits.
    i64::try_from(total).ok()?;
    Some(if negative { Duration::ZERO } else { Duration::from_nanos(total) })
}

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
    fn go_durations_are_read_and_others_refused() {
        let cases = [
            ("10s", Some(10_000)),
            ("1h30m", Some(5_400_000)),
            ("1.5s", Some(1_500)),
            (".5s", Some(500)),
            ("300ms", Some(300)),
            ("0", Some(0)),
            ("-5s", Some(0)),
            ("+5s", Some(5_000)),
            ("10", None),
            ("", None),
            ("s", None),
            ("1..5s", None),
            (".s", None),
            ("5 s", None),
            ("99999999999h", None),
        ];
        for (text, millis) in cases {
            assert_eq!(parse(text), millis.map(Duration::from_millis), "{text}");
        }
        assert_eq!(write(Duration::from_millis(1_250)), "1.25s");
        assert_eq!(write(Duration::from_secs(90)), "90s");
    }
}
