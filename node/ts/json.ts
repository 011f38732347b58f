/** JSON as Mindee sends it, with whole numbers kept whole. */

/** A JSON value. A whole number beyond 2^53 is a `bigint`; every other number is a `number`. */
export type Json = string | number | bigint | boolean | null | Json[] | { [key: string]: Json };

// A text, or a number with all that belongs to it: what stands between them is of no interest.
const token = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** Reads JSON. Of several members with one name the last holds. */
export function parse(text: string): Json {
  const clean = text.startsWith("\uFEFF") ? text.slice(1) : text;
  if (!/[:,[\s]-?\d{16}/.test(clean)) {
    return JSON.parse(clean) as Json;
  }
  // JSON.parse rounds such numbers, so they pass through it as marked texts. The mark cannot be
  // known to a document.
  const mark = `integer:${Math.random()}:`;
  const marked = clean.replace(token, (found) =>
    /^-?\d{16,}$/.test(found) && !Number.isSafeInteger(Number(found))
      ? `"${mark}${found}"`
      : found,
  );
  return JSON.parse(marked, (_, value: unknown) =>
    typeof value === "string" && value.startsWith(mark) ? BigInt(value.slice(mark.length)) : value,
  ) as Json;
}

/** The value at a JSON pointer (RFC 6901); undefined where there is none. */
export function atPointer(json: Json, pointer: string): Json | undefined {
  if (pointer === "") {
    return json;
  }
  if (!pointer.startsWith("/")) {
    return undefined;
  }
  let here: Json | undefined = json;
  for (const part of pointer.slice(1).split("/")) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    if (Array.isArray(here)) {
      here = /^(0|[1-9]\d*)$/.test(key) ? here[Number(key)] : undefined;
    } else if (typeof here === "object" && here !== null && Object.hasOwn(here, key)) {
      here = here[key];
    } else {
      return undefined;
    }
  }
  return here;
}
