import { join } from "node:path";

/** @type {import("next").NextConfig} */
export default {
  // A native addon is loaded by Node; a bundler cannot take it in.
  serverExternalPackages: ["mindee-core"],
  // Here inbox.mjs stands above this folder. An app that has it inside does without this line.
  turbopack: { root: join(import.meta.dirname, "../..") },
};
