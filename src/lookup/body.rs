//! What a POST sends: JSON whose texts have slots.

use super::template::{Part, Template};
use super::{Failed, Wrong};
use serde_json::{Map, Value};

#[derive(Clone)]
pub(super) enum Body {
    Text(Template),
    /// A number, true, false or null.
    Fixed(Value),
    List(Vec<Body>),
    Object(Vec<(String, Body)>),
}

impl Body {
    pub(super) fn new(value: &Value) -> Result<Body, Wrong> {
        Ok(match value {
            Value::String(text) => Body::Text(Template::new(text)?),
            Value::Array(values) => {
                Body::List(values.iter().map(Body::new).collect::<Result<_, _>>()?)
            }
            Value::Object(members) => {
                let member = |(key, value): (&String, &Value)| Ok((key.clone(), Body::new(value)?));
                Body::Object(members.iter().map(member).collect::<Result<_, _>>()?)
            }
            fixed => Body::Fixed(fixed.clone()),
        })
    }

    /// Values become JSON text, whatever they hold.
    pub(super) fn fill(&self, values: &dyn Fn(&str) -> Option<String>) -> Result<Value, Failed> {
        Ok(match self {
            Body::Text(template) => Value::String(template.fill(|part, filled| {
                match part {
                    Part::Slot(slot) => {
                        filled.push_str(&values(slot).ok_or_else(|| Failed::unset(slot))?)
                    }
                    Part::Text(text) => filled.push_str(text),
                    // No body is read with secrets.
                    Part::Secret(_) => {}
                }
                Ok(())
            })?),
            Body::Fixed(value) => value.clone(),
            Body::List(bodies) => {
                let values = bodies.iter().map(|body| body.fill(values));
                Value::Array(values.collect::<Result<_, _>>()?)
            }
            Body::Object(members) => {
                let mut object = Map::new();
                for (key, body) in members {
                    object.insert(key.clone(), body.fill(values)?);
                }
                Value::Object(object)
            }
        })
    }

    pub(super) fn slots(&self) -> Vec<&str> {
        match self {
            Body::Text(template) => template.slots().collect(),
            Body::Fixed(_) => Vec::new(),
            Body::List(bodies) => bodies.iter().flat_map(Body::slots).collect(),
            Body::Object(members) => members.iter().flat_map(|(_, body)| body.slots()).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn texts_are_filled_at_every_depth_and_the_rest_stays() {
        let written = json!({
            "number": "{n}", "express": true, "weight": 2, "none": null,
            "to": { "lines": ["for {n}", "as is"] },
        });
        let body = Body::new(&written).ok().unwrap();
        assert_eq!(body.slots(), ["n", "n"]);
        let expected = json!({
            "number": "B47", "express": true, "weight": 2, "none": null,
            "to": { "lines": ["for B47", "as is"] },
        });
        assert_eq!(body.fill(&|_| Some("B47".to_owned())), Ok(expected));
        let missing = body.fill(&|_| None).unwrap_err();
        assert_eq!(missing.to_string(), "{n} has no value");
    }

    #[test]
    fn a_text_that_cannot_be_read_is_a_mistake() {
        assert!(Body::new(&json!({ "deep": [{ "text": "{n" }] })).is_err());
    }

    proptest! {
        #[test]
        fn no_value_leaves_its_text(value: String) {
            let body = Body::new(&json!({ "a": "{v}", "b": 1 })).ok().unwrap();
            let sent = body.fill(&|_| Some(value.clone())).unwrap().to_string();
            prop_assert!(!sent.contains(['\r', '\n']));
            let read: Value = serde_json::from_str(&sent).unwrap();
            prop_assert_eq!(read, json!({ "a": value, "b": 1 }));
        }
    }
}
