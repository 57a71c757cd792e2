/** Threads that decode images: as many as there are cores, each doing one job after the other. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { FormatError, MetaError } from "../errors.js";
import { typescriptScript } from "../platform/threads.js";
import type { DecodeAnswer, DecodeJob } from "./decode-worker.js";
import type { TreePart } from "./file-tree.js";

export interface DecodeOptions {
  /** Threads. Default: one a core. */
  readonly workers?: number;
  /** Aborted to stop: jobs that are done stay done. */
  readonly signal?: AbortSignal;
  /** Told after each job how many images it was, and how many of them are gray. */
  readonly progress?: (images: number, gray: number) => void;
}

/** Does all jobs. Returns false when interrupted. @throws MetaError when one fails: the others stop */
export async function decodeInThreads(
  parts: readonly TreePart[],
  jobs: readonly DecodeJob[],
  { workers = availableParallelism(), signal, progress }: DecodeOptions,
): Promise<boolean> {
  const waiting = [...jobs];
  const threads = Array.from({ length: Math.min(workers, jobs.length) }, () => startThread(parts));
  const work = async (thread: Worker) => {
    while (waiting.length > 0 && !signal?.aborted) {
      const answer = await ask(thread, waiting.shift()!, signal);
      if (answer === undefined) return;
      if ("error" in answer) {
        throw answer.kind === "FormatError" ? new FormatError(answer.error) : new MetaError(answer.error);
      }
      progress?.(answer.images, answer.gray);
    }
  };
  try {
    await Promise.all(threads.map(work));
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
  return !signal?.aborted;
}

/** Gives a thread a job. Returns its answer, or undefined when interrupted. @throws MetaError if the thread dies */
function ask(thread: Worker, job: DecodeJob, signal?: AbortSignal): Promise<DecodeAnswer | undefined> {
  return new Promise((resolve, reject) => {
    const stop = () => settle(() => resolve(undefined));
    const done = (answer: DecodeAnswer) => settle(() => resolve(answer));
    const crashed = (error: Error) => settle(() => reject(error));
    const died = (code: number) => {
      const [first] = job.classes;
      const problem = `the thread that decoded ${first?.name} and others died with code ${code}`;
      settle(() => reject(new MetaError(`${problem}. Run the command again: it goes on`)));
    };
    const settle = (action: () => void) => {
      signal?.removeEventListener("abort", stop);
      thread.off("message", done).off("error", crashed).off("exit", died);
      action();
    };
    signal?.addEventListener("abort", stop);
    thread.on("message", done).on("error", crashed).on("exit", died);
    thread.postMessage(job);
  });
}

/** Starts a thread: of the build, or in a checkout without one of the sources. */
function startThread(parts: readonly TreePart[]): Worker {
  const options = { workerData: parts, execArgv: [] };
  if (import.meta.url.endsWith(".js")) {
    return new Worker(new URL("./decode-worker.js", import.meta.url), options);
  }
  const source = new URL("./decode-worker.ts", import.meta.url);
  return new Worker(typescriptScript(source), { ...options, eval: true });
}
