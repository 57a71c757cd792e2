/** Meta-World's tasks. */
import { ConfigError, suggestion } from "../../../errors.js";
import type { SawyerTask } from "../task.js";
import { basketball } from "./basketball.js";
import { binPicking } from "./bin-picking.js";
import { buttonPress } from "./button-press.js";
import { buttonPressTopdown, buttonPressTopdownWall } from "./button-press-topdown.js";
import { buttonPressWall } from "./button-press-wall.js";
import { coffeeButton } from "./coffee-button.js";
import { coffeePull } from "./coffee-pull.js";
import { coffeePush } from "./coffee-push.js";
import { doorClose } from "./door-close.js";
import { doorLock } from "./door-lock.js";
import { doorOpen } from "./door-open.js";
import { doorUnlock } from "./door-unlock.js";
import { drawerClose } from "./drawer-close.js";
import { drawerOpen } from "./drawer-open.js";
import { faucetClose, faucetOpen } from "./faucet.js";
import { handInsert } from "./hand-insert.js";
import { handlePress, handlePressSide } from "./handle-press.js";
import { handlePull } from "./handle-pull.js";
import { handlePullSide } from "./handle-pull-side.js";
import { pickOutOfHole } from "./pick-out-of-hole.js";
import { pickPlace } from "./pick-place.js";
import { pickPlaceWall } from "./pick-place-wall.js";
import { push } from "./push.js";
import { pushBack } from "./push-back.js";
import { pushWall } from "./push-wall.js";
import { reach } from "./reach.js";
import { reachWall } from "./reach-wall.js";
import { shelfPlace } from "./shelf-place.js";
import { soccer } from "./soccer.js";
import { sweep } from "./sweep.js";
import { sweepInto } from "./sweep-into.js";

/** All of them, in the order of MT50. */
export const sawyerTasks: readonly SawyerTask[] = [
  basketball,
  binPicking,
  buttonPressTopdown,
  buttonPressTopdownWall,
  buttonPress,
  buttonPressWall,
  coffeeButton,
  coffeePull,
  coffeePush,
  doorClose,
  doorLock,
  doorOpen,
  doorUnlock,
  handInsert,
  drawerClose,
  drawerOpen,
  faucetOpen,
  faucetClose,
  handlePressSide,
  handlePress,
  handlePullSide,
  handlePull,
  pickPlaceWall,
  pickOutOfHole,
  pickPlace,
  soccer,
  push,
  pushWall,
  pushBack,
  reach,
  reachWall,
  shelfPlace,
  sweepInto,
  sweep,
];

const byName = new Map(sawyerTasks.map((task) => [task.name, task]));

/** The task of this name. @throws ConfigError that suggests the nearest */
export function sawyerTask(name: string): SawyerTask {
  const task = byName.get(name);
  if (task) return task;
  const names = [...byName.keys()];
  throw new ConfigError(`metaworld: expected the name of a task, got ${name}.${suggestion(name, names)}`);
}
