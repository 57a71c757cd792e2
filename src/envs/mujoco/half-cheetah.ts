/**
 * Half a cheetah that runs forwards or backwards (`half-cheetah/direction`), or at a speed (`half-cheetah/velocity`),
 * which it is not told.
 *
 * | what        | PEARL                                             | MAML                                        |
 * | ----------- | ------------------------------------------------- | ------------------------------------------- |
 * | observation | 20 numbers: joint positions but x, velocities, the trunk's place | the same, the place of its mass |
 * | action      | 6 torques in ±1, as parts of the largest           | the same                                    |
 * | step        | 5 time steps of 0.01 s                            | 1 time step                                 |
 * | velocity    | change of x over 0.05 s                           | of the centre of mass, after the step       |
 * | direction   | r = d vₓ − 0.05 ‖a‖²; d = ±1, equally likely        | the same                                    |
 * | velocity    | r = −‖vₓ − v*‖ − 0.05 ‖a‖²; v* ~ U[0, 3] m/s         | the same; v* ~ U[0, 2] m/s                  |
 * | start       | positions + U[−0.1, 0.1], velocities + N(0, 0.1²)  | positions + N(0, 0.01²), velocities likewise |
 * | terminates  | never                                             | never                                       |
 * | truncates   | after 200 steps                                   | after 200 steps                             |
 *
 * Observation, by index: 0 height, 1 pitch, 2-4 hind hip, knee, ankle, 5-7 fore; 8-16 velocities of x and of all these;
 * 17-19 x, y, z in metres.
 *
 * Source: Finn, Abbeel & Levine 2017, §5.3, https://arxiv.org/abs/1703.03400; Rakelly et al. 2019, §6,
 *   https://arxiv.org/abs/1903.08254
 * Checked against: cbfinn/maml_rl@9c8e2eb, rllab/envs/mujoco/half_cheetah_env_rand.py, half_cheetah_env_rand_direc.py,
 *   mujoco_env.py; katerakelly/oyster@44e20fd, rlkit/envs/half_cheetah_vel.py, half_cheetah_dir.py
 * Differs: the papers ran on MuJoCo 1.3 and 2.0, we run on 3.14; PEARL draws its 130 v* once, as
 *   `Mt19937.seed(1337)` does; in PEARL, the place in an observation is that before the last time step, here as there.
 *
 * @module
 */
import { HALF_CHEETAH_TIMESTEP, halfCheetahScene } from "./half-cheetah-scene.js";
import type { Definition, Paper, Walker } from "./locomotion-env.js";
import {
  type DirectionTask,
  direction,
  forwardOrBackward,
  type VelocityTask,
  velocity,
} from "./locomotion-goals.js";

const body = {
  timestep: HALF_CHEETAH_TIMESTEP,
  actions: 6,
  contactForces: false,
  controlCost: 0.05,
  contactCost: 0,
  aliveReward: 0,
} as const;

const WALKERS: Readonly<Record<Paper, Walker>> = {
  pearl: {
    ...body,
    frameSkip: 5,
    centre: "slide",
    start: { noise: "uniform", scale: 0.1 },
    observation: { size: 20, hidden: 1, place: "frame" },
  },
  maml: {
    ...body,
    frameSkip: 1,
    centre: "mass",
    start: { noise: "normal", scale: 0.01 },
    observation: { size: 20, hidden: 1, place: "mass" },
  },
};

const scene = { name: "half-cheetah", xml: halfCheetahScene } as const;
const forwardBackward = direction(forwardOrBackward, ([x, y]) => Math.abs(x) === 1 && y === 0, "[±1, 0]");

export const halfCheetahDirection: Definition<DirectionTask> = {
  summary: "Half a cheetah runs forwards or backwards, and is not told which.",
  papers: {
    pearl: { scene, walker: WALKERS.pearl, goal: forwardBackward },
    maml: { scene, walker: WALKERS.maml, goal: forwardBackward },
  },
};

export const halfCheetahVelocity: Definition<VelocityTask> = {
  summary: "Half a cheetah runs at a speed that it is not told.",
  papers: {
    pearl: { scene, walker: WALKERS.pearl, goal: velocity(3) },
    maml: { scene, walker: WALKERS.maml, goal: velocity(2) },
  },
};
