//! Numbers: binary floats as cty has them, so that what Packer computes exactly is exact here too.

use std::cmp::Ordering;
use std::fmt;

use num_bigint::BigUint;

/// Bits of the mantissa of a number that is written in a text.
const PRECISION: u64 = 512;

/// Bits of the mantissa of a number that is counted: a length, a position.
const COUNTED: u64 = 64;

/// Bits of the mantissa of a machine float.
const MACHINE: u64 = 53;

/// Beyond this binary exponent a number counts as infinite, and below its negative as zero: nobody means such numbers,
/// and writing them out would take megabytes.
const MAX_EXPONENT: i64 = 400_000;

/// Digits of a literal that can matter for its value; what follows is only looked at for being zero.
const MAX_DIGITS: usize = 1300;

/// A number: a binary float, as in cty, or one of the two infinities.
///
/// How many bits its mantissa may have depends on where it comes from: 512 if it was written, 64 if it was counted, 53
/// if it was computed by the machine (`log`, `pow`). It shows when the number is written out, which takes only as many
/// digits as tell it from its neighbours. Numbers that differ in nothing else are equal.
#[derive(Clone, Debug)]
pub struct Number {
    repr: Repr,
    precision: u64,
}

#[derive(Clone, Debug)]
enum Repr {
    NegativeInfinity,
    /// `±mantissa · 2^exponent`; the mantissa is odd, or it and the exponent are zero (of either sign).
    Finite {
        negative: bool,
        mantissa: BigUint,
        exponent: i64,
    },
    Infinity,
}

impl Number {
    /// 0
    pub fn zero() -> Self {
        Self::signed_zero(false, COUNTED)
    }

    fn signed_zero(negative: bool, precision: u64) -> Self {
        Self { repr: Repr::Finite { negative, mantissa: BigUint::ZERO, exponent: 0 }, precision }
    }

    /// +∞, or −∞.
    pub fn infinity(negative: bool) -> Self {
        Self { repr: if negative { Repr::NegativeInfinity } else { Repr::Infinity }, precision: PRECISION }
    }

