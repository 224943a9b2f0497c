//! The one type that several have in common, and which conversions exist at all.

use std::collections::{BTreeMap, BTreeSet};

use crate::resolve::value::Type;

/// The type that all of these convert to, if there is one. `lossy` allows conversions that may fail on a value (`string` to
/// `number`), as conditionals and collections do.
pub fn unify(types: &[Type], lossy: bool) -> Option<Type> {
    let distinct: BTreeSet<&Type> = types.iter().collect();
    if distinct.len() <= 1 {
        return distinct.first().map(|ty| (*ty).clone());
    }
    let all: Vec<&Type> = distinct.into_iter().collect();
    let (mut maps, mut lists, mut sets, mut objects, mut tuples, mut dynamics) = (0, 0, 0, 0, 0, 0);
    for ty in &all {
        match ty {
            Type::Dynamic => dynamics += 1,
            Type::List(_) => lists += 1,
            Type::Set(_) => sets += 1,
            Type::Map(_) => maps += 1,
            Type::Object(_) => objects += 1,
            Type::Tuple(_) => tuples += 1,
            Type::Bool | Type::Number | Type::String => {}
        }
    }
    let count = all.len();
    let element = |types: &[&Type]| {
        let elements: Vec<Type> = types.iter().filter_map(|ty| ty.element().cloned()).collect();
        unify(&elements, lossy)
    };
    let one_kind = |kind: usize| kind > 0 && kind + dynamics == count;
    if one_kind(maps) || one_kind(lists) || one_kind(sets) || one_kind(objects) || one_kind(tuples) {
        if dynamics > 0 {
            return Some(Type::Dynamic);
        }
        return if maps > 0 {
            element(&all).map(Type::map)
        } else if lists > 0 {
            element(&all).map(Type::list)
        } else if sets > 0 {
            element(&all).map(Type::set)
        } else if objects > 0 {
            unify_objects(&all, lossy)
        } else {
            unify_tuples(&all, lossy)
        };
    }
    if maps > 0 && maps + objects + dynamics == count {
        let found = objects_as_map(&all, lossy).and_then(|map| {
            let replaced: Vec<Type> =
                all.iter().map(|ty| if matches!(ty, Type::Object(_)) { map.clone() } else { (*ty).clone() }).collect();
            unify(&replaced, lossy).filter(|ty| matches!(ty, Type::Map(_)))
        });
        if found.is_some() {
            return found;
        }
    } else if lists > 0 && lists + tuples + dynamics == count {
        let found = tuples_as_list(&all, lossy).and_then(|list| {
            let replaced: Vec<Type> =
                all.iter().map(|ty| if matches!(ty, Type::Tuple(_)) { list.clone() } else { (*ty).clone() }).collect();
            unify(&replaced, lossy).filter(|ty| matches!(ty, Type::List(_)))
        });
        if found.is_some() {
            return found;
        }
    } else if objects > 0 && tuples > 0 {
        return None;
    }
    let mut candidates = all.clone();
    candidates.sort_by_key(|ty| match ty {
        Type::String => 0,
        Type::Bool | Type::Number => 1,
        Type::List(_) | Type::Map(_) => 2,
        Type::Tuple(_) | Type::Object(_) => 3,
        Type::Set(_) => 4,
        Type::Dynamic => 5,
    });
    candidates.into_iter().find(|want| all.iter().all(|ty| ty == want || can_convert(ty, want, lossy))).cloned()
}

fn unify_objects(types: &[&Type], lossy: bool) -> Option<Type> {
    let objects: Vec<&BTreeMap<String, Type>> =
        types.iter().filter_map(|ty| if let Type::Object(attributes) = ty { Some(attributes) } else { None }).collect();
    let first = objects.first()?;
    if !objects.iter().all(|attributes| attributes.keys().eq(first.keys())) {
        return objects_as_map(types, lossy);
    }
    let mut out = BTreeMap::new();
    for name in first.keys() {
        let across: Vec<Type> = objects.iter().filter_map(|attributes| attributes.get(name).cloned()).collect();
        out.insert(name.clone(), unify(&across, lossy)?);
    }
    let out = Type::Object(out);
    if types.iter().all(|ty| can_convert(ty, &out, lossy)) { Some(out) } else { objects_as_map(types, lossy) }
}

fn objects_as_map(types: &[&Type], lossy: bool) -> Option<Type> {
    let attributes: Vec<Type> = types
        .iter()
        .filter_map(|ty| if let Type::Object(attributes) = ty { Some(attributes.values().cloned()) } else { None })
        .flatten()
        .collect();
    if attributes.is_empty() {
        return None;
    }
    unify(&attributes, lossy)
        .map(Type::map)
        .filter(|map| types.iter().all(|ty| !matches!(ty, Type::Object(_)) || can_convert(ty, map, lossy)))
}

