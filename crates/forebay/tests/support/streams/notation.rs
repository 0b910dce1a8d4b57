//! Values as text that can be written down: `'string'`, `5`, `nil`, `[a, b]`, `OK`, and errors as
//! they are.

use crate::resp::Value;

/// `value` as text.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::Simple(text) | Value::Error(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Bulk(None) | Value::Array(None) => "nil".to_owned(),
        Value::Bulk(Some(bytes)) => format!("'{}'", bytes.escape_ascii()),
        Value::Array(Some(values)) => {
            let values: Vec<String> = values.iter().map(text).collect();
            format!("[{}]", values.join(", "))
        }
    }
}
