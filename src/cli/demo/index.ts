import { currentBuild } from "../../engine/index.js";
import { makeFolder, showDuration, version } from "../../run/index.js";
import { glyphsDemo } from "./glyphs.js";
import type { DemoOptions } from "./options.js";
import { print, style } from "./print.js";
import { sinusoidDemo } from "./sinusoid.js";

/** Runs both parts. Returns false when interrupted. @throws MetaError where `out` cannot be made, at once */
export async function runDemo(options: DemoOptions): Promise<boolean> {
  makeFolder(options.out);
  const start = performance.now();
  const kernels = { simd: "SIMD", relaxed: "relaxed SIMD" }[currentBuild()];
  print(`${style("bold", `metagrad ${version()}`)}  exact meta-gradients, ${kernels} WebAssembly, one core`);
  if (!(await sinusoidDemo(options)) || !(await glyphsDemo(options))) return false;
  print("");
  print(
    `Done in ${showDuration((performance.now() - start) / 1000)}. Now a paper's table, with its numbers beside ours:`,
  );
  print(`  ${style("cyan", "npx metagrad reproduce maml-2017/sinusoid")}`);
  return true;
}
