// Streams: sent as they come, and let go of whatever happens.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createReadStream, openAsBlob, readFileSync, writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { after, beforeEach, test } from "node:test";
import { setTimeout as rest } from "node:timers/promises";

import {
  AuthError,
  CancelledError,
  OutcomeUnknownError,
  ServerError,
  TimeoutError,
  UsageError,
} from "mindee-core";

import { data, failure, startSandbox, startStalled, until } from "./sandbox.mjs";

const sandbox = await startSandbox();
const client = sandbox.client();
beforeEach(() => sandbox.clear());

const small = readFileSync(data("invoice.pdf"));
/** Far more than is read before an upload begins. */
const large = Buffer.concat([small, Buffer.alloc(3_000_000, "\n")]);
const folder = mkdtempSync(join(tmpdir(), "streams-"));
after(() => rmSync(folder, { recursive: true }));
const path = join(folder, "large.pdf");
writeFileSync(path, large);

function* pieces(content, size = 100_000) {
  for (let start = 0; start < content.length; start += size) {
    yield content.subarray(start, start + size);
  }
}

async function* awaited(content) {
  for (const piece of pieces(content)) {
    await rest(0);
    yield piece;
  }
}

const digest = (content) => createHash("sha256").update(content).digest("hex");

/** The document of the last upload, as the server saw it. */
async function arrived() {
  const { requests } = await sandbox.seen();
  return requests.findLast(({ route }) => route === "enqueue").body.fields.at(-1);
}

const taken = async () => (await sandbox.seen()).billed.documents;

const sources = {
  "a Readable": () => Readable.from(pieces(large)),
  "a file's stream": () => createReadStream(path),
  "a stream whose path is no file's": () => Object.assign(Readable.from(pieces(large)), { path: "/upload" }),
  "a web stream": () => new Blob([large]).stream(),
  "a Blob": () => new Blob([large]),
  "a Blob of a file": () => openAsBlob(path),
  "an asynchronous generator": () => awaited(large),
  "a generator": () => pieces(large),
  "an array of chunks": () => [...pieces(large)],
  "chunks of other kinds of bytes": () => [new Uint8Array(large).buffer.slice(0, 9), new DataView(new Uint8Array(large).buffer, 9)],
  "empty chunks among others": () => [Buffer.alloc(0), large, Buffer.alloc(0)],
  "a stream with a file name": () => ({ stream: awaited(large), filename: "mine.pdf" }),
};

for (const [name, make] of Object.entries(sources)) {
  test(`${name} arrives whole`, async () => {
    const source = await make();
    await client.extraction.run(source, sandbox.quick());
    const document = await arrived();
    assert.equal(document.sha256, digest(large));
    const names = { "a file's stream": "large.pdf", "a stream with a file name": "mine.pdf" };
    assert.equal(document.filename, names[name] ?? "document.pdf");
  });
}

test("a Blob is sent with its length, and one that is too large is not read", async () => {
  await client.extraction.enqueue(new Blob([large]), sandbox.quick());
  const { requests } = await sandbox.seen();
  assert.match(JSON.stringify(requests[0].headers), /content-length/);
  const tooLarge = new Blob(Array(101).fill(Buffer.alloc(1_000_000)));
  const error = await failure(client.extraction.enqueue(tooLarge, sandbox.quick()));
  assert.equal(error.code, "source.too_large");
});

test("the error of a stream is the cause of the call's", async () => {
  const raised = new RangeError("secret");
  for (const begin of [Buffer.alloc(0), small, large]) {
    const breaks = async function* () {
      yield begin;
      throw raised;
    };
    for (const source of [breaks(), Readable.from(breaks())]) {
      const error = await failure(client.extraction.run(source, sandbox.quick()));
      assert.ok(error instanceof UsageError);
      assert.equal(error.code, "source.unreadable");
      assert.equal(error.cause, raised);
      assert.deepEqual(error.causes, ["RangeError"]);
      assert.equal(error.maybeBilled, false);
    }
  }
  assert.equal(await taken(), 0);
});

test("a file's stream that fails before it is read is told with its cause", async () => {
  const error = await failure(client.extraction.enqueue(createReadStream("absent.pdf"), sandbox.quick()));
  assert.equal(error.code, "source.unreadable");
  assert.equal(error.cause.code, "ENOENT");
});

