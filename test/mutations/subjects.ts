import { openDisk } from "./disk.js";
import { formats } from "./formats.js";
import type { Subject } from "./judge.js";

/** Returns every format that is read; those of files lie in a folder that `close` removes. */
export async function openSubjects(): Promise<{
  readonly subjects: readonly Subject[];
  readonly close: () => void;
}> {
  const { subjects, close } = await openDisk();
  return { subjects: [...formats, ...subjects], close };
}
