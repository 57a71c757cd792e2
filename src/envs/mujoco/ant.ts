/**
 * An ant that runs forwards or backwards (`ant/direction`), in any direction (`ant/any-direction`), at a speed
 * (`ant/velocity`) or to a place (`ant/goal`), which it is not told.
 *
 * | what          | PEARL                                                  | MAML                                       |
 * | ------------- | ------------------------------------------------------ | ------------------------------------------ |
 * | observation   | 27 numbers: joint positions but x, y, and velocities   | 125: all positions, velocities, contact forces, the trunk's rotation, the place of its mass |
 * | … of `goal`   | 113: all positions, velocities, contact forces         | the same 125                               |
 * | action        | 8 torques in ±1, as parts of 150 Nm                    | the same                                   |
 * | step          | 5 time steps of 0.01 s                                 | 1 time step of 0.02 s, softer contacts     |
 * | `direction`   | r = d · v − 0.5 ‖a‖² − k + 1; d = ±x, equally likely   | r = d · v − 0.005 ‖a‖² − k + 0.05; d = ±x  |
 * | `any-direction` | the same; d anywhere on the circle                   | –                                          |
 * | `velocity`    | –                                                      | r = 1 − ‖vₓ − v*‖ − 0.005 ‖a‖² − k + 0.05; v* ~ U[0, 3] m/s |
 * | `goal`        | r = −‖p − g‖₁ − 0.1 ‖a‖² − k; g uniform in the disc of 3 m | r = 4 − ‖p − g‖₁ − 0.005 ‖a‖² − k + 0.05; g ~ U[−3, 3]² |
 * | contact cost  | k = 0.0005 ‖clip(f, ±1)‖², with f = 0                  | k likewise, with the forces f              |
 * | start         | positions + U[−0.1, 0.1], velocities + N(0, 0.1²)      | bent ankles, low; positions + N(0, 0.01²)  |
 * | terminates    | when the height leaves [0.2, 1] m; `goal` never        | when the height leaves [0.2, 1] m          |
 * | truncates     | after 200 steps                                        | after 200 steps                            |
 *
 * Contact forces are zeros in PEARL, because MuJoCo 2.0, on which it ran, did not compute them unless asked
 * (openai/gym#1541); the option `contactForces` computes them. With them, `ant/direction` is Gymnasium's Ant-v5 in all
 * but the observation, which has the forces there; Ant-v4 has none.
 *
 * Source: Finn, Abbeel & Levine 2017, §5.3, https://arxiv.org/abs/1703.03400; Rakelly et al. 2019, §6,
 *   https://arxiv.org/abs/1903.08254
 * Checked against: cbfinn/maml_rl@9c8e2eb, rllab/envs/mujoco/ant_env_rand.py, ant_env_rand_direc.py,
 *   ant_env_rand_goal.py, mujoco_env.py; katerakelly/oyster@44e20fd, rlkit/envs/ant_dir.py, ant_goal.py, ant.py
 * Differs: the papers ran on MuJoCo 1.3 and 2.0, we run on 3.14; PEARL's paper runs forwards and backwards, as
 *   `ant/direction` does, its released configuration in two directions of the circle, as `ant/any-direction` draws them.
 *
 * @module
 */
import { cos, sin } from "../../math.js";
import type { Rng } from "../../random/index.js";
import { ANT_TIMESTEP, antScene } from "./ant-scene.js";
import type { Definition, Walker } from "./locomotion-env.js";
import {
  type DirectionTask,
  direction,
  forwardOrBackward,
  type PlaceTask,
  place,
  type VelocityTask,
  velocity,
} from "./locomotion-goals.js";

const RADIUS = 3;

const body = { actions: 8, contactCost: 0.0005 } as const;
/** Lowest and highest position of the trunk, in metres; beyond, the ant has fallen or is flying. */
const heights = [0.2, 1] as const;

const pearlGoal: Walker = {
  ...body,
  timestep: ANT_TIMESTEP.gymnasium,
  frameSkip: 5,
  centre: "frame",
  start: { noise: "uniform", scale: 0.1 },
  observation: { size: 113, hidden: 0, contactForces: true },
  contactForces: false,
  controlCost: 0.1,
  aliveReward: 0,
};

const pearl: Walker = {
  ...pearlGoal,
  observation: { size: 27, hidden: 2 },
  controlCost: 0.5,
  aliveReward: 1,
  heights,
};

const maml: Walker = {
  ...body,
  timestep: ANT_TIMESTEP.rllab,
  frameSkip: 1,
  centre: "mass",
  start: {
    positions: [0, 0, 0.55, 1, 0, 0, 0, 0, 1, 0, -1, 0, -1, 0, 1],
    noise: "normal",
    scale: 0.01,
  },
  observation: { size: 125, hidden: 0, contactForces: true, rotation: true, place: "mass" },
  contactForces: true,
  controlCost: 0.005,
  aliveReward: 0.05,
  heights,
};

const gymnasiumScene = { name: "ant", xml: () => antScene("gymnasium") } as const;
const rllabScene = { name: "ant of rllab", xml: () => antScene("rllab") } as const;

const forwardBackward = direction(forwardOrBackward, ([x, y]) => Math.abs(x) === 1 && y === 0, "[±1, 0]");
const anyDirection = direction(
  onCircle,
  ([x, y]) => Math.abs(x * x + y * y - 1) < 1e-6,
  "[x, y] of length 1",
);

export const antDirection: Definition<DirectionTask> = {
  summary: "An ant runs forwards or backwards, and is not told which.",
  papers: {
    pearl: { scene: gymnasiumScene, walker: pearl, goal: forwardBackward },
    maml: { scene: rllabScene, walker: maml, goal: forwardBackward },
  },
};

export const antAnyDirection: Definition<DirectionTask> = {
  summary: "An ant runs in a direction that it is not told.",
  papers: { pearl: { scene: gymnasiumScene, walker: pearl, goal: anyDirection } },
};

export const antVelocity: Definition<VelocityTask> = {
  summary: "An ant runs at a speed that it is not told.",
  papers: { maml: { scene: rllabScene, walker: maml, goal: velocity(3, 1) } },
};

export const antGoal: Definition<PlaceTask> = {
  summary: "An ant walks to a place that it is not told.",
  papers: {
    pearl: { scene: gymnasiumScene, walker: pearlGoal, goal: place(inDisc) },
    maml: { scene: rllabScene, walker: maml, goal: place(inSquare, 4) },
  },
};

function onCircle(rng: Rng): readonly [x: number, y: number] {
  const angle = rng.uniform(0, 2 * Math.PI);
  return [cos(angle), sin(angle)];
}

function inDisc(rng: Rng): readonly [x: number, y: number] {
  const [x, y] = onCircle(rng);
  const radius = RADIUS * Math.sqrt(rng.uniform());
  return [radius * x, radius * y];
}

function inSquare(rng: Rng): readonly [x: number, y: number] {
  return [rng.uniform(-RADIUS, RADIUS), rng.uniform(-RADIUS, RADIUS)];
}
