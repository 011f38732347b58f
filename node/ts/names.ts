/**
 * Names and values on their way over the boundary: `camelCase` in TypeScript, `snake_case` in the
 * core. The conversion is general, so a new option or a new key of an answer needs no line here.
 */

import type { Json } from "./json";

/** `modelId` becomes `model_id`. */
export function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** `model_id` becomes `modelId`. */
export function camel(name: string): string {
  // Most names have nothing to turn.
  return name.includes("_")
    ? name.replace(/(?<=.)_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
    : name;
}

/** Options as the JSON object that the core reads. What is undefined is not given. */
export function optionsText(options: object | null | undefined): string {
  const members = Object.entries(options ?? {}).map(([name, value]) => [snake(name), value]);
  return JSON.stringify(Object.fromEntries(members), sayable);
}

/** What JSON would drop or change without a word is kept visible, so that the core refuses it. */
function sayable(_: string, value: unknown): unknown {
  switch (typeof value) {
    case "string":
      return value.toWellFormed();
    case "bigint":
      return Number(value);
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "function":
    case "symbol":
      return {};
    default:
      return value;
  }
}

/** The keys of a JSON object and of all objects in it, in camel case. `special` may take over. */
export function camelKeys(
  json: Json,
  special: (key: string, value: Json) => unknown = () => undefined,
  depth = 0,
): unknown {
  // Deeper than any answer is: left as it came, so that no answer can exhaust the stack.
  if (typeof json !== "object" || json === null || depth > 200) {
    return json;
  }
  if (Array.isArray(json)) {
    return json.map((item) => camelKeys(item, special, depth + 1));
  }
  const members = Object.entries(json).map(([key, value]) => [
    camel(key),
    special(key, value) ?? camelKeys(value, special, depth + 1),
  ]);
  return Object.fromEntries(members);
}
