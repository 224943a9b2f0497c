//! Times. The clock itself is unknown unless somebody sets it.

use super::{Call, Failure};
use crate::resolve::value::{Origin, Value};

/// A point in time, as its fields are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Time {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
    /// Seconds east of Greenwich.
    offset: i64,
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// Days since 1970 of a date of the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn month_length(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl Time {
    fn from_unix(seconds: i64, offset: i64) -> Self {
        let local = seconds.saturating_add(offset);
        let (day, rest) = (local.div_euclid(86_400), local.rem_euclid(86_400));
        let z = day + 719_468;
        let era = z.div_euclid(146_097);
        let of_era = z.rem_euclid(146_097);
        let years = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * years + years / 4 - years / 100);
        let shifted = (5 * of_year + 2) / 153;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        Self {
            year: years + era * 400 + i64::from(month <= 2),
            month,
            day: of_year - (153 * shifted + 2) / 5 + 1,
            hour: rest / 3600,
            minute: rest / 60 % 60,
            second: rest % 60,
            offset,
        }
    }

    fn unix(self) -> i64 {
        days(self.year, self.month, self.day) * 86_400 + self.hour * 3600 + self.minute * 60 + self.second - self.offset
    }

    fn weekday(self) -> usize {
        usize::try_from((days(self.year, self.month, self.day) + 4).rem_euclid(7)).unwrap_or(0)
    }

    fn year_day(self) -> i64 {
        days(self.year, self.month, self.day) - days(self.year, 1, 1) + 1
    }

    /// Year and number of the week as ISO 8601 counts them.
    fn iso_week(self) -> (i64, i64) {
        let from_monday = (i64::try_from(self.weekday()).unwrap_or(0) + 6) % 7;
        let thursday = Self::from_unix((days(self.year, self.month, self.day) - from_monday + 3) * 86_400, 0);
        (thursday.year, (thursday.year_day() - 1) / 7 + 1)
    }

    /// `2006-01-02T15:04:05Z`; `separator` lets other letters stand for the `T`.
    fn parse(text: &str, separator: &[u8]) -> Option<Self> {
        let bytes = text.as_bytes();
        let number = |range: std::ops::Range<usize>| -> Option<i64> {
            let part = bytes.get(range)?;
            if !part.iter().all(u8::is_ascii_digit) {
                return None;
            }
            std::str::from_utf8(part).ok()?.parse().ok()
        };
        let punctuation = [(4, b'-'), (7, b'-'), (13, b':'), (16, b':')];
        if !punctuation.iter().all(|(at, expected)| bytes.get(*at) == Some(expected))
            || !separator.contains(bytes.get(10)?)
        {
            return None;
        }
        let mut at = 19;
        if bytes.get(at) == Some(&b'.') {
            let digits = bytes[at + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            if digits == 0 {
                return None;
            }
            at += 1 + digits;
        }
        let offset = match (bytes.get(at)?, bytes.len() - at) {
            (b'Z', 1) => 0,
            (sign @ (b'+' | b'-'), 6) if bytes[at + 3] == b':' => {
                let (hours, minutes) = (number(at + 1..at + 3)?, number(at + 4..at + 6)?);
                if hours > 24 || minutes > 59 {
                    return None;
                }
                (hours * 3600 + minutes * 60) * if *sign == b'-' { -1 } else { 1 }
            }
            _ => return None,
        };
        let time = Self {
            year: number(0..4)?,
            month: number(5..7)?,
            day: number(8..10)?,
            hour: number(11..13)?,
            minute: number(14..16)?,
            second: number(17..19)?,
            offset,
        };
        let valid = (1..=12).contains(&time.month)
            && (1..=month_length(time.year, time.month)).contains(&time.day)
            && time.hour < 24
            && time.minute < 60
            && time.second < 60;
        valid.then_some(time)
    }

    fn zone(self, colon: bool) -> String {
        let sign = if self.offset < 0 { '-' } else { '+' };
        let minutes = self.offset.abs() / 60;
        format!("{sign}{:02}{}{:02}", minutes / 60, if colon { ":" } else { "" }, minutes % 60)
    }

    fn rfc3339(self) -> String {
        let zone = if self.offset == 0 { "Z".to_owned() } else { self.zone(true) };
        let Self { year, month, day, hour, minute, second, offset: _ } = self;
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{zone}")
    }

    fn month_name(self) -> &'static str {
        MONTHS[usize::try_from(self.month - 1).unwrap_or(0).min(11)]
    }

    fn weekday_name(self) -> &'static str {
        DAYS[self.weekday()]
    }

    fn hour12(self) -> i64 {
        if self.hour % 12 == 0 { 12 } else { self.hour % 12 }
    }

    fn half(self) -> &'static str {
        if self.hour < 12 { "AM" } else { "PM" }
    }

    /// Its parts, as the parsing functions give them.
    fn object(self, last: (&'static str, Value)) -> Value {
        let (iso_year, iso_week) = self.iso_week();
        let number = |number: i64| Value::number(number);
        Value::object([
            ("year", number(self.year)),
            ("year_day", number(self.year_day())),
            ("day", number(self.day)),
            ("month", number(self.month)),
            ("month_name", Value::string(self.month_name())),
            ("weekday", Value::number(self.weekday())),
            ("weekday_name", Value::string(self.weekday_name())),
            ("hour", number(self.hour)),
            ("minute", number(self.minute)),
            ("second", number(self.second)),
            ("iso_year", number(iso_year)),
            ("iso_week", number(iso_week)),
            last,
        ])
    }
}

