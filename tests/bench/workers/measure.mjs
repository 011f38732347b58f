// What every Node worker measures of itself, and how it makes its calls.

import { readFileSync, writeFileSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const [task, count, atOnce, subject, model] = process.argv.slice(2);
export const given = { task, count: Number(count), atOnce: Number(atOnce), subject, model };

function status(name) {
  const text = readFileSync("/proc/self/status", "utf8");
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)[1]);
}

/** Lets the peak start anew from what is in memory now. */
function forgetPeak() {
  try {
    writeFileSync("/proc/self/clear_refs", "5");
  } catch {
    // Then the peak of the start counts too.
  }
}

function cpu() {
  const used = process.cpuUsage();
  return (used.user + used.system) / 1e6;
}

function tell(told) {
  writeSync(1, JSON.stringify(told));
  process.exit(0);
}

/** Calls so often, so many at once; gives the number of failures. */
async function calls(call, count, atOnce) {
  let left = count;
  let errors = 0;
  const some = async () => {
    while (left > 0) {
      left -= 1;
      try {
        await call();
      } catch (error) {
        console.error(String(error));
        errors += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, some));
  return errors;
}

/** Measures the task, of which `call` does one. */
export async function measure(call) {
  if (given.task === "idle") {
    await idle(call);
  }
  if (given.task === "get" || given.task === "enqueue") {
    await calls(call, 2 * given.atOnce + 20, given.atOnce);
  }
  forgetPeak();
  const memory = status("VmRSS");
  const before = cpu();
  const begun = performance.now();
  const errors = await calls(call, given.count, given.atOnce);
  tell({
    wall: (performance.now() - begun) / 1000,
    cpu: cpu() - before,
    start_kib: memory,
    peak_kib: status("VmHWM"),
    errors,
  });
}

/** `count` calls that do not end, watched for `atOnce` seconds. */
async function idle(call) {
  const memory = status("VmRSS");
  for (let number = 0; number < given.count; number += 1) {
    call().catch((error) => console.error(String(error)));
  }
  await sleep(5000);
  const own = status("VmRSS") - memory;
  const before = cpu();
  const begun = performance.now();
  await sleep(given.atOnce * 1000);
  const minutes = (performance.now() - begun) / 60000;
  tell({ kib_each: own / given.count, cpu_per_minute: (cpu() - before) / minutes });
}
