/** Meta-World's tasks. */
import { ConfigError, suggestion } from "../../../errors.js";
import type { SawyerTask } from "../task.js";
import { doorOpen } from "./door-open.js";
import { push } from "./push.js";
import { reach } from "./reach.js";

/** All of them, in the order of MT50. */
export const sawyerTasks: readonly SawyerTask[] = [doorOpen, push, reach];

const byName = new Map(sawyerTasks.map((task) => [task.name, task]));

/** The task of this name. @throws ConfigError that suggests the nearest */
export function sawyerTask(name: string): SawyerTask {
  const task = byName.get(name);
  if (task) return task;
  const names = [...byName.keys()];
  throw new ConfigError(`metaworld: expected the name of a task, got ${name}.${suggestion(name, names)}`);
}
