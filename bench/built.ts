/** The built package, as its users have it: what is timed. */
import { existsSync } from "node:fs";
import type * as Data from "../src/data/index.js";
import type * as Engine from "../src/engine/index.js";
import type * as Envs from "../src/envs/index.js";
import type * as Formats from "../src/formats/index.js";
import type * as Meta from "../src/meta/index.js";
import type * as Nn from "../src/nn/index.js";
import type * as Random from "../src/random/index.js";
import type * as Tensors from "../src/tensor/index.js";
import type * as Works from "../src/works/index.js";

interface Parts {
  readonly data: typeof Data;
  readonly engine: typeof Engine;
  readonly envs: typeof Envs;
  readonly formats: typeof Formats;
  readonly meta: typeof Meta;
  readonly nn: typeof Nn;
  readonly random: typeof Random;
  readonly tensor: typeof Tensors;
  readonly works: typeof Works;
}

/** A folder of it. @throws Error without a build */
export function built<Part extends keyof Parts>(part: Part): Promise<Parts[Part]> {
  const url = new URL(`../dist/${part}/index.js`, import.meta.url);
  if (!existsSync(url)) throw new Error("bench: expected a build, got none. Run `npm run build`");
  return import(url.href);
}
