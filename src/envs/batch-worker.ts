/**
 * A thread of a batch (`worker-batch.ts`): holds the environments of some rows, and steps them when its bell rings.
 *
 * It sleeps on a word of shared memory. Messages (resets, saved states) reach it only when it does not: whoever posts
 * one adds to `posted`, and the thread goes back to its event loop until it has received as many.
 */
import { awaitChange, BUSY, threadWords, word, writeText } from "./batch-control.js";
import type { BatchMemory } from "./batch-memory.js";
import { checkAlike, RowEnvs, RowError, type RowStart } from "./batch-rows.js";
import type { EnvSpec, EnvState } from "./env.js";
import { type EnvSource, makeRows } from "./env-source.js";

/** What the owner posts: first `start`. */
export type ToWorker =
  | {
      readonly kind: "start";
      readonly source: EnvSource;
      /** The spec of row 0. */
      readonly spec: EnvSpec;
      readonly memory: BatchMemory;
      readonly control: Int32Array;
      readonly thread: number;
      readonly first: number;
      readonly count: number;
    }
  | { readonly kind: "reset"; readonly starts: readonly RowStart[] }
  | { readonly kind: "restore"; readonly states: readonly EnvState[] }
  | { readonly kind: "save" }
  | { readonly kind: "close" };

/** What the thread posts: whether it has started, and what it has saved. */
export type FromWorker =
  | { readonly kind: "started" }
  | { readonly kind: "saved"; readonly states: readonly EnvState[] }
  | { readonly kind: "failed"; readonly row?: number; readonly why: string };

/** What this uses of Node. */
interface NodeProcess {
  getBuiltinModule?(name: "node:worker_threads"): {
    readonly parentPort: {
      on(event: "message", listener: (message: ToWorker) => void): void;
      postMessage(message: FromWorker): void;
    } | null;
  };
  on?(event: "exit", listener: (code: number) => void): void;
}

const { process } = globalThis as { process?: NodeProcess };
const port = process?.getBuiltinModule?.("node:worker_threads").parentPort;

let rows: RowEnvs;
let control: Int32Array;
let own: Int32Array;
let received = 0;
let steps = 0;

async function receive(message: ToWorker): Promise<void> {
  if (message.kind === "start") {
    await start(message);
  } else {
    received++;
    obey(message);
  }
  if (own !== undefined) work();
}

async function start(message: ToWorker & { kind: "start" }): Promise<void> {
  const { source, spec, memory, control: all, thread, first, count } = message;
  try {
    const envs = await makeRows(source, first, count);
    checkAlike(envs, spec, first);
    control = all;
    own = threadWords(all, thread);
    rows = new RowEnvs(envs, memory, first, (row) => {
      Atomics.store(own, word.row, row);
      Atomics.add(own, word.progress, 1);
    });
    process?.on?.("exit", (code) => fail(-1, `it ended with code ${code}`));
    send({ kind: "started" });
  } catch (error) {
    send({ kind: "failed", why: error instanceof Error ? error.message : String(error) });
  }
}

function obey(message: Exclude<ToWorker, { kind: "start" }>): void {
  if (message.kind === "save") save();
  else if (message.kind === "reset") attempt(() => rows.reset(message.starts));
  else if (message.kind === "restore") attempt(() => rows.restore(message.states));
  else attempt(() => rows.close());
}

function save(): void {
  try {
    send({ kind: "saved", states: rows.save() });
  } catch (error) {
    const { row, why } = error as RowError;
    send({ kind: "failed", row, why });
  }
}

/** Steps when the bell rings, until there are messages to receive. */
function work(): void {
  for (;;) {
    const rung = Atomics.load(own, word.bell);
    if (received !== Atomics.load(own, word.posted)) return;
    if (steps !== Atomics.load(own, word.steps)) {
      steps++;
      attempt(() => rows.step());
    } else awaitChange(own, word.bell, rung);
  }
}

function attempt(act: () => void): void {
  try {
    act();
    done();
  } catch (error) {
    const { row, why } = error instanceof RowError ? error : { row: own[word.row]!, why: String(error) };
    fail(1 + row, why);
  }
}

function fail(failed: number, why: string): void {
  writeText(own, why);
  Atomics.store(own, word.failed, failed);
  done();
}

function done(): void {
  Atomics.store(own, word.asked, 0);
  Atomics.sub(control, BUSY, 1);
  Atomics.notify(control, BUSY);
}

function send(message: FromWorker): void {
  if (port) port.postMessage(message);
  else globalThis.postMessage(message);
}

if (port) port.on("message", (message) => void receive(message));
else globalThis.onmessage = ({ data }: MessageEvent<ToWorker>) => void receive(data);
