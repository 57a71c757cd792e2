/**
 * Threads: `node:worker_threads` in Node, Web Workers elsewhere.
 *
 * Differs from what `imports` conditions would give (a file for each platform): what is there is found out when it
 * is asked for, so that the same files run from source, after a build and in any bundle.
 *
 * @module
 */
import { nodeModule } from "./node-module.js";

/** A thread that runs a module of its own. */
export interface Thread {
  post(message: unknown): void;
  /** Ends it at once, whatever it does. */
  stop(): void;
}

export interface ThreadEvents {
  readonly onMessage: (message: unknown) => void;
  /** The thread has ended without having been asked to. */
  readonly onDeath: (why: string) => void;
}

/** What this uses of `node:worker_threads`. */
interface NodeThreads {
  readonly Worker: new (
    script: URL | string,
    options: { readonly name: string; readonly eval?: boolean; readonly execArgv?: string[] },
  ) => {
    on(event: string, listener: (detail: unknown) => void): void;
    postMessage(message: unknown): void;
    terminate(): Promise<number>;
    unref(): void;
  };
}

/** How many threads the machine runs at once. */
export function numCores(): number {
  return (
    globalThis.navigator?.hardwareConcurrency ?? nodeModule<NodeOs>("node:os")?.availableParallelism() ?? 1
  );
}

/** Whether threads can share memory, and this one may wait for others: not a page's main thread. */
export function canShareMemory(): boolean {
  if (typeof SharedArrayBuffer === "undefined") return false;
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0);
    return true;
  } catch {
    return false;
  }
}

/**
 * Starts a thread. It does not keep the process alive.
 *
 * @param url its module
 * @param inBrowser makes the Web Worker; bundlers want to see the whole expression where the file lies
 * @param typescript whether the module, or one that it imports, is a source in TypeScript
 */
export function startThread(
  url: URL,
  name: string,
  inBrowser: () => Worker,
  { onMessage, onDeath }: ThreadEvents,
  { typescript = false }: { readonly typescript?: boolean } = {},
): Thread {
  const node = nodeModule<NodeThreads>("node:worker_threads");
  if (!node) return webThread(inBrowser(), onMessage, onDeath);
  const worker = typescript
    ? new node.Worker(typescriptScript(url), { name, eval: true, execArgv: [] })
    : new node.Worker(url, { name });
  return nodeThread(worker, onMessage, onDeath);
}

/** Returns the script of a thread of Node that runs a module in TypeScript. */
export function typescriptScript(url: URL): string {
  const here = import.meta.url; // in a variable, so that bundlers do not follow the name
  const loader = new URL("./typescript.js", here).href;
  return `import("${loader}").then((it) => (it.registerTypeScript(), import("${url.href}")));`;
}

function nodeThread(
  worker: InstanceType<NodeThreads["Worker"]>,
  onMessage: ThreadEvents["onMessage"],
  onDeath: ThreadEvents["onDeath"],
): Thread {
  let stopped = false;
  worker.on("message", onMessage);
  worker.on("error", (error) => onDeath(String(error)));
  worker.on("exit", (code) => {
    if (!stopped) onDeath(`it ended with code ${code}`);
  });
  worker.unref();
  return {
    post: (message) => worker.postMessage(message),
    stop: () => {
      stopped = true;
      void worker.terminate();
    },
  };
}

function webThread(
  worker: Worker,
  onMessage: ThreadEvents["onMessage"],
  onDeath: ThreadEvents["onDeath"],
): Thread {
  worker.onmessage = ({ data }) => onMessage(data);
  worker.onerror = ({ message }) => onDeath(message ?? "its script could not be loaded");
  return { post: (message) => worker.postMessage(message), stop: () => worker.terminate() };
}

interface NodeOs {
  availableParallelism(): number;
}
