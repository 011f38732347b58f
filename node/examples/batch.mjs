// Reads every document of a folder: node batch.mjs <folder> <model id> <ledger file>
// Start it again after whatever has ended it: what the ledger holds is not sent twice.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Client, MindeeError } from "mindee-core";

const AT_A_TIME = 16;

const [folder, modelId, ledger] = process.argv.slice(2);
try {
  const client = new Client({ ledger });
  // First what an earlier start has left: sent where it certainly was not, waited for else.
  const known = new Set((await client.ledger.resume()).map((row) => row.alias));
  const files = readdirSync(folder).sort().filter((name) => !known.has(name));
  const next = files.values();
  const work = async () => {
    for (const alias of next) {
      try {
        await client.extraction.run(join(folder, alias), { modelId, alias });
      } catch (error) {
        if (!(error instanceof MindeeError)) throw error;
        console.error(error.message);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  for (const { alias, state } of await client.ledger.pending()) {
    console.log(`${alias}\t${state}`);
  }
} catch (error) {
  if (!(error instanceof MindeeError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
