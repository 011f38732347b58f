/** The fields of an extraction, in typed form over Mindee's JSON. */

import type { Json } from "./json";

/** How sure Mindee is of a value. A word of a later API version is kept as it came. */
export type Confidence = "Certain" | "High" | "Medium" | "Low" | (string & {});

/** A place on a page. */
export interface Location {
  /** Corners as [x, y], each from 0 to 1, clockwise. */
  polygon: [number, number][];
  /** The page, from 0. */
  page: number;
}

/**
 * Fields by name: a `Map` in Mindee's order, so that any name works, `items` and `__proto__` too.
 * As in every JavaScript object, names that are whole numbers come first.
 */
export class Fields extends Map<string, Field> {
  /** Reads a field that is still unread, by what stands for it; nothing where all are read. */
  #part: ((place: Json) => Json) | undefined;
  readonly #places: { [name: string]: Json };

  /** Reads the JSON object of the fields; with `part`, what stands for them until they are asked for. */
  constructor(json: Json, part?: (place: Json) => Json) {
    super();
    this.#places = json as { [name: string]: Json };
    this.#part = part ?? ((field) => field);
    for (const name of Object.keys(this.#places)) {
      // Its place is taken, so that the order stays.
      super.set(name, undefined as unknown as Field);
    }
    if (part === undefined) {
      this.#readAll();
    }
  }

  /** The field of a name. */
  override get(name: string): Field | undefined {
    const field = super.get(name);
    if (field !== undefined || this.#part === undefined || !super.has(name)) {
      return field;
    }
    const read = new Field(this.#part(this.#places[name] as Json));
    super.set(name, read);
    return read;
  }

  /** Calls a function with each field, its name and these fields. */
  override forEach(each: (field: Field, name: string, fields: Map<string, Field>) => void, own?: unknown): void {
    this.#readAll();
    super.forEach(each, own);
  }

  /** The fields. */
  override values(): MapIterator<Field> {
    this.#readAll();
    return super.values();
  }

  /** Names and fields. */
  override entries(): MapIterator<[string, Field]> {
    this.#readAll();
    return super.entries();
  }

  /** Names and fields. */
  override [Symbol.iterator](): MapIterator<[string, Field]> {
    return this.entries();
  }

  /** The name and the field at an index, from 0. */
  at(index: number): [name: string, field: Field] | undefined {
    const name = [...this.keys()][index];
    return name === undefined ? undefined : [name, this.get(name) as Field];
  }

  /** The fields as Mindee's JSON. */
  toJSON(): Record<string, Json> {
    return Object.fromEntries([...this].map(([name, field]) => [name, field.toJSON()]));
  }

  /** For the console, which would see what is read so far. */
  [Symbol.for("nodejs.util.inspect.custom")](
    _: number,
    options: object,
    inspect: (value: unknown, options: object) => string,
  ): string {
    this.#readAll();
    return inspect(this, { ...options, customInspect: false });
  }

  #readAll(): void {
    for (const name of this.keys()) {
      this.get(name);
    }
    this.#part = undefined;
  }
}

/** One field: a value, fields inside a field, or a list of fields. */
export class Field {
  /** What it is; `other` is a shape that this version does not know, kept in `json`. */
  readonly kind: "simple" | "object" | "list" | "other";
  /** The value of a simple field, null included; undefined for another kind. */
  readonly value: Json | undefined;
  /** The fields of an object field; undefined for another kind. */
  readonly fields: Fields | undefined;
  /** The fields of a list, in reading order; empty for another kind. */
  readonly items: readonly Field[];
  /** How sure Mindee is: null where it does not say, undefined where the key is missing. */
  readonly confidence: Confidence | null | undefined;
  /** Where it stands on the pages; empty where Mindee does not say. */
  readonly locations: readonly Location[];
  readonly #json: Json;

  /** Reads the JSON of one field. */
  constructor(json: Json) {
    this.#json = json;
    const fields = member(json, "fields");
    const items = member(json, "items");
    this.value = member(json, "value");
    this.confidence = member(json, "confidence") as Confidence | null | undefined;
    this.locations = (member(json, "locations") ?? []) as unknown as Location[];
    if (this.value !== undefined) {
      this.kind = "simple";
    } else if (typeof fields === "object" && fields !== null && !Array.isArray(fields)) {
      this.kind = "object";
      this.fields = new Fields(fields);
    } else if (Array.isArray(items)) {
      this.kind = "list";
    } else {
      this.kind = "other";
    }
    this.items =
      this.kind === "list" ? (items as Json[]).map((item) => new Field(item)) : [];
  }

  /** The value, where it is text. */
  get text(): string | undefined {
    return typeof this.value === "string" ? this.value : undefined;
  }

  /** The value, where it is a number. A whole number beyond 2^53 is rounded here, not in `value`. */
  get number(): number | undefined {
    const isNumber = typeof this.value === "number" || typeof this.value === "bigint";
    return isNumber ? Number(this.value) : undefined;
  }

  /** The value, where it is true or false. */
  get boolean(): boolean | undefined {
    return typeof this.value === "boolean" ? this.value : undefined;
  }

  /** A field of an object field. */
  get(name: string): Field | undefined {
    return this.fields?.get(name);
  }

  /** A field of a list, from 0. */
  at(index: number): Field | undefined {
    return this.items[index];
  }

  /** The JSON as it came, with unknown keys. */
  get json(): Json {
    return this.#json;
  }

  /** The JSON for `JSON.stringify`, which knows no `bigint`: such numbers are rounded. */
  toJSON(): Json {
    const rounded = (_: string, value: unknown) =>
      typeof value === "bigint" ? Number(value) : value;
    return JSON.parse(JSON.stringify(this.#json, rounded)) as Json;
  }
}

function member(json: Json, key: string): Json | undefined {
  const isObject = typeof json === "object" && json !== null && !Array.isArray(json);
  return isObject && Object.hasOwn(json, key) ? json[key] : undefined;
}
