//! Reads one invoice: `invoice <path> <model id>`.
//!
//! The key comes from `MINDEE_V2_API_KEY`, the address from `MINDEE_V2_BASE_URL`.

use mindee_core::product::{ExtractionResult, Field};
use mindee_core::{Client, Error, Inference, Params};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), String> {
    let mut arguments = std::env::args().skip(1);
    let (Some(path), Some(model_id)) = (arguments.next(), arguments.next()) else {
        return Err("usage: invoice <path> <model id>".to_owned());
    };
    let inference = read(&path, &model_id)
        .await
        .map_err(|error| error.to_string())?;
    print(&inference);
    Ok(())
}

async fn read(path: &str, model_id: &str) -> Result<Inference<ExtractionResult>, Error> {
    let client = Client::from_environment()?;
    client
        .extraction()
        .run(path, Params::new().model_id(model_id))
        .await
}

fn print(inference: &Inference<ExtractionResult>) {
    let fields = &inference.result.fields;
    for name in ["supplier_name", "invoice_number", "date", "currency"] {
        println!(
            "{name}: {}",
            fields
                .get(name)
                .and_then(Field::as_text)
                .unwrap_or_default()
        );
    }
    let total = fields
        .get("total_amount")
        .and_then(Field::as_number)
        .unwrap_or_default();
    println!("total_amount: {total}");
    let items = fields
        .get("line_items")
        .map(Field::items)
        .unwrap_or_default();
    println!("line_items: {}", items.len());
    if let Some(description) = items.first().and_then(|item| item.get("description")) {
        println!("line_item_1: {}", description.as_text().unwrap_or_default());
    }
}
