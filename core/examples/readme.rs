//! The lines that the README shows.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), mindee_core::Error> {
    let client = mindee_core::Client::from_environment()?;
    let params = mindee_core::Params::new().model_id("6f1c2a34-8b5d-4e7a-9c10-2d3e4f5a6b71");
    let inference = client.extraction().run("invoice.pdf", params).await?;
    if let Some(total) = inference.result.fields.get("total_amount") {
        println!("{:?}", total.as_number());
    }
    Ok(())
}
