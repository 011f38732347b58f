// What is written twice is compared: names in TypeScript and the core's tables, and the native types.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";

import * as mindee from "mindee-core";

const require = createRequire(import.meta.url);
const core = JSON.parse(require("../dist/mindee-core.node").tables());
const { camel, snake } = require("../dist/names.js");
const ts = require("typescript");
const file = (path) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
const read = (name) => ts.createSourceFile(name, file(`ts/${name}`), ts.ScriptTarget.Latest);
const [options, ledger, webhook, document] = [
  "options.ts",
  "ledger.ts",
  "webhook.ts",
  "document.ts",
].map(read);

/** The names of an interface of a file, with those that it extends. */
function namesOf(name, source = options) {
  const found = source.statements.find(
    (statement) => ts.isInterfaceDeclaration(statement) && statement.name.text === name,
  );
  const own = found.members.map((member) => member.name.text);
  const parents = (found.heritageClauses ?? []).flatMap((clause) => clause.types);
  return [...parents.flatMap((parent) => namesOf(parent.expression.text, source)), ...own];
}

const keys = (rows) => rows.map((row) => camel(row.key)).sort();
const call = core.options.filter((row) => row.scope === "call");
const heeded = (name) => core.operations.find((row) => row.name === name);

test("ClientOptions names the core's options of a client; else edit ts/options.ts", () => {
  const expected = keys(core.options.filter((row) => row.scope === "client"));
  assert.deepEqual(namesOf("ClientOptions").sort(), expected);
});

test("ExtractionOptions names the core's options of a call, and the signal", () => {
  assert.deepEqual(namesOf("ExtractionOptions").sort(), [...keys(call), "signal"].sort());
});

test("DocumentOptions leaves out what is for extraction alone", () => {
  const expected = keys(call.filter((row) => !row.extraction_only));
  assert.deepEqual(namesOf("DocumentOptions").sort(), [...expected, "signal"].sort());
});

test("CallOptions names the options that every operation heeds", () => {
  const expected = heeded("jobs.get").options.map(camel);
  assert.deepEqual(namesOf("CallOptions").sort(), [...expected, "signal"].sort());
});

test("ModelQuery names the arguments of the search", () => {
  const { arguments: own, options: shared } = heeded("models.search");
  const expected = [...own, ...shared].map(camel);
  assert.deepEqual(namesOf("ModelQuery").sort(), [...expected, "signal"].sort());
});

test("CollectQuery names the arguments of the collection", () => {
  assert.deepEqual(namesOf("CollectQuery", ledger), heeded("ledger.collect").arguments.map(camel));
});

test("a delivery takes the arguments of the core: headers, secrets and its options", () => {
  const named = ["headers", "secrets", "unsigned", ...namesOf("DeliveryOptions", webhook)];
  assert.deepEqual(named.sort(), [...heeded("jobs.deliver").arguments].map(camel).sort());
});

test("the operations on local files take the options of the core", () => {
  const interfaces = {
    inspect: "LimitOptions",
    preflight: "LimitOptions",
    repair: "LimitOptions",
    keep_pages: "PageOptions",
    remove_pages: "PageOptions",
    shrink: "ShrinkOptions",
    cut: "CutOptions",
  };
  for (const [name, type] of Object.entries(interfaces)) {
    // Which pages and what result are arguments of their own.
    const own = heeded(`document.${name}`).options.filter((key) => !["pages", "result"].includes(key));
    assert.deepEqual(namesOf(type, document).sort(), own.map(camel).sort(), name);
  }
});

test("the environment names in the documentation are the core's", () => {
  for (const { environment } of core.options.filter((row) => row.environment !== null)) {
    assert.ok(file("ts/options.ts").includes(`\`${environment}\``), environment);
  }
});

test("names survive the way to the core and back", () => {
  for (const { key } of core.options) {
    assert.equal(snake(camel(key)), key);
  }
});

test("there is a class for each category, under its number", () => {
  const { errorOf } = require("../dist/errors.js");
  for (const { name, number } of core.categories) {
    const error = errorOf({ category: number, failure: "{}", text: "" });
    const spelled = `${camel(name).replace(/^./, (letter) => letter.toUpperCase())}Error`;
    assert.equal(error.name, spelled);
    assert.equal(error.constructor, mindee[spelled]);
  }
  const classes = Object.values(mindee).filter((value) => value.prototype instanceof mindee.MindeeError);
  assert.equal(classes.length, core.categories.length);
});

test("each operation of the core has its method", () => {
  const client = new mindee.Client({ apiKey: "md_x" });
  const products = [client.extraction, client.split, client.crop, client.classification, client.ocr];
  const missing = core.operations.filter(({ name }) => {
    const path = name.split(".").map(camel);
    const ofClient = heeded(name).arguments.includes("product") ? products : [client];
    const own = path[0] === "document" ? [mindee] : ofClient;
    return own.some((place) => typeof path.reduce((at, part) => at?.[part], place) !== "function");
  });
  assert.deepEqual(missing, []);
});

test("the package has the core's version", () => {
  assert.equal(require("../package.json").version, core.version);
  assert.equal(require("../package-lock.json").version, core.version);
});

test("the committed types of the native layer are those it has; else run `npm run bless`", () => {
  assert.equal(file("ts/mindee-core.d.node.ts"), file("dist/native.d.ts"));
});

test("every function that JavaScript can call catches a panic", () => {
  let found = 0;
  for (const name of readdirSync(new URL("../src", import.meta.url))) {
    // Each exported function follows its attribute; classes and objects are no functions.
    const exported = file(`src/${name}`).matchAll(
      /#\[napi(?:\(([^\]]*)\))?\]\s*(?:#\[[^\]]*\]\s*)*(pub(?:\([^)]*\))? (?:async )?fn \w+)/g,
    );
    for (const [, settings, signature] of exported) {
      assert.match(settings ?? "", /catch_unwind/, `${name}: ${signature}`);
      found += 1;
    }
  }
  // As many as the generated types name: none escaped the search.
  const types = file("dist/native.d.ts").matchAll(/^(?:export declare function| {2})(?:static )?\s*\w+\(/gm);
  assert.equal(found, [...types].length);
});
