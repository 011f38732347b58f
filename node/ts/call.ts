/** The way over the boundary: one operation by name, and what it gave. */

import type { Finding } from "./document";
import { errorOf } from "./errors";
import { parse } from "./json";
import { NativeClient, type Settled } from "./mindee-core.node";
import { optionsText } from "./names";
import type { CallOptions, ClientOptions } from "./options";
import { withSignal } from "./signal";
import { type Handed, type Source, hand } from "./source";
import { Pouring } from "./streams";

/** What an operation gave: Mindee's bytes, and what the core adds to them. */
export interface Reply {
  body: Buffer;
  about: { resume_token?: string; next?: Arguments; first?: boolean; waits?: number; warnings?: Finding[] };
}

/** Arguments of an operation beside its options: JSON, and what goes over as bytes. */
export interface Arguments {
  [name: string]: unknown;
  source?: Source;
  content?: Buffer;
}

/** Makes a client of the core, or throws. */
export function open(options: ClientOptions | undefined): NativeClient {
  const opened = NativeClient.open(optionsText(options));
  if (opened instanceof NativeClient) {
    return opened;
  }
  throw errorOf(opened);
}

/** Performs an operation of the core's table. */
export async function perform(
  client: NativeClient,
  operation: string,
  { source, content, ...given }: Arguments,
  options: CallOptions | undefined,
): Promise<Reply> {
  const { signal, ...rest } = options ?? {};
  return await withSignal(signal, async (cancel) => {
    const handed: Handed = source === undefined ? { arguments: {} } : hand(source);
    const text = optionsText({ ...rest, ...given, ...handed.arguments });
    const pouring = handed.stream && new Pouring(handed.stream, handed.length);
    const beside = pouring?.feed ?? handed.content ?? content;
    let settled: Settled;
    try {
      settled = await client.call(operation, text, cancel, beside);
    } finally {
      pouring?.stop();
    }
    if (settled.body === undefined || settled.about === undefined) {
      const cause = signal?.aborted === true ? { error: signal.reason } : pouring?.failure;
      const error = errorOf(settled);
      throw cause === undefined ? error : Object.assign(error, { cause: cause.error });
    }
    return { body: settled.body, about: parse(settled.about) as Reply["about"] };
  });
}
