//! Arguments from JavaScript, taken with suspicion: whatever is passed, the answer is a value or an `Error` that says
//! what is wrong with which argument.
//!
//! Strings and bytes are taken as `JsValue` too: the bindings would read memory that is not there if a caller passed
//! something else for them.

use js_sys::{Array, ArrayBuffer, Object, Reflect, Uint8Array};
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// The environment's own copy: plain data, whatever getters and proxies were in it.
    #[wasm_bindgen(js_name = structuredClone, catch)]
    fn structured_clone(value: &JsValue) -> Result<JsValue, JsValue>;
}

/// A whole number: how many, which one, or when.
pub fn count(value: JsValue, what: &str) -> Result<u64, JsError> {
    let from_number = value.as_f64().filter(|number| {
        *number >= 0.0 && number.fract() == 0.0 && *number <= js_sys::Number::MAX_SAFE_INTEGER
    });
    let found = match from_number {
        Some(number) => Some(number as u64),
        None if value.is_bigint() => u64::try_from(value).ok(),
        None => None,
    };
    found.ok_or_else(|| {
        JsError::new(&format!("{what}: needs a whole number from 0, or a bigint of at most 64 bits"))
    })
}

/// A string.
pub fn text(value: &JsValue, what: &str) -> Result<String, JsError> {
    value.as_string().ok_or_else(|| JsError::new(&format!("{what}: needs a string")))
}

/// Bytes, which are copied.
pub fn octets(value: &JsValue, what: &str) -> Result<Vec<u8>, JsError> {
    if ArrayBuffer::is_view(value) {
        Ok(Uint8Array::new(value).to_vec())
    } else {
        Err(JsError::new(&format!("{what}: needs a Uint8Array")))
    }
}

/// Settings that may be left out, in whole or in part.
pub fn given<T: Default + Serialize + for<'de> Deserialize<'de>>(
    value: JsValue,
    what: &str,
) -> Result<T, JsError> {
    if value.is_undefined() || value.is_null() {
        return Ok(T::default());
    }
    from_js(value, &T::default(), what)
}

/// An object with the fields that `sample` has.
pub fn from_js<T: Serialize + for<'de> Deserialize<'de>>(
    value: JsValue,
    sample: &T,
    what: &str,
) -> Result<T, JsError> {
    let value = plain(&value, what)?;
    know_all(&value, &super::to_js(sample)?, what)?;
    serde_path_to_error::deserialize(serde_wasm_bindgen::Deserializer::from(value)).map_err(|error| {
        let place = error.path().to_string();
        let dot = if place == "." { String::new() } else { format!(".{place}") };
        let words = error.inner().to_string();
        JsError::new(&format!("{what}{dot}: {}", words.trim_start_matches("Error: ")))
    })
}

/// A copy of plain data. Code of the caller's that runs while it is read, and throws, would leave a simulation
/// locked for ever: it runs here, before anything is touched.
fn plain(value: &JsValue, what: &str) -> Result<JsValue, JsError> {
    let copy = structured_clone(value).map_err(|error| {
        let words = Reflect::get(&error, &"message".into()).ok().and_then(|message| message.as_string());
        JsError::new(&format!("{what}: {}", words.unwrap_or_else(|| "cannot be read".into())))
    })?;
    let class = Reflect::get(&copy, &"constructor".into())
        .and_then(|class| Reflect::get(&class, &"name".into()))
        .ok()
        .and_then(|name| name.as_string());
    if copy.is_object() && class.as_deref() == Some("Object") {
        Ok(copy)
    } else {
        Err(JsError::new(&format!("{what}: needs a plain object, like {{ … }}")))
    }
}

/// Refuses settings that do not exist, which serde cannot see in a JavaScript object. `known` has them all; where
/// it has an object of several kinds (`kind`), only serde can tell.
fn know_all(given: &JsValue, known: &JsValue, path: &str) -> Result<(), JsError> {
    let (Some(given), Some(known)) = (given.dyn_ref::<Object>(), known.dyn_ref::<Object>()) else {
        return Ok(());
    };
    if Array::is_array(given) || Object::has_own(known, &"kind".into()) {
        return Ok(());
    }
    for key in Object::keys(given) {
        if !Object::has_own(known, &key) {
            let names: Vec<String> = Object::keys(known).iter().filter_map(|name| name.as_string()).collect();
            let name = key.as_string().unwrap_or_default();
            return Err(JsError::new(&format!(
                "{path}: there is no '{name}'; take one of {}",
                names.join(", ")
            )));
        }
        let inner = (Reflect::get(given, &key), Reflect::get(known, &key));
        if let (Ok(given), Ok(known)) = inner {
            know_all(&given, &known, &format!("{path}.{}", key.as_string().unwrap_or_default()))?;
        }
    }
    Ok(())
}
