//! Logarithms and powers of machine floats, step by step as Go computes them: the last digit differs between libraries,
//! and it shows.
#![expect(clippy::many_single_char_names, reason = "formulas")]

use std::f64::consts::FRAC_1_SQRT_2;

/// A float as `fraction · 2^exponent`, the fraction from a half up to one.
fn split(x: f64) -> (f64, i32) {
    if x == 0.0 || !x.is_finite() {
        return (x, 0);
    }
    let (x, shift) = if x.abs() < f64::MIN_POSITIVE { (x * 2f64.powi(52), -52) } else { (x, 0) };
    let bits = x.to_bits();
    let exponent = i32::try_from((bits >> 52) & 0x7ff).unwrap_or(0) - 1022;
    (f64::from_bits(bits & !(0x7ff << 52) | 1022 << 52), exponent + shift)
}

/// `x · 2^exponent`
fn scale(mut x: f64, mut exponent: i64) -> f64 {
    while exponent > 1000 && x.is_finite() && x != 0.0 {
        x *= 2f64.powi(1000);
        exponent -= 1000;
    }
    if exponent < -1000 && x != 0.0 {
        // Only the last step may round, and only once.
        let (fraction, own) = split(x);
        let total = exponent + i64::from(own);
        if total < -1080 {
            return 0.0 * x.signum();
        }
        return fraction * 2f64.powi(-1000) * 2f64.powi(i32::try_from(total + 1000).unwrap_or(-1000));
    }
    x * 2f64.powi(i32::try_from(exponent.clamp(-1022, 1000)).unwrap_or(0))
}

/// The natural logarithm.
pub(super) fn log(x: f64) -> f64 {
    const HIGH: f64 = 6.931_471_803_691_238e-1;
    const LOW: f64 = 1.908_214_929_270_587_7e-10;
    if x.is_nan() || x == f64::INFINITY {
        return x;
    }
    if x < 0.0 {
        return f64::NAN;
    }
    if x == 0.0 {
        return f64::NEG_INFINITY;
    }
    let (mut fraction, mut exponent) = split(x);
    if fraction < FRAC_1_SQRT_2 {
        fraction *= 2.0;
        exponent -= 1;
    }
    let f = fraction - 1.0;
    let k = f64::from(exponent);
    let s = f / (2.0 + f);
    let s2 = s * s;
    let s4 = s2 * s2;
    let t1 = s2
        * (6.666_666_666_666_735e-1
            + s4 * (2.857_142_874_366_239e-1 + s4 * (1.818_357_216_161_805e-1 + s4 * 1.479_819_860_511_658_6e-1)));
    let t2 = s4 * (3.999_999_999_940_942e-1 + s4 * (2.222_219_843_214_978_4e-1 + s4 * 1.531_383_769_920_937_3e-1));
    let r = t1 + t2;
    let half = 0.5 * f * f;
    k * HIGH - ((half - (s * (half + r) + k * LOW)) - f)
}

/// `e` to the power of `x`.
fn exp(x: f64) -> f64 {
    const LN2_HIGH: f64 = 0.693_147_180_559_662_956_511_601_805_686_950_683_593_75;
    const LN2_LOW: f64 = 0.282_352_905_630_315_771_225_884_481_750_134_360_255_254_120_68e-12;
    if x.is_nan() || x == f64::INFINITY {
        return x;
    }
    if x == f64::NEG_INFINITY {
        return 0.0;
    }
    if x > 7.097_827_128_933_84e2 {
        return f64::INFINITY;
    }
    let power = (x * std::f64::consts::LOG2_E).round_ties_even();
    let rest = (-LN2_LOW).mul_add(power, (-LN2_HIGH).mul_add(power, x)) * 0.0625;
    let terms = [
        1.984_126_984_126_984e-4,
        1.388_888_888_888_889e-3,
        8.333_333_333_333_333e-3,
        4.166_666_666_666_666_4e-2,
        1.666_666_666_666_666_6e-1,
        0.5,
        1.0,
    ];
    let series = terms.into_iter().fold(2.480_158_730_158_73e-5, |sum: f64, term| sum.mul_add(rest, term));
    let mut result = rest * series;
    for _ in 0..3 {
        result *= result + 2.0;
    }
    result = (result + 2.0).mul_add(result, 1.0);
    #[expect(clippy::cast_possible_truncation, reason = "it is a small whole number")]
    scale(result, power as i64)
}

/// `x` to the power of `y`; not a number where there is none.
pub(super) fn pow(x: f64, y: f64) -> f64 {
    if y == 0.0 || x == 1.0 {
        return 1.0;
    }
    if y == 1.0 {
        return x;
    }
    if x == 0.0 || !x.is_finite() || !y.is_finite() {
        // Zeros, infinities and what is no number are the same everywhere.
        return x.powf(y);
    }
    if y == 0.5 {
        return x.sqrt();
    }
    if y == -0.5 {
        return 1.0 / x.sqrt();
    }
    let (mut whole, mut rest) = (y.abs().trunc(), y.abs().fract());
    if rest != 0.0 && x < 0.0 {
        return f64::NAN;
    }
    if whole >= 9_223_372_036_854_775_808.0 {
        return match x {
            -1.0 => 1.0,
            _ if (x.abs() < 1.0) == (y > 0.0) => 0.0,
            _ => f64::INFINITY,
        };
    }
    let mut result = 1.0;
    let mut exponent: i64 = 0;
    if rest != 0.0 {
        if rest > 0.5 {
            rest -= 1.0;
            whole += 1.0;
        }
        result = exp(rest * log(x));
    }
    let (mut base, base_exponent) = split(x);
    let mut base_exponent = i64::from(base_exponent);
    #[expect(clippy::cast_possible_truncation, reason = "it is smaller than 2^63")]
    let mut left = whole as i64;
    while left != 0 {
        if base_exponent.abs() > 1 << 12 {
            exponent += base_exponent;
            break;
        }
        if left & 1 == 1 {
            result *= base;
            exponent += base_exponent;
        }
        base *= base;
        base_exponent <<= 1;
        if base < 0.5 {
            base += base;
            base_exponent -= 1;
        }
        left >>= 1;
    }
    if y < 0.0 {
        result = 1.0 / result;
        exponent = -exponent;
    }
    scale(result, exponent)
}

#[cfg(test)]
mod tests {
    use super::{log, pow};

    #[test]
    fn the_last_digit_is_that_of_go() {
        for (ours, theirs) in [
            (log(3.0) / log(8.0), 0.528_320_833_573_718_7),
            (log(5.0) / log(3.0), 1.464_973_520_717_927_3),
            (log(3.0) / log(5.0), 0.682_606_194_485_985_3),
            (pow(9.0, 17.0), 16_677_181_699_666_568.0),
            (pow(314_159.0 / 100_000.0, 7.0), 3_020.275_369_894_183),
            (pow(1e-7, -3.0), 1_000_000_000_000_000_300_000.0),
            (pow(2.0, -1074.0), 5e-324),
            (pow(2.0, 0.5), std::f64::consts::SQRT_2),
            (pow(-2.0, 3.0), -8.0),
        ] {
            assert!(ours.to_bits() == theirs.to_bits(), "{ours} {theirs}");
        }
        assert!(pow(-2.0, 0.3).is_nan() && log(-1.0).is_nan());
    }
}
