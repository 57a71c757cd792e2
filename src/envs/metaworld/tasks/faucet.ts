/**
 * Turn a faucet's handle, to the right (open) or to the left (close).
 *
 * Checked against: envs/sawyer_faucet_open_v3.py, sawyer_faucet_close_v3.py, policies/sawyer_faucet_open_v3_policy.py,
 *   sawyer_faucet_close_v3_policy.py
 * Quirk: nearness is measured from where the faucet's base is, not its handle.
 * Quirk: where it is opened, success and the second reward go by a point 4 cm beside the handle that is observed and
 *   3 cm above; and nothing is computed after the faucet is placed, so the first observation is a time step old.
 *
 * @module
 */
import { pushReward } from "../rewards-v1.js";
import { defineTask, HAND_HIGH, type SawyerTask } from "../task.js";
import { gaussian, longTail } from "../tolerance.js";
import { add, distance, distanceXy, lift, type Vec3, vec3, ZERO } from "../vec3.js";

const HAND_LOW: Vec3 = [-0.5, 0.4, -0.15];
const RADIUS = 0.07;

interface Turn {
  readonly name: string;
  readonly summary: string;
  readonly succeeds: string;
  readonly rewarded: string;
  /** Half of the range of x in which the faucet stands. */
  readonly spread: number;
  /** 1 to the right, −1 to the left. */
  readonly side: 1 | -1;
  /** The site that is observed. */
  readonly handle: string;
  /** The site that shows the target. */
  readonly goal: string;
  /** From what is observed to what is measured. */
  readonly offset: Vec3;
}

function faucet({ spread, side, handle, goal, offset, ...words }: Turn): SawyerTask {
  return defineTask({
    ...words,
    scene: "faucet",
    hand: { start: [0, 0.4, 0.2], low: HAND_LOW },
    variation: { low: [-spread, 0.8, 0], high: [spread, 0.85, 0] },
    goalSpace: { low: HAND_LOW, high: HAND_HIGH },
    observed: ["handle; rotation of the base (w, x, y, z)"],
    observe: (world) => [
      { position: add(world.site(handle), [0, 0, -0.01]), rotation: world.bodyQuat("faucetBase") },
    ],
    start(world, variation) {
      const object = vec3(variation);
      const target = add(object, [side * 0.175, 0, 0.125]);
      world.placeBody("faucetBase", object);
      if (side === -1) world.simulation.forward();
      world.placeSite(goal, target);
      return { object, target };
    },
    outcome(world, start) {
      const object = add(world.object, offset);
      const { target } = start;
      const x = distance(object, target);
      const inPlace = longTail(x, 0, RADIUS, Math.abs(distance(start.object, target) - RADIUS));
      const reach = distance(object, world.tcp);
      const margin = Math.abs(distance(start.object, world.tcpStart) - 0.01);
      const near = gaussian(reach, 0, 0.01, margin);
      const success = x <= RADIUS;
      return {
        reward: success ? 10 : 2 * (2 * near + 3 * inPlace),
        success,
        nearObject: reach <= 0.01,
        grasped: true,
        graspReward: near,
        inPlaceReward: inPlace,
        objectToTarget: x,
      };
    },
    rewardV1: ({ tcp, object }, start) =>
      pushReward(distance(object, tcp), distance(object, start.target), distance(start.target, start.object)),
    policy({ hand, object }) {
      const beside = add(object, [-side * 0.04, 0, 0.03]);
      if (distanceXy(hand, beside) > 0.04) return { to: lift(beside, 0.1), gain: 25, grip: 1 };
      if (Math.abs(hand[2] - beside[2]) > 0.04) return { to: beside, gain: 25, grip: 1 };
      return { to: add(beside, [side * 0.1, 0.05, 0]), gain: 25, grip: 1 };
    },
  });
}

export const faucetOpen = faucet({
  name: "faucet-open",
  summary: "Turn a faucet's handle to the right. The faucet stands in different places.",
  succeeds:
    "the point (−0.04, 0, 0.03) from the handle is within 7 cm of the goal, (0.175, 0, " +
    "0.125) from the faucet",
  rewarded:
    "4 reach + 6 place, or 10 at success, all of that point; reach Gaussian, full within 1 cm; " +
    "place full within 7 cm",
  spread: 0.05,
  side: 1,
  handle: "handleStartOpen",
  goal: "goal_open",
  offset: [-0.04, 0, 0.03],
});

export const faucetClose = faucet({
  name: "faucet-close",
  summary: "Turn a faucet's handle to the left. The faucet stands in different places.",
  succeeds: "the handle is within 7 cm of the goal, (−0.175, 0, 0.125) from the faucet",
  rewarded: "4 reach + 6 place, or 10 at success; reach Gaussian, full within 1 cm; place full within 7 cm",
  spread: 0.1,
  side: -1,
  handle: "handleStartClose",
  goal: "goal_close",
  offset: ZERO,
});