    /// What a decimal text stands for: sign, digits, fraction, exponent, or `Inf`. No spaces, `0x` or `_`.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, digits) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        if matches!(digits, "Inf" | "inf") {
            return Some(Self::infinity(negative));
        }
        let (digits, exponent) = match digits.find(['e', 'E']) {
            None => (digits, 0),
            Some(at) => (&digits[..at], parse_exponent(&digits[at + 1..])?),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.is_empty() && fraction.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit())
        {
            return None;
        }
        let mut significant: Vec<u8> =
            whole.bytes().chain(fraction.bytes()).skip_while(|digit| *digit == b'0').collect();
        let mut scale = exponent - i64::try_from(fraction.len()).unwrap_or(i64::MAX / 2);
        if significant.len() > MAX_DIGITS {
            let rest = significant.split_off(MAX_DIGITS);
            scale += i64::try_from(rest.len()).unwrap_or(i64::MAX / 2);
            if rest.iter().any(|digit| *digit != b'0') {
                significant.push(b'1');
                scale -= 1;
            }
        }
        if significant.is_empty() {
            return Some(Self::signed_zero(negative, PRECISION));
        }
        let mantissa = BigUint::parse_bytes(&significant, 10)?;
        if scale > MAX_EXPONENT {
            return Some(Self::infinity(negative));
        }
        if scale < -MAX_EXPONENT {
            return Some(Self::signed_zero(negative, PRECISION));
        }
        let power = BigUint::from(10u32).pow(u32::try_from(scale.unsigned_abs()).ok()?);
        Some(if scale >= 0 {
            round(negative, mantissa * power, 0, false, PRECISION)
        } else {
            ratio(negative, mantissa, 0, &power, 0, PRECISION)
        })
    }

    /// The number that a machine float stands for; not a number counts as zero.
    pub fn from_f64(value: f64) -> Self {
        if value.is_nan() {
            return Self::zero();
        }
        if value.is_infinite() {
            return Self::infinity(value < 0.0);
        }
        let bits = value.to_bits();
        let raw = i64::try_from((bits >> 52) & 0x7ff).unwrap_or(0);
        let fraction = bits & ((1 << 52) - 1);
        let (mantissa, exponent) = if raw == 0 { (fraction, -1074) } else { (fraction | (1 << 52), raw - 1075) };
        round(value.is_sign_negative(), BigUint::from(mantissa), exponent, false, MACHINE)
    }

    /// The nearest machine float.
    pub fn to_f64(&self) -> f64 {
        match &self.repr {
            Repr::NegativeInfinity => f64::NEG_INFINITY,
            Repr::Infinity => f64::INFINITY,
            Repr::Finite { .. } => self.to_string().parse().unwrap_or(f64::NAN),
        }
    }

    /// The whole number, if it is one that a machine integer holds.
    pub fn to_i64(&self) -> Option<i64> {
        let (negative, magnitude) = self.to_whole()?;
        let magnitude = i128::from(u64::try_from(magnitude).ok()?);
        i64::try_from(if negative { -magnitude } else { magnitude }).ok()
    }

    /// Sign and magnitude, if it is a whole number.
    pub fn to_whole(&self) -> Option<(bool, BigUint)> {
        match &self.repr {
            Repr::Finite { negative, mantissa, exponent } if *exponent >= 0 => {
                Some((*negative, mantissa << exponent.unsigned_abs()))
            }
            Repr::Finite { .. } | Repr::NegativeInfinity | Repr::Infinity => None,
        }
    }

    /// A whole number, of as many bits as it needs.
    pub fn from_whole(negative: bool, magnitude: BigUint) -> Self {
        let precision = magnitude.bits().max(COUNTED);
        round(negative, magnitude, 0, false, precision)
    }

    /// Whether it is one of the infinities.
    pub fn is_infinite(&self) -> bool {
        !matches!(self.repr, Repr::Finite { .. })
    }

    /// Whether it is whole.
    pub fn is_whole(&self) -> bool {
        matches!(&self.repr, Repr::Finite { exponent, .. } if *exponent >= 0)
    }

    /// −1, 0 or 1.
    pub fn signum(&self) -> i64 {
        match &self.repr {
            Repr::NegativeInfinity => -1,
            Repr::Infinity => 1,
            Repr::Finite { mantissa, .. } if *mantissa == BigUint::ZERO => 0,
            Repr::Finite { negative: true, .. } => -1,
            Repr::Finite { .. } => 1,
        }
    }

    /// With the other sign, which a zero has, too.
    #[must_use]
    pub fn negate(&self) -> Self {
        let repr = match &self.repr {
            Repr::NegativeInfinity => Repr::Infinity,
            Repr::Infinity => Repr::NegativeInfinity,
            Repr::Finite { negative, mantissa, exponent } => {
                Repr::Finite { negative: !negative, mantissa: mantissa.clone(), exponent: *exponent }
            }
        };
        Self { repr, precision: self.precision }
    }

    /// Without its sign.
    #[must_use]
    pub fn abs(&self) -> Self {
        if self.is_negative() { self.negate() } else { self.clone() }
    }

    /// Whether it has a minus sign; a zero can have one.
    fn is_negative(&self) -> bool {
        match self.repr {
            Repr::NegativeInfinity => true,
            Repr::Infinity => false,
            Repr::Finite { negative, .. } => negative,
        }
    }

    fn with_precision(&self, precision: u64) -> Self {
        match &self.repr {
            Repr::Finite { negative, mantissa, exponent } => {
                round(*negative, mantissa.clone(), *exponent, false, precision)
            }
            Repr::NegativeInfinity | Repr::Infinity => Self { repr: self.repr.clone(), precision },
        }
    }

    /// The sum; nothing for `∞ − ∞`.
    pub fn add(&self, other: &Self) -> Option<Self> {
        self.add_in(other, self.precision.max(other.precision))
    }

    fn add_in(&self, other: &Self, precision: u64) -> Option<Self> {
        let (
            Repr::Finite { negative: n1, mantissa: m1, exponent: e1 },
            Repr::Finite { negative: n2, mantissa: m2, exponent: e2 },
        ) = (&self.repr, &other.repr)
        else {
            let sign = self.infinite_sign() + other.infinite_sign();
            return (sign != 0).then(|| Self::infinity(sign < 0));
        };
        match (self.signum(), other.signum()) {
            (0, 0) => return Some(Self::signed_zero(*n1 && *n2, precision)),
            (0, _) => return Some(other.with_precision(precision)),
            (_, 0) => return Some(self.with_precision(precision)),
            _ => {}
        }
        let exponent = *e1.min(e2);
        let m1 = m1 << (e1 - exponent).unsigned_abs();
        let m2 = m2 << (e2 - exponent).unsigned_abs();
        Some(match m1.cmp(&m2) {
            _ if n1 == n2 => round(*n1, m1 + m2, exponent, false, precision),
            Ordering::Equal => Self::signed_zero(false, precision),
            Ordering::Greater => round(*n1, m1 - m2, exponent, false, precision),
            Ordering::Less => round(*n2, m2 - m1, exponent, false, precision),
        })
    }

    /// The difference; nothing for `∞ − ∞`.
    pub fn subtract(&self, other: &Self) -> Option<Self> {
        self.add(&other.negate())
    }

    /// The product; nothing for `0 · ∞`. It has as many bits as it needs, up to 512.
    pub fn multiply(&self, other: &Self) -> Option<Self> {
        let product = self.multiply_in(other, PRECISION)?;
        let needed = match &product.repr {
            Repr::Finite { mantissa, .. } => mantissa.bits(),
            Repr::NegativeInfinity | Repr::Infinity => 0,
        };
        Some(product.with_precision(self.precision.max(other.precision).max(needed)))
    }

    fn multiply_in(&self, other: &Self, precision: u64) -> Option<Self> {
        let negative = self.is_negative() != other.is_negative();
        match (&self.repr, &other.repr) {
            (Repr::Finite { mantissa: m1, exponent: e1, .. }, Repr::Finite { mantissa: m2, exponent: e2, .. }) => {
                Some(round(negative, m1 * m2, e1 + e2, false, precision))
            }
            _ if self.signum() == 0 || other.signum() == 0 => None,
            _ => Some(Self::infinity(negative)),
        }
    }

    /// The quotient: `x / 0` is infinite; nothing for `0 / 0` and `∞ / ∞`.
    pub fn divide(&self, other: &Self) -> Option<Self> {
        let negative = self.is_negative() != other.is_negative();
        let precision = self.precision.max(other.precision);
        match (&self.repr, &other.repr) {
            (Repr::Finite { mantissa: m1, exponent: e1, .. }, Repr::Finite { mantissa: m2, exponent: e2, .. }) => {
                match (self.signum(), other.signum()) {
                    (0, 0) => None,
                    (0, _) => Some(Self::signed_zero(negative, precision)),
                    (_, 0) => Some(Self::infinity(negative)),
                    _ => Some(ratio(negative, m1.clone(), *e1, m2, *e2, precision)),
                }
            }
            (Repr::Finite { .. }, _) => Some(Self::signed_zero(negative, precision)),
            (_, Repr::Finite { .. }) => Some(Self::infinity(negative)),
            _ => None,
        }
    }

    /// What is left of a division whose quotient is cut to a whole number; `x % 0` is `x`.
    pub fn modulo(&self, other: &Self) -> Option<Self> {
        if other.signum() == 0 {
            return Some(self.clone());
        }
        if self.is_infinite() || other.is_infinite() {
            return None;
        }
        // Everything is rounded as the first of the two, the multiple included.
        let whole = self.divide(other)?.truncate().with_precision(self.precision);
        self.add_in(&other.multiply_in(&whole, self.precision)?.negate(), self.precision)
    }

    /// Without its fraction.
    #[must_use]
    pub fn truncate(&self) -> Self {
        match &self.repr {
            Repr::Finite { negative, mantissa, exponent } if *exponent < 0 => {
                let whole = mantissa >> exponent.unsigned_abs();
                // A whole zero has no sign.
                round(*negative && whole != BigUint::ZERO, whole, 0, false, self.precision)
            }
            Repr::Finite { .. } | Repr::NegativeInfinity | Repr::Infinity => self.clone(),
        }
    }

    /// The next whole number towards −∞.
    #[must_use]
    pub fn floor(&self) -> Self {
        self.next_whole(Ordering::Greater, -1)
    }

    /// The next whole number towards +∞.
    #[must_use]
    pub fn ceil(&self) -> Self {
        self.next_whole(Ordering::Less, 1)
    }

    /// Without its fraction, and one step further where that lies on the wrong side.
    fn next_whole(&self, wrong: Ordering, step: i64) -> Self {
        if self.signum() == 0 {
            return Self::signed_zero(false, self.precision);
        }
        let whole = self.truncate();
        if whole.cmp(self) == wrong {
            whole.add(&Self::from(step)).unwrap_or(whole).with_precision(self.precision)
        } else {
            whole
        }
    }

    fn infinite_sign(&self) -> i8 {
        match self.repr {
            Repr::NegativeInfinity => -1,
            Repr::Infinity => 1,
            Repr::Finite { .. } => 0,
        }
    }
}

