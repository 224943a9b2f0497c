//! Sets.

use super::call::{limit, outer};
use super::{Call, Failure};
use crate::resolve::convert::{convert, unify};
use crate::resolve::value::{Type, Value, ValueKind, identity, set_elements};

/// All arguments as sets of one type.
fn unified(call: &Call<'_>) -> Result<(Type, Vec<Vec<Value>>), Failure> {
    let types: Vec<Type> = call.arguments.iter().map(Value::ty).filter(|ty| *ty != Type::set(Type::Dynamic)).collect();
    let ty = if types.is_empty() { Some(Type::set(Type::Dynamic)) } else { unify(&types, true) };
    let ty = ty.ok_or_else(|| Failure::call("the sets must have one type of elements"))?;
    let each = |(value, span)| {
        let value = convert(value, &ty, span).map_err(|error| Failure::call(error.to_string()))?;
        Ok(value.as_items().unwrap_or_default().to_vec())
    };
    let sets = call.arguments.iter().zip(call.spans.iter().copied()).map(each).collect::<Result<_, Failure>>()?;
    Ok((ty.element().cloned().unwrap_or(Type::Dynamic), sets))
}

pub(super) fn setunion(call: &mut Call<'_>) -> Result<Value, Failure> {
    let (element, sets) = unified(call)?;
    Ok(Value::of(ValueKind::Set(element, set_elements(sets.concat()))))
}

pub(super) fn setintersection(call: &mut Call<'_>) -> Result<Value, Failure> {
    let (element, mut sets) = unified(call)?;
    let mut first = if sets.is_empty() { Vec::new() } else { sets.remove(0) };
    for set in sets {
        let known: std::collections::BTreeSet<String> = set.iter().map(identity).collect();
        first.retain(|item| known.contains(&identity(item)));
    }
    Ok(Value::of(ValueKind::Set(element, set_elements(first))))
}

pub(super) fn setproduct(call: &mut Call<'_>) -> Result<Value, Failure> {
    if call.arguments.len() < 2 {
        return Err(Failure::call("it needs at least two sets or lists"));
    }
    let mut all_sets = true;
    let mut types = Vec::new();
    let mut product: Vec<Vec<Value>> = vec![Vec::new()];
    for index in 0..call.arguments.len() {
        let argument = &call.arguments[index];
        if !argument.is_known() {
            return Err(Failure::Unknown(crate::resolve::value::Origin::Error));
        }
        all_sets &= matches!(argument.kind, ValueKind::Set(..));
        let wanted =
            if matches!(argument.kind, ValueKind::Set(..)) { argument.ty() } else { Type::list(Type::Dynamic) };
        call.elements(index)?;
        let converted = convert(argument, &wanted, call.spans[index])
            .map_err(|error| Failure::argument(index, error.to_string()))?;
        types.push(converted.ty().element().cloned().unwrap_or(Type::Dynamic));
        let items = converted.as_items().unwrap_or_default();
        limit(product.len().saturating_mul(items.len()).saturating_mul(128 * (index + 1)))?;
        product = product
            .iter()
            .flat_map(|start| items.iter().map(|item| start.iter().chain([item]).cloned().collect()))
            .collect();
    }
    let rows: Vec<Value> = product.into_iter().map(Value::tuple).collect();
    let ty = Type::Tuple(types);
    let kind = if all_sets { ValueKind::Set(ty, set_elements(rows)) } else { ValueKind::List(ty, rows) };
    Ok(Value::of(kind).with_marks(&outer(&call.arguments)))
}
