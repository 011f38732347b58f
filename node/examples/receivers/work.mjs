// What becomes of a delivery. This part is yours; here it is a file for each inference, in WORK.
//
// An inference can come here twice: after a crash, or where a webhook and the reconciler meet. So
// work begins with the question whether it was done, as a unique key in your database would ask.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";

const { WORK = "work" } = process.env;
const fileOf = (id) => `${WORK}/${encodeURIComponent(id)}.json`;

/** Whether an inference was worked on. */
export const known = (id) => existsSync(fileOf(id));

/** Works on what an inference says: its result, or how it failed. */
export function handle(id, said) {
  if (known(id)) return;
  keep(fileOf(id), JSON.stringify(said));
  console.log(`${id}: ${said.result ? "done" : "failed"}`);
}

/** Keeps what Mindee has signed and this version cannot read. */
export function keepUnread(bytes) {
  keep(`${WORK}/${createHash("sha256").update(bytes).digest("hex")}`, bytes);
}

/** Writes a file whole, or not at all. */
function keep(path, content) {
  mkdirSync(WORK, { recursive: true, mode: 0o700 });
  writeFileSync(`${path}.part`, content, { flush: true });
  renameSync(`${path}.part`, path);
}
