/**
 * A whole scene: the physics' options, cameras, table, robot and objects.
 *
 * Source: the compiled scenes of Farama-Foundation/Metaworld@7ea2b50
 *
 * @module
 */
import { element } from "../../mujoco/mjcf.js";
import { surfaces } from "./contact.js";
import { actuators, robot, weld } from "./robot.js";
import { floor, table } from "./table.js";

/** What a scene has of its own. Bodies that come first also have the first joint positions. */
export interface Objects {
  readonly objects: readonly string[];
  /** Default: the plain table. */
  readonly table?: readonly string[];
  readonly beforeRobot?: readonly string[];
}

/** MuJoCo's default is 13 MB for contacts and constraints of each state; these scenes use at most 64 KB. */
const SIZE = element("size", { memory: "1M" });

/** 400 physics steps a second. MuJoCo multiplies dense Jacobians faster where so few joints move. */
const OPTIONS = element("option", {
  timestep: 0.0025,
  solver: "Newton",
  iterations: 50,
  tolerance: 1e-10,
  cone: "elliptic",
  jacobian: "dense",
});

const CAMERAS = [
  { name: "topview", pos: [0, 0.5, 1.5] },
  { name: "corner", pos: [-1.1, -0.4, 0.6], xyaxes: [-1, 1, 0, -0.2, -0.2, -1] },
  { name: "corner2", pos: [1.3, -0.2, 1.1], euler: [3.9, 2.3, 0.6], fovy: 60 },
  { name: "corner3", pos: [0.9, 0, 1.5], euler: [3.5, 2.7, 1], fovy: 45 },
  { name: "corner4", pos: [0.75, 0.075, 0.7], euler: [3.9, 2.3, 0.6], fovy: 60 },
].map((camera) => element("camera", camera));

/** The scene as MJCF. */
export function scene(name: string, own: Objects): string {
  return element(
    "mujoco",
    { model: name },
    element("compiler", { angle: "radian" }),
    OPTIONS,
    SIZE,
    surfaces(),
    element(
      "worldbody",
      {},
      floor,
      ...CAMERAS,
      ...(own.beforeRobot ?? []),
      ...(own.table ?? table),
      ...robot,
      ...own.objects,
    ),
    weld,
    actuators,
  );
}
