/** The page in which the tests compute: `compute` does so in a worker, `threadsHere` looks at the page's own thread. */
import { useWorkers } from "../../src/engine/index.js";

Object.assign(globalThis, {
  compute: (count: number) =>
    new Promise((resolve) => {
      const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => resolve({ error: message });
      worker.postMessage(count);
    }),
  threadsHere: () => useWorkers(2),
});
