/**
 * Threads: `node:worker_threads` in Node, Web Workers elsewhere.
 *
 * Differs from what `imports` conditions would give (a file for each platform): what is there is found out when it
 * is asked for, so that the same files run from source, after a build and in any bundle.
 *
 * @module
 */

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
 * @param typescript whether the module, or one that it imports, is a source: compiled by tsx, where Node finds that
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
  const tsx = typescript ? moduleOfTsx() : undefined;
  if (tsx === undefined) return nodeThread(new node.Worker(url, { name }), onMessage, onDeath);
  const script = `import("${tsx}").then(({ register }) => (register(), import("${url.href}")));`;
  return nodeThread(new node.Worker(script, { name, eval: true, execArgv: [] }), onMessage, onDeath);
}

/** By its file: a thread's script finds packages from the working folder. */
function moduleOfTsx(): string | undefined {
  const { createRequire } = nodeModule<NodeModules>("node:module")!;
  try {
    const file = createRequire(import.meta.url).resolve("tsx/package.json");
    return new URL("dist/esm/api/index.mjs", nodeModule<NodeUrl>("node:url")!.pathToFileURL(file)).href;
  } catch {
    return undefined; // newer Nodes need none
  }
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
  worker.onerror = ({ message }) => onDeath(message);
  return { post: (message) => worker.postMessage(message), stop: () => worker.terminate() };
}

interface NodeModules {
  createRequire(from: string): { resolve(name: string): string };
}

interface NodeUrl {
  pathToFileURL(path: string): URL;
}

interface NodeOs {
  availableParallelism(): number;
}

/** A module of Node without importing it, which bundlers for browsers refuse; undefined elsewhere. */
function nodeModule<M>(name: string): M | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  return process?.getBuiltinModule?.(name) as M | undefined;
}
