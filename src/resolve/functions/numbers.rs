//! Numbers.

use num_bigint::BigUint;

use super::{Call, Failure, machine};
use crate::resolve::convert::convert;
use crate::resolve::value::{Number, Type, Value};

pub(super) fn abs(call: &mut Call<'_>) -> Result<Value, Failure> {
    Ok(Value::number(call.number(0).abs()))
}

pub(super) fn ceil(call: &mut Call<'_>) -> Result<Value, Failure> {
    Ok(Value::number(call.number(0).ceil()))
}

pub(super) fn floor(call: &mut Call<'_>) -> Result<Value, Failure> {
    Ok(Value::number(call.number(0).floor()))
}

pub(super) fn log(call: &mut Call<'_>) -> Result<Value, Failure> {
    machine(machine::log(call.number(0).to_f64()) / machine::log(call.number(1).to_f64()))
}

pub(super) fn pow(call: &mut Call<'_>) -> Result<Value, Failure> {
    machine(machine::pow(call.number(0).to_f64(), call.number(1).to_f64()))
}

/// The result of a computation that Packer does in machine floats, too.
fn machine(value: f64) -> Result<Value, Failure> {
    if value.is_nan() {
        return Err(Failure::call("these numbers have no result"));
    }
    Ok(Value::number(Number::from_f64(value)))
}

pub(super) fn max(call: &mut Call<'_>) -> Result<Value, Failure> {
    extreme(call, |numbers| numbers.max())
}

pub(super) fn min(call: &mut Call<'_>) -> Result<Value, Failure> {
    extreme(call, |numbers| numbers.min())
}

fn extreme<'v>(
    call: &'v Call<'_>,
    choose: impl FnOnce(&mut dyn Iterator<Item = &'v Number>) -> Option<&'v Number>,
) -> Result<Value, Failure> {
    let mut numbers = call.arguments.iter().filter_map(Value::as_number);
    choose(&mut numbers)
        .map(|number| Value::number(number.clone()))
        .ok_or_else(|| Failure::call("it needs at least one number"))
}

pub(super) fn signum(call: &mut Call<'_>) -> Result<Value, Failure> {
    Ok(Value::number(call.whole(0)?.signum()))
}

pub(super) fn sum(call: &mut Call<'_>) -> Result<Value, Failure> {
    let items = call.elements(0)?;
    if items.is_empty() {
        return Err(Failure::call("it needs at least one number"));
    }
    let mut total = Number::zero();
    for (index, item) in items.iter().enumerate() {
        if item.is_null() {
            return Err(Failure::argument(0, format!("its element {index} is null")));
        }
        let number = convert(item, &Type::Number, call.spans[0])
            .map_err(|error| Failure::argument(0, format!("its element {index}: {error}")))?;
        let number = number.as_number().cloned().unwrap_or_else(Number::zero);
        total = total.add(&number).ok_or_else(|| Failure::call("these infinities have no sum"))?;
    }
    Ok(Value::number(total))
}

pub(super) fn parseint(call: &mut Call<'_>) -> Result<Value, Failure> {
    let Some(text) = call.arguments[0].as_str() else {
        return Err(Failure::argument(0, format!("a text is needed, not {}", call.arguments[0].ty().phrase())));
    };
    let base = call.whole(1).ok().filter(|base| (2..=62).contains(base));
    let base = base.ok_or_else(|| Failure::argument(1, "the base must be a whole number from 2 to 62"))?;
    let (negative, digits) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, &*text),
    };
    let wrong = || Failure::argument(0, format!("it is no whole number in base {base}"));
    if digits.is_empty() || digits.len() > 4096 {
        return Err(wrong());
    }
    let mut magnitude = BigUint::ZERO;
    let base = u32::try_from(base).unwrap_or(10);
    for letter in digits.bytes() {
        let digit = match letter {
            b'0'..=b'9' => u32::from(letter - b'0'),
            b'a'..=b'z' => u32::from(letter - b'a') + 10,
            // Up to base 36 the case of letters does not count.
            b'A'..=b'Z' if base <= 36 => u32::from(letter - b'A') + 10,
            b'A'..=b'Z' => u32::from(letter - b'A') + 36,
            _ => return Err(wrong()),
        };
        if digit >= base {
            return Err(wrong());
        }
        magnitude = magnitude * base + digit;
    }
    Ok(Value::number(Number::from_whole(negative, magnitude)))
}
