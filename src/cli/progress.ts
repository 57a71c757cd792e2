/** Progress on standard error, whatever becomes of the work. */
import type { Progress } from "../run/index.js";

/** Does some work, and leaves no line of its progress behind. */
export async function withProgress<R>(work: (progress: Progress) => Promise<R> | R): Promise<R> {
  const { showProgress } = await import("../run/progress.js");
  const progress = showProgress(process.stderr);
  try {
    return await work(progress);
  } finally {
    progress.end();
  }
}

/** Imports what a command needs; a slow machine takes seconds for it. */
export function loading<R>(load: () => Promise<R>): Promise<R> {
  return withProgress((progress) => {
    progress.phase("loading");
    return load();
  });
}
