/** A page's worker in the bundles of the tests: computes as it is asked to, and tells what came of it. */
import { chooseBuild, useWorkers } from "../../src/engine/index.js";
import { compiledDigests } from "./program.js";

globalThis.addEventListener("message", async ({ data }: MessageEvent<{ count: number; script?: string }>) => {
  const { count, script } = data;
  chooseBuild("simd");
  const threads = await useWorkers(count, script === undefined ? {} : { script }).catch(String);
  try {
    postMessage({ threads, digests: await compiledDigests() });
  } catch (error) {
    postMessage({ threads, error: String(error) });
  } finally {
    await useWorkers(1);
  }
});
