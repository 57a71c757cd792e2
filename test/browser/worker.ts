/** The worker of the page in which the tests compute. */
import { chooseBuild, useWorkers } from "../../src/engine/index.js";
import { digests } from "./program.js";

globalThis.addEventListener("message", async ({ data: count }: MessageEvent<number>) => {
  chooseBuild("simd");
  try {
    const threads = await useWorkers(count);
    const found = await digests();
    await useWorkers(1);
    postMessage({ threads, digests: found });
  } catch (error) {
    postMessage({ error: String(error) });
  }
});