fn parse_exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let magnitude = digits.parse().unwrap_or(MAX_EXPONENT * 4).min(MAX_EXPONENT * 4);
    Some(if text.starts_with('-') { -magnitude } else { magnitude })
}

/// `±(m1 · 2^e1) / (m2 · 2^e2)`, rounded; `m2` is not zero.
fn ratio(negative: bool, m1: BigUint, e1: i64, m2: &BigUint, e2: i64, precision: u64) -> Number {
    let shift = (precision + 2 + m2.bits()).saturating_sub(m1.bits());
    let dividend = m1 << shift;
    let quotient = &dividend / m2;
    let inexact = &quotient * m2 != dividend;
    round(negative, quotient, e1 - e2 - i64::try_from(shift).unwrap_or(i64::MAX / 4), inexact, precision)
}

/// The nearest number of that many bits, ties to even. `inexact` says that a little more than `mantissa` is meant.
fn round(negative: bool, mut mantissa: BigUint, mut exponent: i64, inexact: bool, precision: u64) -> Number {
    if inexact {
        mantissa = (mantissa << 2u32) | BigUint::from(1u32);
        exponent -= 2;
    }
    let bits = mantissa.bits();
    if bits > precision {
        let drop = bits - precision;
        let half = BigUint::from(1u32) << (drop - 1);
        let kept = &mantissa >> drop;
        let rest = mantissa - (&kept << drop);
        let up = match rest.cmp(&half) {
            Ordering::Less => false,
            Ordering::Equal => kept.bit(0),
            Ordering::Greater => true,
        };
        mantissa = if up { kept + 1u32 } else { kept };
        exponent += i64::try_from(drop).unwrap_or(i64::MAX / 4);
    }
    let Some(zeros) = mantissa.trailing_zeros() else {
        return Number::signed_zero(negative, precision);
    };
    mantissa >>= zeros;
    exponent += i64::try_from(zeros).unwrap_or(i64::MAX / 4);
    if exponent > MAX_EXPONENT * 4 {
        return Number::infinity(negative);
    }
    if exponent < -MAX_EXPONENT * 4 {
        return Number::signed_zero(negative, precision);
    }
    Number { repr: Repr::Finite { negative, mantissa, exponent }, precision }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        round(value < 0, BigUint::from(value.unsigned_abs()), 0, false, COUNTED)
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Self {
        round(false, BigUint::from(value), 0, false, COUNTED)
    }
}

