/** The same names for `import`: one build, so both ways give the same classes. */

export * from "./index.js";
