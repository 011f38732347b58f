// Reads an invoice: node invoice.cjs <path> <model id>
// The key and the address come from MINDEE_V2_API_KEY and MINDEE_V2_BASE_URL.
const { Client, MindeeError } = require("mindee-core");

async function main(path, modelId) {
  const client = new Client();
  const { fields } = (await client.extraction.run(path, { modelId })).result;
  for (const name of ["supplier_name", "invoice_number", "date", "currency", "total_amount"]) {
    console.log(`${name}: ${fields.get(name)?.value}`);
  }
  const items = fields.get("line_items")?.items ?? [];
  console.log(`line_items: ${items.length}`);
  console.log(`line_item_1: ${items[0]?.get("description")?.value}`);
}

main(...process.argv.slice(2)).catch((error) => {
  if (!(error instanceof MindeeError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
});