impl From<usize> for Number {
    fn from(value: usize) -> Self {
        round(false, BigUint::from(value), 0, false, COUNTED)
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        match (&self.repr, &other.repr) {
            (
                Repr::Finite { negative: n1, mantissa: m1, exponent: e1 },
                Repr::Finite { negative: n2, mantissa: m2, exponent: e2 },
            ) => m1 == m2 && e1 == e2 && (n1 == n2 || *m1 == BigUint::ZERO),
            (Repr::Infinity, Repr::Infinity) | (Repr::NegativeInfinity, Repr::NegativeInfinity) => true,
            _ => false,
        }
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match self.subtract(other) {
            Some(difference) => difference.signum().cmp(&0),
            // Two infinities of one sign.
            None => Ordering::Equal,
        }
    }
}

/// The shortest decimal that reads back as the same number, never with an exponent.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.repr {
            Repr::NegativeInfinity => f.write_str("-Inf"),
            Repr::Infinity => f.write_str("+Inf"),
            Repr::Finite { negative, mantissa, exponent } => {
                if *negative {
                    f.write_str("-")?;
                }
                let whole_bits = mantissa.bits().saturating_add_signed(*exponent);
                if *exponent >= 0 && whole_bits <= self.precision {
                    return write!(f, "{}", mantissa << exponent.unsigned_abs());
                }
                let (digits, point) = shortest(mantissa, *exponent, self.precision);
                f.write_str(&place(&digits, point))
            }
        }
    }
}

/// The digits of `mantissa · 2^exponent`, as few as identify it, and how many of them stand before the point.
fn shortest(mantissa: &BigUint, exponent: i64, precision: u64) -> (Vec<u8>, i64) {
    // One more bit than the precision, so that ±1 is half of the last place.
    let shift = (precision + 1).saturating_sub(mantissa.bits());
    let middle = mantissa << shift;
    let exponent = exponent - i64::try_from(shift).unwrap_or(0);
    let scale = if exponent < 0 {
        BigUint::from(5u32).pow(u32::try_from(exponent.unsigned_abs()).unwrap_or(u32::MAX))
    } else {
        BigUint::from(1u32) << exponent.unsigned_abs()
    };
    let inclusive = !middle.bit(1);
    let lower = ((&middle - 1u32) * &scale).to_string().into_bytes();
    let upper = ((&middle + 1u32) * &scale).to_string().into_bytes();
    let exact = (&middle * &scale).to_string().into_bytes();
    let width = upper.len();
    let pad = |digits: Vec<u8>| [vec![b'0'; width - digits.len()], digits].concat();
    let (lower, exact) = (pad(lower), pad(exact));
    let trimmed = |digits: &[u8]| digits.iter().rposition(|digit| *digit != b'0').map_or(0, |at| at + 1);
    let (lower_length, upper_length) = (trimmed(&lower), trimmed(&upper));
    let point = i64::try_from(width).unwrap_or(0) + exponent.min(0);
    for index in 0..trimmed(&exact) {
        let (l, m, u) = (lower[index], exact[index], upper[index]);
        let down = l != m || inclusive && index + 1 >= lower_length;
        let up = m != u && (inclusive || m + 1 < u || index + 1 < upper_length);
        let next_is_large = exact.get(index + 1).is_some_and(|next| {
            *next > b'5' || *next == b'5' && (exact[index + 2..].iter().any(|digit| *digit != b'0') || m % 2 == 1)
        });
        match (down, up) {
            (false, false) => {}
            (true, true) if next_is_large => return round_up(&exact[..=index], point),
            (true, _) => return (exact[..=index].to_vec(), point),
            (false, true) => return round_up(&exact[..=index], point),
        }
    }
    (exact[..trimmed(&exact)].to_vec(), point)
}

