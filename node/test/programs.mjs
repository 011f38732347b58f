// Examples that serve, as processes of their own. They end with this process.
import { spawn } from "node:child_process";
import { request } from "node:http";
import { createInterface } from "node:readline";
import { after } from "node:test";

/** Starts a program that prints its address. `lines` is all that it printed. */
export async function startProgram([program, ...args], env, cwd) {
  const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  const lines = [];
  const ended = new Promise((resolve) => child.once("close", resolve));
  after(() => child.kill("SIGKILL"));
  const address = await new Promise((resolve, reject) => {
    const note = (line) => {
      lines.push(line);
      const found = line.match(/http:\/\/127\.0\.0\.1:\d+/);
      if (found !== null) resolve(found[0]);
    };
    createInterface({ input: child.stdout }).on("line", note);
    createInterface({ input: child.stderr }).on("line", note);
    ended.then(() => reject(new Error(`${args.join(" ")} ended: ${lines.join("\n")}`)));
    child.once("error", reject);
  });
  /** Ends it as nothing that it could hear of. */
  const kill = async () => {
    child.kill("SIGKILL");
    await ended;
  };
  return { address, lines, pid: child.pid, kill };
}

/** Begins a request; its answer comes whether or not the request ends. */
export function begin(url, options) {
  const begun = request(url, { method: "POST", ...options });
  const status = new Promise((resolve, reject) => {
    begun.once("response", (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    begun.once("error", reject);
  });
  begun.flushHeaders();
  // A request that was destroyed before its answer is not waited for.
  status.catch(() => {});
  return { begun, status };
}
