// What every receiver here does with a delivery: first to the disk, then the answer, then the work.
// And it asks for what never arrived.
//
// MINDEE_WEBHOOK_SECRETS  signing secrets, separated by commas: several while one replaces another
// MINDEE_LEDGER           path of the ledger; whoever sends the documents gives it to its client too
// MINDEE_OVERDUE          after how many seconds to ask for what has not arrived; 300 unless given
// MINDEE_V2_API_KEY       the key
import { handle, keepUnread, known } from "./work.mjs";

/** The largest delivery that is taken, in bytes. */
export const LARGEST = 16_000_000;

/** A body as it came; nothing where its length passes the limit, or as soon as it does. */
export async function bodyOf(stream, length) {
  if (Number(length) > LARGEST) return undefined;
  const pieces = [];
  let left = LARGEST;
  for await (const piece of stream) {
    left -= piece.length;
    if (left < 0) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/**
 * Opens the inbox of a client that has a ledger. Its `receive` takes a delivery and gives the HTTP
 * status to answer with.
 */
export function openInbox(client) {
  const { MINDEE_WEBHOOK_SECRETS, MINDEE_LEDGER, MINDEE_OVERDUE = "300" } = process.env;
  if (!MINDEE_WEBHOOK_SECRETS || !MINDEE_LEDGER) {
    throw new Error("MINDEE_WEBHOOK_SECRETS and MINDEE_LEDGER must be set");
  }
  const secrets = MINDEE_WEBHOOK_SECRETS.split(",");
  const olderThan = Number(MINDEE_OVERDUE);

  /** `later` does something when the answer has left. */
  async function receive(body, headers, later = setImmediate) {
    try {
      const delivery = await client.jobs.deliver(body, headers, secrets, { largest: LARGEST });
      const { first, inferenceId, inference, failure } = delivery;
      if (first) later(() => tried(() => handle(inferenceId, inference ?? { error: failure.error })));
      return 200;
    } catch (error) {
      console.error(error.message);
      // The signature is right where the bytes are kept in the error.
      if (error.body !== undefined) return tried(() => keepUnread(error.body)) ? 200 : 500;
      // Whatever else went wrong went wrong here: Mindee will try again.
      return error.category === "webhook" ? 401 : 500;
    }
  }

  /** Asks for what is overdue, and does what was left undone, by an earlier start too. */
  async function reconcile() {
    const documents = await client.ledger.resume({ olderThan, deadline: olderThan });
    for (const { key, state, jobId, error } of documents) {
      if (jobId === null || known(jobId)) continue;
      if (state === "failed") tried(() => handle(jobId, { error: error.problem }));
      if (state !== "done") continue;
      for await (const { inference } of client.ledger.collect({ after: key - 1, most: 1 })) {
        tried(() => handle(jobId, inference));
      }
    }
  }

  async function reconcileForEver() {
    await reconcile().catch(complain);
    setTimeout(reconcileForEver, (olderThan * 1000) / 5);
  }
  reconcileForEver();
  return { receive };
}

/** Whether something went well. What did not is begun again by the reconciler. */
function tried(something) {
  try {
    something();
    return true;
  } catch (error) {
    return complain(error);
  }
}

function complain(error) {
  console.error(error.message);
  return false;
}
