//! Numbers: binary floats of 512 bits, as cty has them, so that what Packer computes exactly is exact here too.

use std::cmp::Ordering;
use std::fmt;

use num_bigint::BigUint;

/// Bits of a mantissa.
const PRECISION: u64 = 512;

/// Beyond this binary exponent a number counts as infinite, and below its negative as zero: nobody means such numbers,
/// and writing them out would take megabytes.
const MAX_EXPONENT: i64 = 400_000;

/// Digits of a literal that can matter for its value; what follows is only looked at for being zero.
const MAX_DIGITS: usize = 1300;

/// A number: a binary float of 512 bits, as in cty, or one of the two infinities.
///
/// Whole numbers up to that size are exact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number(Repr);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Repr {
    NegativeInfinity,
    /// `±mantissa · 2^exponent`; the mantissa is odd and has at most 512 bits, or everything is zero.
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
        Self(Repr::Finite { negative: false, mantissa: BigUint::ZERO, exponent: 0 })
    }

    /// +∞, or −∞.
    pub fn infinity(negative: bool) -> Self {
        Self(if negative { Repr::NegativeInfinity } else { Repr::Infinity })
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
            return Some(Self::zero());
        }
        let mantissa = BigUint::parse_bytes(&significant, 10)?;
        if scale > MAX_EXPONENT {
            return Some(Self::infinity(negative));
        }
        if scale < -MAX_EXPONENT {
            return Some(Self::zero());
        }
        let power = BigUint::from(10u32).pow(u32::try_from(scale.unsigned_abs()).ok()?);
        Some(if scale >= 0 {
            round(negative, mantissa * power, 0, false)
        } else {
            ratio(negative, mantissa, 0, &power, 0)
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
        round(value < 0.0, BigUint::from(mantissa), exponent, false)
    }

    /// The nearest machine float.
    pub fn to_f64(&self) -> f64 {
        match &self.0 {
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
        match &self.0 {
            Repr::Finite { negative, mantissa, exponent } if *exponent >= 0 => {
                Some((*negative, mantissa << exponent.unsigned_abs()))
            }
            Repr::Finite { .. } | Repr::NegativeInfinity | Repr::Infinity => None,
        }
    }

    /// A whole number, rounded to 512 bits.
    pub fn from_whole(negative: bool, magnitude: BigUint) -> Self {
        round(negative, magnitude, 0, false)
    }

    /// Whether it is one of the infinities.
    pub fn is_infinite(&self) -> bool {
        !matches!(self.0, Repr::Finite { .. })
    }

    /// Whether it is whole.
    pub fn is_whole(&self) -> bool {
        matches!(&self.0, Repr::Finite { exponent, .. } if *exponent >= 0)
    }

    /// −1, 0 or 1.
    pub fn signum(&self) -> i64 {
        match &self.0 {
            Repr::NegativeInfinity => -1,
            Repr::Infinity => 1,
            Repr::Finite { mantissa, .. } if *mantissa == BigUint::ZERO => 0,
            Repr::Finite { negative: true, .. } => -1,
            Repr::Finite { .. } => 1,
        }
    }

    /// With the other sign.
    #[must_use]
    pub fn negate(&self) -> Self {
        Self(match &self.0 {
            Repr::NegativeInfinity => Repr::Infinity,
            Repr::Infinity => Repr::NegativeInfinity,
            Repr::Finite { negative, mantissa, exponent } => Repr::Finite {
                negative: !negative && *mantissa != BigUint::ZERO,
                mantissa: mantissa.clone(),
                exponent: *exponent,
            },
        })
    }

    /// Without its sign.
    #[must_use]
    pub fn abs(&self) -> Self {
        if self.signum() < 0 { self.negate() } else { self.clone() }
    }

    /// The sum; nothing for `∞ − ∞`.
    pub fn add(&self, other: &Self) -> Option<Self> {
        let (
            Repr::Finite { negative: n1, mantissa: m1, exponent: e1 },
            Repr::Finite { negative: n2, mantissa: m2, exponent: e2 },
        ) = (&self.0, &other.0)
        else {
            let sign = self.infinite_sign() + other.infinite_sign();
            return (sign != 0).then(|| Self::infinity(sign < 0));
        };
        if self.signum() == 0 {
            return Some(other.clone());
        }
        if other.signum() == 0 {
            return Some(self.clone());
        }
        let exponent = *e1.min(e2);
        let m1 = m1 << (e1 - exponent).unsigned_abs();
        let m2 = m2 << (e2 - exponent).unsigned_abs();
        Some(if n1 == n2 {
            round(*n1, m1 + m2, exponent, false)
        } else if m1 >= m2 {
            round(*n1, m1 - m2, exponent, false)
        } else {
            round(*n2, m2 - m1, exponent, false)
        })
    }

    /// The difference; nothing for `∞ − ∞`.
    pub fn subtract(&self, other: &Self) -> Option<Self> {
        self.add(&other.negate())
    }

    /// The product; nothing for `0 · ∞`.
    pub fn multiply(&self, other: &Self) -> Option<Self> {
        let negative = self.signum() * other.signum() < 0;
        match (&self.0, &other.0) {
            (Repr::Finite { mantissa: m1, exponent: e1, .. }, Repr::Finite { mantissa: m2, exponent: e2, .. }) => {
                Some(round(negative, m1 * m2, e1 + e2, false))
            }
            _ if self.signum() == 0 || other.signum() == 0 => None,
            _ => Some(Self::infinity(negative)),
        }
    }

    /// The quotient: `x / 0` is infinite; nothing for `0 / 0` and `∞ / ∞`.
    pub fn divide(&self, other: &Self) -> Option<Self> {
        match (&self.0, &other.0) {
            (
                Repr::Finite { negative: n1, mantissa: m1, exponent: e1 },
                Repr::Finite { negative: n2, mantissa: m2, exponent: e2 },
            ) => {
                if other.signum() == 0 {
                    return (self.signum() != 0).then(|| Self::infinity(*n1));
                }
                Some(ratio(n1 != n2, m1.clone(), *e1, m2, *e2))
            }
            (Repr::Finite { .. }, _) => Some(Self::zero()),
            (_, Repr::Finite { .. }) => Some(Self::infinity((self.signum() < 0) != (other.signum() < 0))),
            _ => None,
        }
    }

    /// What is left of a division whose quotient is cut to a whole number; `x % 0` is `x`.
    pub fn modulo(&self, other: &Self) -> Option<Self> {
        if other.signum() == 0 || other.is_infinite() {
            return Some(self.clone());
        }
        if self.is_infinite() {
            return None;
        }
        let whole = self.divide(other)?.truncate();
        self.subtract(&other.multiply(&whole)?)
    }

    /// Without its fraction.
    #[must_use]
    pub fn truncate(&self) -> Self {
        match &self.0 {
            Repr::Finite { negative, mantissa, exponent } if *exponent < 0 => {
                round(*negative, mantissa >> exponent.unsigned_abs(), 0, false)
            }
            Repr::Finite { .. } | Repr::NegativeInfinity | Repr::Infinity => self.clone(),
        }
    }

    /// The next whole number towards −∞.
    #[must_use]
    pub fn floor(&self) -> Self {
        let whole = self.truncate();
        if whole > *self { whole.subtract(&Self::from(1i64)).unwrap_or(whole) } else { whole }
    }

    /// The next whole number towards +∞.
    #[must_use]
    pub fn ceil(&self) -> Self {
        self.negate().floor().negate()
    }

    fn infinite_sign(&self) -> i8 {
        match self.0 {
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
fn ratio(negative: bool, m1: BigUint, e1: i64, m2: &BigUint, e2: i64) -> Number {
    let shift = (PRECISION + 2 + m2.bits()).saturating_sub(m1.bits());
    let dividend = m1 << shift;
    let quotient = &dividend / m2;
    let inexact = &quotient * m2 != dividend;
    round(negative, quotient, e1 - e2 - i64::try_from(shift).unwrap_or(i64::MAX / 4), inexact)
}

/// The nearest number of 512 bits, ties to even. `inexact` says that a little more than `mantissa` is meant.
fn round(negative: bool, mut mantissa: BigUint, mut exponent: i64, inexact: bool) -> Number {
    if inexact {
        mantissa = (mantissa << 2u32) | BigUint::from(1u32);
        exponent -= 2;
    }
    let bits = mantissa.bits();
    if bits > PRECISION {
        let drop = bits - PRECISION;
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
    let Some(zeros) = mantissa.trailing_zeros() else { return Number::zero() };
    mantissa >>= zeros;
    exponent += i64::try_from(zeros).unwrap_or(i64::MAX / 4);
    if exponent > MAX_EXPONENT * 4 {
        return Number::infinity(negative);
    }
    if exponent < -MAX_EXPONENT * 4 {
        return Number::zero();
    }
    Number(Repr::Finite { negative, mantissa, exponent })
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        round(value < 0, BigUint::from(value.unsigned_abs()), 0, false)
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Self {
        round(false, BigUint::from(value), 0, false)
    }
}

impl From<usize> for Number {
    fn from(value: usize) -> Self {
        round(false, BigUint::from(value), 0, false)
    }
}

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
        match &self.0 {
            Repr::NegativeInfinity => f.write_str("-Inf"),
            Repr::Infinity => f.write_str("+Inf"),
            Repr::Finite { negative, mantissa, exponent } => {
                if *negative {
                    f.write_str("-")?;
                }
                let whole_bits = mantissa.bits().saturating_add_signed(*exponent);
                if *exponent >= 0 && whole_bits <= PRECISION {
                    return write!(f, "{}", mantissa << exponent.unsigned_abs());
                }
                let (digits, point) = shortest(mantissa, *exponent);
                f.write_str(&place(&digits, point))
            }
        }
    }
}

/// The digits of `mantissa · 2^exponent`, as few as identify it, and how many of them stand before the point.
fn shortest(mantissa: &BigUint, exponent: i64) -> (Vec<u8>, i64) {
    // One more bit than the precision, so that ±1 is half of the last place.
    let shift = (PRECISION + 1).saturating_sub(mantissa.bits());
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
            ("-0", "0"),
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