fn now(call: &Call<'_>) -> Result<Time, Failure> {
    call.world().now.map(|seconds| Time::from_unix(seconds, 0)).ok_or(Failure::Unknown(Origin::Clock))
}

pub(super) fn timestamp(call: &mut Call<'_>) -> Result<Value, Failure> {
    Ok(Value::string(now(call)?.rfc3339()))
}

pub(super) fn formatdate(call: &mut Call<'_>) -> Result<Value, Failure> {
    let time = Time::parse(&call.text(1), b"T")
        .ok_or_else(|| Failure::argument(1, "it is no time of the form `2006-01-02T15:04:05Z`"))?;
    let format = call.text(0);
    let mut out = String::new();
    let mut rest = &*format;
    while let Some(first) = rest.chars().next() {
        if first == '\'' {
            let mut letters = rest[1..].char_indices().peekable();
            let mut end = None;
            while let Some((at, letter)) = letters.next() {
                if letter != '\'' {
                    out.push(letter);
                } else if letters.peek().is_some_and(|(_, next)| *next == '\'') {
                    out.push('\'');
                    letters.next();
                } else {
                    end = Some(1 + at + 1);
                    break;
                }
            }
            let end = end.ok_or_else(|| Failure::argument(0, "a quote in it is not closed"))?;
            rest = &rest[end..];
            continue;
        }
        let length = if first.is_ascii_alphabetic() {
            rest.chars().take_while(|letter| *letter == first).count()
        } else {
            out.push(first);
            first.len_utf8()
        };
        let (verb, behind) = rest.split_at(length);
        if first.is_ascii_alphabetic() {
            out.push_str(&verb_text(verb, time).ok_or_else(|| {
                Failure::argument(
                    0,
                    format!("`{verb}` stands for no part of a time; letters that are meant go between `'`"),
                )
            })?);
        }
        rest = behind;
    }
    Ok(Value::string(out))
}

fn verb_text(verb: &str, time: Time) -> Option<String> {
    Some(match verb {
        "YYYY" => format!("{:04}", time.year),
        "YY" => format!("{:02}", time.year % 100),
        "MMMM" => time.month_name().to_owned(),
        "MMM" => time.month_name()[..3].to_owned(),
        "MM" => format!("{:02}", time.month),
        "M" => time.month.to_string(),
        "DD" => format!("{:02}", time.day),
        "D" => time.day.to_string(),
        "EEEE" => time.weekday_name().to_owned(),
        "EEE" => time.weekday_name()[..3].to_owned(),
        "hh" => format!("{:02}", time.hour),
        "h" => time.hour.to_string(),
        "HH" => format!("{:02}", time.hour12()),
        "H" => time.hour12().to_string(),
        "AA" => time.half().to_owned(),
        "aa" => time.half().to_lowercase(),
        "mm" => format!("{:02}", time.minute),
        "m" => time.minute.to_string(),
        "ss" => format!("{:02}", time.second),
        "s" => time.second.to_string(),
        "ZZZZZ" => time.zone(true),
        "ZZZZ" => time.zone(false),
        "ZZZ" if time.offset == 0 => "UTC".to_owned(),
        "ZZZ" => time.zone(false),
        "Z" if time.offset == 0 => "Z".to_owned(),
        "Z" => time.zone(true),
        _ => return None,
    })
}