fn unify_tuples(types: &[&Type], lossy: bool) -> Option<Type> {
    let tuples: Vec<&Vec<Type>> =
        types.iter().filter_map(|ty| if let Type::Tuple(elements) = ty { Some(elements) } else { None }).collect();
    let length = tuples.first()?.len();
    if tuples.iter().any(|elements| elements.len() != length) {
        return tuples_as_list(types, lossy);
    }
    let position = |index: usize| {
        let across: Vec<Type> = tuples.iter().filter_map(|elements| elements.get(index).cloned()).collect();
        unify(&across, lossy)
    };
    let out = Type::Tuple((0..length).map(position).collect::<Option<Vec<_>>>()?);
    if types.iter().all(|ty| can_convert(ty, &out, lossy)) { Some(out) } else { tuples_as_list(types, lossy) }
}

fn tuples_as_list(types: &[&Type], lossy: bool) -> Option<Type> {
    let elements: Vec<Type> = types
        .iter()
        .filter_map(|ty| if let Type::Tuple(elements) = ty { Some(elements.iter().cloned()) } else { None })
        .flatten()
        .collect();
    if elements.is_empty() {
        return None;
    }
    unify(&elements, lossy)
        .map(Type::list)
        .filter(|list| types.iter().all(|ty| !matches!(ty, Type::Tuple(_)) || can_convert(ty, list, lossy)))
}

/// Whether a conversion exists between two types; with `lossy` also one that may fail on a value.
pub fn can_convert(from: &Type, to: &Type, lossy: bool) -> bool {
    if from == to {
        return true;
    }
    let all_to = |types: Vec<&Type>, element: &Type| {
        if *element == Type::Dynamic {
            let types: Vec<Type> = types.into_iter().cloned().collect();
            // No element type is found that leaves open what is known.
            types.is_empty()
                || unify(&types, lossy)
                    .is_some_and(|ty| ty != Type::Dynamic || types.iter().all(|ty| *ty == Type::Dynamic))
        } else {
            types.into_iter().all(|ty| can_convert(ty, element, lossy))
        }
    };
    match (from, to) {
        (_, Type::Dynamic) => true,
        (Type::Dynamic, _) => lossy,
        (Type::Bool | Type::Number, Type::String) => true,
        (Type::String, Type::Bool | Type::Number) => lossy,
        (Type::Object(have), Type::Object(want)) => {
            want.iter().all(|(name, ty)| have.get(name).is_some_and(|have| can_convert(have, ty, lossy)))
        }
        (Type::Tuple(have), Type::Tuple(want)) => {
            have.len() == want.len() && have.iter().zip(want).all(|(have, want)| can_convert(have, want, lossy))
        }
        (Type::List(have) | Type::Set(have), Type::List(want))
        | (Type::Set(have), Type::Set(want))
        | (Type::Map(have), Type::Map(want)) => can_convert(have, want, lossy),
        (Type::List(have), Type::Set(want)) => lossy && can_convert(have, want, lossy),
        (Type::Tuple(have), Type::List(want) | Type::Set(want)) => all_to(have.iter().collect(), want),
        (Type::Object(have), Type::Map(want)) => all_to(have.values().collect(), want),
        (Type::Map(have), Type::Object(want)) => lossy && want.values().all(|ty| can_convert(have, ty, lossy)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_have_what_cty_says_in_common() {
        let tuple = |types: &[Type]| Type::Tuple(types.to_vec());
        let object = |types: &[(&str, Type)]| {
            Type::Object(types.iter().map(|(name, ty)| ((*name).to_owned(), ty.clone())).collect())
        };
        let (s, n, b) = (Type::String, Type::Number, Type::Bool);
        for (types, expected) in [
            (vec![n.clone(), s.clone()], Some(s.clone())),
            (vec![n.clone(), b.clone()], None),
            (vec![n.clone(), Type::Dynamic], Some(n.clone())),
            (
                vec![tuple(std::slice::from_ref(&n)), tuple(std::slice::from_ref(&s))],
                Some(tuple(std::slice::from_ref(&s))),
            ),
            (vec![tuple(std::slice::from_ref(&n)), tuple(&[])], Some(Type::list(n.clone()))),
            (vec![object(&[("a", n.clone())]), object(&[("b", n.clone())])], Some(Type::map(n.clone()))),
            (vec![object(&[("a", n.clone())]), tuple(&[])], None),
            (vec![Type::list(n.clone()), tuple(std::slice::from_ref(&s))], Some(Type::list(s.clone()))),
        ] {
            assert_eq!(unify(&types, true), expected);
        }
    }
}
