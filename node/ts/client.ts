/** The client: a list of the operations by resource. */

import { perform, open } from "./call";
import { parse } from "./json";
import { Ledger } from "./ledger";
import type { NativeClient } from "./mindee-core.node";
import { camelKeys } from "./names";
import type {
  CallOptions,
  ClientOptions,
  DocumentOptions,
  ExtractionOptions,
  ModelQuery,
} from "./options";
import {
  type ClassificationResult,
  type CropResult,
  type ExtractionResult,
  Inference,
  Job,
  type Model,
  ModelPage,
  type OcrResult,
  type SplitResult,
} from "./results";
import type { Source } from "./source";
import {
  type Body,
  type Delivery,
  type DeliveryOptions,
  type RequestHeaders,
  type Secrets,
  bytesOf,
  deliveryOf,
  signed,
  unsigned,
} from "./webhook";

/**
 * A client of the Mindee V2 API: one pool of connections, safe to share, nothing to close.
 *
 * A document that was taken is never lost: every error after the upload carries the job's id and a
 * resume token. A document is never sent twice unasked. Every failure is a `MindeeError`.
 */
export class Client {
  /** Fields by the model's data schema. */
  readonly extraction: Product<ExtractionResult, ExtractionOptions>;
  /** Where one document ends and the next begins. */
  readonly split: Product<SplitResult>;
  /** Where the documents lie on a picture. */
  readonly crop: Product<CropResult>;
  /** Which kind of document it is. */
  readonly classification: Product<ClassificationResult>;
  /** All words and their places. */
  readonly ocr: Product<OcrResult>;
  /** Jobs, whatever their product. */
  readonly jobs: Jobs;
  /** The organization's models. */
  readonly models: Models;
  /** The durable record of documents, jobs and results; the option `ledger` names its file. */
  readonly ledger: Ledger;
  readonly #native: NativeClient;

  /** A client with options; what is not given comes from the environment or the defaults. */
  constructor(options?: ClientOptions) {
    const native = open(options);
    this.extraction = new Product(native, "extraction");
    this.split = new Product(native, "split");
    this.crop = new Product(native, "crop");
    this.classification = new Product(native, "classification");
    this.ocr = new Product(native, "ocr");
    this.jobs = new Jobs(native);
    this.models = new Models(native);
    this.ledger = new Ledger(native);
    this.#native = native;
  }

  /** What the client's calls wait for in this process. */
  async status(): Promise<Status> {
    const { body } = await perform(this.#native, "status", {}, undefined);
    return camelKeys(parse(body.toString())) as unknown as Status;
  }
}

/** What the calls of a client wait for. */
export interface Status {
  /** Waits for jobs. */
  readonly jobsWaitedFor: number;
  /** Uploads that wait until the budget has room. */
  readonly uploadsWaitingForBudget: number;
  /** Questions and fetches that wait until the budget has room. */
  readonly readsWaitingForBudget: number;
  /** The share of `postsPerMinute` in force: less than 1 after the server refused. */
  readonly shareOfUploads: number;
  /** The share of `getsPerMinute` in force. */
  readonly shareOfReads: number;
}

/** One product of a client. */
export class Product<R, O extends DocumentOptions = DocumentOptions> {
  readonly #native: NativeClient;
  readonly #product: string;

  /** @internal */
  constructor(native: NativeClient, product: string) {
    this.#native = native;
    this.#product = product;
  }

  /** Uploads a document, waits for its job and fetches the result, under one deadline. */
  async run(source: Source, options: O): Promise<Inference<R>> {
    const given = { product: this.#product, source };
    const { body, about } = await perform(this.#native, "run", given, options);
    return new Inference(body, undefined, about.warnings);
  }

  /** Uploads a document and returns its job at once. */
  async enqueue(source: Source, options: O): Promise<Job> {
    const given = { product: this.#product, source };
    const { body, about } = await perform(this.#native, "enqueue", given, options);
    return new Job(body, about.resume_token ?? "", about.warnings);
  }

  /** Fetches the result of a finished inference. */
  async result(id: string, options?: CallOptions): Promise<Inference<R>> {
    const given = { product: this.#product, id };
    const { body } = await perform(this.#native, "result", given, options);
    return new Inference(body);
  }
}

/** Jobs of a client. Each method takes an id or a resume token. */
export class Jobs {
  readonly #native: NativeClient;

  /** @internal */
  constructor(native: NativeClient) {
    this.#native = native;
  }

  /** Asks once for a job. */
  async get(id: string, options?: CallOptions): Promise<Job> {
    const { body, about } = await perform(this.#native, "jobs.get", { id }, options);
    return new Job(body, about.resume_token ?? "");
  }

  /** Waits until a job is processed, and returns it. A failed job is an error. */
  async wait(id: string, options?: CallOptions): Promise<Job> {
    const { body, about } = await perform(this.#native, "jobs.wait", { id }, options);
    return new Job(body, about.resume_token ?? "");
  }

  /** Waits until a job is processed, and fetches its result, whatever the product. */
  async result(id: string, options?: CallOptions): Promise<Inference> {
    const { body } = await perform(this.#native, "jobs.result", { id }, options);
    return new Inference(body);
  }

  /**
   * Tells of a webhook's arrival: verified, it is kept in the ledger, where there is one, and ends
   * the waits for its job. Answer the webhook when this has returned.
   */
  async deliver(
    body: Body,
    headers: RequestHeaders,
    secrets: Secrets,
    options?: DeliveryOptions,
  ): Promise<Delivered> {
    return await this.#deliver(body, signed(headers, secrets, options));
  }

  /** The same for a delivery whose signature nobody has checked. Anybody can have sent it. */
  async deliverUnsigned(body: Body, options?: DeliveryOptions): Promise<Delivered> {
    return await this.#deliver(body, unsigned(options));
  }

  async #deliver(body: Body, given: object): Promise<Delivered> {
    const all = { ...given, content: bytesOf(body) };
    const reply = await perform(this.#native, "jobs.deliver", all, undefined);
    const { first, waits } = reply.about;
    return Object.assign(deliveryOf(reply), { first, waits }) as Delivered;
  }
}

/** What became of a webhook's delivery that a client was told of. */
export type Delivered = Delivery & {
  /**
   * Whether it is the first of its inference: the ledger tells, for every process that shares it.
   * Without one the memory of this process tells, of its last 100,000 inferences.
   */
  readonly first: boolean;
  /** How many waits it ended. */
  readonly waits: number;
};

/** Models of a client's organization. */
export class Models {
  readonly #native: NativeClient;

  /** @internal */
  constructor(native: NativeClient) {
    this.#native = native;
  }

  /** The models that match: `for await` asks for page after page, as far as it goes. */
  search(query?: ModelQuery): ModelSearch {
    return new ModelSearch(this.#native, query);
  }
}

/** A search for models. Each iteration starts anew. */
export class ModelSearch implements AsyncIterable<Model> {
  readonly #native: NativeClient;
  readonly #query: ModelQuery | undefined;

  /** @internal */
  constructor(native: NativeClient, query: ModelQuery | undefined) {
    this.#native = native;
    this.#query = query;
  }

  /** The models, one by one. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Model, void, undefined> {
    for await (const page of this.pages()) {
      yield* page.models;
    }
  }

  /** The pages, one by one. */
  async *pages(): AsyncGenerator<ModelPage, void, undefined> {
    let next: object | undefined = {};
    while (next !== undefined) {
      const query: ModelQuery = { ...this.#query, ...next };
      const { body, about } = await perform(this.#native, "models.search", {}, query);
      yield new ModelPage(body);
      next = about.next;
    }
  }
}
