/**
 * Turn a dial.
 *
 * Checked against: envs/sawyer_dial_turn_v3.py, policies/sawyer_dial_turn_v3_policy.py
 *
 * @module
 */
import { cos, sin } from "../../../math.js";
import { pushReward } from "../rewards-v1.js";
import { defineTask, float32, type Start } from "../task.js";
import { gaussian, hamacher, longTail } from "../tolerance.js";
import { add, clamp, distance, distanceXy, type Vec3, vec3 } from "../vec3.js";
import type { World } from "../world.js";

const RADIUS = 0.05;
/** From the observed point of the dial's rim to where the hand pushes. */
const PUSH: Vec3 = [0.05, 0.02, 0.09];
const THERE = 0.07;
const AT_DIAL = 0.005;

interface DialStart extends Start {
  /** Where the hand is to push, at the start. */
  readonly push: Vec3;
}

export const dialTurn = defineTask<DialStart>({
  name: "dial-turn",
  summary: "Turn a dial. It stands in different places.",
  succeeds:
    "the mark on the dial's rim is within 7 cm of the goal, (0, 0.03, " +
    "0.03) from the dial: turned by more than 78°",
  rewarded:
    "10 (closing ⊗ reach ⊗ place); reach Gaussian, full within 0.5 cm of the point (0.05, 0.02, " +
    "0.09) from the mark; place full within 7 cm",
  scene: "dial",
  hand: { start: float32(0, 0.6, 0.2) },
  variation: { low: [-0.1, 0.7, 0], high: [0.1, 0.8, 0] },
  goalSpace: { low: [-0.1, 0.73, 0.0299], high: [0.1, 0.83, 0.0301] },
  observed: ["mark on the rim; rotation of the dial (w, x, y, z)"],
  observe: (world) => [{ position: rim(world), rotation: world.bodyQuat("dial") }],
  start(world, variation) {
    const object = vec3(variation);
    const target = add(object, [0, 0.03, 0.03]);
    world.placeBody("dial", object);
    world.placeSite("goal", target);
    return { object, target, push: add(rim(world), PUSH) };
  },
  outcome(world, { target, push }) {
    const { object, effort } = world;
    const x = distance(object, target);
    const inPlace = longTail(x, 0, THERE, Math.abs(distance(push, target) - THERE));
    const reach = distance(add(object, PUSH), world.tcp);
    const near = gaussian(reach, 0, AT_DIAL, Math.abs(distance(push, world.tcpStart) - AT_DIAL));
    const round = effort > 0 && effort <= 1 ? Math.fround : (value: number) => value;
    const closed = hamacher(near, clamp(effort, 0, 1), round);
    return {
      reward: round(10 * hamacher(closed, inPlace, round)),
      success: x <= THERE,
      nearObject: reach <= 0.01,
      grasped: true,
      graspReward: closed,
      inPlaceReward: inPlace,
      objectToTarget: x,
    };
  },
  rewardV1(world, start) {
    const x = Math.abs(world.object[1] - start.target[1]);
    const x0 = Math.abs(start.target[1] - start.object[1]);
    return pushReward(distance(world.tcp, world.object), x, x0, 0.001, 0.0001);
  },
  policy({ hand, object }) {
    const push = add(object, PUSH);
    if (distanceXy(hand, push) > 0.02) return { to: [push[0], push[1], 0.2], gain: 10, grip: 1 };
    if (Math.abs(hand[2] - push[2]) > 0.02) return { to: push, gain: 10, grip: 1 };
    return { to: add(push, [-0.05, 0.005, 0]), gain: 10, grip: 1 };
  },
});

/** The point of the rim that faces the robot before the dial is turned. */
function rim(world: World): Vec3 {
  const angle = world.joint("knob_Joint_1");
  return add(world.body("dial"), [RADIUS * sin(angle), -RADIUS * cos(angle), 0]);
}
