/**
 * Kick a ball into a goal.
 *
 * Quirk: the margin of the ball's way is how far it is from where it was, not how far that was from the goal; so at
 * the start its way is worth nothing, and the same place is worth more after a longer way.
 *
 * Checked against: envs/sawyer_soccer_v3.py, policies/sawyer_soccer_v3_policy.py
 *
 * @module
 */
import { cagingBySides, isHeld } from "../caging.js";
import { type PushStart, pushOnTableReward, pushStart } from "../rewards-v1.js";
import { defineTask } from "../task.js";
import { longTail } from "../tolerance.js";
import { add, clamp, distance, distanceXy, lift, mul, norm, sub, type Vec3, vec3 } from "../vec3.js";

/** What a distance counts along each axis. */
const ACROSS: Vec3 = [3, 1, 1];

export const soccer = defineTask<PushStart>({
  name: "soccer",
  summary: "Kick a ball into a goal.",
  succeeds: "the ball is within 7 cm of the goal",
  rewarded:
    "3 grasp + 6.5 place; 10 within 7 cm; grasp by gaps; place full within 7 cm and less beside the " +
    "goal; of all distances, x counts three times here",
  scene: "soccer",
  hand: { start: [0, 0.6, 0.2] },
  variation: {
    low: [-0.1, 0.6, 0.03, -0.1, 0.8, 0],
    high: [0.1, 0.7, 0.03, 0.1, 0.9, 0],
    apart: { distance: 0.15 },
  },
  goalSpace: { low: [-0.1, 0.8, 0], high: [0.1, 0.9, 0] },
  observed: ["ball (x, y, z, w)"],
  observe: (world) => [{ position: world.body("soccer_ball"), rotation: world.bodyRotation("soccer_ball") }],
  start(world, variation) {
    const object: Vec3 = [variation[0]!, variation[1]!, 0.03];
    const target = vec3(variation, 3);
    world.placeBody("goal_whole", target);
    world.placeObject(object);
    world.placeSite("goal", target);
    return pushStart(object, target);
  },
  outcome(world, start) {
    const { object } = world;
    const { target } = start;
    const scaled = (from: Vec3) => norm(mul(sub(object, from), ACROSS));
    const x = scaled(target);
    const inPlace = besideGoal(object, target, longTail(x, 0, 0.07, scaled(start.object)));
    const grasp = cagingBySides(world, start, object, { radius: 0.013, squeeze: 0.01, xz: 0.005 });
    const toTarget = distance(object, target);
    return {
      reward: x < 0.07 ? 10 : 3 * grasp + 6.5 * inPlace,
      success: toTarget <= 0.07,
      nearObject: distance(object, world.tcp) <= 0.03,
      grasped: isHeld(world, start),
      graspReward: grasp,
      inPlaceReward: inPlace,
      objectToTarget: toTarget,
    };
  },
  rewardV1: pushOnTableReward,
  policy({ hand, object, goal }) {
    const ball = lift(object, 0.03);
    const right = ball[0] - goal[0];
    const side: Vec3 = right < -0.05 ? [-0.03, 0, 0] : right > 0.05 ? [0.03, 0, 0] : [0, -0.03, 0];
    const [x, y] = add(ball, side);
    const from: Vec3 = [x, y, distanceXy(hand, ball) < 0.02 ? 0.1 : 0.03];
    return { to: distance(hand, from) > 0.01 ? from : ball, gain: 25, grip: 1 };
  },
});

/** What is left of the way's worth for a ball that is beside the goal, past a line before it. */
function besideGoal([x, y]: Vec3, target: Vec3, inPlace: number): number {
  const line = target[1] - 0.1;
  if (y <= line || Math.abs(x - target[0]) <= 0.1) return inPlace;
  return clamp(inPlace - 2 * ((y - line) / (1 - line)), 0, 1);
}
