/**
 * Pictures of episodes on a physics engine.
 *
 * @module
 */
import {
  type Camera,
  type Color,
  type Raster,
  renderScene,
  type SceneOptions,
  type Shape,
} from "../render/index.js";
import type { Env } from "./env.js";
import { SawyerEnv } from "./metaworld/sawyer-env.js";
import { LocomotionEnv } from "./mujoco/locomotion-env.js";
import { simulationShapes } from "./mujoco/shapes.js";

/** From the front right, over the table. */
const TABLE_CAMERA: Camera = { position: [0.85, 0.08, 0.82], lookAt: [-0.03, 0.66, 0.1], fovy: 45 };
const GOAL_RADIUS = 0.02;
const GOAL_COLOR: Color = [0.3, 0.72, 0.45, 0.7];
const UPRIGHT = [1, 0, 0, 0, 1, 0, 0, 0, 1];
/** Where a walker is seen from: its side, and above. */
const FROM_WALKER = [0.8, -4.2, 1.6] as const;

export interface PictureOptions extends SceneOptions {
  /** Default: of Meta-World, from the front right, over the table; of a walker, beside it. */
  readonly camera?: Camera;
}

/** Whether there are pictures of an environment. */
export function hasPictures(env: Env): boolean {
  return env instanceof SawyerEnv || env instanceof LocomotionEnv;
}

/** Draws the running episode of an environment that `hasPictures`; of Meta-World, with a ball where the goal is. */
export function drawEnv(env: Env, options: PictureOptions = {}): Raster {
  const shown: unknown = env;
  if (shown instanceof SawyerEnv) {
    const goal = ball(shown.target);
    return renderScene(
      [...simulationShapes(shown.stage.simulation), goal],
      options.camera ?? TABLE_CAMERA,
      options,
    );
  }
  const { simulation } = shown as LocomotionEnv<never>;
  const [x, y] = simulation.bodyPos.subarray(3, 5); // of the trunk: the first body in the world
  const [dx, dy, z] = FROM_WALKER;
  const beside: Camera = { position: [x! + dx, y! + dy, z], lookAt: [x!, y!, 0.4], fovy: 45 };
  return renderScene(simulationShapes(simulation), options.camera ?? beside, options);
}

function ball(position: ArrayLike<number>): Shape {
  return { kind: "sphere", size: [GOAL_RADIUS], position, rotation: UPRIGHT, color: GOAL_COLOR };
}