pub(super) fn timeadd(call: &mut Call<'_>) -> Result<Value, Failure> {
    let time = Time::parse(&call.text(0), b"T")
        .ok_or_else(|| Failure::argument(0, "it is no time of the form `2006-01-02T15:04:05Z`"))?;
    let nanoseconds = duration(&call.text(1))
        .ok_or_else(|| Failure::argument(1, "it is no duration; write it like `1h30m`, `45s` or `-10m`"))?;
    let seconds = i64::try_from(nanoseconds.div_euclid(1_000_000_000)).unwrap_or(0);
    Ok(Value::string(Time::from_unix(time.unix().saturating_add(seconds), time.offset).rfc3339()))
}

/// A duration as Go writes it, in nanoseconds.
fn duration(text: &str) -> Option<i128> {
    let (negative, mut rest) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if rest == "0" {
        return Some(0);
    }
    let mut total: i128 = 0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.')?;
        let (number, behind) = rest.split_at(digits);
        let unit_end = behind.find(|letter: char| letter.is_ascii_digit() || letter == '.').unwrap_or(behind.len());
        let (unit, behind) = behind.split_at(unit_end);
        let scale: i128 = match unit {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return None,
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() && fraction.is_empty() || fraction.contains('.') || whole.len() > 18 {
            return None;
        }
        total += whole.parse::<i128>().unwrap_or(0) * scale;
        let fraction = &fraction[..fraction.len().min(15)];
        if !fraction.is_empty() {
            total += fraction.parse::<i128>().ok()? * scale / 10i128.pow(u32::try_from(fraction.len()).ok()?);
        }
        rest = behind;
    }
    // Go keeps a duration in 64 bits.
    let total = if negative { -total } else { total };
    i64::try_from(total).ok().map(i128::from)
}

pub(super) fn rfc3339_parse(call: &mut Call<'_>) -> Result<Value, Failure> {
    let time = Time::parse(&call.text(0), b"T ")
        .ok_or_else(|| Failure::argument(0, "it is no time of the form `2006-01-02T15:04:05Z`"))?;
    Ok(time.object(("unix", Value::number(time.unix()))))
}

pub(super) fn unix_timestamp_parse(call: &mut Call<'_>) -> Result<Value, Failure> {
    let seconds = call.whole(0)?;
    if seconds.unsigned_abs() > 1 << 60 {
        return Err(Failure::argument(0, "it lies too far from now"));
    }
    let time = Time::from_unix(seconds, 0);
    Ok(time.object(("rfc3339", Value::string(time.rfc3339()))))
}

pub(super) fn legacy_isotime(call: &mut Call<'_>) -> Result<Value, Failure> {
    match call.arguments.len() {
        0 => Ok(Value::string(now(call)?.rfc3339())),
        1 => Ok(Value::string(go_layout(&call.text(0), now(call)?))),
        _ => Err(Failure::call("it takes at most one format")),
    }
}

/// A time in a layout of Go, which is a certain time written in the wanted form.
fn go_layout(layout: &str, time: Time) -> String {
    let parts: [(&str, String); 28] = [
        ("January", time.month_name().to_owned()),
        ("Jan", time.month_name()[..3].to_owned()),
        ("Monday", time.weekday_name().to_owned()),
        ("Mon", time.weekday_name()[..3].to_owned()),
        ("MST", if time.offset == 0 { "UTC".to_owned() } else { time.zone(false) }),
        ("2006", format!("{:04}", time.year)),
        ("002", format!("{:03}", time.year_day())),
        ("01", format!("{:02}", time.month)),
        ("02", format!("{:02}", time.day)),
        ("03", format!("{:02}", time.hour12())),
        ("04", format!("{:02}", time.minute)),
        ("05", format!("{:02}", time.second)),
        ("06", format!("{:02}", time.year % 100)),
        ("__2", format!("{:3}", time.year_day())),
        ("_2", format!("{:2}", time.day)),
        ("15", format!("{:02}", time.hour)),
        ("Z07:00", if time.offset == 0 { "Z".to_owned() } else { time.zone(true) }),
        ("Z0700", if time.offset == 0 { "Z".to_owned() } else { time.zone(false) }),
        ("-07:00", time.zone(true)),
        ("-0700", time.zone(false)),
        ("-07", time.zone(false)[..3].to_owned()),
        ("PM", time.half().to_owned()),
        ("pm", time.half().to_lowercase()),
        ("1", time.month.to_string()),
        ("2", time.day.to_string()),
        ("3", time.hour12().to_string()),
        ("4", time.minute.to_string()),
        ("5", time.second.to_string()),
    ];
    let mut out = String::new();
    let mut rest = layout;
    while let Some(letter) = rest.chars().next() {
        match parts.iter().find(|(part, _)| rest.starts_with(part)) {
            Some((part, text)) => {
                out.push_str(text);
                rest = &rest[part.len()..];
            }
            None => {
                out.push(letter);
                rest = &rest[letter.len_utf8()..];
            }
        }
    }
    out
}

