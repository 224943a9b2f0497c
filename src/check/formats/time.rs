//! Dates and times.

/// A date, a time and a time zone of RFC 3339, with the freedoms that Go takes: the hour may have one digit, and a comma may
/// begin the fraction.
pub(super) fn is_rfc3339(text: &str) -> bool {
    read(text).is_some()
}

fn read(text: &str) -> Option<()> {
    let (date, rest) = text.split_once('T')?;
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let (time, offset) = match rest.strip_suffix('Z') {
        Some(time) => (time, None),
        None => {
            let at = rest.rfind(['+', '-'])?;
            (rest.get(..at)?, Some(rest.get(at + 1..)?))
        }
    };
    let (time, fraction) = match time.split_once(['.', ',']) {
        Some((time, fraction)) => (time, Some(fraction)),
        None => (time, None),
    };
    let hour_digits = time.find(':').filter(|digits| (1..=2).contains(digits))?;
    let [hour, minute, second] = numbers(time, ':', [hour_digits, 2, 2])?;
    let is_fraction = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_offset = |text: &str| numbers(text, ':', [2, 2]).is_some_and(|[hour, minute]| hour <= 24 && minute <= 60);
    let fits = (1..=12).contains(&month)
        && (1..=days(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60
        && fraction.is_none_or(is_fraction)
        && offset.is_none_or(is_offset);
    fits.then_some(())
}

/// Numbers of so many digits each, with a separator between them.
fn numbers<const N: usize>(text: &str, separator: char, digits: [usize; N]) -> Option<[u32; N]> {
    let mut parts = text.split(separator);
    let mut numbers = [0; N];
    for (number, digits) in numbers.iter_mut().zip(digits) {
        let part =
            parts.next().filter(|part| part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit()))?;
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(numbers)
}

fn days(year: u32, month: u32) -> u32 {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
