export * from "./conv.js";
export * from "./create.js";
export * from "./elementwise.js";
export * from "./indexing.js";
export * from "./linalg.js";
export * from "./reduce.js";
export * from "./sort.js";
export * from "./structure.js";
