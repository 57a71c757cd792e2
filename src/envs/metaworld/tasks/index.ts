/** Meta-World's tasks. */
import { ConfigError, suggestion } from "../../../errors.js";
import type { SawyerTask } from "../task.js";
import { buttonPress } from "./button-press.js";
import { buttonPressTopdown, buttonPressTopdownWall } from "./button-press-topdown.js";
import { buttonPressWall } from "./button-press-wall.js";
import { doorClose } from "./door-close.js";
import { doorLock } from "./door-lock.js";
import { doorOpen } from "./door-open.js";
import { doorUnlock } from "./door-unlock.js";
import { drawerClose } from "./drawer-close.js";
import { drawerOpen } from "./drawer-open.js";
import { faucetClose, faucetOpen } from "./faucet.js";
import { handlePress, handlePressSide } from "./handle-press.js";
import { handlePull } from "./handle-pull.js";
import { handlePullSide } from "./handle-pull-side.js";
import { push } from "./push.js";
import { reach } from "./reach.js";

/** All of them, in the order of MT50. */
export const sawyerTasks: readonly SawyerTask[] = [
  buttonPressTopdown,
  buttonPressTopdownWall,
  buttonPress,
  buttonPressWall,
  doorClose,
  doorLock,
  doorOpen,
  doorUnlock,
  drawerClose,
  drawerOpen,
  faucetOpen,
  faucetClose,
  handlePressSide,
  handlePress,
  handlePullSide,
  handlePull,
  push,
  reach,
];

const byName = new Map(sawyerTasks.map((task) => [task.name, task]));

/** The task of this name. @throws ConfigError that suggests the nearest */
export function sawyerTask(name: string): SawyerTask {
  const task = byName.get(name);
  if (task) return task;
  const names = [...byName.keys()];
  throw new ConfigError(`metaworld: expected the name of a task, got ${name}.${suggestion(name, names)}`);
}
