//! Comparing, indexing and slicing, as Go's templates do.

use std::cmp::Ordering;

use super::super::value::Text;
use super::Fault;
use super::exec::{Run, Stop, Val};

/// A value that can be compared.
enum Basic {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
}

fn basic(run: &mut Run<'_>, value: &Val) -> Result<Basic, Stop> {
    Ok(match value {
        Val::None => Basic::None,
        Val::Bool(value) => Basic::Bool(*value),
        Val::Int(value) => Basic::Int(*value),
        Val::Byte(value) => Basic::Int(i64::from(*value)),
        Val::Float(value) => Basic::Float(*value),
        Val::Text(text) => Basic::Text(run.known(text)?),
        Val::Data => return Err(run.data_unknown().into()),
        Val::Unknown(mystery) => return Err(Stop::Unknown(mystery.clone())),
    })
}

/// `eq`, `ne`, `lt`, `le`, `gt`, `ge`.
pub(super) fn compare(run: &mut Run<'_>, name: &str, arguments: &[Val], at: usize) -> Result<bool, Stop> {
    if name == "eq" && arguments.len() < 2 {
        return Err(Fault::failed(at, "`eq` compares two values or more").into());
    }
    let left = basic(run, &arguments[0])?;
    for other in &arguments[1..] {
        let right = basic(run, other)?;
        let mixed = || {
            let (left, right) = (arguments[0].kind(), other.kind());
            Stop::Fault(Fault::failed(at, format!("`{name}` cannot compare what is {left} with what is {right}")))
        };
        if name == "eq" || name == "ne" {
            let equal = match (&left, &right) {
                (Basic::None, Basic::None) => true,
                (Basic::None, _) | (_, Basic::None) => false,
                (Basic::Bool(a), Basic::Bool(b)) => a == b,
                (Basic::Int(a), Basic::Int(b)) => a == b,
                #[expect(clippy::float_cmp, reason = "as Go compares")]
                (Basic::Float(a), Basic::Float(b)) => a == b,
                (Basic::Text(a), Basic::Text(b)) => a == b,
                (Basic::Bool(_) | Basic::Int(_) | Basic::Float(_) | Basic::Text(_), _) => {
                    return Err(mixed());
                }
            };
            if equal || name == "ne" {
                return Ok(equal == (name == "eq"));
            }
            continue;
        }
        let order = match (&left, &right) {
            (Basic::Int(a), Basic::Int(b)) => Some(a.cmp(b)),
            (Basic::Float(a), Basic::Float(b)) => a.partial_cmp(b),
            (Basic::Text(a), Basic::Text(b)) => Some(a.cmp(b)),
            (Basic::None | Basic::Bool(_) | Basic::Int(_) | Basic::Float(_) | Basic::Text(_), _) => return Err(mixed()),
        };
        return Ok(match name {
            "lt" => order == Some(Ordering::Less),
            "le" => matches!(order, Some(Ordering::Less | Ordering::Equal)),
            "gt" => !matches!(order, Some(Ordering::Less | Ordering::Equal)),
            _ => order != Some(Ordering::Less),
        });
    }
    Ok(false)
}

fn position(run: &mut Run<'_>, value: &Val, end: usize, name: &str, at: usize) -> Result<usize, Stop> {
    if let Some(mystery) = run.opaque(value) {
        return Err(mystery.into());
    }
    let number = match value {
        Val::Int(number) => *number,
        Val::Byte(number) => i64::from(*number),
        Val::None | Val::Bool(_) | Val::Float(_) | Val::Text(_) | Val::Data | Val::Unknown(_) => {
            return Err(Fault::failed(at, format!("`{name}` takes whole numbers, and this is {}", value.kind())).into());
        }
    };
    usize::try_from(number)
        .ok()
        .filter(|number| *number <= end)
        .ok_or_else(|| Stop::Fault(Fault::failed(at, format!("`{name}` goes beyond the text: {number}"))))
}

/// `index`: of a text, a byte.
pub(super) fn index(run: &mut Run<'_>, arguments: &[Val], at: usize) -> Result<Val, Stop> {
    let mut item = arguments[0].clone();
    for number in &arguments[1..] {
        let text = match &item {
            Val::Text(text) => run.known(text)?,
            Val::Unknown(mystery) => return Err(Stop::Unknown(mystery.clone())),
            Val::Data => return Err(run.data_unknown().into()),
            Val::None | Val::Bool(_) | Val::Int(_) | Val::Byte(_) | Val::Float(_) => {
                return Err(Fault::failed(at, format!("`index` cannot index what is {}", item.kind())).into());
            }
        };
        let place = position(run, number, text.len(), "index", at)?;
        let Some(byte) = text.as_bytes().get(place) else {
            return Err(Fault::failed(at, format!("`index` goes beyond the text: {place}")).into());
        };
        item = Val::Byte(*byte);
    }
    match item {
        Val::None => Err(Fault::failed(at, "`index` cannot index what is without a value").into()),
        item @ (Val::Bool(_)
        | Val::Int(_)
        | Val::Byte(_)
        | Val::Float(_)
        | Val::Text(_)
        | Val::Data
        | Val::Unknown(_)) => Ok(item),
    }
}

/// `slice`: of a text.
pub(super) fn slice(run: &mut Run<'_>, arguments: &[Val], at: usize) -> Result<Val, Stop> {
    let text = match &arguments[0] {
        Val::Text(text) => run.known(text)?,
        Val::Unknown(mystery) => return Err(Stop::Unknown(mystery.clone())),
        Val::Data => return Err(run.data_unknown().into()),
        item @ (Val::None | Val::Bool(_) | Val::Int(_) | Val::Byte(_) | Val::Float(_)) => {
            return Err(Fault::failed(at, format!("`slice` cannot slice what is {}", item.kind())).into());
        }
    };
    if arguments.len() > 3 {
        return Err(Fault::failed(at, "`slice` of a text takes two numbers at most").into());
    }
    let mut range = [0, text.len()];
    for (place, number) in range.iter_mut().zip(&arguments[1..]) {
        *place = position(run, number, text.len(), "slice", at)?;
    }
    let [from, to] = range;
    if from > to {
        return Err(Fault::failed(at, format!("`slice` ends before it begins: {from} > {to}")).into());
    }
    Ok(Val::Text(Text::literal(String::from_utf8_lossy(&text.as_bytes()[from..to]))))
}