for (const [name, source, code] of [
  ["text", () => Readable.from(["%PDF-1.4"]), "source.not_bytes"],
  ["a stream with an encoding", () => createReadStream(path, "latin1"), "source.not_bytes"],
  ["numbers", () => [37, 80], "source.not_bytes"],
  ["null among bytes", () => [Buffer.from("%PDF-1.4"), null], "source.not_bytes"],
  ["nothing", () => Readable.from([]), "source.empty"],
  ["an empty Blob", () => new Blob([]), "source.empty"],
  ["no document", () => pieces(Buffer.alloc(500_000, "no document ")), "source.type_refused"],
]) {
  test(`a stream of ${name} is refused before a byte leaves`, async () => {
    const error = await failure(client.extraction.run(source(), sandbox.quick()));
    assert.equal(error.code, code);
    assert.equal((await sandbox.seen()).requests.length, 0);
  });
}

test("a stream without end is given up where Mindee takes no more, and closed", async () => {
  let closed = false;
  async function* endless() {
    try {
      for (;;) {
        yield Buffer.alloc(10_000_000, "%PDF-1.4 ");
      }
    } finally {
      closed = true;
    }
  }
  const error = await failure(client.extraction.enqueue(endless(), sandbox.quick()));
  assert.equal(error.code, "source.too_large");
  await until(() => closed);
  assert.equal(await taken(), 0);
});

test("a second use is told", async () => {
  for (const make of [() => awaited(large), () => createReadStream(path), () => new Blob([large]).stream()]) {
    const source = make();
    await client.extraction.enqueue(source, sandbox.quick());
    const error = await failure(client.extraction.enqueue(source, sandbox.quick()));
    assert.equal(error.code, "source.spent");
  }
  assert.equal(await taken(), 3);
});

test("what somebody else has read or holds is told", async () => {
  const read = Readable.from(pieces(large));
  await read.toArray();
  const held = new Blob([large]).stream();
  held.getReader();
  const destroyed = createReadStream(path).destroy();
  for (const source of [read, held, destroyed]) {
    const error = await failure(client.extraction.enqueue(source, sandbox.quick()));
    assert.equal(error.code, "source.spent");
  }
});

test("what a failed call has begun to read is spent", async () => {
  await sandbox.rules({ on: "enqueue", answer: { status: 401 } });
  const source = awaited(large);
  assert.ok((await failure(client.extraction.run(source, sandbox.quick()))) instanceof AuthError);
  await sandbox.clear();
  const error = await failure(client.extraction.run(source, sandbox.quick()));
  assert.equal(error.code, "source.spent");
});

test("what begins anew is sent again", async () => {
  const source = { [Symbol.asyncIterator]: () => awaited(large) };
  const blob = new Blob([large]);
  for (const again of [source, source, blob, blob]) {
    await client.extraction.enqueue(again, sandbox.quick());
  }
  assert.equal(await taken(), 4);
});

test("wrong options leave a stream as it was", async () => {
  const source = Readable.from(pieces(large));
  const error = await failure(client.extraction.run(source, { ...sandbox.quick(), retries: "many" }));
  assert.equal(error.code, "option.invalid");
  await client.extraction.run(source, sandbox.quick());
  assert.equal((await arrived()).sha256, digest(large));
});

test("a large stream is not sent again after a 503, and a small one is", async () => {
  const busy = { on: "enqueue", times: 1, answer: { status: 503 } };
  await sandbox.rules(busy);
  const error = await failure(client.extraction.run(awaited(large), sandbox.quick()));
  assert.ok(error instanceof ServerError);
  assert.match(error.message, /a stream is sent once/);
  assert.equal(await taken(), 0);
  await sandbox.rules(busy);
  await client.extraction.run(awaited(small), sandbox.quick());
  assert.equal(await taken(), 1);
});

/** Streams that give a beginning and then nothing, and tell whether they were let go of. */
const stalling = {
  "a Readable": (begin) => {
    const stream = new Readable({ read() {} });
    stream.push(begin);
    return [stream, () => stream.destroyed];
  },
  "a web stream": (begin) => {
    let cancelled = false;
    const stream = new ReadableStream({
      start: (controller) => controller.enqueue(begin),
      cancel: () => void (cancelled = true),
    });
    return [stream, () => cancelled];
  },
  "an iterable": (begin) => {
    let returned = false;
    const chunks = [Promise.resolve({ value: begin, done: false })];
    const next = () => chunks.pop() ?? new Promise(() => {});
    const iterator = { next, return: () => void (returned = true) };
    return [{ [Symbol.asyncIterator]: () => iterator }, () => returned];
  },
};

