import { acceptsRelaxed } from "../../executor/build.js";

/** Builds that a kernel is tested in; `skip` where this engine refuses the instructions. */
export interface Build {
  readonly name: string;
  readonly relaxed: boolean;
  readonly skip: boolean;
}

const supported = acceptsRelaxed();

export const builds: readonly Build[] = [
  { name: "multiply and add", relaxed: false, skip: false },
  {
    name: supported ? "relaxed SIMD" : "relaxed SIMD (skipped: WebAssembly.validate refuses it)",
    relaxed: true,
    skip: !supported,
  },
];
