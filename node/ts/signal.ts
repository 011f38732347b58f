/** `AbortSignal`: heard here, since a listener of one's own leaves the user's alone. */

import { CancelHandle } from "./mindee-core.node";

/** Does work with a switch that the signal throws, and stops listening when the work is done. */
export async function withSignal<T>(
  signal: AbortSignal | null | undefined,
  work: (cancel: CancelHandle) => Promise<T>,
): Promise<T> {
  const cancel = new CancelHandle();
  if (signal == null) {
    return await work(cancel);
  }
  if (typeof signal.addEventListener !== "function" || typeof signal.aborted !== "boolean") {
    throw new TypeError("`signal` is not an AbortSignal");
  }
  const abort = () => cancel.cancel();
  if (signal.aborted) {
    abort();
  }
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await work(cancel);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
