// Reads an invoice: node invoice.mjs <path> <model id>
// The key and the address come from MINDEE_V2_API_KEY and MINDEE_V2_BASE_URL.
import { Client, MindeeError } from "mindee-core";

const [path, modelId] = process.argv.slice(2);
try {
  const client = new Client();
  const { fields } = (await client.extraction.run(path, { modelId })).result;
  for (const name of ["supplier_name", "invoice_number", "date", "currency", "total_amount"]) {
    console.log(`${name}: ${fields.get(name)?.value}`);
  }
  const items = fields.get("line_items")?.items ?? [];
  console.log(`line_items: ${items.length}`);
  console.log(`line_item_1: ${items[0]?.get("description")?.value}`);
} catch (error) {
  if (!(error instanceof MindeeError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
