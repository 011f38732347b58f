//! Reads every document of a folder: `batch <folder> <model id> <ledger file> [<per minute>]`, the
//! last being the uploads that the organization is allowed, where they are more than 200.
//!
//! Start it again after whatever has ended it: what the ledger holds is not sent twice. Results
//! stand in the ledger; here their file names are printed.

use std::collections::HashSet;
use std::path::PathBuf;

use futures_util::stream::{self, StreamExt};
use mindee_core::{Client, ClientOptions, Error, Params};

const AT_A_TIME: usize = 64;

#[tokio::main]
async fn main() -> Result<(), String> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(model_id), Some(ledger)) =
        (arguments.next(), arguments.next(), arguments.next())
    else {
        return Err("usage: batch <folder> <model id> <ledger file> [<per minute>]".to_owned());
    };
    let mut options = ClientOptions::new().ledger(ledger);
    if let Some(per_minute) = arguments.next() {
        let per_minute = per_minute
            .parse::<u32>()
            .map_err(|error| error.to_string())?;
        options = options
            .posts_per_minute(per_minute)
            .gets_per_minute(per_minute.saturating_mul(6));
    }
    let files = files(&folder).map_err(|error| error.to_string())?;
    batch(files, &model_id, options)
        .await
        .map_err(|error| error.to_string())
}

async fn batch(files: Vec<PathBuf>, model_id: &str, options: ClientOptions) -> Result<(), Error> {
    let client = Client::new(options)?;
    let ledger = client.ledger()?;

    // First what an earlier start has left: sent where it certainly was not, waited for else.
    let known = ledger.resume(Params::new()).await?;
    let aliases: HashSet<&str> = known
        .iter()
        .filter_map(|row| row.get("alias")?.as_str())
        .collect();

    let new = files.into_iter().filter_map(|file| {
        let alias = file.file_name()?.to_str()?.to_owned();
        (!aliases.contains(alias.as_str())).then_some((file, alias))
    });
    let mut runs = stream::iter(new)
        .map(|(file, alias)| {
            let product = client.extraction();
            let params = Params::new().model_id(model_id).alias(alias);
            async move { product.run(file, params).await }
        })
        .buffer_unordered(AT_A_TIME);
    while let Some(outcome) = runs.next().await {
        if let Err(error) = outcome {
            eprintln!("{error}");
        }
    }

    for row in ledger.pending().await? {
        let text = |key: &str| {
            row.get(key)
                .and_then(|value| value.as_str())
                .unwrap_or("-")
                .to_owned()
        };
        println!("{}\t{}", text("alias"), text("state"));
    }
    Ok(())
}

fn files(folder: &str) -> std::io::Result<Vec<PathBuf>> {
    let mut files = std::fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()?;
    files.sort();
    Ok(files)
}