pub(super) fn legacy_strftime(call: &mut Call<'_>) -> Result<Value, Failure> {
    match call.arguments.len() {
        0 => Ok(Value::string(now(call)?.rfc3339())),
        1 => Ok(Value::string(strftime(&call.text(0), now(call)?))),
        _ => Err(Failure::call("it takes at most one format")),
    }
}

fn strftime(format: &str, time: Time) -> String {
    let mut out = String::new();
    let mut letters = format.chars();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            out.push(letter);
            continue;
        }
        match letters.next() {
            None => out.push('%'),
            Some('%') => out.push('%'),
            Some('a') => out.push_str(&time.weekday_name()[..3]),
            Some('A') => out.push_str(time.weekday_name()),
            Some('b') => out.push_str(&time.month_name()[..3]),
            Some('B') => out.push_str(time.month_name()),
            Some('d') => out.push_str(&format!("{:02}", time.day)),
            Some('H') => out.push_str(&format!("{:02}", time.hour)),
            Some('I') => out.push_str(&format!("{:02}", time.hour12())),
            Some('j') => out.push_str(&format!("{:03}", time.year_day())),
            Some('m') => out.push_str(&format!("{:02}", time.month)),
            Some('M') => out.push_str(&format!("{:02}", time.minute)),
            Some('p') => out.push_str(time.half()),
            Some('S') => out.push_str(&format!("{:02}", time.second)),
            Some('w') => out.push_str(&time.weekday().to_string()),
            Some('y') => out.push_str(&format!("{:02}", time.year % 100)),
            Some('Y') => out.push_str(&format!("{:04}", time.year)),
            Some('z') => out.push_str(&time.zone(false)),
            Some('Z') => out.push_str("UTC"),
            Some(other) => {
                out.push('%');
                out.push(other);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_survive_the_way_through_seconds() {
        for text in
            ["1970-01-01T00:00:00Z", "2024-02-29T23:59:59Z", "2023-07-05T03:04:05+02:00", "1969-12-31T23:59:59-08:30"]
        {
            let time = Time::parse(text, b"T").expect("a time");
            assert_eq!(Time::from_unix(time.unix(), time.offset), time, "{text}");
            assert_eq!(time.rfc3339(), text);
        }
        assert_eq!(Time::parse("2023-07-05T03:04:05+02:00", b"T").expect("a time").unix(), 1_688_519_045);
        assert_eq!(Time::parse("2021-01-03T00:00:00Z", b"T").expect("a time").iso_week(), (2020, 53));
        for text in
            ["2023-02-30T00:00:00Z", "2023-07-05 03:04:05Z", "2023-07-05T03:04:05", "2023-07-05T03:04:05+0200", ""]
        {
            assert_eq!(Time::parse(text, b"T"), None, "{text}");
        }
    }

    #[test]
    fn durations_are_gos() {
        assert_eq!(duration("1h30m"), Some(5_400_000_000_000));
        assert_eq!(duration("-1.5s"), Some(-1_500_000_000));
        assert_eq!(duration("0"), Some(0));
        for text in ["", "1", "1d", "h", "1h 2m", "."] {
            assert_eq!(duration(text), None, "{text}");
        }
    }

    #[test]
    fn old_layouts_are_filled() {
        let time = Time::parse("2023-07-05T15:04:05Z", b"T").expect("a time");
        assert_eq!(go_layout("2006-01-02T03-04-05Z", time), "2023-07-05T03-04-05Z");
        assert_eq!(go_layout("20060102150405", time), "20230705150405");
        assert_eq!(go_layout("Mon Jan _2 15:04:05 MST 2006", time), "Wed Jul  5 15:04:05 UTC 2023");
        assert_eq!(strftime("%Y-%m-%d %q %%", time), "2023-07-05 %q %");
    }
}