fn round_up(digits: &[u8], point: i64) -> (Vec<u8>, i64) {
    let mut digits = digits.to_vec();
    while digits.last() == Some(&b'9') {
        digits.pop();
    }
    match digits.last_mut() {
        Some(last) => {
            *last += 1;
            (digits, point)
        }
        None => (vec![b'1'], point + 1),
    }
}

/// Digits with a point behind the first `point` of them, and zeros where there are none.
fn place(digits: &[u8], point: i64) -> String {
    let leading = digits.iter().take_while(|digit| **digit == b'0').count();
    let digits = &digits[leading..];
    let point = point - i64::try_from(leading).unwrap_or(0);
    let text = String::from_utf8_lossy(digits);
    let length = i64::try_from(digits.len()).unwrap_or(0);
    let zeros = |count: i64| "0".repeat(usize::try_from(count).unwrap_or(0));
    if point <= 0 {
        format!("0.{}{text}", zeros(-point))
    } else if point >= length {
        format!("{text}{}", zeros(point - length))
    } else {
        let (whole, fraction) = text.split_at(usize::try_from(point).unwrap_or(0));
        format!("{whole}.{fraction}").trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::Number;

    fn number(text: &str) -> Number {
        Number::parse(text).expect("a number")
    }

    #[test]
    fn texts_read_and_write_as_the_shortest_decimal() {
        for (text, shown) in [
            ("0", "0"),
            ("-0", "-0"),
            ("007", "7"),
            ("1.50", "1.5"),
            ("1e3", "1000"),
            ("1E-2", "0.01"),
            ("-2.5", "-2.5"),
            ("0.1", "0.1"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
            ("Inf", "+Inf"),
            ("1e200", &format!("1{}", "0".repeat(200))),
            ("0.000001", "0.000001"),
            (".5", "0.5"),
            ("5.", "5"),
            ("99.99", "99.99"),
            ("999999999999.9999999999", "999999999999.9999999999"),
        ] {
            assert_eq!(number(text).to_string(), shown, "{text}");
        }
        for text in ["", "-", "0x10", "1_0", " 1", "1 ", "e1", "1e", ".", "a", "1.2.3"] {
            assert!(Number::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn arithmetic_is_that_of_512_bits() {
        assert_eq!(number("0.1").add(&number("0.2")).expect("finite").to_string(), "0.3");
        assert_eq!(number("7").modulo(&number("0")), Some(number("7")));
        assert_eq!(number("-7").modulo(&number("3")), Some(number("-1")));
        assert_eq!(number("7.5").modulo(&number("2")), Some(number("1.5")));
        assert_eq!(number("1").divide(&number("0")), Some(Number::infinity(false)));
        assert_eq!(number("0").divide(&number("0")), None);
        let third = number("1").divide(&number("3")).expect("finite").to_string();
        assert!(third.starts_with("0.33333") && third.len() > 150, "{third}");
        assert_eq!(number("-1.5").floor(), number("-2"));
        assert_eq!(number("-1.5").ceil(), number("-1"));
        assert_eq!(number("1.5").ceil(), number("2"));
        assert!(number("2") < number("10") && Number::infinity(true) < number("-1e300"));
        assert_eq!(Number::from_f64(0.5), number("0.5"));
        assert_eq!(number("9007199254740993").to_i64(), Some(9_007_199_254_740_993));
        assert_eq!(number("1.5").to_i64(), None);
    }

    #[test]
    fn absurd_exponents_cost_nothing() {
        assert!(number("1e999999999999").is_infinite());
        assert_eq!(number("1e-999999999999"), Number::zero());
    }
}
