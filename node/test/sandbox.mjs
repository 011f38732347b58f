// The stand-in server as a program, and a client for it. It ends with this process.
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { after } from "node:test";
import { fileURLToPath } from "node:url";

import { Client } from "mindee-core";

const program =
  process.env.MINDEE_SANDBOX ??
  fileURLToPath(new URL("../../target/debug/mindee-sandbox", import.meta.url));

export const data = (name) => fileURLToPath(new URL(`../../tests/data/${name}`, import.meta.url));

/** Starts a server for the tests of one file. */
export async function startSandbox(...args) {
  const child = spawn(program, ["--exit-with-stdin", "--processing-ms", "20", ...args], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  after(() => child.stdin.end());
  const started = new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the sandbox ended with ${code}`)));
    createInterface({ input: child.stdout }).once("line", (line) => resolve(JSON.parse(line)));
  });
  const ready = await started;
  const admin = async (method, path, body) => {
    const answer = await fetch(`${ready.admin_url}/${path}`, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    if (!answer.ok) {
      throw new Error(await answer.text());
    }
    const text = await answer.text();
    return text === "" ? undefined : JSON.parse(text);
  };
  return {
    ...ready,
    options: { apiKey: ready.api_key, baseUrl: ready.base_url },
    environment: {
      ...process.env,
      MINDEE_V2_API_KEY: ready.api_key,
      MINDEE_V2_BASE_URL: ready.base_url,
    },
    /** A client that need not spare the budgets of a server of its own. */
    client: (options) =>
      new Client({
        apiKey: ready.api_key,
        baseUrl: ready.base_url,
        postsPerMinute: 100_000,
        getsPerMinute: 100_000,
        ...options,
      }),
    /** Options of a run that is asked about at once. */
    quick: (product = "extraction") => ({
      modelId: ready.models[product],
      firstPoll: 0.02,
      pollInterval: 0.02,
    }),
    admin,
    rules: (...rules) => admin("POST", "rules", rules),
    clear: async () => {
      await admin("DELETE", "rules");
      await admin("DELETE", "seen");
    },
    seen: () => admin("GET", "seen"),
    advance: (seconds) => admin("POST", "clock", { advance_seconds: seconds }),
  };
}

/** The address of a server that takes connections and then neither reads nor answers. */
export async function startStalled() {
  const sockets = new Set();
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    sockets.add(socket.on("error", () => {}));
  });
  after(() => {
    server.close();
    sockets.forEach((socket) => socket.destroy());
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${server.address().port}`;
}

/** A document that no buffer between client and server has room for. */
export const large = () => Buffer.alloc(50_000_000, "%PDF-1.7 ");

/** Waits until something holds. */
export async function until(holds) {
  const end = performance.now() + 60_000;
  while (!(await holds())) {
    if (performance.now() > end) {
      throw new Error(`it never held: ${holds}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The error that a promise is rejected with. */
export async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("it did not fail");
}
