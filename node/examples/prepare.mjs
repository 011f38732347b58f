// Makes a file ready to be sent: node prepare.mjs <file> <folder>
//
// Prints what there is to know about it, mends a PDF, makes a picture smaller, and writes the new file
// into the folder. No API key is needed.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { MindeeError, document } from "mindee-core";

async function prepare(path, folder) {
  const { findings, inspection } = await document.preflight(path);
  for (const { severity, message } of findings) {
    console.log(`${severity}: ${message}`);
  }
  const isPdf = inspection?.mediaType === "application/pdf";
  const ready = isPdf ? await document.repair(path) : await document.shrink(path);
  await writeFile(join(folder, ready.filename), ready.content);
  console.log(`${ready.filename}: ${ready.content.length} bytes`);
}

const [path, folder] = process.argv.slice(2);
if (!path || !folder) {
  console.error("usage: node prepare.mjs <file> <folder>");
  process.exit(2);
}
try {
  await prepare(path, folder);
} catch (error) {
  if (!(error instanceof MindeeError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