for (const [name, stall] of Object.entries(stalling)) {
  test(`${name} that stalls is ended by the deadline and let go of`, async () => {
    for (const [begin, kind] of [[small, TimeoutError], [large, OutcomeUnknownError]]) {
      const [source, gone] = stall(begin);
      const error = await failure(client.extraction.run(source, { ...sandbox.quick(), deadline: 0.5 }));
      assert.ok(error instanceof kind, error.stack);
      assert.equal(error.cause, undefined);
      await until(gone);
    }
    assert.equal(await taken(), 0);
  });

  test(`an abort lets go of ${name} that stalls`, async () => {
    for (const [begin, kind] of [[small, CancelledError], [large, OutcomeUnknownError]]) {
      const [source, gone] = stall(begin);
      const controller = new AbortController();
      const options = { ...sandbox.quick(), signal: controller.signal };
      const run = failure(client.extraction.run(source, options));
      await rest(300);
      const began = performance.now();
      controller.abort();
      const error = await run;
      await until(gone);
      assert.ok(performance.now() - began < 1000);
      assert.ok(error instanceof kind, error.stack);
      assert.equal(error.cause, controller.signal.reason);
    }
  });
}

test("a server that does not read holds a stream back", async () => {
  const stalled = sandbox.client({ baseUrl: await startStalled() });
  let given = 0;
  let closed = false;
  async function* endless() {
    try {
      yield small;
      for (;;) {
        given += 100_000;
        yield Buffer.alloc(100_000);
      }
    } finally {
      closed = true;
    }
  }
  const error = await failure(stalled.extraction.run(endless(), { ...sandbox.quick(), deadline: 1.5 }));
  assert.ok(error instanceof OutcomeUnknownError);
  assert.ok(given > 0 && given < 16_000_000, `${given}`);
  await until(() => closed);
});

/** Sends two requests over one connection to a server that passes them on; what it answers. */
async function relayed(...bodies) {
  const server = createServer(async (incoming, outgoing) => {
    const run = client.extraction.run(incoming, sandbox.quick());
    const outcome = await run.catch((error) => error);
    outgoing.end(`<${outcome.code ?? outcome.file.name}>`);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const socket = connect(server.address().port, "127.0.0.1");
  let answers = "";
  socket.on("data", (chunk) => (answers += chunk));
  try {
    for (const body of bodies) {
      socket.write(`POST / HTTP/1.1\r\nHost: relay\r\nContent-Length: ${body.length}\r\n\r\n`);
      for (const piece of pieces(body)) {
        await new Promise((resolve) => socket.write(piece, resolve));
      }
    }
    await until(() => answers.match(/<.*?>/g)?.length === bodies.length);
    return answers.match(/<.*?>/g);
  } finally {
    socket.destroy();
    server.close();
  }
}

test("a server's request is passed on as it comes", async () => {
  assert.deepEqual(await relayed(large, small), ["<document.pdf>", "<document.pdf>"]);
  assert.equal((await arrived()).sha256, digest(small));
});

test("a server's request that is not passed on to its end is answered, and its connection goes on", async () => {
  // More than the buffers of a connection hold.
  const text = Buffer.alloc(16_000_000, "text ");
  assert.deepEqual(await relayed(text, small), ["<source.type_refused>", "<document.pdf>"]);
  await sandbox.rules({ on: "enqueue", times: 1, answer: { status: 401 } });
  const document = Buffer.concat([large, text]);
  assert.deepEqual(await relayed(document, small), ["<auth.refused>", "<document.pdf>"]);
});

test("a stream whose errors come after the call does not end the process", async () => {
  await sandbox.rules({ on: "enqueue", answer: { status: 401 } });
  const source = new PassThrough();
  source.write(large);
  source.end();
  const error = await failure(client.extraction.run(source, sandbox.quick()));
  assert.ok(error instanceof AuthError);
  source.destroy(new Error("late"));
  source.emit("error", new Error("late"));
  await rest(50);
});
