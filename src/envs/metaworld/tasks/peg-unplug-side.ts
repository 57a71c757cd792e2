/**
 * Pull a plug out of a wall.
 *
 * Quirk: V1 keeps the hand at the height where it was sent, not where the fingertips were then. The plug is placed with
 * the spin that it had.
 *
 * Checked against: envs/sawyer_peg_unplug_side_v3.py, policies/sawyer_peg_unplug_side_v3_policy.py
 *
 * @module
 */
import { caging } from "../caging.js";
import { approach, progress } from "../rewards-v1.js";
import { defineTask } from "../task.js";
import { longTail } from "../tolerance.js";
import { add, distance, distanceXy, lift, type Vec3, vec3 } from "../vec3.js";
import type { World } from "../world.js";

const HAND_START: Vec3 = [0, 0.6, 0.2];
const CAGING = { radius: 0.025, pad: 0.05, xz: 0.005, effort: 0.8, density: "high" } as const;

export const pegUnplugSide = defineTask({
  name: "peg-unplug-side",
  summary: "Pull a plug out of a wall, sideways. The wall stands in different places.",
  succeeds: "the plug's outer end is within 7 cm of the goal, 11 cm along x from where it was",
  rewarded:
    "2 grasp, + 1 + 5 place when the fingertips are within 3.5 cm, " +
    "the gap is above 0.5 and the end has come out by more than 1.5 cm; 10 within 5 cm",
  scene: "peg_unplug_side",
  hand: { start: HAND_START },
  variation: { low: [-0.25, 0.6, -0.001], high: [-0.15, 0.8, 0.001] },
  settlesInPlace: true,
  goalSpace: { low: [-0.056, 0.6, 0.13], high: [0.044, 0.8, 0.132] },
  observed: ["outer end of the plug (w, x, y, z)"],
  observe: (world) => [{ position: world.site("pegEnd"), rotation: world.bodyQuat("plug1") }],
  start(world, variation) {
    const box = vec3(variation);
    const plug = add(box, [0.044, 0, 0.131]);
    const target = add(plug, [0.15, 0, 0]);
    world.placeBody("box", box);
    placePlug(world, plug);
    const object = world.site("pegEnd");
    world.placeSite("goal", target);
    return { object, target };
  },
  outcome(world, start) {
    const { object } = world;
    const reach = distance(object, world.tcp);
    const x = distance(object, start.target);
    const inPlace = longTail(x, 0, 0.05, distance(start.object, start.target));
    const { value: grasp, round } = caging(world, start, object, CAGING);
    const pulled = world.gripper > 0.5 && object[0] - start.object[0] > 0.015;
    let reward = round(2 * grasp);
    if (pulled && reach < 0.035) reward = round(round(1 + reward) + round(5 * inPlace));
    return {
      reward: x <= 0.05 ? 10 : reward,
      success: x <= 0.07,
      nearObject: reach <= 0.03,
      grasped: pulled,
      graspReward: grasp,
      inPlaceReward: inPlace,
      objectToTarget: x,
    };
  },
  rewardV1(world, start) {
    const { object } = world;
    const reward = approach(world, object, { near: 0.05, rise: 2, height: HAND_START[2] });
    if (distance(object, world.tcp) >= 0.05) return reward;
    return (
      reward + Math.max(progress(distanceXy(object, start.target), distance(start.object, start.target)), 0)
    );
  },
  policy({ hand, object }) {
    const plug = add(object, [-0.02, 0, 0.035]);
    const away = distanceXy(hand, plug) > 0.04;
    const grip = away || Math.abs(hand[2] - plug[2]) > 0.15 ? -1 : 0.1;
    if (away) return { to: lift(plug, 0.2), gain: 25, grip };
    if (Math.abs(hand[2] - 0.15) > 0.02) return { to: [plug[0], plug[1], 0.15], gain: 25, grip };
    return { to: add(hand, [0.01, 0, 0]), gain: 25, grip };
  },
});

function placePlug(world: World, position: Vec3): void {
  const { simulation } = world;
  simulation.qpos.set([...position, 1, 0, 0, 0], 9);
  simulation.qvel.fill(0, 9, 12);
  simulation.forward();
}
