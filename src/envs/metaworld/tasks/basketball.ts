/**
 * Dunk a ball into a hoop.
 *
 * Quirk: the goal is the hoop for the first version and in the observation, a place 0.3 m above the table, over the
 * hoop, for the second; and it is the latter's distance, in which height counts twice, by which success is judged.
 *
 * Checked against: envs/sawyer_basketball_v3.py, policies/sawyer_basketball_v3_policy.py
 *
 * @module
 */
import { caging } from "../caging.js";
import { type PickStart, pickReward, pickStart } from "../rewards-v1.js";
import { defineTask, float32 } from "../task.js";
import { hamacher, longTail } from "../tolerance.js";
import { distance, distanceXy, isNear, lift, mul, norm, sub, type Vec3, vec3 } from "../vec3.js";

/** How high the first version wants the ball before it is carried. */
const LIFT = 0.3;
/** Height of the ball at rest, as the original keeps it, and of the place over the hoop. */
const [, , BALL] = float32(0, 0.6, 0.03);
const OVER_HOOP = 0.3;
/** What a distance counts along each axis. */
const SCALE: Vec3 = [1, 1, 2];
const LAST_Y = 0.9 + 1e-7;

export const basketball = defineTask<PickStart>({
  name: "basketball",
  summary: "Dunk a ball into a hoop. Ball and hoop are in different places.",
  succeeds:
    "the ball is within 8 cm, z counting twice, of the point over the hoop that is 0.3 above the table",
  rewarded:
    "grasp ⊗ place, or 1 + 6 place when at hand (3.5 cm) and lifted (1 cm); 10 within 8 cm; " +
    "place full within 8 cm, of that point and z counting twice here, too",
  scene: "basketball",
  hand: { start: float32(0, 0.6, 0.2) },
  variation: {
    low: [-0.1, 0.6, 0.0299, -0.1, 0.85, 0],
    high: [0.1, 0.7, 0.0301, 0.1, LAST_Y, 0],
    apart: { distance: 0.15 },
  },
  goalSpace: { low: [-0.1, 0.85 - 0.083, 0.2499], high: [0.1, LAST_Y - 0.083, 0.2501] },
  observed: ["ball (w, x, y, z)"],
  observe: (world) => [{ position: world.body("bsktball"), rotation: world.bodyQuat("bsktball") }],
  start(world, variation) {
    const object: Vec3 = [variation[0]!, variation[1]!, BALL];
    world.placeBody("basket_goal", vec3(variation, 3));
    world.placeObject(object);
    return pickStart(object, world.site("goal"), world.geom("objGeom")[2], LIFT);
  },
  outcome(world, start) {
    const { object } = world;
    const [hoopX, hoopY] = start.target;
    const scaled = (from: Vec3) => norm(mul(sub(from, [hoopX, hoopY, OVER_HOOP]), SCALE));
    const x = scaled(object);
    const inPlace = longTail(x, 0, 0.08, scaled(start.object));
    const reach = distance(object, world.tcp);
    const lifted = reach < 0.035 && world.gripper > 0 && object[2] - 0.01 > start.object[2];
    const options = { radius: 0.025, pad: 0.06, xz: 0.005, density: "high" } as const;
    const { value: grasp, round } = caging(world, start, object, options);
    const reward = lifted ? hamacher(1, inPlace) + (1 + 5 * inPlace) : hamacher(grasp, inPlace, round);
    return {
      reward: x < 0.08 ? 10 : reward,
      success: x <= 0.08,
      nearObject: reach <= 0.05,
      grasped: world.gripper > 0 && object[2] - 0.03 > start.object[2],
      graspReward: lifted ? 1 : grasp,
      inPlaceReward: inPlace,
      objectToTarget: x,
    };
  },
  rewardV1: (world, start) => pickReward(world, { ...start, object: world.object, lift: LIFT }),
  policy({ hand, object, goal }) {
    const ball = lift(object, 0.01);
    const hoop: Vec3 = [goal[0], 0.875, 0.35];
    const grip = isNear(hand, object, 0.04, 0.15) ? 0.6 : -1;
    const to = (place: Vec3) => ({ to: place, gain: 25, grip });
    if (distanceXy(hand, ball) > 0.04) return to(lift(ball, 0.3));
    if (Math.abs(hand[2] - ball[2]) > 0.025) return to(ball);
    return to(Math.abs(ball[2] - hoop[2]) > 0.025 ? [hand[0], hand[1], hoop[2]] : hoop);
  },
});
