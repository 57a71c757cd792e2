/**
 * Put a peg into a hole at the side of a box.
 *
 * Quirk: how far the peg's head has to go is measured from where it lies before it is placed.
 *
 * Checked against: envs/sawyer_peg_insertion_side_v3.py, policies/sawyer_peg_insertion_side_v3_policy.py
 *
 * @module
 */
import { caging, HELD } from "../caging.js";
import { approach, lifted, pickDistance, progress } from "../rewards-v1.js";
import { defineTask, type Start } from "../task.js";
import { hamacher, insideBox, longTail } from "../tolerance.js";
import { add, distance, distanceXy, lift, mul, norm, sub, type Vec3, vec3 } from "../vec3.js";
import type { World } from "../world.js";

/** Distance from the target that is rewarded in full, and success. */
const THERE = 0.07;
const CAGING = { radius: 0.0075, pad: 0.03, xz: 0.005, density: "high" } as const;
/** How high the first version wants the peg lifted. */
const LIFT = 0.11;

interface PegStart extends Start {
  /** Where the peg's head was, before the peg was placed. */
  readonly head: Vec3;
  /** Height of the peg at the start. */
  readonly height: number;
}

export const pegInsertSide = defineTask<PegStart>({
  name: "peg-insert-side",
  summary: "Pick up a peg and put it into a hole at the side of a box. Both are in different places.",
  succeeds: "the peg's head is within 7 cm, y and z counting twice, of the goal in the hole",
  rewarded:
    "grasp ⊗ place, or 1 + 6 place when at hand (8 cm) and lifted (1 cm); 10 at success; " +
    "place of the head, full within 7 cm, y and z counting twice, ⊗ 1 for a head outside two spaces " +
    "before the box, under and over the hole",
  scene: "peg_insertion_side",
  hand: { start: [0, 0.6, 0.2] },
  variation: {
    low: [0, 0.5, 0.02, -0.35, 0.4, -0.001],
    high: [0.2, 0.7, 0.02, -0.25, 0.7, 0.001],
    apart: { distance: 0.1 },
  },
  goalSpace: { low: [-0.32, 0.4, 0.129], high: [-0.22, 0.7, 0.131] },
  observed: ["where the peg is to be held (x, y, z, w)"],
  observe: (world) => [{ position: world.site("pegGrasp"), rotation: world.siteRotation("pegGrasp") }],
  start(world, variation) {
    const object = vec3(variation);
    const box = vec3(variation, 3);
    const target = add(box, [0.03, 0, 0.13]);
    const head = world.site("pegHead");
    world.placeObject(object);
    world.placeBody("box", box);
    world.placeSite("goal", target);
    return { object, target, head, height: world.body("peg")[2] };
  },
  outcome(world, start) {
    const { object } = world;
    const reach = distance(object, world.tcp);
    const head = world.site("pegHead");
    const toTarget = (from: Vec3) => norm(mul(sub(from, start.target), [1, 2, 2]));
    const x = toTarget(head);
    const clear = clearOfBox(world, head);
    const inPlace = hamacher(longTail(x, 0, THERE, toTarget(start.head)), clear);
    const up = world.gripper > 0 && object[2] - 0.01 > start.object[2];
    const held = reach < 0.08 && up;
    const grasp = held ? HELD : caging(world, start, object, CAGING);
    // what is measured within the boxes is NumPy's float64, which wins over float32
    const both = hamacher(grasp.value, inPlace, clear === 1 ? grasp.round : undefined);
    const reward = held ? both + 1 + 5 * inPlace : both;
    return {
      reward: x <= THERE ? 10 : reward,
      success: x <= THERE,
      nearObject: reach <= 0.03,
      grasped: reach < 0.02 && up,
      graspReward: grasp.value,
      inPlaceReward: inPlace,
      objectToTarget: x,
    };
  },
  rewardV1(world, { object: from, target, height }) {
    const { object } = world;
    const reach = distance(object, world.tcp);
    const x = distance(object, target);
    const head = distance(world.site("pegHead"), target);
    const x0 = pickDistance(from, target, height + LIFT);
    const up = lifted({ reach, x, z: object[2], height, lift: LIFT });
    const carried = up.carried ? Math.max(progress(head <= 0.05 ? x : head, x0), 0) : 0;
    return approach(world, object, { near: 0.05, rise: 1 }) + up.reward + carried;
  },
  policy({ hand, object, goal }) {
    const hole: Vec3 = [-0.35, goal[1], 0.16]; // x is beyond the hole
    const away = distanceXy(hand, object) > 0.04;
    const above = Math.abs(hand[2] - object[2]);
    const grip = away || above > 0.15 ? -1 : 0.6;
    if (away) return { to: lift(object, 0.3), gain: 25, grip };
    if (above > 0.025) return { to: object, gain: 25, grip };
    const aside = norm([0, object[1] - hole[1], object[2] - hole[2]]) > 0.03;
    return { to: aside ? add(hole, [0.4, 0, 0]) : hole, gain: 25, grip };
  },
});

/** 1 where the peg's head is in neither of two spaces before the box, above the hole and under it. */
function clearOfBox(world: World, head: Vec3): number {
  const [below, above] = [1, 2].map((k) => {
    const zero = world.site(`bottom_right_corner_collision_box_${k}`);
    return insideBox(head, zero, world.site(`top_left_corner_collision_box_${k}`));
  });
  return hamacher(above!, below!);
}
