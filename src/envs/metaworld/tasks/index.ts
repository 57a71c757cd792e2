/** Meta-World's tasks. */
import { ConfigError, suggestion } from "../../../errors.js";
import type { SawyerTask } from "../task.js";
import { assembly } from "./assembly.js";
import { basketball } from "./basketball.js";
import { binPicking } from "./bin-picking.js";
import { boxClose } from "./box-close.js";
import { buttonPress } from "./button-press.js";
import { buttonPressTopdown, buttonPressTopdownWall } from "./button-press-topdown.js";
import { buttonPressWall } from "./button-press-wall.js";
import { coffeeButton } from "./coffee-button.js";
import { coffeePull } from "./coffee-pull.js";
import { coffeePush } from "./coffee-push.js";
import { dialTurn } from "./dial-turn.js";
import { disassemble } from "./disassemble.js";
import { doorClose } from "./door-close.js";
import { doorLock } from "./door-lock.js";
import { doorOpen } from "./door-open.js";
import { doorUnlock } from "./door-unlock.js";
import { drawerClose } from "./drawer-close.js";
import { drawerOpen } from "./drawer-open.js";
import { faucetClose, faucetOpen } from "./faucet.js";
import { hammer } from "./hammer.js";
import { handInsert } from "./hand-insert.js";
import { handlePress, handlePressSide } from "./handle-press.js";
import { handlePull } from "./handle-pull.js";
import { handlePullSide } from "./handle-pull-side.js";
import { leverPull } from "./lever-pull.js";
import { pegInsertSide } from "./peg-insert-side.js";
import { pegUnplugSide } from "./peg-unplug-side.js";
import { pickOutOfHole } from "./pick-out-of-hole.js";
import { pickPlace } from "./pick-place.js";
import { pickPlaceWall } from "./pick-place-wall.js";
import { plateSlide } from "./plate-slide.js";
import { plateSlideBack } from "./plate-slide-back.js";
import { plateSlideBackSide } from "./plate-slide-back-side.js";
import { plateSlideSide } from "./plate-slide-side.js";
import { push } from "./push.js";
import { pushBack } from "./push-back.js";
import { pushWall } from "./push-wall.js";
import { reach } from "./reach.js";
import { reachWall } from "./reach-wall.js";
import { shelfPlace } from "./shelf-place.js";
import { soccer } from "./soccer.js";
import { stickPull } from "./stick-pull.js";
import { stickPush } from "./stick-push.js";
import { sweep } from "./sweep.js";
import { sweepInto } from "./sweep-into.js";
import { windowClose } from "./window-close.js";
import { windowOpen } from "./window-open.js";

/** All of them, in the order of MT50. */
export const sawyerTasks: readonly SawyerTask[] = [
  assembly,
  basketball,
  binPicking,
  boxClose,
  buttonPressTopdown,
  buttonPressTopdownWall,
  buttonPress,
  buttonPressWall,
  coffeeButton,
  coffeePull,
  coffeePush,
  dialTurn,
  disassemble,
  doorClose,
  doorLock,
  doorOpen,
  doorUnlock,
  handInsert,
  drawerClose,
  drawerOpen,
  faucetOpen,
  faucetClose,
  hammer,
  handlePressSide,
  handlePress,
  handlePullSide,
  handlePull,
  leverPull,
  pickPlaceWall,
  pickOutOfHole,
  pickPlace,
  plateSlide,
  plateSlideSide,
  plateSlideBack,
  plateSlideBackSide,
  pegInsertSide,
  pegUnplugSide,
  soccer,
  stickPush,
  stickPull,
  push,
  pushWall,
  pushBack,
  reach,
  reachWall,
  shelfPlace,
  sweepInto,
  sweep,
  windowOpen,
  windowClose,
];

const byName = new Map(sawyerTasks.map((task) => [task.name, task]));

/** The task of this name. @throws ConfigError that suggests the nearest */
export function sawyerTask(name: string): SawyerTask {
  const task = byName.get(name);
  if (task) return task;
  const names = [...byName.keys()];
  throw new ConfigError(`metaworld: expected the name of a task, got ${name}.${suggestion(name, names)}`);
}
