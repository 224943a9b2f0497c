//! Takes a request apart, each member once, so that none is forgotten on the way into the SDK's types.

use std::collections::HashMap;

use serde_json::{Map, Value as Json};

/// What is left of an object of a request.
pub(super) struct Members {
    /// Where it stands, for the message of a fault that is ours.
    place: String,
    left: Map<String, Json>,
}

impl Members {
    pub(super) fn of(place: &str, body: &Json) -> Self {
        let left = body.as_object().cloned();
        let left = left.unwrap_or_else(|| panic!("internal error: {place} is no object"));
        Self { place: place.to_owned(), left }
    }

    fn take<T>(&mut self, name: &str, read: impl FnOnce(&Json) -> Option<T>) -> Option<T> {
        let value = self.left.shift_remove(name)?;
        let place = &self.place;
        Some(read(&value).unwrap_or_else(|| panic!("internal error: {place}.{name} is of another type")))
    }

    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        self.take(name, |value| value.as_str().map(str::to_owned))
    }

    /// One of the service's words.
    pub(super) fn word<T: for<'a> From<&'a str>>(&mut self, name: &str) -> Option<T> {
        self.text(name).map(|word| T::from(word.as_str()))
    }

    pub(super) fn truth(&mut self, name: &str) -> Option<bool> {
        self.take(name, Json::as_bool)
    }

    pub(super) fn number(&mut self, name: &str) -> Option<i32> {
        self.take(name, |value| value.as_i64().and_then(|number| i32::try_from(number).ok()))
    }

    pub(super) fn texts(&mut self, name: &str) -> Option<Vec<String>> {
        let text = |value: &Json| value.as_str().map(str::to_owned);
        self.take(name, |value| value.as_array()?.iter().map(text).collect())
    }

    pub(super) fn map(&mut self, name: &str) -> Option<HashMap<String, String>> {
        let entry = |(key, value): (&String, &Json)| Some((key.clone(), value.as_str()?.to_owned()));
        self.take(name, |value| value.as_object()?.iter().map(entry).collect())
    }

    /// An object inside.
    pub(super) fn inner<T>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let value = self.left.shift_remove(name)?;
        Some(whole(&format!("{}.{name}", self.place), &value, read))
    }

    /// A list of objects inside.
    pub(super) fn each<T>(&mut self, name: &str, read: impl Fn(&mut Self) -> T) -> Option<Vec<T>> {
        let value = self.left.shift_remove(name)?;
        let place = format!("{}.{name}", self.place);
        let items = value.as_array().unwrap_or_else(|| panic!("internal error: {place} is no list"));
        Some(items.iter().map(|item| whole(&place, item, &read)).collect())
    }

    /// Sees to it that nothing was left out.
    pub(super) fn end(self) {
        let left: Vec<&String> = self.left.keys().collect();
        assert!(left.is_empty(), "internal error: {} has members that nobody reads: {left:?}", self.place);
    }
}

fn whole<T>(place: &str, value: &Json, read: impl FnOnce(&mut Members) -> T) -> T {
    let mut inner = Members::of(place, value);
    let out = read(&mut inner);
    inner.end();
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_member_is_read_or_it_is_a_fault() {
        let body = json!({"a": "x", "b": {"c": 1, "d": true}, "e": [{"f": ["y"]}], "g": {"h": "z"}});
        let mut it = Members::of("It", &body);
        assert_eq!(it.text("a").as_deref(), Some("x"));
        assert_eq!(it.inner("b", |it| (it.number("c"), it.truth("d"))), Some((Some(1), Some(true))));
        assert_eq!(it.each("e", |it| it.texts("f")), Some(vec![Some(vec!["y".to_owned()])]));
        assert_eq!(it.text("none"), None);
        let forgotten = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| it.end()));
        assert!(forgotten.is_err());
        let mut it = Members::of("It", &body);
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| it.inner("b", |it| it.number("c")))).is_err());
    }
}
