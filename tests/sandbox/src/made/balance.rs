//! Makes amounts agree where a schema has the usual ones: lines, net, tax and total.

use serde_json::{Map, Value, json};

/// Tax rate of made invoices.
const RATE: f64 = 0.2;

/// Corrects the amounts in a map of fields; a schema without these names stays as it is.
pub(super) fn fields(fields: &mut Map<String, Value>) {
    let lines = fields
        .get_mut("line_items")
        .and_then(|list| list.get_mut("items"))
        .and_then(Value::as_array_mut);
    let net = lines.and_then(|lines| lines.iter_mut().map(line).sum::<Option<f64>>());
    let Some(net) = net.map(cents) else {
        return;
    };
    let tax = cents(net * RATE);
    set(fields, "total_net", net);
    set(fields, "total_tax", tax);
    set(fields, "total_amount", cents(net + tax));
}

/// Sets the price of a line; `None` when it has no quantity and unit price.
fn line(line: &mut Value) -> Option<f64> {
    let parts = line.get_mut("fields")?.as_object_mut()?;
    let number = |name: &str| parts.get(name)?.get("value")?.as_f64();
    let price = cents(number("quantity")? * number("unit_price")?);
    set(parts, "total_price", price);
    Some(price)
}

fn set(fields: &mut Map<String, Value>, name: &str, amount: f64) {
    if let Some(value) = fields
        .get_mut(name)
        .and_then(|field| field.get_mut("value"))
    {
        *value = json!(amount);
    }
}

fn cents(amount: f64) -> f64 {
    (amount * 100.0).round() / 100.0
}
